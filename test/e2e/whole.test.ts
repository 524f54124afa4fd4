import assert from "node:assert/strict";
import { currentLab, ensureMicroGuest, type LabHost, until } from "../lab";
import { connection, disksLike, frame, guest, inGuest, initrd, kernel, reservations, winds } from "./guests";
import { inOrder } from "./in-order";
import { type Asked, Stack } from "./stack";

interface GuestOutput {
  uuid: string;
  ipAddress: string;
  macAddresses: Record<string, string>;
  sshHostKeys: string[];
  restartPending: string[];
}

/** One life of a stack, from its first preview to its end, on a real host. Each step stands on the one before. */
describe("the whole way", function () {
  this.timeout(900_000);
  inOrder();

  let host: LabHost;
  let stack: Stack;
  let publicKey: string;
  let hosts: Record<string, string>;
  const changes: Record<string, Record<string, unknown>> = {};
  let network: object = {};

  const asked = (): Asked[] => [
    ...frame({ reservations: reservations(winds), network }),
    ...winds.map((name, index) => guest(name, index, publicKey, changes[name])),
  ];
  const ask = (extra: Asked[] = []) => stack.ask(hosts, [...asked(), ...extra]);
  const guests = async () => (await stack.outputs<{ guests: Record<string, GuestOutput> }>()).guests;
  const boreas = async (command: string) => {
    const { boreas } = await guests();
    return inGuest(host, boreas!.ipAddress, boreas!.sshHostKeys[0]!, command);
  };
  const virsh = async (...argv: string[]) =>
    (await host.exec(["virsh", "-q", "-c", "qemu:///system", ...argv])).stdout.trim();
  /** The process of a guest: the same one, or another after a restart. */
  const process = async (name: string) =>
    (await host.exec(["cat", `/run/libvirt/qemu/${stack.name}-${name}.pid`])).stdout.trim();

  before(async () => {
    const lab = await currentLab();
    const micro = await ensureMicroGuest(() => {});
    host = await lab.startHost({ name: `whole${Math.floor(Math.random() * 1e6)}` });
    await host.copyIn(micro.kernel, kernel);
    await host.copyIn(micro.initrd, initrd);
    publicKey = await lab.publicKey();
    stack = await Stack.create();
    hosts = { anemoi: connection(host) };
  });

  after(async () => {
    await host?.destroy();
    await stack?.dispose();
  });

  it("previews without a way to any host", async () => {
    await stack.ask({ anemoi: "qemu+ssh://root@127.0.0.1:9/system" }, asked());
    const { output } = await stack.preview();
    assert.match(output, /\+ 8 to create/);
  });

  it("brings all four up, reached by ssh by their names, with the host keys of their seeds", async () => {
    await host.exec([
      "sh",
      "-c",
      "printf '<network><name>foreign</name></network>' > /root/foreign.xml && virsh -q net-define /root/foreign.xml",
    ]);
    await ask();
    await stack.up();
    const outputs = await guests();
    for (const [index, name] of winds.entries()) {
      const { ipAddress, sshHostKeys } = outputs[name]!;
      assert.equal(ipAddress, `172.17.2.${index + 2}`);
      assert.equal(await inGuest(host, ipAddress, sshHostKeys[0]!, "hostname"), name);
    }
  });

  it("has nothing to do the second time, nor after a refresh", async () => {
    const { output } = await stack.preview({ args: ["--expect-no-changes"] });
    assert.doesNotMatch(output, /to (update|replace|create)/);
    const refreshed = await stack.refresh({ args: ["--expect-no-changes"] });
    assert.doesNotMatch(refreshed.output, /updated/);
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("gives a guest more memory while it runs", async () => {
    const [before, total] = [
      await process("boreas"),
      Number((await boreas("grep MemTotal /proc/meminfo")).replace(/\D/g, "")),
    ];
    changes.boreas = { memory: "288MiB" };
    await ask();
    const { output } = await stack.preview();
    assert.match(output, /memory 192MiB → 288MiB: live/);
    assert.match(output, /~ 1 to update/);
    await stack.up();
    assert.equal(await process("boreas"), before);
    const enough = total + 60_000;
    const read = "set -- $(grep MemTotal /proc/meminfo)";
    const bigger = await boreas(
      `for i in $(seq 500); do ${read}; [ "$2" -gt ${enough} ] && break; sleep 0.1; done; echo "$2"`,
    );
    assert.ok(Number(bigger) > enough, `${bigger} after ${total}`);
  });

  it("adds three disks while it runs; UUID and MAC address stay", async () => {
    const [before, process_] = [await guests(), await process("boreas")];
    const data = Object.fromEntries(
      ["data", "logs", "spare"].map((key) => [key, { pool: { $ref: "pool" }, size: "16MiB" }]),
    );
    changes.boreas = { ...changes.boreas, disks: data };
    await ask();
    await stack.up();
    assert.equal(await process("boreas"), process_);
    const after = await guests();
    assert.deepEqual(
      [after.boreas!.uuid, after.boreas!.macAddresses],
      [before.boreas!.uuid, before.boreas!.macAddresses],
    );
    assert.equal(await boreas(disksLike("16384 vd", 3)), "3");
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("grows a disk while it runs, and refuses to shrink it at preview, on that property", async () => {
    const disks = changes.boreas!.disks as Record<string, { size: string }>;
    disks.data!.size = "48MiB";
    await ask();
    await stack.up();
    assert.equal(await boreas(disksLike("49152 vd", 1)), "1");
    disks.data!.size = "16MiB";
    await ask();
    const { code, output } = await stack.preview({ check: false });
    assert.notEqual(code, 0);
    assert.match(output, /disks\.data\.size/);
    assert.match(output, /never made smaller/);
    disks.data!.size = "48MiB";
  });

  it("changes the network live, and previews no other change", async () => {
    network = { dns: { hosts: { "gateway.aeolia": "172.17.2.1" } } };
    await ask();
    const { output } = await stack.preview();
    assert.match(output, /~ 1 to update/);
    assert.doesNotMatch(output, /to replace/);
    await stack.up();
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("shows a change that needs a restart, refuses it, defers it, makes it", async () => {
    const before = await process("boreas");
    changes.boreas = { ...changes.boreas, machineType: "pc" };
    await ask();
    const preview = await stack.preview();
    assert.match(preview.output, /machineType .*after a restart/);
    assert.match(preview.output, /warning/);
    const refused = await stack.up({ check: false });
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /machineType/);
    assert.match(refused.output, /restart: "now"/);
    assert.equal(await process("boreas"), before);

    changes.boreas.restart = "defer";
    await ask();
    await stack.up();
    assert.equal(await process("boreas"), before);
    assert.deepEqual((await guests()).boreas!.restartPending, ["machineType"]);

    changes.boreas.restart = "now";
    await ask();
    await stack.up();
    assert.notEqual(await process("boreas"), before);
    assert.deepEqual((await guests()).boreas!.restartPending, []);
    assert.match(await virsh("dumpxml", `${stack.name}-boreas`), /machine='pc-i440fx/);
    assert.equal(await boreas("hostname"), "boreas");
  });

  it("shows a drift made by virsh, and mends it", async () => {
    await virsh("autostart", `${stack.name}-notus`);
    await virsh("setmem", `${stack.name}-notus`, "200M", "--config");
    await stack.refresh();
    const { output } = await stack.preview();
    assert.match(output, /memory/);
    assert.match(output, /autostart/);
    await stack.up();
    assert.match(await virsh("dominfo", `${stack.name}-notus`), /Autostart:\s+disable/);
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("takes a snapshot of a running guest, and restores it by a token", async () => {
    const snapshot = (restore?: string): Asked => ({
      kind: "Snapshot",
      name: "before",
      args: { host: { $ref: "anemoi" }, machine: { $ref: "zephyrus" }, restore },
    });
    const zephyrus = async (command: string) => {
      const { zephyrus } = await guests();
      return inGuest(host, zephyrus!.ipAddress, zephyrus!.sshHostKeys[0]!, command);
    };
    // The host's kernel may hold for some seconds that the address has no answer: qemu was away meanwhile.
    const again = (command: string) =>
      until("the guest answers again", () => zephyrus(command).catch(() => undefined), 60_000, 250);
    await zephyrus("echo before > /tmp/mark; printf before | dd of=/dev/vda conv=notrunc 2>/dev/null; sync");
    await ask([snapshot()]);
    await stack.up();
    await again("echo after > /tmp/mark; printf after. | dd of=/dev/vda conv=notrunc 2>/dev/null; sync");
    await ask([snapshot("1")]);
    await stack.up();
    assert.equal(await again("cat /tmp/mark; head -c 6 /dev/vda"), "before\nbefore");
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("destroys it all, and leaves what is foreign", async () => {
    await stack.destroy();
    assert.equal(await virsh("list", "--all", "--name"), "");
    assert.equal(await virsh("pool-list", "--all", "--name"), "");
    assert.match(await virsh("net-list", "--all", "--name"), /foreign/);
    assert.doesNotMatch(await virsh("net-list", "--all", "--name"), /winds/);
    const files = await host.exec([
      "sh",
      "-c",
      "ls -A /var/lib/libvirt/images /var/lib/libvirt/qemu/nvram /var/lib/libvirt/qemu/snapshot 2>/dev/null; ls /var/lib/libvirt/dnsmasq | grep winds || true",
    ]);
    assert.doesNotMatch(files.stdout, new RegExp(`${stack.name}|winds|boreas`));
  });
});
