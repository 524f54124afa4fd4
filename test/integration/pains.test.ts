import assert from "node:assert/strict";
import type { Inputs } from "../../provider/basics/record";
import type { Kind } from "../../provider/lifecycle/schema";
import type { Look } from "../conformance/look";
import { Rig } from "../conformance/rig";
import { InProcess } from "../conformance/way";
import { until } from "../lab";

/**
 * Complaints about other tools (test/pains/pains.ts, by their numbers) that do not happen here: on a real host, by the
 * calls that the engine makes.
 */
describe("what people complain of does not happen here", function () {
  this.timeout(120_000);
  let rig: Rig;
  const made: InProcess[] = [];

  before(async () => {
    rig = await Rig.open({ elsewhere: false });
  });
  afterEach(async () => {
    for (const one of made.splice(0).reverse()) await one.destroy();
  });
  after(async () => {
    await rig?.close();
  });

  const on = (inputs: Inputs): Inputs => ({ host: rig.place.host, ...inputs });
  const make = async (kind: Kind, name: string, inputs: Inputs): Promise<InProcess> => {
    const one = new InProcess(kind, name, rig.hidden);
    made.push(one);
    await one.up(on(inputs));
    return one;
  };
  const look = (one: InProcess): Look => rig.look(on({}), one.state);
  const settled = async (one: InProcess, inputs: Inputs) => {
    assert.equal((await one.preview(on(inputs))).changes, false, "a preview has changes");
    const before = structuredClone(one.state);
    if (await one.refresh()) assert.deepEqual(one.state, before);
    assert.equal((await one.preview(on(inputs))).changes, false, "a preview after a refresh has changes");
  };
  const bare = { memory: "64MiB", guestAgent: false, shutdown: { timeout: 1 } };

  it("3: a larger size keeps the volume and its data, and a smaller one is refused at preview", async () => {
    const inputs = { pool: rig.place.pool, format: "raw", size: "4MiB" };
    const volume = await make("Volume", "data", inputs);
    const path = String(volume.state.path);
    const file = () => look(volume).shell('stat -c "%i of %w" "$1"; head -c 4 "$1"', path);
    await look(volume).shell('printf wind | dd of="$1" conv=notrunc status=none', path);
    const before = await file();
    const found = await volume.preview(on({ ...inputs, size: "8MiB" }));
    assert.equal(found.replaces, false);
    await volume.up(on({ ...inputs, size: "8MiB" }));
    assert.equal(await file(), before);
    assert.match(before, /wind$/);
    assert.equal(await look(volume).shell('stat -c %s "$1"', path), String(8 << 20));
    assert.match((await volume.preview(on(inputs))).refused ?? "", /size: .*never made smaller/);
  });

  it("4: sizes in any unit settle after one update", async () => {
    for (const [index, size] of ["5000001B", "5MB", "4.5MiB", "4097KiB", "0.01GB"].entries()) {
      for (const format of ["qcow2", "raw"]) {
        const inputs = { pool: rig.place.pool, size, format };
        await settled(await make("Volume", `size-${index}-${format}`, inputs), inputs);
      }
    }
    const inputs = { ...bare, memory: "70000000B", maxMemory: "0.1GB", running: false };
    await settled(await make("VirtualMachine", "sizes", inputs), inputs);
  });

  it("5: more memory and vCPUs than were foreseen restart the machine, and it stays the same", async () => {
    const inputs = { ...bare, vcpus: 1, restart: "now", interfaces: { lan: { network: rig.place.network } } };
    const machine = await make("VirtualMachine", "grown", inputs);
    const { uuid, macAddresses } = machine.state;
    const more = { ...inputs, memory: "96MiB", vcpus: 2 };
    const found = await machine.preview(on(more));
    assert.equal(found.replaces, false);
    assert.match(found.info, /memory 64MiB → 96MiB: after a restart/);
    await machine.up(on(more));
    assert.deepEqual([machine.state.uuid, machine.state.macAddresses], [uuid, macAddresses]);
    const text = await look(machine).domain("running");
    assert.match(text, /<memory unit='KiB'>98304</);
    assert.match(text, /<vcpu placement='static'>2</);
    await settled(machine, more);
  });

  it("8: a change of cloud-init is announced, seeded anew and in force after a restart", async () => {
    const inputs = (hostname: string, restart?: string): Inputs => ({
      ...bare,
      restart,
      disks: { root: { pool: rig.place.pool, size: "4MiB" } },
      cloudInit: { hostname },
    });
    const machine = await make("VirtualMachine", "seeded", inputs("one"));
    const instance = async () => {
      const path = /<source file='([^']+\.iso)'/.exec(await look(machine).domain("running"))![1]!;
      return look(machine).shell('grep -a -o "instance-id: .*" "$1"', path);
    };
    const before = await instance();
    const found = await machine.preview(on(inputs("two")));
    assert.equal(found.replaces, false);
    assert.match(found.warnings, /cloudInit\.hostname one → two: a new seed with a new instance id, after a restart/);
    await machine.up(on(inputs("two", "now")));
    assert.notEqual(await instance(), before);
    await settled(machine, inputs("two", "now"));
  });

  it("13: volumes, networks and machines are made side by side", async () => {
    const { pool } = rig.place;
    const all = Array.from({ length: 6 }, (_, index) => [
      make("Volume", `many-${index}`, { pool, size: "1MiB" }),
      make("Network", `many-${index}`, { mode: "isolated", ipv4: { address: `172.19.${index}.1/24` } }),
      make("VirtualMachine", `many-${index}`, { ...bare, running: false, disks: { root: { pool, size: "1MiB" } } }),
    ]).flat();
    await Promise.all(all);
  });

  it("17: a disk of an image is a thin clone, unless a full one is asked for", async () => {
    const { pool, image } = rig.place;
    const thin = await make("Volume", "thin", { pool, image });
    const full = await make("Volume", "full", { pool, image, clone: "full" });
    const info = (one: InProcess) =>
      look(one).shell('qemu-img info -U "$1"; stat -c "%b blocks" "$1"', String(one.state.path));
    assert.match(await info(thin), /backing file:/);
    assert.doesNotMatch(await info(full), /backing file:/);
    const blocks = async (one: InProcess) => Number(/(\d+) blocks/.exec(await info(one))![1]);
    assert.ok((await blocks(thin)) * 10 < (await blocks(full)));
  });

  it("19: a machine with UEFI is deleted with its NVRAM", async () => {
    const machine = await make("VirtualMachine", "firm", { ...bare, firmware: "uefi" });
    const host = look(machine);
    const path = /<nvram[^>]*>([^<]*)</.exec(await host.domain("running"))![1]!;
    await host.shell('test -f "$1"', path);
    await machine.destroy();
    await host.shell('test ! -e "$1"', path);
    assert.doesNotMatch(await host.virsh("list", "--all", "--name"), /conf-firm/);
  });

  it("20: a pool leaves a directory that was there before, and what is in it", async () => {
    const host = rig.look(on({}), {});
    await host.shell("mkdir -p /srv/before && echo kept > /srv/before/file && mkdir /srv/empty");
    for (const path of ["/srv/before", "/srv/empty"]) {
      const pool = await make("StoragePool", `of${path.replaceAll("/", "-")}`, { path });
      await pool.destroy();
    }
    assert.equal(await host.shell("cat /srv/before/file && ls -d /srv/empty"), "kept\n/srv/empty");
  });

  it("11: the network, the pool and a machine with autostart are back after the host has lost its power", async () => {
    const network = { mode: "isolated", ipv4: { address: "172.19.9.1/24" } };
    const lasting = await make("Network", "lasting", network);
    await make("StoragePool", "lasting", {});
    const machine = { ...bare, autostart: true, interfaces: { lan: { network: lasting.id } } };
    const runs = await make("VirtualMachine", "lasting", machine);
    const { host } = look(lasting);
    await host.powerCut();
    await host.start();
    await until(
      "the machine to run again",
      async () => (await look(runs).virsh("domstate", runs.state.name as string)) === "running",
    );
    assert.match(await look(lasting).virsh("net-info", "conf-lasting"), /Active:\s+yes/);
    assert.match(await look(lasting).virsh("pool-info", "conf-lasting"), /State:\s+running/);
    await settled(lasting, network);
    await settled(runs, machine);
  });
});
