import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { diff } from "../../../provider/lifecycle/diff";
import { apply, read, remove } from "../../../provider/lifecycle/lifecycle";
import { image } from "../../../provider/resources/image/definition";
import {
  canonicalChecksum,
  digestFromList,
  formatOf,
  packingOf,
  parseSource,
  withoutSecrets,
} from "../../../provider/resources/image/source";
import { storagePool } from "../../../provider/resources/storage-pool/definition";
import { anyOf, change, checked, checkOf, contextOf, FakeHost, halfMade, type Made, make } from "../fakes";

const pool = "aaaaaaaa-2222-8333-8444-555555555555";
const url = "https://images.example/debian-12.qcow2";
const list = "https://images.example/SHA256SUMS";
const content = (text: string) => Buffer.concat([Buffer.from("QFI\xfb", "latin1"), Buffer.from(text)]);
const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex");
const bookworm = content("bookworm");
const trixie = content("trixie");
const definition = anyOf(image);
const given = { host: "h1", pool, source: url, checksum: `sha256:${sha256(bookworm)}` };

describe("Image", function () {
  this.timeout(20_000);
  let host: FakeHost;
  let folder: string;
  const homeBefore = process.env.PULUMI_HOME;
  beforeEach(() => {
    host = new FakeHost();
    host.web.set(url, bookworm);
    host.web.set(list, Buffer.from(`${sha256(bookworm)}  debian-12.qcow2\n${sha256(trixie)}  debian-13.qcow2\n`));
    folder = mkdtempSync(join(tmpdir(), "image-test-"));
    process.env.PULUMI_HOME = join(folder, "home");
  });
  afterEach(() => {
    if (homeBefore === undefined) delete process.env.PULUMI_HOME;
    else process.env.PULUMI_HOME = homeBefore;
    rmSync(folder, { recursive: true, force: true });
  });
  const context = () => contextOf(host, "Image");
  const fileOf = (name: string, data: Buffer) => {
    writeFileSync(join(folder, name), data);
    return join(folder, name);
  };
  /** What an update with deleteBeforeReplace does. */
  const replace = async (made: Made, inputs: object) => {
    await remove(definition, made.state, context());
    return make(host, image, { ...given, ...inputs });
  };

  it("is fetched by the host, under a name that carries its digest", async () => {
    const made = await make(host, image, given);
    assert.match(made.id, new RegExp(`^${pool}/dev-boreas-${sha256(bookworm).slice(0, 12)}-[0-9a-f]{8}\\.qcow2$`));
    assert.equal(made.state.digest, given.checksum);
    assert.deepEqual(host.changes(), ["volumes.fetch"]);
  });

  it("reads back without a change, and settles", async () => {
    for (const inputs of [given, { ...given, checksum: list }, { ...given, checksum: undefined }]) {
      const made = await make(host, image, inputs);
      const answer = (await read(definition, made.state, context()))!;
      assert.deepEqual(diff(definition, answer.outputs, made.inputs).rows, []);
      assert.deepEqual(diff(definition, made.state, await checked(image, inputs, made.inputs)).rows, []);
      const same = await change(host, image, made, { ...inputs, via: "host" });
      assert.equal(same.id, made.id);
    }
  });

  it("a new checksum replaces it; another place of the same content does not", async () => {
    const made = await make(host, image, given);
    const rows = async (inputs: object) =>
      diff(definition, made.state, await checked(image, { ...given, ...inputs }, made.inputs)).rows;
    const effects = async (inputs: object) => (await rows(inputs)).map((row) => `${row.path} ${row.effect}`);
    assert.deepEqual(await effects({ checksum: sha256(trixie) }), ["checksum replace"]);
    assert.deepEqual(await effects({ checksum: sha256(bookworm).toUpperCase() }), []);
    assert.deepEqual(await effects({ source: "http://mirror.example/debian-12.qcow2" }), ["source local"]);
    assert.deepEqual(await effects({ checksum: undefined }), ["checksum local"]);
    assert.deepEqual(await effects({ checksum: undefined, source: `${url}.xz` }), [
      "source replace",
      "checksum local",
      "decompress replace",
    ]);
  });

  it("is in the state where its download was cut, goes on, and takes what came with it when it goes", async () => {
    const lineage = { __lineage: "0".repeat(32) };
    host.fail("volumes.fetch", "connection-cut");
    const half = await halfMade(make(host, image, { ...given, ...lineage }));
    assert.equal(half.outputs.__begun, true);
    const found = (await read(definition, half.outputs, context()))!;
    assert.deepEqual(found.outputs, half.outputs, "a refresh keeps it");
    assert.equal(diff(definition, half.outputs, await checked(image, given, half.outputs)).changes, true);
    host.changes();
    await remove(definition, half.outputs, context());
    assert.deepEqual(host.changes(), ["volumes.forget"]);
    host.failing.clear();
    const { id, outputs } = await apply(definition, await checked(image, given, half.outputs), half.outputs, context());
    assert.equal(id, half.id);
    assert.deepEqual([outputs.__begun, outputs.__pending], [undefined, undefined]);
  });

  it("is not in the state where nothing is left of it", async () => {
    host.fail("volumes.fetch", "no-space");
    await assert.rejects(make(host, image, given), { code: "no-space" });
  });

  it("takes the digest that the list has now, where an earlier run did not finish", async () => {
    host.fail("volumes.fetch", "connection-cut");
    const half = await halfMade(make(host, image, { ...given, checksum: list }));
    host.failing.clear();
    host.web.set(list, Buffer.from(sha256(trixie)));
    host.web.set(url, trixie);
    const inputs = await checked(image, { ...given, checksum: list }, half.outputs);
    const { outputs } = await apply(definition, inputs, half.outputs, context());
    assert.equal(outputs.digest, `sha256:${sha256(trixie)}`);
  });

  it("takes what an upload that was cut wrote with it", async () => {
    host.fail("volumes.upload", "connection-cut");
    const half = await halfMade(make(host, image, { host: "h1", pool, source: fileOf("mine.qcow2", bookworm) }));
    assert.deepEqual([...host.notes], [`${half.id} unfinished`]);
    host.addVolume({ pool, name: half.id.split("/")[1]!, format: "raw" });
    await remove(definition, half.outputs, context());
    assert.equal(host.volumes.size, 0);
  });

  it("refuses what has another digest, and keeps nothing", async () => {
    host.web.set(url, trixie);
    await assert.rejects(make(host, image, given), { code: "checksum-mismatch" });
    assert.equal(host.volumes.size, 0);
  });

  it("shows a new image upstream at a refresh, and goes back when it does", async () => {
    const inputs = { ...given, checksum: list };
    const made = await make(host, image, inputs);
    host.web.set(list, Buffer.from(`${sha256(trixie)} *debian-12.qcow2\n`));
    const answer = (await read(definition, made.state, context()))!;
    assert.equal(answer.inputs.upstreamDigest, `sha256:${sha256(trixie)}`);
    const news = await checked(image, inputs, answer.inputs);
    assert.deepEqual(diff(definition, answer.outputs, news).replaces, ["upstreamDigest"]);
    const newest = host.web.get(list)!;
    host.web.set(list, Buffer.from(sha256(bookworm)));
    const back = (await read(definition, answer.outputs, context()))!;
    assert.deepEqual(diff(definition, back.outputs, news).rows, []);
    host.web.set(list, newest);
    host.web.set(url, trixie);
    const newer = await replace({ ...made, state: answer.outputs }, { checksum: list });
    assert.notEqual(newer.id, made.id);
    assert.deepEqual(diff(definition, newer.state, newer.inputs).rows, []);
  });

  it("a list that can't be had does not fail a refresh", async () => {
    const made = await make(host, image, { ...given, checksum: list, via: "host" });
    host.web.delete(list);
    const asked = context();
    const answer = (await read(definition, made.state, asked))!;
    assert.deepEqual(diff(definition, answer.outputs, made.inputs).rows, []);
    assert.match(asked.told.join(), /warning: .*newer image is not known/);
  });

  it("needs a digest in the list", async () => {
    host.web.set(list, Buffer.from(`${sha256(bookworm)}  other.qcow2\n`));
    await assert.rejects(make(host, image, { ...given, checksum: list }), /has no digest of debian-12\.qcow2/);
  });

  it("sends a file of this machine, verified; a changed file replaces it", async () => {
    const source = fileOf("mine.qcow2", bookworm);
    const inputs = { host: "h1", pool, source };
    const made = await make(host, image, inputs);
    assert.deepEqual(host.contents.get(made.id), bookworm);
    assert.equal(made.state.digest, given.checksum);
    assert.equal(host.volumes.size, 1, "no marker stays");
    assert.deepEqual(diff(definition, made.state, await checked(image, inputs, made.inputs)).rows, []);
    fileOf("mine.qcow2", content("trixie, and longer"));
    assert.deepEqual(diff(definition, made.state, await checked(image, inputs, made.inputs)).replaces, ["fileDigest"]);
    rmSync(source);
    assert.deepEqual(diff(definition, made.state, await checked(image, inputs, made.inputs)).rows, []);
    assert.deepEqual(
      (await checkOf(image, inputs)).failures.map((failure) => failure.property),
      ["source"],
    );
  });

  it("unpacks a file of this machine; one that is not packed so is refused", async () => {
    const made = await make(host, image, { host: "h1", pool, source: fileOf("mine.qcow2.gz", gzipSync(bookworm)) });
    assert.deepEqual(host.contents.get(made.id), bookworm);
    const bad = { host: "h1", pool, source: fileOf("bad.qcow2.gz", bookworm) };
    await assert.rejects(make(host, image, bad, "two"), { code: "invalid-input" });
  });

  it("starts an upload that was cut anew", async () => {
    const inputs = { host: "h1", pool, source: fileOf("mine.qcow2", bookworm) };
    const made = await make(host, image, inputs);
    const name = made.id.split("/")[1]!;
    host.notes.add(`${pool}/${name} unfinished`);
    host.contents.set(made.id, Buffer.from("half"));
    assert.equal((await make(host, image, inputs)).id, made.id);
    assert.deepEqual(host.contents.get(made.id), bookworm);
    assert.deepEqual([...host.volumes.keys()], [made.id]);
  });

  describe("through this machine", () => {
    let server: Server;
    let local: string;
    beforeEach(async () => {
      server = createServer((request, response) => {
        if (request.url === "/a.qcow2") response.end(bookworm);
        else if (request.url === "/SHA256SUMS") response.end(`${sha256(bookworm)}  a.qcow2\n`);
        else response.writeHead(404).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      local = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterEach(() => new Promise((resolve) => server.close(resolve)));

    it("goes what the host does not get, unless only the host may", async () => {
      const made = await make(host, image, { ...given, source: `${local}/a.qcow2` });
      assert.deepEqual(host.contents.get(made.id), bookworm);
      const half = await halfMade(make(host, image, { ...given, source: `${local}/a.qcow2`, via: "host" }, "b"));
      assert.equal(half.error.code, "download-failed");
      host.changes();
      await make(host, image, { ...given, source: `${local}/a.qcow2`, via: "client" }, "c");
      assert.ok(!host.changes().includes("volumes.fetch"));
    });

    it("goes the list of checksums too, where the image does", async () => {
      const source = `${local}/a.qcow2`;
      const checksum = `${local}/SHA256SUMS`;
      const made = await make(host, image, { ...given, source, checksum, via: "client" });
      assert.equal(made.state.digest, `sha256:${sha256(bookworm)}`);
      assert.ok(!host.calls.includes("volumes.fetchText"));
      await make(host, image, { ...given, source, checksum }, "b");
      const missing = { ...given, source, checksum: `${local}/none`, via: "client" };
      await assert.rejects(make(host, image, missing, "c"), /none: the server answered with 404/);
    });

    it("fails as the server says, and on another content", async () => {
      const half = await halfMade(make(host, image, { ...given, source: `${local}/b.qcow2` }));
      assert.match(half.message, /404/);
      const other = { ...given, checksum: sha256(trixie), source: `${local}/a.qcow2` };
      await assert.rejects(make(host, image, other), { code: "checksum-mismatch" });
      assert.equal(host.volumes.size, 0);
    });
  });

  it("refuses an image of another format, and one that reads another file", async () => {
    await assert.rejects(make(host, image, { ...given, format: "raw" }), /format: "qcow2"/);
    const real = host.addVolume.bind(host);
    host.addVolume = (state) => real({ ...state, backingPath: "/etc/shadow" });
    await assert.rejects(make(host, image, given), /needs another file/);
    assert.equal(host.volumes.size, 0);
  });

  it("is condemned while something needs it, and wanted again without a download", async () => {
    const made = await make(host, image, given);
    host.addVolume({ pool, name: "clone.qcow2", backingPath: String(made.state.path) });
    await remove(definition, made.state, context());
    assert.ok(host.volumes.has(made.id));
    assert.deepEqual([...host.notes], [`${made.id} condemned`]);
    host.changes();
    const again = await make(host, image, given);
    assert.equal(again.id, made.id);
    assert.deepEqual(host.changes(), []);
    assert.equal(host.notes.size, 0);
    host.volumes.delete(`${pool}/clone.qcow2`);
    await remove(definition, again.state, context());
    await remove(definition, again.state, context());
    assert.equal(host.volumes.size, 0);
  });

  it("goes with its pool when it is condemned", async () => {
    const made = await make(host, storagePool, { host: "h1", path: "/pool" });
    const own = { ...given, pool: made.id };
    const first = await make(host, image, own);
    host.addMachine("m1", { paths: [String(first.state.path)] });
    await remove(definition, first.state, context());
    const poolGone = () => remove(anyOf(storagePool), made.state, contextOf(host, "StoragePool"));
    await assert.rejects(poolGone(), { code: "in-use" });
    host.machines.clear();
    await poolGone();
    assert.equal(host.volumes.size, 0);
    assert.equal(host.pools.size, 0);
  });

  it("is left where it was adopted", async () => {
    host.addVolume({ pool, name: "theirs.qcow2" });
    const inputs = { ...given, volumeName: "theirs.qcow2" };
    await assert.rejects(make(host, image, inputs), { code: "already-exists" });
    const made = await make(host, image, { ...inputs, adopt: true });
    await remove(definition, made.state, context());
    assert.ok(host.volumes.has(`${pool}/theirs.qcow2`));
  });

  it("a lost image is fetched again by an update, under the same name", async () => {
    const made = await make(host, image, given);
    host.volumes.clear();
    const { id } = await apply(definition, made.inputs, made.state, context());
    assert.equal(id, made.id);
  });
});

describe("an image's source", () => {
  it("is told by its text", () => {
    const kinds = (text: string) => parseSource(text)?.kind;
    assert.deepEqual(["https://a.example/x", "./x.raw", "/x", "~/x", "file:///x", "host:/x"].map(kinds), [
      "url",
      "local",
      "local",
      "local",
      "local",
      "host",
    ]);
    for (const bad of ["ftp://a/x", "host:x", "host:", "http://", "javascript:x", "file:///%00", "a\0b"])
      assert.equal(kinds(bad), undefined, bad);
    assert.equal(parseSource("https://a.example/dir/x%20y.qcow2?z=1#f")?.name, "x y.qcow2");
  });

  it("says format and packing by its ending", () => {
    assert.deepEqual(["a.qcow2", "a.img", "a.raw.xz", "a.iso", "a.qcow2.gz", "a"].map(formatOf), [
      "qcow2",
      "qcow2",
      "raw",
      "raw",
      "qcow2",
      "qcow2",
    ]);
    assert.deepEqual(["a.gz", "a.xz", "a.zst", "a.bz2", "a.qcow2"].map(packingOf), [
      "gzip",
      "xz",
      "zstd",
      "bzip2",
      "none",
    ]);
  });

  it("has a checksum in one spelling", () => {
    const hex = "AB".repeat(32);
    assert.equal(canonicalChecksum(hex), `sha256:${hex.toLowerCase()}`);
    assert.equal(canonicalChecksum(`sha512:${"0".repeat(128)}`), `sha512:${"0".repeat(128)}`);
    for (const bad of ["", "sha256:12", `sha512:${hex}`, "md5:x", "https://", "g".repeat(64)])
      assert.equal(canonicalChecksum(bad), undefined, bad);
  });

  it("finds its digest in lists of every style", () => {
    const [a, b] = ["a".repeat(64), "b".repeat(64)];
    for (const text of [
      `${a}  x.img\n${b}  y.img`,
      `${b} *./y.img\r\n${a} *./x.img`,
      `SHA256 (x.img) = ${a}\nSHA256 (y.img) = ${b}`,
      `# comment\n${a}\n`,
      `${a}  x.img\n${a}  x.img`,
    ]) {
      assert.equal(digestFromList(text, "x.img"), `sha256:${a}`, text);
    }
    for (const text of ["", `${a}  y.img`, `${a}\n${b}`, `${a}  x.img\n${b}  x.img`, "<html>"])
      assert.equal(digestFromList(text, "x.img"), undefined, text);
  });
});

describe("an address in a message", () => {
  it("has neither user, password nor query", () => {
    const { text, url, authorization } = withoutSecrets("https://me:p%40ss@a.example/x.qcow2?token=abc");
    assert.equal(text, "https://a.example/x.qcow2?…");
    assert.equal(url, "https://a.example/x.qcow2?token=abc");
    assert.equal(authorization, `Basic ${Buffer.from("me:p@ss").toString("base64")}`);
  });
});
