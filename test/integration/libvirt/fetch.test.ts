import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { FetchRequest } from "../../../provider/drivers/hypervisor";
import { PoolAccess } from "../../../provider/drivers/libvirt/pools/pool-access";
import { fetchVolume } from "../../../provider/drivers/libvirt/volumes/fetch";
import type { PoolDefinition } from "../../../provider/drivers/model";
import { currentLab, until } from "../../lab/index.js";
import { DriverHost, hasCode, mebibyte, sha256, work } from "./host-fixtures";
import { held, WebServer } from "./web-server";

describe("volumes that the host fetches by itself", function () {
  this.timeout(60_000);
  let host: DriverHost;
  let pool: PoolDefinition;
  let web: WebServer;

  before(async function () {
    this.timeout(240_000);
    host = await DriverHost.open("fetcher");
    pool = await host.pool();
    web = new WebServer((await currentLab()).address);
    await web.listen();
  });
  after(async () => {
    await web?.close();
    await host?.close();
  });
  beforeEach(() => {
    web.pages.clear();
    web.asked.length = 0;
  });

  const bytes = randomBytes(2 * mebibyte + 5);
  const checksum = { algorithm: "sha256" as const, digest: sha256(bytes) };
  const at = (name: string) => `${pool.path}/${name}`;
  const partials = () => host.text("sh", "-c", 'ls -A "$0" | grep partial || true', pool.path);
  const fetch = (name: string, path: string, changes: Partial<FetchRequest> = {}, doing = work()) =>
    host.root.volumes.fetch({ pool: pool.uuid, name, url: web.url(path), checksum, ...changes }, doing);

  it("fetches, verifies, and gives it its name at the end", async () => {
    web.pages.set("/image", { body: bytes });
    const doing = work();
    const state = await fetch("plain", "/image", {}, doing);
    assert.deepEqual([state.name, state.path, state.format, state.mode], ["plain", at("plain"), "raw", "0644"]);
    assert.equal(await host.root.volumes.checksum(pool.uuid, "plain", "sha256", work()), checksum.digest);
    assert.deepEqual(await host.root.volumes.find(pool.uuid, "plain"), state);
    assert.ok(doing.told.includes("downloading 100%") && doing.told.includes("verifying"), doing.told.join());
    assert.equal(await partials(), "");
    await assert.rejects(fetch("plain", "/image"), hasCode("already-exists"));
  });

  it("goes on where the connection was cut", async () => {
    web.pages.set("/image", { body: bytes, cut: { after: mebibyte, times: 1 } });
    await fetch("cut", "/image");
    assert.equal(await host.root.volumes.checksum(pool.uuid, "cut", "sha256", work()), checksum.digest);
    const gets = web.asked.filter((line) => line.startsWith("GET"));
    assert.equal(gets.length, 2);
    assert.match(gets[1]!, /bytes=[1-9]\d+-$/);
  });

  it("keeps what came when it fails in the end, and goes on from there the next time", async () => {
    web.pages.set("/image", { body: bytes, cut: { after: 65_536, times: 1000 } });
    await assert.rejects(fetch("later", "/image"), hasCode("download-failed"));
    assert.equal((await partials()).split("\n").length, 2);
    assert.equal(await host.root.volumes.find(pool.uuid, "later"), undefined);
    web.asked.length = 0;
    web.pages.set("/image", { body: bytes });
    await fetch("later", "/image");
    assert.match(web.asked.find((line) => line.startsWith("GET"))!, /bytes=[1-9]\d+-$/);
    assert.equal(await partials(), "");
  });

  it("starts anew for another source, and for a server that can't go on", async () => {
    web.pages.set("/old", { body: randomBytes(mebibyte), cut: { after: 65_536, times: 1000 } });
    await assert.rejects(fetch("anew", "/old"), hasCode("download-failed"));
    web.pages.set("/image", { body: bytes });
    await fetch("anew", "/image");
    assert.equal(web.asked.at(-1), "GET /image");
    web.pages.set("/norange", { body: bytes, ranges: false, cut: { after: mebibyte, times: 1 } });
    await fetch("norange", "/norange");
    assert.equal(await host.root.volumes.checksum(pool.uuid, "norange", "sha256", work()), checksum.digest);
  });

  it("keeps nothing of a file that is not what was promised", async () => {
    web.pages.set("/image", { body: bytes });
    const digest = sha256(Buffer.from("else"));
    await assert.rejects(
      fetch("wrong", "/image", { checksum: { algorithm: "sha256", digest } }),
      (error: { code?: string; message?: string }) =>
        error.code === "checksum-mismatch" &&
        error.message!.includes(digest) &&
        error.message!.includes(checksum.digest),
    );
    assert.equal(await partials(), "");
    assert.equal(await host.exists(at("wrong")), false);
  });

  it("unpacks after it has verified", async () => {
    const packed = gzipSync(bytes);
    web.pages.set("/image.gz", { body: packed });
    const promised = { algorithm: "sha256" as const, digest: sha256(packed) };
    await fetch("unpacked", "/image.gz", { checksum: promised, decompress: "gzip" });
    assert.equal(await host.root.volumes.checksum(pool.uuid, "unpacked", "sha256", work()), checksum.digest);
    web.pages.set("/no.gz", { body: bytes });
    await assert.rejects(fetch("no", "/no.gz", { decompress: "gzip" }), hasCode("command-failed"));
    assert.equal(await host.exists(at("no")), false);
    await host.root.volumes.delete(pool.uuid, "unpacked");
  });

  it("says what the server said, and never a password", async () => {
    web.pages.set("/forbidden", { body: bytes, status: 403 });
    await assert.rejects(
      fetch("a", "/forbidden"),
      (error: { code?: string; message?: string }) => error.code === "download-failed" && / 403\b/.test(error.message!),
    );
    await assert.rejects(fetch("a", "/missing"), /404/);
    const nowhere = { url: "http://reader:hush-hush@127.0.0.1:9/image?token=hush-hush" };
    await assert.rejects(
      fetch("a", "/", nowhere),
      (error: { code?: string; message?: string; cause?: unknown }) =>
        error.code === "download-failed" && !`${error.message}${error.cause}`.includes("hush"),
    );
    await assert.rejects(fetch("a", "/", { url: "ftp://x/y" }), hasCode("invalid-input"));
    const { hold, release } = held();
    web.pages.set("/private", { body: bytes, login: "reader:hush-hush", hold });
    const url = web.url("/private", "reader:hush-hush");
    const fetching = fetch("private", "/", { url });
    try {
      await until("the server was asked", async () => web.asked.some((line) => line.startsWith("GET /private")));
      assert.doesNotMatch(await host.text("ps", "-eo", "args"), /hush/);
      assert.doesNotMatch(await host.text("sh", "-c", 'cat "$0"/.*.source', pool.path), /hush/);
    } finally {
      release();
    }
    await fetching;
  });

  it("refuses what has no room before it fetches any of it", async () => {
    const path = "/var/lib/windrose-test/tiny";
    await host.text("mkdir", "-p", path);
    await host.text("mount", "-t", "tmpfs", "-o", "size=1m", "none", path);
    const tiny = await host.pool({ path });
    web.pages.set("/image", { body: bytes });
    web.pages.set("/untold", { body: bytes, unknownLength: true });
    await assert.rejects(fetch("big", "/image", { pool: tiny.uuid }), hasCode("no-space"));
    assert.deepEqual(
      web.asked.filter((line) => line.startsWith("GET")),
      [],
    );
    await assert.rejects(fetch("untold", "/untold", { pool: tiny.uuid }), hasCode("no-space"));
    await host.root.pools.remove(tiny.uuid, false);
    await host.text("umount", path);
  });

  it("lets one download of a volume run at a time, whoever started it", async () => {
    const { hold, release } = held();
    web.pages.set("/image", { body: bytes, hold });
    const other = fetch("twice", "/image");
    try {
      await until("the server was asked", async () => web.asked.some((line) => line.startsWith("GET")));
      const { session } = host.root;
      const request = { pool: pool.uuid, name: "twice", url: web.url("/image"), checksum };
      await assert.rejects(fetchVolume(session, new PoolAccess(session), request, work()), hasCode("in-use"));
    } finally {
      release();
    }
    await other;
  });

  it("ends in time, and when it is called off", async () => {
    web.pages.set("/image", { body: bytes, slow: 1000 });
    await assert.rejects(fetch("late", "/image", {}, work(1500)), hasCode("timeout"));
    const controller = new AbortController();
    const fetching = fetch("aborted", "/image", {}, { ...work(), signal: controller.signal } as ReturnType<
      typeof work
    >);
    setTimeout(() => controller.abort(), 500);
    await assert.rejects(fetching, hasCode("aborted"));
  });

  it("reads a small text, and no large one", async () => {
    web.pages.set("/SHA256SUMS", { body: Buffer.from(`${checksum.digest} *image\n`) });
    assert.equal(await host.user.volumes.fetchText(web.url("/SHA256SUMS"), work()), `${checksum.digest} *image\n`);
    web.pages.set("/large", { body: bytes, unknownLength: true });
    await assert.rejects(host.root.volumes.fetchText(web.url("/large"), work()), hasCode("download-failed"));
    await assert.rejects(host.root.volumes.fetchText(web.url("/none"), work()), hasCode("download-failed"));
  });

  it("uses wget where there is no curl, says so where there is neither, and needs root's rights", async () => {
    web.pages.set("/image", { body: bytes, cut: { after: mebibyte, times: 1 } });
    await assert.rejects(
      host.user.volumes.fetch({ pool: pool.uuid, name: "b", url: web.url("/image") }, work()),
      hasCode("permission-denied"),
    );
    await host.text("mv", "/usr/bin/curl", "/usr/bin/curl.aside");
    try {
      await assert.rejects(fetch("neither", "/image"), hasCode("command-missing"));
      await assert.rejects(host.root.volumes.fetchText(web.url("/image"), work()), hasCode("command-missing"));
      await host.host.copyIn("/usr/bin/wget", "/usr/bin/wget");
      await host.text("chmod", "0755", "/usr/bin/wget");
      const doing = work();
      await fetch("by-wget", "/image", {}, doing);
      assert.equal(await host.root.volumes.checksum(pool.uuid, "by-wget", "sha256", work()), checksum.digest);
      assert.equal(web.asked.filter((line) => line.startsWith("GET")).length, 2);
      assert.ok(doing.told.includes("downloading 100%"), doing.told.join());
      await assert.rejects(fetch("missing", "/missing"), hasCode("download-failed"));
      web.pages.set("/small", { body: Buffer.from("small") });
      assert.equal(await host.root.volumes.fetchText(web.url("/small"), work()), "small");
    } finally {
      await host.text("rm", "-f", "/usr/bin/wget");
      await host.text("mv", "/usr/bin/curl.aside", "/usr/bin/curl");
    }
  });

  it("keeps what came when it was called off, for the next run", async () => {
    assert.match(await partials(), /^\.aborted\.partial$/m);
    await host.text("sh", "-c", 'rm -f "$0"/.*.partial*', pool.path);
  });

  it("copies a file of the host, and what can't be copied is said in words", async () => {
    await host.text("cp", at("plain"), "/root/local image");
    const state = await fetch("local", "/", { url: "file:///root/local%20image" });
    assert.equal(state.capacity, bytes.length);
    assert.deepEqual(web.asked, []);
    const fails = (path: string, says: RegExp, changes: Partial<FetchRequest> = {}) =>
      assert.rejects(fetch("no", "/", { url: `file://${path}`, checksum: undefined, ...changes }), says);
    await fails("/root/none", /no file \/root\/none on the host/);
    await fails("/root", /\/root on the host is a directory/);
    await host.text("touch", "/root/empty");
    await fails("/root/empty", /\/root\/empty: the file is empty/);
    await fails("/root/local%20image", /\/root\/local image has the sha256/, {
      checksum: { algorithm: "sha256", digest: "0".repeat(64) },
    });
    assert.equal(await partials(), "");
    await assert.rejects(
      host.user.volumes.fetch({ pool: pool.uuid, name: "no", url: "file:///root/empty" }, work()),
      (error: { code?: string; message?: string }) =>
        error.code === "permission-denied" &&
        !error.message!.includes("via") &&
        /give its path here/.test(error.message!),
    );
  });

  it("deletes what nobody wants any more, and nothing of others", async () => {
    const lineage = "a".repeat(32);
    const owner = (resource: string, of = lineage) => ({ lineage: of, resource });
    const broken = async (name: string, whose: FetchRequest["owner"]) => {
      web.pages.set("/image", { body: bytes, cut: { after: 65_536, times: 1000 } });
      await assert.rejects(fetch(name, "/image", { owner: whose }), hasCode("download-failed"));
    };
    const left = async () => (await partials()).split("\n").filter((line) => line.endsWith(".partial"));
    await broken("mine-1", owner("one"));
    await broken("theirs", owner("one", "b".repeat(32)));
    await broken("other", owner("two"));
    await broken("old", owner("three"));
    await host.text("sh", "-c", 'touch -d "8 days ago" "$0"/.old.*', pool.path);
    assert.deepEqual(await left(), [".mine-1.partial", ".old.partial", ".other.partial", ".theirs.partial"]);
    await broken("mine-2", owner("one"));
    assert.deepEqual(await left(), [".mine-2.partial", ".other.partial", ".theirs.partial"]);
    await host.root.volumes.forget(pool.uuid, owner("one"));
    assert.deepEqual(await left(), [".other.partial", ".theirs.partial"]);
    await host.user.volumes.forget(pool.uuid, { lineage });
    assert.deepEqual(await left(), [".other.partial", ".theirs.partial"]);

    const { hold, release } = held();
    web.asked.length = 0;
    web.pages.set("/image", { body: bytes, hold });
    const running = fetch("running", "/image", { owner: owner("four") });
    await until("the server was asked", async () => web.asked.some((line) => line === "GET /image"));
    await host.root.volumes.forget(pool.uuid, { lineage });
    release();
    await running;
    assert.deepEqual(await left(), [".theirs.partial"]);
    await host.root.volumes.forget(pool.uuid, { lineage: "b".repeat(32) });
    assert.equal(await partials(), "");
    await host.root.volumes.forget("aaaaaaaa-2222-8333-8444-555555555555", { lineage });
  });
});
