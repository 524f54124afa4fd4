import assert from "node:assert/strict";
import { createBridges } from "../../provider/host-system/bridges/bridges";
import type { BridgeDefinition } from "../../provider/host-system/bridges/model";
import { SshTransport } from "../../provider/transports/ssh";
import { currentLab, enable, type Lab, type LabHost, LabMachine, managed, put, until } from "../lab/index.js";
import { arming, hasCode, mark, work } from "./fixtures";

const [address, gateway] = ["10.57.100.5", "10.57.100.1"];

/** The lab's kernel has no VLANs: a switch in user space stands at the other end, and routes to the lab. */
async function makeRouter(lab: Lab): Promise<LabHost> {
  const router = await lab.host({
    name: "vlan-router",
    form: "networks",
    configure: managed({ manager: "ifupdown", openvswitch: true }),
  });
  await until("Open vSwitch to run", async () => {
    const { code } = await router.exec(["ovs-vsctl", "--timeout=2", "show"], { check: false });
    return code === 0;
  });
  const script = [
    "mac=$(cat /sys/class/net/host0/address)",
    // With the NIC's own address the kernel takes the lab's packets by itself too: the switch would miss their checksums.
    'ovs-vsctl --timeout=20 add-br sw -- set bridge sw datapath_type=netdev other-config:hwaddr=\\"$mac\\" -- add-port sw host0',
    "ovs-vsctl --timeout=20 add-port sw lan100 tag=100 -- set interface lan100 type=internal",
    "ip address flush dev host0",
    `ip address add ${router.address}/24 dev sw && ip link set sw up`,
    `ip address add ${gateway}/24 dev lan100 && ip link set lan100 up`,
    "echo 1 >/proc/sys/net/ipv4/ip_forward",
  ];
  await router.exec(["sh", "-ec", script.join("\n")]);
  await lab.run(["ip", "route", "replace", "10.57.100.0/24", "via", router.address]);
  return router;
}

async function configure(root: string): Promise<void> {
  const directory = "etc/systemd/network";
  await put(
    root,
    `${directory}/10-nic.network`,
    "[Match]\nName=eth0\n[Network]\nVLAN=eth0.100\nLinkLocalAddressing=no\n",
  );
  await put(root, `${directory}/10-lan.netdev`, "[NetDev]\nName=eth0.100\nKind=vlan\n[VLAN]\nId=100\n");
  const lan = `[Match]\nName=eth0.100\n[Network]\nAddress=${address}/24\nGateway=${gateway}\n`;
  await put(root, `${directory}/20-lan.network`, lan);
  await enable(root, "systemd-networkd.service");
}

describe("a bridge over a VLAN that ssh comes in by, on a host with Debian's kernel", function () {
  this.timeout(600_000);
  let router: LabHost;
  let machine: LabMachine;
  let transport: SshTransport;
  let section: ReturnType<typeof createBridges>;

  const text = async (script: string) => (await transport.exec(["sh", "-c", script])).stdout.trim();
  const reached = () =>
    until(
      "the machine to answer",
      () =>
        transport.exec(["true"], { timeout: 10_000 }).then(
          () => true,
          () => false,
        ),
      240_000,
      1000,
    );
  const definition = (changes: Partial<BridgeDefinition>): BridgeDefinition => ({
    name: "br0",
    nic: "eth0",
    stp: false,
    ...changes,
  });
  const patient = { ...arming, rollbackAfter: 90_000 };

  before(async () => {
    const lab = await currentLab();
    router = await makeRouter(lab);
    machine = await LabMachine.start(lab, { name: "vlan", configure });
    transport = new SshTransport({
      address,
      user: "root",
      identityFile: lab.privateKeyPath,
      hostKey: machine.hostKey,
      sshConfig: false,
      agent: false,
    });
    section = createBridges(transport);
    await reached();
  });
  after(async () => {
    await transport?.close();
    await machine?.destroy();
    await router?.destroy();
  });

  it("takes a wrong VLAN back within its time, with an error that says so", async () => {
    const addressing = {
      addresses: [`${address}/24`],
      dhcp4: false,
      dhcp6: false,
      acceptRa: false,
      gateway,
      dns: [],
      search: [],
    };
    const files = await text("find /etc/systemd -type f -exec sha256sum {} +");
    await assert.rejects(
      section.apply(definition({ vlan: 200, addressing }), mark, { ...arming, rollbackAfter: 40_000 }, work(300_000)),
      (error: Error) => hasCode("rolled-back")(error) && /does not answer|fresh connection/.test(error.message),
    );
    await reached();
    assert.equal(await text("find /etc/systemd -type f -exec sha256sum {} +"), files);
    assert.match(await text("ip -br address show dev eth0.100"), new RegExp(`${address}/24`));
    assert.equal(await text("ls /sys/class/net | grep -E '^(br0|eth0.200)$'"), "");
  });

  it("moves what the VLAN has, and it is there after a restart", async () => {
    const state = await section.apply(definition({ vlan: 100 }), mark, patient, work(300_000));
    assert.deepEqual([state.ports, state.addresses, state.gateway], [["eth0.100"], [`${address}/24`], gateway]);
    await transport.close();
    await machine.powerCut();
    await machine.turnOn();
    await reached();
    assert.match(await text("ip -br address show dev br0"), new RegExp(`${address}/24`));
    assert.match(await text("ip -o link show dev eth0.100"), / master br0 /);
  });

  it("makes a VLAN that is not there for a bridge without addresses, and takes it away again", async () => {
    const other = { ...mark, uuid: "22222222-2222-8333-8444-555555555555" };
    const state = await section.apply(definition({ name: "br300", vlan: 300 }), other, patient, work(300_000));
    assert.deepEqual([state.ports, state.addresses], [["eth0.300"], []]);
    assert.match(await text("ip -d link show dev eth0.300"), /vlan protocol 802.1Q id 300/);
    await section.remove("br300", other.uuid, patient, work(300_000));
    assert.equal(await text("ls /sys/class/net | grep 300"), "");
  });

  it("gives the VLAN its configuration back", async () => {
    await section.remove("br0", mark.uuid, patient, work(300_000));
    assert.match(await text("ip -br address show dev eth0.100"), new RegExp(`${address}/24`));
    assert.equal(await text("ls /etc/systemd/network | grep windrose"), "");
  });
});
