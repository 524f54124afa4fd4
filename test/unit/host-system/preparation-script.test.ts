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
import { largestFile, observeScript } from "../../../provider/host-system/preparation/observe";
import { Script } from "../../../provider/host-system/preparation/script";
import { libvirtHost } from "../../fake-driver/profile";

const me = `${process.getuid!()}:${process.getgid!()}`;

/** Runs what was added with the script's own functions; neither the lock nor the claims of the host are touched. */
function carryOut(script: Script, before = ""): string {
  const text = script.text(1, "winds/dev", "");
  const functions = text.slice(text.indexOf("set -u"), text.indexOf("end=$(("));
  return execFileSync("sh", ["-s"], { input: `${functions}\n${before}\n${script.body}\n`, encoding: "utf8" });
}

/** What a look prints of a file. */
function told(path: string, before = ""): string {
  const text = observeScript({ things: [], profiles: libvirtHost });
  const functions = text.slice(text.indexOf("way() {"), text.indexOf("part claims"));
  return execFileSync("sh", ["-s"], { input: `${functions}\n${before}\nfile '${path}'\n`, encoding: "utf8" });
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

  it("writes, removes and reads nothing where a directory gives way to a link meanwhile", () => {
    const [home, place] = [join(directory, "home"), join(directory, "place")];
    const path = join(home, "authorized_keys");
    // As their owner could, at each moment at which the script does something.
    const swap = `mv ${home} ${join(directory, "moved")} 2>/dev/null && ln -s ${place} ${home}`;
    const moments = ["cd", "mkdir", "rm", "stat", "mv"];
    for (const moment of moments) {
      const before = `${moment}() { ${swap}; command ${moment} "$@"; }`;
      for (const script of [new Script().put(path, "ours\n", "0600", me), new Script().drop([path])]) {
        for (const each of [home, place]) mkdirSync(each);
        writeFileSync(path, "mine\n");
        writeFileSync(join(place, "authorized_keys"), "of another\n");
        try {
          carryOut(script, before);
        } catch (error) {
          assert.match(String(error), /could not be (written|removed)/);
        }
        assert.deepEqual(readdirSync(place), ["authorized_keys"], moment);
        assert.equal(readFileSync(join(place, "authorized_keys"), "utf8"), "of another\n", moment);
        rmSync(directory, { recursive: true });
        mkdirSync(directory);
      }
      for (const each of [home, place]) mkdirSync(each);
      writeFileSync(path, "mine\n");
      writeFileSync(join(place, "authorized_keys"), "of another\n");
      assert.doesNotMatch(told(path, before), new RegExp(Buffer.from("of another\n").toString("base64")), moment);
      rmSync(directory, { recursive: true });
      mkdirSync(directory);
    }
  });

  it("writes nothing where its own directory gives way to a link", () => {
    const [home, place] = [join(directory, "home"), join(directory, "other", "place")];
    mkdirSync(home);
    mkdirSync(place, { recursive: true, mode: 0o700 });
    const new_ = join(home, ".authorized_keys.windrose-new");
    const swap = `mkdir() { command mkdir "$@"; mv ${new_} ${join(directory, "moved")}; ln -s ${place} ${new_}; }`;
    const script = new Script().put(join(home, "authorized_keys"), "ours\n", "0600", me);
    assert.throws(() => carryOut(script, swap), /could not be written/);
    assert.deepEqual([readdirSync(place), readdirSync(join(directory, "other"))], [[], ["place"]]);
  });

  it("tells a plain file's mode, owner and content; of what is none, or lies behind another's link, nothing", () => {
    const path = join(directory, "motd");
    assert.equal(told(path), "absent\n");
    writeFileSync(path, "north\n", { mode: 0o640 });
    assert.match(told(path), new RegExp(`^640 \\S+:\\S+ ${me}\n${Buffer.from("north\n").toString("base64")}$`));
    const replaced = `readlink() { [ ! -e ${directory}/next ] || mv ${directory}/next ${path}; command readlink "$@"; }`;
    writeFileSync(join(directory, "next"), "south\n", { mode: 0o640 });
    assert.match(
      told(path, replaced),
      new RegExp(`${Buffer.from("south\n").toString("base64")}$`),
      "replaced meanwhile",
    );
    symlinkSync(path, join(directory, "link"));
    symlinkSync(directory, join(directory, "way"));
    assert.equal(told(join(directory, "link")), "other\n");
    assert.match(told(join(directory, "way", "motd")), /^640 /);
    assert.equal(told(join(directory, "way", "motd"), "id() { echo 4294967294; }"), "other\n");
    assert.equal(told(directory), "other\n");
    execFileSync("mkfifo", [join(directory, "fifo")]);
    assert.equal(told(join(directory, "fifo")), "other\n");
    writeFileSync(path, Buffer.alloc(largestFile + 1));
    assert.equal(told(path), "other\n");
  });

  it("removes a file with what a cut-off run has left beside it, and no directory that is not there", () => {
    const [path, beside] = [join(directory, "motd"), join(directory, ".motd.windrose-new")];
    for (const script of [new Script().drop([path]), new Script().sweep([path])]) {
      mkdirSync(beside);
      writeFileSync(join(beside, "content"), "half");
      carryOut(script);
      assert.deepEqual(readdirSync(directory), []);
    }
    carryOut(new Script().drop([join(directory, "none", "motd")]).sweep([join(directory, "none", "motd")]));
  });

  it("says that a file could not be written, and leaves nothing of it", () => {
    const path = join(directory, "taken");
    mkdirSync(join(path, "full"), { recursive: true });
    assert.throws(() => carryOut(new Script().put(path, "ours\n", "0600", me)), /taken could not be written/);
    assert.deepEqual(readdirSync(directory), ["taken"]);
  });
});
