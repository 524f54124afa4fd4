import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../../cli/main";

const recorded = join(__dirname, "recorded-preview.json");

/** Runs the command line with everything it reads and writes kept here. */
async function run(argv: string[], stdin = "", environment: Record<string, string> = {}) {
  const seen = { code: 0, output: "", told: "", saved: new Map<string, string>() };
  seen.code = await main(argv, {
    stdin: async () => stdin,
    write: (text) => (seen.output += text),
    tell: (text) => (seen.told += `${text}\n`),
    save: async (file, text) => void seen.saved.set(file, text),
    environment,
  });
  return seen;
}

describe("the command line", function () {
  this.timeout(20_000);
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "windrose-cli-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("reads a file, - or what is piped in, and writes to a file where it is asked to", async () => {
    const text = await readFile(recorded, "utf8");
    const fromFile = await run(["preview-summary", recorded]);
    assert.equal(fromFile.code, 0);
    assert.match(fromFile.output, /^## Preview of `dev` \(`winds`\)\n/);
    for (const argv of [["preview-summary"], ["preview-summary", "-"]])
      assert.equal((await run(argv, text)).output, fromFile.output);
    const saved = await run(["preview-summary", "--output", "x.md"], text);
    assert.equal(saved.output, "");
    assert.equal(saved.saved.get("x.md"), fromFile.output);
  });

  it("exits 1 where --fail-on is hit, with the Markdown, and 0 where the list allows it", async () => {
    const hit = await run(["preview-summary", recorded, "--fail-on", "restart,delete"]);
    assert.equal(hit.code, 1);
    assert.equal(
      hit.told,
      "not allowed: delete of VirtualMachine/eurus\nnot allowed: restart of VirtualMachine/zephyrus\n",
    );
    assert.match(hit.output, /\*\*Not allowed:\*\*/);
    const list = join(directory, "allow");
    await writeFile(list, "# agreed\ndelete:VirtualMachine/e*   # it is old\n\n");
    const argv = ["preview-summary", recorded, "--fail-on", "restart", "--fail-on", "delete", "--allow-file", list];
    const allowed = await run([...argv, "--allow", "VirtualMachine/zephyrus"]);
    assert.equal(allowed.code, 0);
    assert.match(
      allowed.output,
      /Allowed by the list: delete of `VirtualMachine\/eurus`, restart of `VirtualMachine\/zephyrus`/,
    );
    assert.equal((await run(argv)).code, 1);
  });

  it("exits 1 where the preview failed and something is to be judged", async () => {
    const failed = JSON.stringify({ diagnostics: [{ message: "error: bad", severity: "error" }] });
    assert.equal((await run(["preview-summary"], failed)).code, 0);
    const judged = await run(["preview-summary", "--fail-on", "delete"], failed);
    assert.equal(judged.code, 1);
    assert.match(judged.told, /can't be judged/);
  });

  it("exits 2 for wrong usage and unreadable input, and says why", async () => {
    const wrong: [string[], string, RegExp][] = [
      [["nonsense"], "", /no command "nonsense"/],
      [["constructor"], "", /no command/],
      [["preview-summary", "--nonsense"], "{}", /--nonsense/],
      [["preview-summary", "--fail-on", "loss"], "{}", /restart, replace, delete, data-loss/],
      [["preview-summary", "--allow", "boreas"], "{}", /TYPE\/NAME/],
      [["preview-summary", "--allow-file", join(directory, "none")], "{}", /allow-list can't be read/],
      [["preview-summary", "--max-length", "many"], "{}", /--max-length/],
      [["preview-summary", "a", "b"], "", /more than one file/],
      [["preview-summary", join(directory, "none")], "", /no such file/],
      [["preview-summary"], "", /it is empty/],
      [["preview-summary"], "error: no stack selected", /no JSON/],
      [["preview-summary"], "[]", /not of `pulumi preview --json`/],
      [["preview-summary"], '{"a": 1}', /not of `pulumi preview --json`/],
      [["comment"], "", /--marker is required/],
      [["comment", "--marker", "a --> b"], "", /--marker has/],
      [["comment", "--marker", "prod"], "", /not a job of/],
    ];
    for (const [argv, stdin, why] of wrong) {
      const { code, told, output } = await run(argv, stdin);
      assert.equal(code, 2, argv.join(" "));
      assert.match(told, why);
      assert.equal(output, "");
    }
  });

  it("repeats no token, whatever is wrong with it", async () => {
    const event = join(directory, "event.json");
    await writeFile(event, JSON.stringify({ pull_request: { number: 1 } }));
    for (const token of ["geheim\ngeheim-too", "geheim geheim", "geheim\u0001", "geheim“"]) {
      const github = {
        GITHUB_ACTIONS: "true",
        GITHUB_API_URL: "http://127.0.0.1:1",
        GITHUB_REPOSITORY: "winds/four",
        GITHUB_EVENT_PATH: event,
        GITHUB_TOKEN: token,
      };
      const gitlab = {
        GITLAB_CI: "true",
        CI_API_V4_URL: "http://127.0.0.1:1",
        CI_PROJECT_ID: "1",
        CI_MERGE_REQUEST_IID: "1",
        GITLAB_TOKEN: token,
      };
      for (const environment of [github, gitlab]) {
        const { code, told } = await run(["comment", "--marker", "dev"], "text", environment);
        assert.equal(code, 2);
        assert.match(told, /_TOKEN is not a token/);
        assert.doesNotMatch(told, /geheim/);
      }
    }
  });

  it("takes whatever JSON says without failing", async () => {
    for (const steps of [
      null,
      3,
      [null, 1, { op: "update" }, { op: "delete", urn: "x", oldState: 7 }, { op: "constructor", urn: "" }],
    ]) {
      const { code, output } = await run(
        ["preview-summary"],
        JSON.stringify({ steps, diagnostics: [{}, 5], changeSummary: [] }),
      );
      assert.equal(code, 0);
      assert.match(output, /No changes/);
    }
    const custom = (op: string, inputs: unknown) => ({
      op,
      urn: "u::v::w::x",
      oldState: { custom: true, inputs, outputs: inputs },
      newState: { custom: true, inputs },
    });
    const steps = ["create", "update", "replace", "delete"].flatMap((op) => [custom(op, []), custom(op, { host: 5 })]);
    assert.equal((await run(["preview-summary"], JSON.stringify({ steps }))).code, 0);
  });

  it("says what there is to it", async () => {
    for (const argv of [[], ["--help"], ["preview-summary", "--help"], ["comment", "-h"]]) {
      const { code, output } = await run(argv);
      assert.equal(code, 0);
      assert.match(output, /^windrose /);
    }
  });
});
