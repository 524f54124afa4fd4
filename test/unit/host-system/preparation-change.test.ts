import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changeScript } from "../../../provider/host-system/preparation/change";
import {
  type Claim,
  claimFile,
  claimText,
  type Plan,
  planClaims,
} from "../../../provider/host-system/preparation/claims";
import { actualPreparation } from "../../../provider/host-system/preparation/drift";
import { nothingWanted, type WantedFile, type WantedThing } from "../../../provider/host-system/preparation/model";
import { fileValue, type Observed, parseObserved } from "../../../provider/host-system/preparation/observe";
import { exitCodes } from "../../../provider/host-system/preparation/script";
import { libvirtHost, windsHost } from "../../fake-driver/profile";

const holder = { lineage: "0".repeat(32), project: "winds", stack: "dev", urn: "u" };
const nothing: Plan = { write: [], remove: [], after: [], set: [], restore: [], left: [] };
const digest = `\0digest\n${"0".repeat(64)}\n`;

/** What `stat` and the file say, as the look's script prints it. */
const seen = (things: WantedThing[], stat: string, content: Buffer): Observed =>
  parseObserved(`${digest}\0file0\n${stat}\n${content.toString("base64")}\n`, { things, profiles: libvirtHost });

const wanted = (file: Partial<WantedFile>): WantedThing => {
  const whole = { path: "/etc/motd", content: "ours\n", mode: "0644", owner: "root:root", adopt: false, ...file };
  return { kind: "file", name: whole.path, value: fileValue(whole), file: whole };
};
const script = (plan: Partial<Plan>, observed: Observed) =>
  changeScript({
    profiles: libvirtHost,
    plan: { ...nothing, ...plan },
    observed,
    holder,
    removePackages: false,
    creating: false,
    over: [],
  });

describe("a file of a host", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "windrose-change-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("that a person changed between the look and the change is left, and looked at again", () => {
    const path = join(directory, "motd");
    const thing = wanted({ path });
    const claim: Claim = { kind: "file", name: path, before: null, set: [thing.value], holders: {} };
    for (const plan of [{ set: [thing] }, { restore: [claim], remove: [claim] }]) {
      writeFileSync(path, "theirs, written while the lock was waited for\n");
      const text = script(plan, seen([thing], "644 root:root 0:0", Buffer.from("ours\n")))!.text(1, "winds/dev", "");
      const functions = text.slice(text.indexOf("unchanged() {"), text.indexOf("end=$(("));
      const first = text.split("\n").find((line) => line.startsWith("unchanged ") && line.includes(path));
      const stop = () => spawnSync("sh", ["-c", `${functions}\n${first}\necho went on`], { encoding: "utf8" });
      assert.deepEqual([stop().status, stop().stdout], [exitCodes.stale, ""]);
      writeFileSync(path, "ours\n");
      assert.deepEqual([stop().status, stop().stdout], [0, "went on\n"]);
    }
  });

  it("that never came to be leaves nothing beside it, nor directories that were made for it", () => {
    const path = join(directory, "winds", "motd");
    const thing = wanted({ path });
    const claim: Claim = {
      ...{ kind: "file", name: path, before: null, set: [thing.value], holders: {} },
      saved: { directories: [join(directory, "winds")] },
    };
    mkdirSync(join(directory, "winds", ".motd.windrose-new"), { recursive: true });
    const change = script({ remove: [claim] }, parseObserved(digest, { things: [], profiles: libvirtHost }))!;
    const text = change.text(1, "winds/dev", "");
    const functions = text.slice(text.indexOf("set -u"), text.indexOf("end=$(("));
    const [body] = change.body.split("rm -f -- /var/lib/windrose");
    assert.equal(spawnSync("sh", ["-c", `${functions}\n${body}`]).status, 0);
    assert.deepEqual(readdirSync(directory), []);
  });

  it("is its owner's by number where a number is asked for, and shows no drift", () => {
    const content = Buffer.from("ours\n");
    const read = (owner: string, stat: string) => {
      const thing = wanted({ owner });
      return seen([thing], stat, content).value(thing) === thing.value;
    };
    for (const owner of ["ada:ada", "1000:1000", "1000:ada", "01000:ada"])
      assert.ok(read(owner, "644 ada:ada 1000:1000"), owner);
    for (const owner of ["1000:1000", "ada:ada"]) assert.equal(read(owner, "644 bob:bob 1001:1001"), false, owner);
    assert.ok(read("1000:1000", "644 UNKNOWN:UNKNOWN 1000:1000"));
    assert.ok(read("ada:1000", "644 ada:UNKNOWN 999:1000"));
  });
});

describe("a setting of the hypervisor", () => {
  const setting: WantedThing = { kind: "setting", name: "qemu.conf vnc_password", value: '"asked-for"' };

  it("may be a password: no error and no warning repeats another's", () => {
    const held = { value: '"another-one"', project: "winds", stack: "prod", urn: "a::b" };
    const claim: Claim = { ...setting, before: null, set: [], holders: { ["1".repeat(32)]: held } };
    const actual = { value: () => null, saved: () => undefined };
    assert.throws(
      () => planClaims({ profile: libvirtHost.own, claims: [claim], holder, wanted: [setting], actual }),
      (error: Error) => /winds\/prod .* wants another value/.test(error.message) && !/another-one/.test(error.message),
    );
    const body = script(
      { remove: [claim], left: [{ thing: setting, value: '"theirs-now"' }] },
      parseObserved(digest, { things: [], profiles: libvirtHost }),
    )!.body;
    assert.match(body, /vnc_password .*changed by somebody else/);
    assert.doesNotMatch(body, /theirs-now/);
  });

  it("is read by its daemons though the run that wrote it was cut off before it told them", () => {
    const look = seen([setting], "600 root:root 0:0", Buffer.from("# none\n"));
    const { body } = script({ set: [setting] }, look)!;
    const order = [
      /touch -- \/var\/lib\/windrose\/due\/libvirtd.service /,
      /put \/etc\/libvirt\/qemu.conf/,
      /try-restart -- libvirtd/,
      /rm -f -- \/var\/lib\/windrose\/due\/libvirtd.service /,
    ];
    const places = order.map((each) => body.search(each));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(places[0]! > 0);
    const owing = (due: string) =>
      script({}, parseObserved(`${digest}\0due\n${due}`, { things: [], profiles: libvirtHost }))?.body;
    assert.equal(owing(""), undefined, "nothing to do");
    assert.match(
      owing("virtqemud.service\n")!,
      /try-restart -- virtqemud.service[\s\S]*rm -f -- \/var\/lib\/windrose\/due\/virtqemud.service/,
    );
    assert.match(owing("apparmor\n")!, /apparmor_parser -r/);
    assert.equal(owing("x; reboot\n"), undefined, "no name of a unit");
  });

  it("is not written into a file that would lose by it what is not in UTF-8", () => {
    const comment = Buffer.from("# Andr\xe9\n", "latin1");
    const look = seen([setting], "600 root:root 0:0", comment);
    assert.throws(() => script({ set: [setting] }, look), /qemu.conf on the host is not in UTF-8/);
    assert.match(
      script({ set: [setting] }, seen([setting], "600 root:root 0:0", Buffer.from("# André\n")))!.body,
      /changing \/etc\/libvirt\/qemu.conf/,
    );
  });

  it("is refused where the hypervisor has no files for it", () => {
    assert.throws(() => parseObserved(digest, { things: [setting], profiles: windsHost }), { code: "unsupported" });
  });

  it("is shown as it is where it is another, and in the program's words where it is right", () => {
    const asked = { "qemu.conf": { vnc_password: "asked-for" } };
    const held = { value: setting.value, project: "winds", stack: "dev", urn: "a::b" };
    const claim: Claim = { ...setting, before: null, set: [], holders: { [holder.lineage]: held } };
    const claims = `\0claims\n${claimFile(claim)} ${Buffer.from(claimText(claim)).toString("base64")}\n`;
    const actual = (content: string) =>
      actualPreparation(
        { ...nothingWanted, settings: asked },
        [setting],
        new Map(),
        parseObserved(`${claims}${digest}\0file0\n600 root:root 0:0\n${Buffer.from(content).toString("base64")}\n`, {
          things: [setting],
          profiles: libvirtHost,
        }),
        holder,
        libvirtHost.own,
      ).settings;
    assert.deepEqual(actual('vnc_password = "asked-for"\n'), asked);
    assert.deepEqual(actual("vnc_password = [ 'theirs', 7 ]\n"), { "qemu.conf": { vnc_password: ["theirs", 7] } });
    assert.deepEqual(actual("# vnc_password = 1\n"), { "qemu.conf": {} });
  });
});
