import assert from "node:assert/strict";
import { createBridges } from "../../../provider/host-system/bridges/bridges";
import { SshTransport } from "../../../provider/transports/ssh";
import type { ExecOptions } from "../../../provider/transports/transport";
import { arming, BridgeHost, definition, hasCode, mark, work } from "../../bridges/fixtures";

describe("a bridge of the host that can't be made", function () {
  this.timeout(120_000);
  let host: BridgeHost;
  let files: string;

  before(async () => {
    host = await BridgeHost.open("br-refusals", { manager: "systemd-networkd" });
    files = await host.configuration();
  });
  after(() => host?.close());
  afterEach(async () => assert.equal(await host.configuration(), files));

  it("is refused where the host has one of that name, which is left alone", async () => {
    await host.text("ip", "link", "add", "br0", "type", "bridge");
    await assert.rejects(host.section.apply(definition(), mark, arming, work()), hasCode("already-exists"));
    await host.section.remove("br0", mark.uuid, arming, work());
    const state = await host.section.find("br0", work());
    assert.deepEqual([state?.record, state?.ports], [undefined, []]);
    await host.text("ip", "link", "delete", "br0");
  });

  it("is refused where the NIC is missing, and the error lists those that are there", async () => {
    await assert.rejects(
      host.section.apply(definition({ nic: "eth7" }), mark, arming, work()),
      (error: Error) => hasCode("invalid-input")(error) && error.message.includes("host0"),
    );
  });

  it("is refused where the NIC is in a bridge, or managed by another than the program says", async () => {
    await host.text(
      "sh",
      "-c",
      "ip link add br9 type bridge; ip tuntap add tap7 mode tap; ip link set tap7 master br9",
    );
    const taken = definition({ nic: "tap7" });
    await assert.rejects(host.section.apply(taken, mark, arming, work()), hasCode("in-use"));
    await host.text("sh", "-c", "ip link delete tap7; ip link delete br9");
    const other = definition({ manager: "ifupdown" });
    await assert.rejects(host.section.apply(other, mark, arming, work()), hasCode("invalid-input"));
  });

  it("is another's where the UUID is another, and is neither changed nor removed", async () => {
    await host.section.apply(definition(), mark, arming, work());
    const other = { ...mark, urn: `${mark.urn}2`, uuid: "22222222-2222-8333-8444-555555555555" };
    await assert.rejects(
      host.section.apply(definition({ mtu: 1400 }), other, arming, work()),
      (error: Error) => hasCode("foreign")(error) && error.message.includes(mark.urn),
    );
    await host.section.remove("br0", other.uuid, arming, work());
    const state = await host.section.find("br0", work());
    assert.deepEqual([state?.record?.mark.uuid, state?.mtu], [mark.uuid, 1500]);
    const adopted = await host.section.apply(definition({ mtu: 1400 }), { ...other, uuid: mark.uuid }, arming, work());
    assert.deepEqual([adopted.record?.mark.urn, adopted.mtu], [other.urn, 1400]);
    await host.section.remove("br0", mark.uuid, arming, work());
  });

  it("is taken back at once where the network manager refuses it", async () => {
    const began = Date.now();
    const refusing: SshTransport = Object.assign(Object.create(host.transport) as SshTransport, {
      exec(argv: readonly string[], options: ExecOptions = {}) {
        const { stdin } = options;
        const script = typeof stdin === "string" ? stdin.replace("new_up() { :", "new_up() { return 4") : stdin;
        return host.transport.exec(argv, { ...options, stdin: script });
      },
      fresh: () => host.transport.fresh(),
    });
    const patient = { ...arming, rollbackAfter: 60_000 };
    await assert.rejects(
      createBridges(refusing).apply(definition(), mark, patient, work()),
      (error: Error) => hasCode("rolled-back")(error) && error.message.includes("refused it (exit code 4)"),
    );
    assert.ok(Date.now() - began < 30_000);
  });

  it("is made and removed by a user with sudo", async () => {
    const transport = new SshTransport({
      address: host.host.address,
      user: "windy",
      identityFile: host.host.privateKeyPath,
      knownHosts: host.host.knownHostsPath,
      sshConfig: false,
      agent: false,
    });
    const section = createBridges(transport);
    try {
      assert.equal((await section.apply(definition(), mark, arming, work())).gateway, "172.31.250.1");
      await section.remove("br0", mark.uuid, arming, work());
    } finally {
      await transport.close();
    }
  });

  it("is not made by a user without root's rights", async () => {
    const transport = new SshTransport({
      address: host.host.address,
      user: "windy",
      sudo: false,
      identityFile: host.host.privateKeyPath,
      knownHosts: host.host.knownHostsPath,
      sshConfig: false,
      agent: false,
    });
    try {
      const section = createBridges(transport);
      await assert.rejects(section.apply(definition(), mark, arming, work()));
    } finally {
      await transport.close();
    }
  });
});
