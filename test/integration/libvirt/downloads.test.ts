import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WindroseError } from "../../../provider/basics/errors";
import type { PoolDefinition } from "../../../provider/drivers/model";
import { transfer } from "../../../provider/resources/image/transfer";
import { currentLab } from "../../lab/index.js";
import { DriverHost, hasCode, mebibyte, sha256, work } from "./host-fixtures";
import { type Page, WebServer } from "./web-server";

const old = randomBytes(mebibyte + 17);
/** Another file of the same length, a shorter and a longer one, all under the address of the old. */
const same = randomBytes(old.length);
const shorter = randomBytes(mebibyte / 2);
const longer = randomBytes(2 * mebibyte);
const cut = { after: mebibyte / 2 + 100, times: 1 };
const always = { after: 65_536, times: 1000 };
const long = "Mon, 02 Jan 2023 03:04:05 GMT";
const later = "Tue, 03 Jan 2023 03:04:05 GMT";
const empty = Buffer.alloc(0);
const html = Buffer.from("<!DOCTYPE html>\n<html><body>Please log in</body></html>\n");

interface Case {
  name: string;
  page: Page;
  /** The right bytes, or what the error says. */
  expect: Buffer | RegExp;
  /** Digest of these bytes is given. */
  checksum?: Buffer;
  /** Which bytes the last download asked for; undefined: no matter. */
  asks?: RegExp;
  /** wget can't tell. */
  notBy?: "wget";
  /** What stays, to be gone on with. */
  keeps?: boolean;
}

const cases: Case[] = [
  { name: "a file", page: { body: old }, expect: old },
  { name: "no length, in pieces", page: { body: old, unknownLength: true }, expect: old },
  {
    name: "no length at all",
    page: { body: old, unknownLength: "close" },
    expect: /does not say how long .* `checksum`/,
  },
  { name: "no length at all, and a checksum", page: { body: old, unknownLength: "close" }, checksum: old, expect: old },
  {
    name: "no length at all, cut, and a checksum",
    page: { body: old, unknownLength: "close", cut },
    checksum: old,
    expect: old,
  },
  {
    name: "a length that is too long",
    page: { body: old, says: old.length + 10 },
    expect: /interrupted after 1048593 of 1048603 bytes/,
  },
  { name: "a length that is too short", page: { body: old, says: 1000 }, expect: /more of the file than the length/ },
  {
    name: "a length that is too short, and a checksum",
    page: { body: old, says: 1000 },
    checksum: old,
    expect: /more of the file than the length|has the sha256/,
  },
  { name: "a cut, with an ETag", page: { body: old, etag: '"a"', cut }, expect: old, asks: /bytes=[1-9]/ },
  { name: "a cut, with Last-Modified", page: { body: old, lastModified: long, cut }, expect: old, asks: /bytes=[1-9]/ },
  {
    name: "a cut after the first bytes",
    page: { body: shorter, etag: '"a"', cut: { after: 1000, times: 3 } },
    expect: shorter,
    asks: /bytes=3000-/,
  },
  { name: "a cut, with a weak ETag", page: { body: old, etag: 'W/"a"', cut }, expect: old, asks: /GET \/file$/ },
  { name: "a cut, with neither", page: { body: old, cut }, expect: old, asks: /GET \/file$/ },
  {
    name: "a cut, with neither, and a checksum",
    page: { body: old, cut },
    checksum: old,
    expect: old,
    asks: /bytes=[1-9]/,
  },
  ...[same, shorter, longer].flatMap((next, index): Case[] => {
    const kind = ["the same length", "less", "more"][index]!;
    const [a, b] = [{ body: old, cut }, { body: next }];
    const all: Case[] = [
      {
        name: `another file of ${kind} after a cut, with ETags`,
        page: { ...a, etag: '"a"', next: { ...b, etag: '"b"' } },
        expect: next,
      },
      {
        name: `another file of ${kind} after a cut, with Last-Modified`,
        page: { ...a, lastModified: long, next: { ...b, lastModified: later } },
        expect: next,
      },
      { name: `another file of ${kind} after a cut, with neither`, page: { ...a, next: b }, expect: next },
      {
        name: `another file of ${kind} after a cut, with a checksum alone`,
        page: { ...a, next: b },
        checksum: next,
        expect: next,
      },
      {
        name: `another file of ${kind} after a cut, of a server that does not look at If-Range`,
        page: { ...a, etag: '"a"', careless: true, next: { ...b, etag: '"b"', careless: true } },
        expect: next,
      },
    ];
    return kind === "the same length" ? all : all.filter(({ name }) => /with ETags|with neither/.test(name));
  }),
  {
    name: "a server that sends the whole when it is asked for the rest",
    page: { body: old, etag: '"a"', cut, ranges: false },
    expect: old,
  },
  {
    name: "nothing but cuts",
    page: { body: old, etag: '"a"', cut: always },
    expect: /interrupted after 327680 of 1048593 bytes.*goes on/,
    keeps: true,
  },
  {
    name: "nothing but cuts, with neither",
    page: { body: old, cut: always },
    expect: /interrupted after 65536 of 1048593 bytes.*starts from the beginning/,
  },
  { name: "a file of 0 bytes", page: { body: empty }, expect: /the file is empty \(0 bytes\)/ },
  {
    name: "a file of 0 bytes, with its checksum",
    page: { body: empty },
    checksum: empty,
    expect: /the file is empty \(0 bytes\)/,
  },
  { name: "500", page: { body: old, status: 500 }, expect: /answered with 500/ },
  { name: "403", page: { body: old, status: 403 }, expect: /answered with 403/ },
  { name: "416", page: { body: old, status: 416 }, expect: /answered with 416/ },
  {
    name: "a page by its type",
    page: { body: old, type: "text/html; charset=utf-8" },
    expect: /a page \(text\/html\), not an image/,
  },
  { name: "a page by its content", page: { body: html }, expect: /a page, not an image/ },
  { name: "a page, and a checksum", page: { body: html, type: "text/html" }, checksum: old, expect: /has the sha256/ },
  {
    name: "the file, called a page, and its checksum",
    page: { body: old, type: "text/html" },
    checksum: old,
    expect: old,
  },
  { name: "another file than the checksum's", page: { body: old }, checksum: same, expect: /has the sha256/ },
  {
    name: "a redirection to a file",
    page: { body: old, location: "file:///etc/passwd" },
    expect: /redirects to file:|another scheme/,
  },
  {
    name: "a redirection to ftp",
    page: { body: old, location: "ftp://127.0.0.1:1/x" },
    expect: /redirects to ftp:|another scheme/,
  },
  { name: "redirections in a circle", page: { body: old, location: "/file" }, expect: /redirection/ },
];

for (const way of ["curl", "wget", "this machine"] as const) {
  describe(`a download by ${way}`, function () {
    this.timeout(60_000);
    let host: DriverHost;
    let pool: PoolDefinition;
    let web: WebServer;
    let home: string;
    const homeBefore = process.env.PULUMI_HOME;

    before(async function () {
      this.timeout(240_000);
      host = await DriverHost.open(`downloads-${way.replace("this machine", "here")}`);
      pool = await host.pool();
      web = new WebServer((await currentLab()).address);
      await web.listen();
      home = mkdtempSync(join(tmpdir(), "windrose-downloads-"));
      process.env.PULUMI_HOME = home;
      if (way !== "wget") return;
      await host.text("mv", "/usr/bin/curl", "/usr/bin/curl.aside");
      await host.host.copyIn("/usr/bin/wget", "/usr/bin/wget");
      await host.text("chmod", "0755", "/usr/bin/wget");
      // that of this machine does not run on an older release
      if ((await host.host.exec(["wget", "--version"], { check: false })).code !== 0) this.skip();
    });
    after(async () => {
      if (homeBefore === undefined) delete process.env.PULUMI_HOME;
      else process.env.PULUMI_HOME = homeBefore;
      if (home) rmSync(home, { recursive: true });
      await web?.close();
      await host?.close();
    });
    let name = "";
    let count = 0;
    beforeEach(() => {
      name = `image-${++count}`;
      web.pages.clear();
      web.asked.length = 0;
    });

    const via = way === "this machine" ? "client" : "host";

    /** What an Image does with a source that is not there yet. */
    function image(options: { checksum?: Buffer; doing?: ReturnType<typeof work>; source?: string } = {}) {
      const { checksum, doing = work(), source = web.url("/file") } = options;
      const run = {
        given: {},
        inputs: { source, via, pool: pool.uuid, volumeName: name, suffix: name, format: "raw", decompress: "none" },
        hypervisor: host.root,
        context: doing,
      } as unknown as Parameters<typeof transfer>[0];
      return transfer(run, checksum && `sha256:${sha256(checksum)}`);
    }

    async function left(): Promise<string[]> {
      const onHost = (await host.text("ls", "-A", pool.path)).split("\n").filter(Boolean);
      const folder = join(home, "windrose", "downloads");
      let here: string[] = [];
      try {
        here = readdirSync(folder);
      } catch {
        // Nothing was downloaded here.
      }
      return [...onHost, ...here];
    }

    async function emptied(): Promise<void> {
      await host.text("sh", "-c", 'rm -rf "$0"/* "$0"/.[!.]*', pool.path);
      rmSync(join(home, "windrose"), { recursive: true, force: true });
    }

    async function is(bytes: Buffer): Promise<void> {
      assert.equal(await host.root.volumes.checksum(pool.uuid, name, "sha256", work()), sha256(bytes));
      assert.deepEqual(await left(), [name], "nothing else is left");
    }

    async function fails(fetching: Promise<unknown>, says: RegExp): Promise<void> {
      const error = await fetching.then(
        () => assert.fail("it did not fail"),
        (one: Error) => one,
      );
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /ended with|flock|\/data\b|internal/);
      if (!/redirection/.test(error.message)) assert.ok(error.message.includes(web.url("/file")), error.message);
    }

    afterEach(emptied);

    for (const { name: title, page, expect, checksum, asks, keeps } of cases) {
      it(title, async () => {
        const { cut: once, next } = page;
        web.pages.set("/file", {
          ...page,
          ...(once ? { cut: { ...once } } : {}),
          ...(next ? { next: { ...next } } : {}),
        });
        const fetching = image({ checksum });
        if (Buffer.isBuffer(expect)) {
          await fetching;
          await is(expect);
          if (asks)
            assert.match(web.asked.filter((line) => line.startsWith("GET") && !/=(\d+)-\1$/.test(line)).at(-1)!, asks);
        } else {
          await fails(fetching, expect);
          if (keeps) assert.notDeepEqual(await left(), []);
          else assert.deepEqual(await left(), []);
        }
      });
    }

    it("a server that stalls is said to, before the time is over", async () => {
      web.pages.set("/file", { body: old, etag: '"a"', stall: 100_000 });
      await fails(
        image({ doing: work(5000) }),
        /sent nothing for \d+ s, after [1-9]\d* of 1048593 bytes|not downloaded in time: [1-9]\d* bytes/,
      );
      web.pages.set("/file", { body: old, etag: '"a"' });
      await image();
      assert.match(web.asked.filter((line) => line.startsWith("GET"))[1]!, /bytes=[1-9]/);
      await is(old);
    });

    it("a server that says nothing at all is said to, before the time is over", async () => {
      const { hold } = { hold: new Promise<void>(() => {}) };
      web.pages.set("/file", { body: old, stall: 0, hold });
      await fails(image({ doing: work(5000) }), /sent nothing for|does not answer|not downloaded in time: 0 bytes/);
      assert.deepEqual(await left(), []);
    });

    describe("that goes on in the next run", () => {
      const broken = (changes: Partial<Page>) => web.pages.set("/file", { body: old, cut: { ...always }, ...changes });
      const first = () => assert.rejects(image(), hasCode("download-failed"));
      const gets = () => web.asked.filter((line) => line.startsWith("GET"));

      it("with the same file", async () => {
        broken({ etag: '"a"' });
        await first();
        web.asked.length = 0;
        web.pages.set("/file", { body: old, etag: '"a"' });
        await image();
        assert.match(gets()[0]!, /bytes=[1-9]/);
        await is(old);
      });

      for (const [how, before, after] of [
        ["with ETags", { etag: '"a"' }, { etag: '"b"' }],
        ["with Last-Modified", { lastModified: long }, { lastModified: later }],
        ["with neither", {}, {}],
      ] as const) {
        for (const next of [same, Buffer.from("short")]) {
          it(`with another file of ${next.length} bytes, ${how}`, async () => {
            broken(before);
            await first();
            web.pages.set("/file", { body: next, ...after });
            await image();
            await is(next);
          });
        }
      }

      it("of which only the checksum tells that it is another", async () => {
        broken({});
        await assert.rejects(image({ checksum: same }), hasCode("download-failed"));
        web.pages.set("/file", { body: same });
        await image({ checksum: same });
        await is(same);
      });

      it("that was whole when it could not be given its name, and is another of the same length now", async () => {
        web.pages.set("/file", { body: old, etag: '"a"' });
        const { volumes } = host.root;
        const { upload } = volumes;
        if (via === "host") await host.text("touch", join(pool.path, name));
        else volumes.upload = () => Promise.reject(new WindroseError("host-unreachable", "the host is gone"));
        try {
          await assert.rejects(image());
        } finally {
          volumes.upload = upload;
        }
        await host.text("rm", "-f", join(pool.path, name));
        assert.notDeepEqual(await left(), []);
        web.pages.set("/file", { body: same, etag: '"b"' });
        await image();
        await is(same);
      });
    });

    it("has no room for what does not fit, and keeps nothing of it", async () => {
      const here = via === "client";
      const place = here ? join(home, "windrose") : "/var/lib/windrose-test/tiny";
      const run = async (...argv: string[]) => (here ? execFileSync(argv[0]!, argv.slice(1)) : host.text(...argv));
      await run("mkdir", "-p", place);
      await run("mount", "-t", "tmpfs", "-o", "size=1m", "none", place);
      const whole = pool;
      try {
        if (!here) pool = await host.pool({ path: place });
        web.pages.set("/file", { body: longer });
        await fails(image(), /has 2097152 bytes, and [1-9]\d+ are free in /);
        assert.ok(!web.asked.some((line) => line.startsWith("GET")) || here);
        web.pages.set("/file", { body: longer, unknownLength: true });
        await fails(image(), /has more than [1-9]\d+ bytes, and [1-9]\d+ are free in /);
        assert.deepEqual(await left(), []);
      } finally {
        if (!here) await host.root.pools.remove(pool.uuid, false);
        pool = whole;
        await run("umount", place);
      }
    });
  });
}
