import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { forgetDownload, KeptDownload } from "../../../provider/resources/image/kept-download";

describe("what this machine has downloaded so far", () => {
  const homeBefore = process.env.PULUMI_HOME;
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "kept-download-"));
    process.env.PULUMI_HOME = home;
  });
  afterEach(() => {
    if (homeBefore === undefined) delete process.env.PULUMI_HOME;
    else process.env.PULUMI_HOME = homeBefore;
    rmSync(home, { recursive: true, force: true });
  });
  const folders = () => readdirSync(join(home, "windrose", "downloads")).sort();
  const etag = { etag: '"a"', lastModified: undefined, total: 9 };

  async function half(key: string, source = "s"): Promise<KeptDownload> {
    const download = KeptDownload.take(key);
    await download.open(source);
    writeFileSync(download.path, "half");
    await download.keep(etag);
    return download;
  }

  it("is gone on with by the next run of the same source", async () => {
    (await half("k")).release();
    assert.deepEqual(folders(), ["k"]);
    const again = KeptDownload.take("k");
    assert.deepEqual(await again.open("s"), { size: 4, validator: etag });
    again.release();
    const other = KeptDownload.take("k");
    assert.deepEqual(await other.open("t"), { size: 0, validator: undefined });
    other.release();
    assert.deepEqual(folders(), [], "nothing came");
  });

  it("is one run's at a time", async () => {
    const first = await half("k");
    const second = KeptDownload.take("k");
    assert.notEqual(first.folder, second.folder);
    assert.equal((await second.open("s")).size, 0);
    writeFileSync(second.path, "more");
    forgetDownload("k");
    assert.ok(existsSync(first.path) && existsSync(second.path), "what is being written stays");
    first.release();
    second.release();
    assert.deepEqual(folders(), ["k"]);
    forgetDownload("k");
    assert.deepEqual(folders(), []);
  });

  it("is taken from a process that is gone", async () => {
    const { folder } = await half("k");
    const { pid } = spawnSync("true");
    const gone = join(home, "windrose", "downloads", `k,${encodeURIComponent(hostname())},${pid},x`);
    renameSync(folder, gone);
    assert.equal((await KeptDownload.take("k").open("s")).size, 4);
  });

  it("goes after a week, whoever's it is, but for what a process works on", async () => {
    const [old, mine] = [await half("old"), await half("mine")];
    const recent = await half("recent");
    recent.release();
    old.release();
    const long = new Date(Date.now() - 8 * 24 * 3600 * 1000);
    for (const path of [join(home, "windrose", "downloads", "old", "data"), mine.path]) utimesSync(path, long, long);
    KeptDownload.take("new").release();
    assert.deepEqual(
      folders().map((name) => name.split(",")[0]),
      ["mine", "recent"],
    );
  });

  it("is not gone on with where it is in doubt", async () => {
    const download = await half("k");
    await download.doubt();
    download.release();
    assert.deepEqual(await KeptDownload.take("k").open("s"), { size: 4, validator: undefined });
  });
});
