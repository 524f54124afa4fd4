import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { poolXml } from "../../../provider/drivers/libvirt/pools/pool-xml";
import { volumeXml } from "../../../provider/drivers/libvirt/volumes/volume-xml";
import type { PoolDefinition } from "../../../provider/drivers/model";
import { DriverHost, hasCode, mebibyte, sha256, work } from "./host-fixtures";

describe("libvirt's volumes", function () {
  this.timeout(60_000);
  let host: DriverHost;
  let pool: PoolDefinition;

  before(async function () {
    this.timeout(240_000);
    host = await DriverHost.open("volumes");
    pool = await host.pool();
  });
  after(() => host?.close());

  const of = (name: string, changes = {}) => ({
    pool: pool.uuid,
    name,
    format: "qcow2" as const,
    capacity: 8 * mebibyte,
    ...changes,
  });
  const at = (name: string) => `${pool.path}/${name}`;
  const info = async (name: string) => JSON.parse(await host.text("qemu-img", "info", "--output=json", at(name)));

  it("makes volumes of both formats and reads them back", async () => {
    const made = await host.root.volumes.create(of("a.qcow2", { mode: "0640", owner: 7, group: 8 }));
    assert.deepEqual(
      { ...made, allocation: 0 },
      {
        ...of("a.qcow2", { mode: "0640", owner: 7, group: 8 }),
        path: at("a.qcow2"),
        key: at("a.qcow2"),
        allocation: 0,
      },
    );
    assert.deepEqual(await host.root.volumes.find(pool.uuid, "a.qcow2"), made);
    assert.deepEqual(await host.root.volumes.findByPath(at("a.qcow2")), made);
    assert.equal((await info("a.qcow2"))["format-specific"].data.compat, "1.1");
    const raw = await host.user.volumes.create(of("b.raw", { format: "raw" }));
    assert.deepEqual([raw.format, raw.capacity, raw.allocation], ["raw", 8 * mebibyte, 0]);
  });

  it("writes nothing that libvirt's schema does not know", async () => {
    const backing = { path: at("base"), format: "qcow2" as const };
    const permissions = { mode: "0600", owner: 1, group: 2 };
    const pools = [pool, { ...pool, ...permissions }].map((one) => ["storagepool", poolXml(one)] as const);
    const volumes = [of("x"), of("x", { format: "raw", ...permissions }), of("x", { backing, owner: 5 })].map(
      (one) => ["storagevol", volumeXml(one)] as const,
    );
    for (const [schema, xml] of [...pools, ...volumes]) {
      const script = 'cat >/tmp/written.xml && virt-xml-validate /tmp/written.xml "$0"';
      const { code, stderr } = await host.host.exec(["sh", "-c", script, schema], { stdin: xml, check: false });
      assert.equal(code, 0, `${stderr} ${xml}`);
    }
  });

  it("answers undefined for what is not there, in a pool that is not there too", async () => {
    assert.equal(await host.root.volumes.find(pool.uuid, "none"), undefined);
    assert.equal(await host.root.volumes.find(randomUUID(), "none"), undefined);
    assert.equal(await host.root.volumes.findByPath("/nowhere"), undefined);
  });

  it("sees what came and went behind libvirt's back", async () => {
    const other = await host.pool();
    await host.text("qemu-img", "create", "-q", "-f", "qcow2", `${other.path}/by-hand`, "3M");
    assert.equal((await host.root.volumes.find(other.uuid, "by-hand"))?.capacity, 3 * mebibyte);
    await host.text("rm", `${other.path}/by-hand`);
    assert.equal(await host.root.volumes.find(other.uuid, "by-hand"), undefined);
    await host.root.volumes.create({ ...of("gone"), pool: other.uuid });
    await host.text("rm", `${other.path}/gone`);
    await host.root.volumes.delete(other.uuid, "gone");
    await host.root.volumes.delete(other.uuid, "gone");
    await host.root.volumes.create({ ...of("stays"), pool: other.uuid });
    await host.text("virsh", "pool-destroy", other.name);
    assert.equal((await host.root.volumes.find(other.uuid, "stays"))?.name, "stays");
  });

  it("preallocates as it is told, and refuses what the pool can't hold", async () => {
    const full = await host.root.volumes.create(of("full.raw", { format: "raw", preallocation: "full" }));
    assert.ok(full.allocation >= 8 * mebibyte);
    const whole = await host.root.volumes.create(of("full.qcow2", { preallocation: "full" }));
    assert.ok(whole.allocation >= 8 * mebibyte, `${whole.allocation} allocated`);
    const size = 4096 * 2 ** 40;
    await assert.rejects(
      host.root.volumes.create(of("huge", { format: "raw", capacity: size, preallocation: "full" })),
      hasCode("no-space"),
    );
    await assert.rejects(host.root.volumes.create(of("full.raw", { format: "raw" })), hasCode("already-exists"));
    await assert.rejects(host.root.volumes.create(of("../x")), hasCode("invalid-input"));
  });

  it("makes linked clones, knows what depends on what, and copies them whole", async () => {
    await host.root.volumes.create(of("base"));
    await host.text("qemu-io", "-c", "write -P 0xab 0 1M", at("base"));
    const base = { pool: pool.uuid, name: "base" };
    const linked = await host.root.volumes.clone(of("linked", { capacity: 16 * mebibyte }), base);
    assert.deepEqual([linked.backingPath, linked.capacity], [at("base"), 16 * mebibyte]);
    await host.text("qemu-io", "-c", "write -P 0xcd 1M 1M", at("linked"));
    const dependents = await host.root.volumes.dependents(base);
    assert.deepEqual(
      dependents.map(({ name }) => name),
      ["linked"],
    );
    for (const driver of [host.root, host.user]) {
      const name = driver === host.root ? "copy" : "copy-by-user";
      const copy = await driver.volumes.copy(
        of(name, { capacity: 32 * mebibyte }),
        { pool: pool.uuid, name: "linked" },
        work(),
      );
      assert.deepEqual([copy.capacity, copy.backingPath, copy.format], [32 * mebibyte, undefined, "qcow2"]);
      const { "backing-filename": none, "virtual-size": size } = await info(name);
      assert.deepEqual([none, size], [undefined, 32 * mebibyte]);
      const read = await host.text("qemu-io", "-c", "read -P 0xab 0 1M", "-c", "read -P 0xcd 1M 1M", at(name));
      assert.doesNotMatch(read, /verification failed/);
      assert.equal(await host.exists(at(`.${name}.partial`)), false);
      assert.deepEqual(await driver.volumes.find(pool.uuid, name), copy);
    }
    const other = await host.pool();
    const elsewhere = { ...of("copy"), pool: other.uuid, capacity: 16 * mebibyte };
    const across = await host.root.volumes.copy(elsewhere, { pool: pool.uuid, name: "linked" }, work());
    assert.deepEqual([across.pool, across.path], [other.uuid, `${other.path}/copy`]);
    const raw = await host.root.volumes.copy(
      of("copy.raw", { format: "raw", capacity: 16 * mebibyte }),
      { pool: pool.uuid, name: "linked" },
      work(),
    );
    assert.deepEqual([raw.format, raw.capacity], ["raw", 16 * mebibyte]);
  });

  it("grows a volume that nobody uses, and never shrinks one", async () => {
    for (const name of ["grow.qcow2", "grow.raw"]) {
      const format = name.endsWith("raw") ? ("raw" as const) : ("qcow2" as const);
      await host.root.volumes.create(of(name, { format }));
      await host.root.volumes.grow(pool.uuid, name, 9 * mebibyte);
      await host.root.volumes.grow(pool.uuid, name, 9 * mebibyte);
      assert.equal((await host.root.volumes.find(pool.uuid, name))?.capacity, 9 * mebibyte);
      assert.equal((await info(name))["virtual-size"], 9 * mebibyte);
      await assert.rejects(host.root.volumes.grow(pool.uuid, name, mebibyte), hasCode("invalid-input"));
    }
    await assert.rejects(host.root.volumes.grow(pool.uuid, "none", mebibyte), hasCode("not-found"));
  });

  it("grows a volume through the machine that has it open, and finds all who use it", async () => {
    await host.root.volumes.create(of("root-base"));
    await host.root.volumes.clone(of("root"), { pool: pool.uuid, name: "root-base" });
    const [running, stopped] = [randomUUID(), randomUUID()];
    for (const [uuid, name] of [
      [running, "user-running"],
      [stopped, "user-stopped"],
    ] as const) {
      const disk = `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${at("root")}'/><target dev='vda' bus='virtio'/></disk>`;
      await host.machine(uuid, name, disk);
    }
    await host.text("virsh", "start", "user-running");
    assert.deepEqual(
      (await host.root.volumes.users({ pool: pool.uuid, name: "root" })).sort(),
      [running, stopped].sort(),
    );
    assert.deepEqual(
      (await host.root.volumes.users({ pool: pool.uuid, name: "root-base" })).sort(),
      [running, stopped].sort(),
    );
    assert.deepEqual(await host.root.volumes.users({ pool: pool.uuid, name: "nobody" }), []);
    await host.user.volumes.grow(pool.uuid, "root", 12 * mebibyte);
    assert.match(await host.text("virsh", "domblkinfo", "user-running", "vda"), /Capacity:\s+12582912\b/);
    assert.equal((await host.root.volumes.find(pool.uuid, "root"))?.capacity, 12 * mebibyte);
    await assert.rejects(host.root.volumes.grow(pool.uuid, "root-base", 20 * mebibyte), hasCode("in-use"));
    await host.text("virsh", "destroy", "user-running");
    await host.root.volumes.grow(pool.uuid, "root", 13 * mebibyte);
    assert.equal((await info("root"))["virtual-size"], 13 * mebibyte);
  });

  it("sets owner and mode", async () => {
    await host.root.volumes.create(of("owned"));
    await host.root.volumes.setPermissions(pool.uuid, "owned", { owner: 64055, mode: "604" });
    const { owner, group, mode } = (await host.root.volumes.find(pool.uuid, "owned"))!;
    assert.deepEqual({ owner, group, mode }, { owner: 64055, group: 0, mode: "0604" });
  });

  for (const user of ["root", "user"] as const) {
    it(`uploads a file as it is, as ${user}`, async () => {
      const { volumes } = host[user];
      const bytes = randomBytes(3 * mebibyte + 17);
      const doing = work();
      const name = `upload-${user}`;
      const source = () => Readable.from([bytes.subarray(0, mebibyte), bytes.subarray(mebibyte)]);
      const size = bytes.length;
      const definition = of(name, { format: "raw", capacity: 0 });
      const state = await volumes.upload(definition, source(), size, doing);
      assert.equal(state.format, "raw");
      assert.equal(state.path, at(name));
      assert.ok(doing.told.includes("uploading 100%"), doing.told.join());
      assert.equal(await volumes.checksum(pool.uuid, name, "sha256", work()), sha256(bytes));
      assert.deepEqual(await volumes.find(pool.uuid, name), state);
      // what was there before stays when another comes of that name
      await assert.rejects(volumes.upload(definition, source(), size, work()), hasCode("already-exists"));
      assert.equal(await volumes.checksum(pool.uuid, name, "sha256", work()), sha256(bytes));
    });

    it(`knows an uploaded image by what is in it, as ${user}`, async () => {
      const { volumes } = host[user];
      await host.text("qemu-img", "create", "-q", "-f", "qcow2", "/tmp/image", "64M");
      const { stdout } = await host.host.exec(["base64", "/tmp/image"]);
      const bytes = Buffer.from(stdout, "base64");
      const image = `image-${user}`;
      const state = await volumes.upload(
        of(image, { capacity: 96 * mebibyte }),
        Readable.from([bytes]),
        bytes.length,
        work(),
      );
      assert.deepEqual([state.format, state.capacity], ["qcow2", 96 * mebibyte]);
      assert.equal((await info(image))["virtual-size"], 96 * mebibyte);
      const noise = randomBytes(4096);
      await assert.rejects(
        volumes.upload(of("no-image"), Readable.from([noise]), noise.length, work()),
        hasCode("invalid-input"),
      );
      assert.equal(await host.exists(at("no-image")), false);
    });

    it(`keeps nothing of a source that ends early or breaks, as ${user}`, async () => {
      const { volumes } = host[user];
      const definition = of(`broken-${user}`, { format: "raw" });
      const short = () => Readable.from([randomBytes(1000)]);
      await assert.rejects(volumes.upload(definition, short(), 2 * mebibyte, work()), hasCode("invalid-input"));
      async function* breaking() {
        yield randomBytes(mebibyte);
        throw new Error("the disk broke");
      }
      await assert.rejects(
        volumes.upload(definition, Readable.from(breaking()), 2 * mebibyte, work()),
        /the disk broke/,
      );
      assert.equal(await volumes.find(pool.uuid, definition.name), undefined);
      assert.equal(await host.text("sh", "-c", 'ls -A "$0" | grep -c "$1" || true', pool.path, definition.name), "0");
      const whole = randomBytes(1000);
      await volumes.upload(definition, Readable.from([whole]), whole.length, work());
    });
  }

  it("makes a hundred volumes at once about as fast as libvirt does", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `many-${index}.raw`);
    const started = Date.now();
    await Promise.all(
      names.map(async (name) => {
        assert.equal(await host.root.volumes.find(pool.uuid, name), undefined);
        await host.root.volumes.create(of(name, { format: "raw" }));
      }),
    );
    const took = Date.now() - started;
    const listed = await host.root.volumes.dependents({ pool: pool.uuid, name: "none" });
    assert.deepEqual(listed, []);
    await Promise.all(names.map((name) => host.root.volumes.delete(pool.uuid, name)));
    assert.ok(took < 20_000, `${took} ms`);
    console.log(`      100 looked for and made in ${took} ms`);
  });
});
