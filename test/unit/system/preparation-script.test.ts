import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "../../../provider/hypervisors/system/preparation/script";

const me = `${process.getuid!()}:${process.getgid!()}`;

/** Runs what was added with the script's own functions; neither the lock nor the claims of the host are touched. */
function carryOut(script: Script, before = ""): string {
  const text = script.text(1, "winds/dev", "");
  const functions = text.slice(text.indexOf("set -u"), text.indexOf("end=$(("));
  return execFileSync("sh", ["-s"], { input: `${functions}\n${before}\n${script.body}\n`, encoding: "utf8" });
}

describe("the script that prepares a host", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "windrose-script-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("writes a file whole, with its mode, and leaves nothing beside it", () => {
    const path = join(directory, "it's a file");
    chmodSync(directory, 0o2755);
    for (const content of ["one\n", "", "two\u0001\n\n"]) {
      carryOut(new Script().put(path, content, "4640", me));
      assert.equal(readFileSync(path, "utf8"), content);
      assert.equal(statSync(path).mode & 0o7777, 0o4640);
      assert.deepEqual(readdirSync(directory), ["it's a file"]);
    }
  });

  it("writes into a directory of somebody else without following what was laid there", () => {
    const path = join(directory, "home", "authorized_keys");
    const [victim, place] = [join(directory, "victim"), join(directory, "place")];
    mkdirSync(join(directory, "home"));
    mkdirSync(place);
    const laid = join(directory, "home", ".authorized_keys.windrose-new");
    writeFileSync(victim, "mine\n");
    writeFileSync(join(place, "content"), "mine\n");
    for (const target of [victim, place, join(directory, "nothing")]) {
      symlinkSync(target, laid);
      carryOut(new Script().put(path, "ours\n", "0600", me));
      assert.equal(readFileSync(path, "utf8"), "ours\n");
      assert.equal(readFileSync(victim, "utf8"), "mine\n");
      assert.deepEqual(readdirSync(place), ["content"]);
      assert.equal(existsSync(join(directory, "nothing")), false);
      assert.deepEqual(readdirSync(join(directory, "home")), ["authorized_keys"]);
    }
    mkdirSync(laid);
    writeFileSync(join(laid, "content"), "of a run that was killed\n");
    carryOut(new Script().put(path, "again\n", "0600", me));
    assert.equal(readFileSync(path, "utf8"), "again\n");
    assert.deepEqual(readdirSync(join(directory, "home")), ["authorized_keys"]);
  });

  it("follows no link that another user has laid on the way", () => {
    const [real, home] = [join(directory, "real"), join(directory, "home")];
    mkdirSync(join(real, "keys"), { recursive: true });
    symlinkSync(real, home);
    const script = new Script().put(join(home, "keys", "authorized_keys"), "ours\n", "0600", me);
    carryOut(script);
    assert.deepEqual(readdirSync(join(real, "keys")), ["authorized_keys"]);
    rmSync(join(real, "keys", "authorized_keys"));
    assert.throws(() => carryOut(script, "id() { echo 4294967294; }"), /home is a link of .*\n.*could not be written/);
    assert.deepEqual(readdirSync(join(real, "keys")), []);
  });

  it("says that a file could not be written, and leaves nothing of it", () => {
    const path = join(directory, "taken");
    mkdirSync(join(path, "full"), { recursive: true });
    assert.throws(() => carryOut(new Script().put(path, "ours\n", "0600", me)), /taken could not be written/);
    assert.deepEqual(readdirSync(directory), ["taken"]);
  });
});
