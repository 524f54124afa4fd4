import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const project = resolve(__dirname, "../../..");
const load = (name: string) => import(join(project, "scripts/lib", name));

describe("the demo's command line", () => {
  // biome-ignore lint/suspicious/noExplicitAny: the scripts have no types
  let command: any;
  before(async () => {
    command = await load("demo-command.mjs");
  });
  const parse = (...argv: string[]) => command.parse(argv);

  it("is the whole demo without a command", () => {
    assert.deepEqual(parse(), { command: undefined, options: {}, rest: [] });
    assert.deepEqual(parse("--host=qemu:///system", "--user", "debian").options, {
      host: "qemu:///system",
      user: "debian",
    });
  });

  it("takes what chooses a demo before the command, and behind it", () => {
    for (const argv of [
      ["--host", "qemu:///system", "preview", "--diff"],
      ["preview", "--host", "qemu:///system", "--diff"],
      ["preview", "--diff", "--host", "qemu:///system"],
    ]) {
      assert.deepEqual(parse(...argv), {
        command: "preview",
        options: { host: "qemu:///system" },
        rest: ["--diff"],
      });
    }
    assert.deepEqual(parse("destroy", "--lab"), { command: "destroy", options: { lab: true }, rest: [] });
  });

  it("leaves what is for ssh and Pulumi alone", () => {
    assert.deepEqual(parse("ssh", "--lab", "boreas", "prog", "--host", "x"), {
      command: "ssh",
      options: { lab: true },
      rest: ["boreas", "prog", "--host", "x"],
    });
    assert.deepEqual(parse("pulumi", "stack", "--help").rest, ["stack", "--help"]);
    assert.deepEqual(parse("up", "--help").rest, ["--help"]);
  });

  it("gives help where it is asked for, and takes nothing down for it", () => {
    for (const argv of [["--help"], ["-h"], ["help"], ["destroy", "--help"], ["ssh", "-h"], ["--lab", "--help"]])
      assert.deepEqual(parse(...argv), { help: true }, argv.join(" "));
  });

  it("refuses what it does not know", () => {
    assert.throws(() => parse("frobnicate"), /there is no command "frobnicate": up, preview, refresh, ssh/);
    assert.throws(() => parse("--hots", "x"), /there is no option "--hots"/);
    assert.throws(() => parse("--host"), /--host needs a value/);
    assert.throws(() => parse("--host", "--lab"), /--host needs a value/);
    assert.throws(() => parse("destroy", "boreas"), /destroy takes no boreas/);
    assert.throws(() => parse("--lab", "--host", "qemu:///system"), /one of them at a time/);
    assert.throws(() => parse("--image", "x.qcow2"), /--image and --user go with/);
    assert.throws(() => parse("up", "--host", "qemu:///system", "--image", "x.qcow2"), /--image and --user go with/);
  });

  it("consents to a change only where nobody can be asked", () => {
    const given = (args: string[], terminal: boolean, term = "xterm") => command.withConsent(args, { terminal, term });
    assert.deepEqual(given(["up"], true), ["up"]);
    assert.deepEqual(given(["up"], false), ["up", "--yes"]);
    assert.deepEqual(given(["refresh"], true, "dumb"), ["refresh", "--yes"]);
    assert.deepEqual(given(["up", "-y"], false), ["up", "-y"]);
    assert.deepEqual(given(["preview"], false), ["preview"]);
    assert.deepEqual(given(["refresh", "--preview-only"], false), ["refresh", "--preview-only"]);
  });

  it("knows a guest's name with a user before it, and leaves ssh's options to ssh", () => {
    const known = ["boreas", "eurus"];
    assert.equal(command.strangerIn(["boreas", "uptime"], known), undefined);
    assert.equal(command.strangerIn(["root@boreas"], known), undefined);
    assert.equal(command.strangerIn(["-v", "borea"], known), undefined);
    assert.equal(command.strangerIn(["root@borea"], known), "borea");
  });
});

describe("the demo's records", () => {
  // biome-ignore lint/suspicious/noExplicitAny: the scripts have no types
  let records: any;
  let directory: string;
  before(async () => {
    records = await load("demo-records.mjs");
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "windrose-demo-"));
  });
  afterEach(() => rm(directory, { recursive: true }));
  const ids = (found: { id: string }[]) => found.map(({ id }) => id);

  it("put the one that came up last first, whatever failed after it", async () => {
    await records.writeRecord(join(directory, "lab"), { tried: "2026-01-01T00:00:00Z" });
    await records.writeRecord(join(directory, "lab"), { up: "2026-01-01T00:01:00Z" });
    await records.writeRecord(join(directory, "host-0a"), { host: "qemu:///system", tried: "2026-01-02T00:00:00Z" });
    await records.writeRecord(join(directory, "host-0b"), {
      host: "qemu+ssh://root@eurus/system",
      tried: "2025-01-01T00:00:00Z",
      up: "2025-01-01T00:00:00Z",
    });
    const all = await records.readRecords(directory);
    assert.deepEqual(ids(all), ["lab", "host-0b", "host-0a"]);
    assert.equal(all[0].tried, "2026-01-01T00:00:00Z");
    assert.deepEqual(ids(records.chosen(all, {})), ["lab", "host-0b", "host-0a"]);
    assert.deepEqual(ids(records.chosen(all, { lab: true })), ["lab"]);
    assert.deepEqual(ids(records.chosen(all, { host: "qemu:///system" })), ["host-0a"]);
    assert.throws(
      () => records.chosen(all, { host: "qemu+ssh://root@notus/system" }),
      /There is no demo on qemu\+ssh:\/\/root@notus\/system, but on the test lab and on qemu\+ssh:\/\/root@eurus\/system/,
    );
  });

  it("know of directories that have no record, and of nothing else", async () => {
    for (const name of ["lab", "host-0c", "elsewhere"]) await mkdir(join(directory, name));
    await writeFile(join(directory, "last.json"), "{}");
    assert.deepEqual(ids(await records.readRecords(directory)).sort(), ["host-0c", "lab"]);
    await records.writeRecord(join(directory, "lab"), {});
    await assert.rejects(readFile(join(directory, "last.json")), { code: "ENOENT" });
  });

  it("say that there is none, save for the lab when it is named", async () => {
    const none = await records.readRecords(join(directory, "demo"));
    assert.throws(() => records.chosen(none, {}), /There is no demo yet: npm run demo/);
    assert.deepEqual(records.chosen(none, { lab: true }), [{ id: "lab" }]);
  });

  it("name a host without what follows its question mark, unless two are alike", () => {
    const one = { id: "host-01", host: "qemu+ssh://root@eurus/system?keyfile=/k" };
    const other = { id: "host-02", host: "qemu+ssh://root@eurus/system?keyfile=/l" };
    const lab = { id: "lab" };
    assert.equal(records.nameOf(one), "qemu+ssh://root@eurus/system");
    assert.equal(records.choiceOf([one], one), "");
    assert.equal(records.choiceOf([one, lab], lab), " --lab");
    assert.equal(records.choiceOf([one, lab], one), " --host qemu+ssh://root@eurus/system");
    assert.equal(records.choiceOf([one, other], one), ` --host '${one.host}'`);
    assert.deepEqual(records.chosen([one, lab], { host: records.nameOf(one) }), [one]);
  });
});

describe("the demo's part as root", () => {
  it("gets proxies and registries by name, and never their values in the list of processes", async () => {
    const { rootCommand } = await load("root.mjs");
    const environment = {
      WINDROSE_CACHE: "/cache",
      PATH: "/bin",
      HTTPS_PROXY: "http://user:secret@proxy",
      no_proxy: "localhost",
      GOPROXY: "direct",
      npm_config_registry: "http://winds.example",
      "npm_config_@scope:registry": "http://winds.example",
      npm_config_noproxy: "",
      npm_config_cache: "/home/somebody/.npm",
      GOPATH: "/home/somebody/go",
      LD_PRELOAD: "x.so",
    };
    const argv: string[] = rootCommand(["node", "demo.mjs", "up"], environment);
    assert.deepEqual(argv, [
      "sudo",
      "-n",
      "--preserve-env=HTTPS_PROXY,no_proxy,GOPROXY,npm_config_registry,npm_config_@scope:registry",
      "env",
      "WINDROSE_CACHE=/cache",
      "PATH=/bin",
      "TERM=dumb",
      "node",
      "demo.mjs",
      "up",
    ]);
  });
});
