import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Fixture } from "./fixture";
import { frame, guest } from "./guests";
import type { Asked } from "./stack";

const program = join(__dirname, "../../dist/cli/windrose.js");

/** Guests under other names: the same one, or another in its place. */
describe("a guest under another name", function () {
  this.timeout(600_000);
  let fixture: Fixture;

  beforeEach(async () => {
    fixture = await Fixture.create();
  });
  afterEach(async () => {
    await fixture?.dispose();
  });

  const quick = { wait: { for: "none" }, shutdown: { timeout: 1 } };
  const wind = (name: string, extra: object = {}, options?: object): Asked => ({
    ...guest(name, 0, fixture.publicKey, { ...quick, ...extra }),
    options,
  });
  const domains = async () => (await fixture.virsh("list", "--all", "--name")).split("\n").filter(Boolean).sort();
  const xmlOfNetwork = () => fixture.virsh("net-dumpxml", `${fixture.stack.name}-winds`);
  const settled = () => fixture.stack.preview({ args: ["--expect-no-changes"] });

  it("takes the address of one that goes and is off; of one that runs the error names the way, and it works", async () => {
    const { stack } = fixture;
    await fixture.ask([...frame(), wind("boreas", { running: false })]);
    await stack.up();
    await fixture.ask([...frame(), wind("north", { running: false })]);
    await stack.up();
    assert.deepEqual(await domains(), [`${stack.name}-north`]);
    assert.match(await xmlOfNetwork(), /ip='172\.17\.2\.2'/);
    await settled();

    await fixture.ask([...frame(), wind("north")]);
    await stack.up();
    await fixture.ask([...frame(), wind("arktos")]);
    const summary = await summarized();
    assert.match(summary, /Has the address `172\.17\.2\.2` of `north`/);
    const { code, output } = await stack.up({ check: false });
    assert.notEqual(code, 0);
    const way = /`pulumi destroy --target '([^']+)'`/.exec(output);
    assert.ok(way, output);
    assert.ok(output.includes('`aliases: [{ name: "north" }]`'), output);
    assert.deepEqual(await domains(), [`${stack.name}-north`], "nothing was made");
    await stack.destroy({ args: ["--target", way[1]!] });
    await stack.up();
    assert.deepEqual(await domains(), [`${stack.name}-arktos`]);
    await settled();
    await stack.destroy();
    assert.equal(await fixture.ours(), "");
  });

  it("without an alias, of a fixed name, is told of it; and what can't be right is refused at preview", async () => {
    const { stack } = fixture;
    const fixed = { name: `${stack.name}-wind`, running: false, interfaces: {}, description: "one\r\ntwo" };
    await fixture.ask([...frame(), wind("boreas", fixed)]);
    await stack.up();
    await settled();
    const uuid = await fixture.uuid(fixed.name);
    await fixture.ask([...frame(), wind("north", fixed)]);
    const { code, output } = await stack.up({ check: false });
    assert.notEqual(code, 0);
    assert.match(output, /VirtualMachine "boreas" of this very stack/);
    assert.ok(output.includes('the option `aliases: [{ name: "boreas" }]`'), output);
    const renamed = wind("north", fixed, { aliases: [{ name: "boreas" }] });
    await fixture.ask([...frame(), renamed]);
    await stack.up();
    assert.equal(await fixture.uuid(fixed.name), uuid);
    await settled();

    // The engine ends a preview at the first resource that is refused.
    const refused = async (extra: object, ...words: string[]) => {
      await fixture.ask([...frame(), renamed, wind("other", { ...fixed, name: "other", ...extra })]);
      const preview = await stack.preview({ check: false });
      assert.notEqual(preview.code, 0, preview.output);
      for (const word of words) assert.ok(preview.output.includes(word), `${word} is not in ${preview.output}`);
    };
    const lan = { network: { $ref: "winds" }, address: "172.17.20.2" };
    await refused(
      { name: fixed.name, interfaces: { lan } },
      `${fixed.name} is the name of VirtualMachine "north" too`,
      "172.17.20.2 is outside its network's subnet",
    );
    const disks = { root: { pool: { $ref: "pool" }, size: 20 } };
    await refused({ disks, shutdown: { timeuot: 1 } }, "20 has no unit: write 20GiB", "did you mean `timeout`");
  });

  async function summarized(): Promise<string> {
    const child = fixture.stack.spawn(["preview", "--json", "--show-sames"]);
    let text = "";
    child.stdout!.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    child.stderr!.resume();
    await new Promise((done, fail) => child.on("error", fail).on("close", done));
    const file = join(fixture.stack.directory, "preview.json");
    await writeFile(file, text);
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [program, "preview-summary", file], { timeout: 60_000 }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
    });
  }

  it("keeps a reservation that the one before it had under the same MAC address", async () => {
    const { stack } = fixture;
    const fixed = {
      running: false,
      interfaces: { lan: { network: { $ref: "winds" }, address: "172.17.2.2", mac: "52:54:00:11:22:33" } },
    };
    await fixture.ask([...frame(), wind("boreas", fixed)]);
    await stack.up();
    await fixture.ask([...frame(), wind("north", fixed)]);
    await stack.up();
    assert.match(await xmlOfNetwork(), /mac='52:54:00:11:22:33'[^>]*ip='172\.17\.2\.2'/);
    await fixture.ask(frame());
    await stack.up();
    assert.doesNotMatch(await xmlOfNetwork(), /172\.17\.2\.2'/);
  });

  it("by an alias keeps the reservation whose key is renamed with it; under no alias a preview refuses", async () => {
    const { stack } = fixture;
    const asked = (name: string, options?: object): Asked[] => [
      ...frame({ reservations: { [name]: { address: "172.17.2.2" } } }),
      wind(name, { running: false, interfaces: { lan: { network: { $ref: "winds" } } } }, options),
    ];
    await fixture.ask(asked("boreas"));
    await stack.up();
    const before = /<host mac='([^']+)' name='boreas' ip='172\.17\.2\.2'\/>/.exec(await xmlOfNetwork());
    assert.ok(before);
    await fixture.ask(asked("north", { aliases: [{ name: "boreas" }] }));
    await stack.up();
    assert.match(await xmlOfNetwork(), new RegExp(`<host mac='${before[1]}' name='north' ip='172.17.2.2'/>`));
    assert.match(await fixture.virsh("domiflist", `${stack.name}-boreas`), new RegExp(before[1]!));
    await settled();
    await fixture.ask(asked("arktos"));
    const { code, output } = await stack.preview({ check: false });
    assert.notEqual(code, 0);
    assert.match(output, /interfaces\.lan\.mac/);
    assert.ok(output.includes(`reserves 172.17.2.2 for ${before[1]}`), output);
  });

  it("by an alias, undefined by hand and seen by a refresh, has its disks, its address and its name again", async () => {
    const { stack } = fixture;
    await fixture.ask([...frame(), wind("boreas", { running: false })]);
    await stack.up();
    const renamed = [...frame(), wind("north", { running: false }, { aliases: [{ name: "boreas" }] })];
    await fixture.ask(renamed);
    await stack.up();
    const name = `${stack.name}-boreas`;
    const identity = async () => [
      await fixture.uuid(name),
      await fixture.virsh("domiflist", name),
      await fixture.virsh("domblklist", name),
      await fixture.host.exec(["ls", `/var/lib/libvirt/images/${stack.name}-pool`]).then(({ stdout }) => stdout),
      await xmlOfNetwork(),
    ];
    const before = await identity();
    await fixture.virsh("undefine", name);
    await stack.refresh();
    await fixture.ask([...frame(), wind("north", { running: false })]);
    const { output } = await stack.preview();
    assert.match(output, /defined again with the existing disks/);
    await stack.up();
    assert.deepEqual(await identity(), before);
    await settled();
    await fixture.virsh("undefine", name);
    await stack.destroy();
    assert.equal(await fixture.ours(), "");
  });
});
