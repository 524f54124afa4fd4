import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { networkXml } from "../../../provider/drivers/libvirt/networks/network-xml";
import type { NetworkDefinition, NetworkState } from "../../../provider/drivers/model";
import { DriverHost, hasCode, virshEnvironment } from "./host-fixtures";

describe("libvirt's networks", function () {
  this.timeout(60_000);
  let host: DriverHost;
  let third = 10;

  before(async function () {
    this.timeout(240_000);
    host = await DriverHost.open("networks");
  });
  after(() => host?.close());

  const mac = (last: number) => `52:54:00:00:00:${last.toString(16).padStart(2, "0")}`;

  function wanted(changes: Partial<NetworkDefinition> = {}): NetworkDefinition {
    const uuid = changes.uuid ?? randomUUID();
    third++;
    return {
      uuid,
      name: `net-${uuid.slice(0, 8)}`,
      mode: "nat",
      ipv4: {
        address: `192.168.${third}.1`,
        prefix: 24,
        dhcp: { start: `192.168.${third}.100`, end: `192.168.${third}.200` },
      },
      reservations: [],
      dnsHosts: [],
      forwarders: [],
      ...changes,
    };
  }
  const address = (network: NetworkDefinition, last: number) => network.ipv4!.address.replace(/1$/, String(last));

  /** Without what libvirt chooses where it was not asked for, and without what the model has no wish about. */
  function asked(state: NetworkState | undefined, like: NetworkDefinition) {
    const { active, autostart, ...definition } = state!;
    if (like.bridge === undefined) definition.bridge = undefined;
    if (like.mac === undefined) definition.mac = undefined;
    return JSON.parse(JSON.stringify(definition));
  }

  async function define(changes: Partial<NetworkDefinition> = {}): Promise<NetworkDefinition> {
    const definition = wanted(changes);
    await host.root.networks.define(definition);
    return definition;
  }

  const liveXml = (network: NetworkDefinition) => host.text("virsh", "net-dumpxml", network.name);

  const mark = { project: "isles", stack: "dev", urn: "urn:pulumi:dev::isles::<a>&'b'", incarnation: "abc123" };
  const variants: [string, () => Partial<NetworkDefinition>][] = [
    ["plain", () => ({})],
    ["isolated, with nothing", () => ({ mode: "isolated", ipv4: undefined })],
    ["routed", () => ({ mode: "routed", mtu: 1400 })],
    ["open", () => ({ mode: "open" })],
    [
      "of two families",
      () => ({
        ipv6: {
          address: `fd00:${third}::1`,
          prefix: 64,
          dhcp: { start: `fd00:${third}::10`, end: `fd00:${third}::20` },
        },
      }),
    ],
    [
      "with everything",
      () => ({
        mark,
        bridge: "br-everything",
        mac: "52:54:00:0a:0b:0c",
        mtu: 1450,
        domain: "isles.test",
        reservations: [
          { mac: mac(1), address: `192.168.${third + 1}.5`, name: "boreas" },
          { mac: mac(2), address: `192.168.${third + 1}.6` },
        ],
        dnsHosts: [{ address: `192.168.${third + 1}.5`, names: ["north", "north-wind"] }],
        forwarders: ["192.0.2.1", "192.0.2.2"],
      }),
    ],
  ];
  for (const [name, changes] of variants) {
    it(`makes a network ${name}, and reads it back as it was asked for`, async () => {
      const definition = await define(changes());
      const state = await host.root.networks.find(definition.uuid);
      assert.deepEqual(asked(state, definition), JSON.parse(JSON.stringify(definition)));
      assert.deepEqual([state!.active, state!.autostart], [true, false]);
      assert.ok(state!.bridge);
      await host.text("ip", "link", "show", state!.bridge!);
      assert.deepEqual(await host.user.networks.findByName(definition.name), state);
      await host.root.networks.remove(definition.uuid);
    });
  }

  it("names a bridge of the host as a network", async () => {
    await host.text("ip", "link", "add", "br-own", "type", "bridge");
    const definition = await define({ mode: "bridge", bridge: "br-own", ipv4: undefined });
    assert.deepEqual(
      asked(await host.root.networks.find(definition.uuid), definition),
      JSON.parse(JSON.stringify(definition)),
    );
    await host.root.networks.remove(definition.uuid);
    await host.text("ip", "link", "show", "br-own");
  });

  it("writes nothing that libvirt's schema does not know", async () => {
    for (const [name, changes] of variants) {
      const script = "cat >/tmp/written.xml && virt-xml-validate /tmp/written.xml network";
      const options = { stdin: networkXml(wanted(changes())), check: false };
      const { code, stderr } = await host.host.exec(["sh", "-c", script], options);
      assert.equal(code, 0, `${name}: ${stderr} ${options.stdin}`);
    }
  });

  it("answers undefined for what is not there; may be told again; refuses another's name", async () => {
    assert.equal(await host.root.networks.find(randomUUID()), undefined);
    assert.equal(await host.root.networks.findByName("none"), undefined);
    const definition = await define();
    await host.text("virsh", "net-destroy", definition.name);
    await host.root.networks.define({ ...definition, domain: "later.test" });
    const state = await host.root.networks.find(definition.uuid);
    assert.deepEqual([state?.active, state?.domain], [true, "later.test"]);
    await assert.rejects(define({ name: definition.name }), hasCode("already-exists"));
    await host.root.networks.setAutostart(definition.uuid, true);
    assert.equal((await host.root.networks.find(definition.uuid))?.autostart, true);
    await host.root.networks.remove(definition.uuid);
    await host.root.networks.remove(definition.uuid);
    assert.equal(await host.root.networks.find(definition.uuid), undefined);
  });

  it("leaves nothing of a network that can't start, and the stored one where it was there before", async () => {
    const first = await define();
    const second = wanted({ ipv4: first.ipv4 });
    const overlaps = new RegExp(`^WindroseError: (\\S+) overlaps \\1 of the network ${first.name} \\(virbr\\d+\\)`);
    await assert.rejects(host.root.networks.define(second), overlaps);
    assert.equal(await host.root.networks.find(second.uuid), undefined);
    const third = await define();
    await host.text("virsh", "net-destroy", third.name);
    await assert.rejects(host.root.networks.define({ ...third, ipv4: first.ipv4 }), overlaps);
    assert.equal((await host.root.networks.find(third.uuid))?.active, false);
    const fourth = await define();
    await assert.rejects(host.root.networks.redefine({ ...fourth, ipv4: first.ipv4 }), overlaps);
    assert.equal((await host.root.networks.find(fourth.uuid))?.active, true);
    await host.root.networks.remove(fourth.uuid);
    await host.root.networks.remove(third.uuid);
    await host.root.networks.remove(first.uuid);
  });

  it("rewrites the mark without touching what runs", async () => {
    const definition = await define({ mark });
    const moved = { ...mark, urn: "urn:pulumi:prod::isles::x" };
    await host.root.networks.setMark(definition.uuid, moved);
    const state = await host.root.networks.find(definition.uuid);
    assert.deepEqual(asked(state, definition), JSON.parse(JSON.stringify({ ...definition, mark: moved })));
    await host.root.networks.remove(definition.uuid);
  });

  it("changes reservations and DNS hosts live, and leaves those of others", async () => {
    const base = wanted();
    const first = {
      ...base,
      reservations: [
        { mac: mac(1), address: address(base, 11), name: "a" },
        { mac: mac(2), address: address(base, 12) },
      ],
      dnsHosts: [{ address: address(base, 11), names: ["x"] }],
    };
    await host.root.networks.define(first);
    assert.equal(
      await host.root.networks.addReservation(base.uuid, { mac: mac(9), address: address(base, 19), name: "machine" }),
      true,
    );
    const second = {
      ...base,
      // the two exchange their addresses
      reservations: [
        { mac: mac(1), address: address(base, 12), name: "a" },
        { mac: mac(3), address: address(base, 13) },
        { mac: mac(2), address: address(base, 11) },
      ],
      dnsHosts: [
        { address: address(base, 11), names: ["y", "z"] },
        { address: address(base, 13), names: ["x"] },
      ],
    };
    await host.root.networks.setHosts(second, first);
    const sorted = (list: { mac?: string; address: string }[]) =>
      [...list].sort((a, b) => a.address.localeCompare(b.address));
    for (const flag of ["--inactive", "--"]) {
      const xml = await host.text("virsh", "net-dumpxml", ...(flag === "--" ? [] : [flag]), base.name);
      for (const { mac: one, address: at } of second.reservations)
        assert.match(xml, new RegExp(`mac='${one}'.* ip='${at}'`), flag);
      assert.match(xml, new RegExp(mac(9)));
    }
    const state = await host.root.networks.find(base.uuid);
    assert.deepEqual(
      sorted(state!.reservations),
      sorted([...second.reservations, { mac: mac(9), address: address(base, 19), name: "machine" }]),
    );
    assert.deepEqual(sorted(state!.dnsHosts), sorted(second.dnsHosts));
    const hosts = await host.text("cat", `/var/lib/libvirt/dnsmasq/${base.name}.hostsfile`);
    assert.match(hosts, new RegExp(`${mac(3)},${address(base, 13)}`));
    await host.root.networks.setHosts({ ...base }, second);
    assert.deepEqual(
      (await host.root.networks.find(base.uuid))!.reservations.map((one) => one.mac),
      [mac(9)],
    );
    await host.root.networks.remove(base.uuid);
  });

  it("mends a network whose running and stored hosts differ", async () => {
    const base = await define();
    const xml = `<host mac='${mac(1)}' ip='${address(base, 11)}'/>`;
    await host.text("virsh", "net-update", base.name, "add", "ip-dhcp-host", xml, "--config");
    await host.root.networks.setHosts(
      { ...base, reservations: [{ mac: mac(1), address: address(base, 11) }] },
      undefined,
    );
    assert.match(await liveXml(base), new RegExp(mac(1)));
    await host.text("virsh", "net-destroy", base.name);
    await host.root.networks.setHosts(
      { ...base, reservations: [{ mac: mac(2), address: address(base, 12) }] },
      undefined,
    );
    assert.equal((await host.root.networks.find(base.uuid))!.reservations.length, 2);
    await host.root.networks.remove(base.uuid);
  });

  it("reserves an address once, and never one that another has", async () => {
    const base = await define();
    const { networks } = host.user;
    const one = { mac: mac(0x1a), address: address(base, 21), name: "one" };
    assert.equal(await networks.addReservation(base.uuid, one), true);
    assert.equal(await networks.addReservation(base.uuid, { ...one, mac: one.mac.toUpperCase() }), false);
    assert.equal(await networks.addReservation(base.uuid, { mac: one.mac, address: one.address }), false);
    for (const clash of [
      { mac: mac(2) },
      { address: address(base, 22) },
      { mac: mac(2), address: address(base, 22) },
    ]) {
      await assert.rejects(networks.addReservation(base.uuid, { ...one, ...clash }), hasCode("address-taken"));
    }
    await assert.rejects(
      networks.addReservation(base.uuid, { mac: mac(5), address: "fd00::5" }),
      hasCode("unsupported"),
    );
    await networks.removeReservation(base.uuid, one.mac);
    await networks.removeReservation(base.uuid, one.mac);
    assert.deepEqual((await networks.find(base.uuid))!.reservations, []);
    await assert.rejects(networks.addReservation(randomUUID(), one), hasCode("not-found"));
    await networks.removeReservation(randomUUID(), one.mac);
    await networks.remove(base.uuid);
  });

  it("keeps what it does not model when it is defined anew", async () => {
    const definition = wanted();
    const { uuid, name, ipv4 } = definition;
    const xml = `<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'><name>${name}</name><uuid>${uuid}</uuid>
<metadata><o:own xmlns:o='urn:other'>theirs</o:own></metadata><forward mode='nat'><nat><port start='2000' end='3000'/></nat></forward>
<domain name='old.test'/><dns><txt name='t' value='v'/><host ip='${address(definition, 9)}'><hostname>h</hostname></host></dns>
<ip address='${ipv4!.address}' netmask='255.255.255.0'><tftp root='/srv'/><dhcp><range start='${ipv4!.dhcp!.start}' end='${ipv4!.dhcp!.end}'/><bootp file='pxe.0'/></dhcp></ip>
<portgroup name='p'/><dnsmasq:options><dnsmasq:option value='no-ping'/></dnsmasq:options></network>`;
    await host.host.exec(
      ["sh", "-c", "cat >/tmp/own.xml && virsh net-define /tmp/own.xml && virsh net-start $0", name],
      { stdin: xml, env: virshEnvironment },
    );
    const before = await host.root.networks.find(uuid);
    assert.deepEqual([before?.mark, before?.ipv4], [undefined, definition.ipv4]);
    await host.root.networks.redefine({ ...definition, domain: "new.test", mark });
    const after = await liveXml(definition);
    for (const kept of [
      "theirs",
      "start='2000'",
      "<txt name='t'",
      "root='/srv'",
      "pxe.0",
      "name='p'",
      "no-ping",
      "new.test",
      "abc123",
      before!.bridge!,
      before!.mac!,
    ]) {
      assert.ok(after.includes(kept), `${kept} in ${after}`);
    }
    assert.doesNotMatch(after, /old\.test|<hostname>h</);
    await host.root.networks.remove(uuid);
  });

  it("restarts a network with its guests plugged in, in both definitions, with a user's rights", async () => {
    const definition = await define();
    const other = await define();
    const [running, stopped] = [randomUUID(), randomUUID()];
    const nic = (network: NetworkDefinition, last: number) =>
      `<interface type='network'><mac address='${mac(last)}'/><source network='${network.name}'/><model type='virtio'/></interface>`;
    await host.machine(running, "plugged", nic(definition, 0x21) + nic(other, 0x22) + nic(definition, 0x23));
    await host.machine(stopped, "unplugged", nic(definition, 0x24));
    await host.text("virsh", "start", "plugged");
    const ports = async (network: NetworkDefinition) => {
      const { bridge } = (await host.root.networks.find(network.uuid))!;
      return (await host.text("sh", "-c", 'ls "/sys/class/net/$0/brif"', bridge!)).split(/\s+/).filter(Boolean).sort();
    };
    const before = { own: await ports(definition), other: await ports(other) };
    assert.equal(before.own.length, 2);
    assert.deepEqual((await host.root.networks.users(definition.uuid)).sort(), [running, stopped].sort());
    const changed = { ...definition, domain: "changed.test", bridge: "br-changed", mtu: 1400 };
    await host.user.networks.redefine({ ...definition, domain: "changed.test" });
    assert.deepEqual({ own: await ports(definition), other: await ports(other) }, before);
    await host.user.networks.redefine(changed);
    assert.deepEqual(await ports(definition), before.own);
    assert.match(await host.text("ls", "/sys/class/net/br-changed/brif"), /vnet/);
    assert.doesNotMatch(await host.text("virsh", "net-list", "--all"), /replug/);
    assert.match(
      await host.text("virsh", "dumpxml", "plugged"),
      new RegExp(`network='${definition.name}' .*bridge='br-changed'`),
    );

    // a network that was stopped and is started again has lost its guests too
    await host.text("virsh", "net-destroy", definition.name);
    await host.user.networks.start(definition.uuid);
    assert.deepEqual(await ports(definition), before.own);

    // what can't start leaves the network as it was, and the guests in it
    const impossible = { ...changed, ipv4: other.ipv4 };
    await assert.rejects(host.user.networks.redefine(impossible), hasCode("address-taken"));
    assert.deepEqual(await ports(definition), before.own);
    assert.deepEqual((await host.root.networks.find(definition.uuid))?.ipv4, definition.ipv4);
    await host.text("virsh", "destroy", "plugged");
  });
});
