import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Fixture } from "./fixture";
import { frame, guest } from "./guests";
import type { Asked } from "./stack";

const program = join(__dirname, "../../dist/cli/windrose.js");

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function windrose(...argv: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...argv], { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe("a preview in a pull request", function () {
  this.timeout(600_000);
  let fixture: Fixture;
  let file: string;
  before(async () => {
    fixture = await Fixture.create();
    file = join(fixture.stack.directory, "preview.json");
  });
  afterEach(() => fixture.host.networkRestore());
  after(async () => {
    await fixture?.dispose();
  });

  const plain = { wait: { for: "none" }, shutdown: { timeout: 1 } };
  const machine = (name: string, index: number, extra: object = {}, parent?: string): Asked => ({
    ...guest(name, index, fixture.publicKey, { ...plain, ...extra }),
    options: { parent },
  });
  const secrets = { old: "hush-one", new: "hush-two" };
  const screen = (secret: string) => ({ graphics: { password: { $secret: secret } } });

  /** The machine-readable preview alone: its standard output. */
  async function preview(): Promise<{ code: number; text: string }> {
    const child = fixture.stack.spawn(["preview", "--json", "--show-sames"]);
    let text = "";
    child.stdout!.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    child.stderr!.resume();
    const timer = setTimeout(() => child.kill("SIGKILL"), 120_000);
    const code = await new Promise<number>((done, fail) =>
      child.on("error", fail).on("close", (status) => done(status ?? -1)),
    );
    clearTimeout(timer);
    await writeFile(file, text);
    return { code, text };
  }

  it("says what five changes do, what goes down and what is lost, while the host does not answer", async () => {
    const { stack, host } = fixture;
    const source = join(stack.directory, "base.raw");
    const image: Asked = {
      kind: "Image",
      name: "base",
      args: { host: { $ref: "anemoi" }, pool: { $ref: "pool" }, source, format: "raw" },
    };
    const pool = { $ref: "pool" };
    const fromImage = {
      disks: { root: { pool, image: { $ref: "base" }, size: "64MiB" }, data: { pool, size: "8MiB" } },
    };
    const snapshot = (extra: object = {}): Asked => ({
      kind: "Snapshot",
      name: "before",
      args: { host: { $ref: "anemoi" }, machine: { $ref: "zephyrus" }, ...extra },
    });
    await writeFile(source, Buffer.alloc(1 << 20, 1));
    await fixture.ask(
      [
        ...frame(),
        image,
        machine("boreas", 0, screen("old"), "lab"),
        machine("zephyrus", 1),
        machine("notus", 2, fromImage),
        machine("eurus", 3),
        snapshot(),
      ],
      secrets,
    );
    await stack.up();
    const uuids = await fixture.virsh("list", "--all", "--uuid");

    await host.networkCut();
    assert.equal((await preview()).code, 0);
    const none = await windrose("preview-summary", file, "--fail-on", "restart,replace,delete,data-loss");
    assert.equal(none.code, 0, none.stderr);
    assert.match(none.stdout, /^No changes\. 11 unchanged\.$/m);

    await writeFile(source, Buffer.alloc(1 << 20, 2));
    await fixture.ask(
      [
        ...frame(),
        image,
        machine("boreas", 0, { memory: "256MiB", ...screen("new") }, "lab"),
        machine("zephyrus", 1, { machineType: "pc", restart: "now" }),
        machine("notus", 2, fromImage),
        machine("aparctias", 4),
        snapshot({ restore: "1" }),
      ],
      secrets,
    );
    const { code, text } = await preview();
    assert.equal(code, 0, text);
    assert.doesNotMatch(text, /hush/);

    const summary = await windrose("preview-summary", file);
    assert.equal(summary.code, 0, summary.stderr);
    const markdown = summary.stdout;
    if (process.env.WINDROSE_E2E_VERBOSE) console.log(markdown);
    if (process.env.WINDROSE_KEEP_SUMMARY) await writeFile(process.env.WINDROSE_KEEP_SUMMARY, markdown);
    const row = (name: string) =>
      markdown
        .split("\n")
        .find((line) => line.startsWith("| `") && line.includes(`<br>**\`${name}\`** |`))
        ?.slice(2, -2)
        .split(" | ")
        .slice(1);
    assert.deepEqual(row("boreas"), [
      "`memory`: `192MiB` → `256MiB` (live)<br>`graphics.password`: _hidden_ (live)",
      "live",
      "–",
      "–",
    ]);
    assert.deepEqual(row("zephyrus"), [
      "`machineType`: _unset_ → `pc` (after a restart)<br>`restart`: `refuse` → `now` (state only)",
      "**restart**",
      "`zephyrus`, while it restarts",
      "–",
    ]);
    assert.deepEqual(row("notus"), [
      "`disks.root.image`: `Image base` → _not yet known_ (replaces it)",
      "**replace**",
      "`notus`, until it is recreated",
      "all on the disks `data`, `root` of `notus`",
    ]);
    assert.deepEqual(row("eurus"), ["–", "**delete**", "`eurus`, for good", "all on the disk `root` of `eurus`"]);
    assert.equal(row("aparctias")?.[1], "create");
    assert.match(row("aparctias")![0]!, /`memory`: `192MiB`.*`disks\.root\.pool`: `StoragePool pool`/);
    assert.equal(row("base")?.[1], "**replace**");
    assert.deepEqual(row("before")?.slice(2), [
      "`zephyrus`, while it is rolled back",
      "what `zephyrus` wrote since the snapshot `before`",
    ]);
    assert.match(markdown, /^### Host `anemoi`$/m);
    assert.match(markdown, /^### Component `lab` \(`e2e:index:Group`\) on `anemoi`$/m);
    assert.match(markdown, /^7 changes: 1 delete, 2 replace, 1 restart, 2 live, 1 create\. 5 unchanged\.$/m);
    assert.doesNotMatch(markdown, /hush/);

    const gate = await windrose("preview-summary", file, "--fail-on", "restart,replace,delete,data-loss");
    assert.equal(gate.code, 1);
    assert.deepEqual(gate.stderr.match(/not allowed: .*/g), [
      "not allowed: delete of VirtualMachine/eurus",
      "not allowed: data-loss of VirtualMachine/eurus",
      "not allowed: replace of VirtualMachine/notus",
      "not allowed: data-loss of VirtualMachine/notus",
      "not allowed: data-loss of Snapshot/before",
      "not allowed: replace of Image/base",
      "not allowed: restart of VirtualMachine/zephyrus",
    ]);
    const allowed = ["--allow", "VirtualMachine/*,Image/base", "--allow", "data-loss:Snapshot/*"];
    const passed = await windrose("preview-summary", file, "--fail-on", "restart,replace,delete,data-loss", ...allowed);
    assert.equal(passed.code, 0, passed.stderr);

    await host.networkRestore();
    assert.equal(await fixture.virsh("list", "--all", "--uuid"), uuids, "a preview changes nothing");
  });

  it("is told from drift, which the scheduled check finds", async () => {
    const drift = () =>
      fixture.stack.run(["refresh", "--preview-only", "--expect-no-changes", "--diff"], { check: false });
    const clean = await drift();
    assert.equal(clean.code, 0, clean.output);
    await fixture.virsh("autostart", `${fixture.stack.name}-eurus`);
    const found = await drift();
    assert.notEqual(found.code, 0);
    assert.match(found.output, /autostart/);
    await fixture.virsh("autostart", "--disable", `${fixture.stack.name}-eurus`);
  });

  it("of what is refused says so, and that the rest can't be judged", async () => {
    await fixture.host.networkCut();
    await fixture.ask([...frame(), machine("boreas", 0, { memory: "1TiB", ...screen("new") }, "lab")], secrets);
    const { code } = await preview();
    assert.notEqual(code, 0);
    const summary = await windrose("preview-summary", file, "--fail-on", "delete");
    assert.equal(summary.code, 1);
    assert.match(summary.stdout, /The preview failed/);
    assert.match(
      summary.stdout,
      /`VirtualMachine boreas`: `property memory has a problem: is more than maxMemory \(320MiB\)`/,
    );
  });
});
