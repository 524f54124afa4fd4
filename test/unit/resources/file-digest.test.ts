import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keptDigestOfFile } from "../../../provider/resources/image/file-digest";

describe("the digest of a file of this machine", () => {
  let directory: string;
  let file: string;
  const sum = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
  const folder = () => join(directory, "digests");
  const entries = () => readdirSync(folder()).map((name) => join(folder(), name));

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "windrose-digest-"));
    file = join(directory, "image");
    writeFileSync(file, "an image");
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** What is kept of the file, as if it were old: the time of its last change can't be set. */
  const keepFor = (path: string, digest: string) => {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    const name = createHash("sha256").update(path).digest("hex");
    rmSync(folder(), { recursive: true, force: true });
    mkdirSync(folder());
    writeFileSync(join(folder(), name), `${[dev, ino, size, mtimeNs, ctimeNs].join(".")}\n${digest}\n`);
  };

  it("is taken from the last run as long as the file is the same", async () => {
    keepFor(file, sum("kept"));
    assert.equal(await keptDigestOfFile(file, folder()), sum("kept"));
    writeFileSync(file, "AN IMAGE");
    assert.equal(await keptDigestOfFile(file, folder()), sum("AN IMAGE"));
  });

  it("is of the file again where only its time was set back", async () => {
    keepFor(file, sum("kept"));
    const { atime, mtime } = statSync(file);
    writeFileSync(file, "AN IMAGE");
    utimesSync(file, atime, mtime);
    assert.equal(await keptDigestOfFile(file, folder()), sum("AN IMAGE"));
  });

  it("is not kept of a file that has changed a moment ago", async () => {
    assert.equal(await keptDigestOfFile(file, folder()), sum("an image"));
    assert.throws(() => entries(), /ENOENT/);
  });

  it("is kept of one that has not, for its owner alone", async () => {
    const old = process.execPath;
    const digest = await keptDigestOfFile(old, folder());
    const [entry] = entries();
    assert.equal(entries().length, 1);
    assert.equal(statSync(entry!).mode & 0o777, 0o600);
    assert.equal(await keptDigestOfFile(old, folder()), digest);
  });

  it("does without a place to keep it, and with one that holds something else", async () => {
    assert.equal(await keptDigestOfFile(file, "/proc/nowhere"), sum("an image"));
    keepFor(file, "sha256:no digest");
    assert.equal(await keptDigestOfFile(file, folder()), sum("an image"));
  });
});
