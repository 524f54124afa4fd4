import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { FakeForge } from "./forge";

const root = join(__dirname, "../..");
const workflows = join(root, "examples/workflows");
const github = join(workflows, "github");

interface Step {
  name?: string;
  id?: string;
  run?: string;
  env?: Record<string, string>;
}

interface Workflow {
  on: unknown;
  permissions: Record<string, string>;
  env: Record<string, string>;
  jobs: Record<string, { steps: Step[]; "timeout-minutes"?: number; if?: string; environment?: string }>;
}

const workflow = async (name: string) => parse(await readFile(join(github, name), "utf8")) as Workflow;

interface Outcome {
  code: number;
  output: string;
}

function bash(script: string, shell: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", [...shell, "-c", script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
    const timer = setTimeout(() => child.kill("SIGKILL"), 60_000);
    child.on("error", reject).on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, output });
    });
  });
}

/** A checkout of a user, with programs that note what they are called with in place of Pulumi's, npm's and ssh's. */
class Place {
  private constructor(
    readonly directory: string,
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async make(): Promise<Place> {
    const directory = await mkdtemp(join(tmpdir(), "windrose-workflows-"));
    const bin = join(directory, "bin");
    for (const name of ["bin", "home", "temp", "checkout"]) await mkdir(join(directory, name));
    const note = `printf '%s\\n' "\${0##*/} $*" >> '${directory}/calls'`;
    const programs: Record<string, string> = {
      pulumi: `${note}\n[ ! -f '${directory}/preview.json' ] || cat '${directory}/preview.json'\nexit "$(cat '${directory}/code')"`,
      npm: note,
      "ssh-agent": `${note}\necho 'SSH_AGENT_PID=1; export SSH_AGENT_PID;'`,
      "ssh-add": `${note}\nprintf 'key:%s\\n' "$(cat)" >> '${directory}/calls'`,
      npx: `[ "$1 $2" = "--no windrose" ] || exit 99\nshift 2\nexec '${process.execPath}' '${join(root, "dist/cli/windrose.js")}' "$@"`,
    };
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
      await chmod(join(bin, name), 0o755);
    }
    await writeFile(join(directory, "code"), "0");
    const { NODE_OPTIONS, NODE_V8_COVERAGE, ...rest } = process.env;
    const environment = {
      ...Object.fromEntries(Object.entries(rest).filter(([name]) => !/^(GITHUB|GITLAB|CI|PULUMI|npm)_?/.test(name))),
      PATH: `${bin}:${process.env.PATH}`,
      HOME: join(directory, "home"),
    };
    return new Place(directory, environment);
  }

  get checkout(): string {
    return join(this.directory, "checkout");
  }

  /** What `pulumi` prints, and how it ends. */
  async pulumi(preview: string | undefined, code: number): Promise<void> {
    if (preview === undefined) await rm(join(this.directory, "preview.json"), { force: true });
    else await writeFile(join(this.directory, "preview.json"), preview);
    await writeFile(join(this.directory, "code"), String(code));
  }

  async calls(): Promise<string[]> {
    return (await readFile(join(this.directory, "calls"), "utf8").catch(() => "")).trim().split("\n");
  }

  dispose(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}

/** Runs the shell steps of a job as GitHub's runner does, with the expressions of their `env` put in place. */
async function runJob(name: string, job: string, place: Place, values: Record<string, string>): Promise<Outcome> {
  const { env, jobs } = await workflow(name);
  const outputs: Record<string, string> = {};
  const files = ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY"].map(
    (file) => [file, join(place.directory, file)] as const,
  );
  const given: Record<string, string> = { ...env, RUNNER_TEMP: join(place.directory, "temp"), GITHUB_ACTIONS: "true" };
  let all = "";
  let code = 0;
  for (const step of jobs[job]!.steps) {
    if (step.run === undefined) continue;
    if (code !== 0 && !("if" in step)) continue;
    for (const [, file] of files.slice(0, 2)) await writeFile(file, "");
    const own = Object.entries(step.env ?? {}).map(([key, value]) => [
      key,
      value.replace(
        /\$\{\{ ([\w.]+) \}\}/g,
        (_, expression: string) => outputs[expression] ?? values[expression] ?? "",
      ),
    ]);
    const environment = {
      ...place.environment,
      ...Object.fromEntries(files),
      ...values,
      ...given,
      ...Object.fromEntries(own),
    };
    const result = await bash(step.run, ["--noprofile", "--norc", "-e"], place.checkout, environment);
    all += result.output;
    if (result.code !== 0) code = result.code;
    for (const line of (await readFile(files[0]![1], "utf8")).split("\n").filter(Boolean)) {
      const [key, value] = line.split("=");
      outputs[`steps.${step.id}.outputs.${key}`] = value!;
    }
    for (const line of (await readFile(files[1]![1], "utf8")).split("\n").filter(Boolean)) {
      const at = line.indexOf("=");
      given[line.slice(0, at)] = line.slice(at + 1);
    }
  }
  return { code, output: all };
}

const recorded = () => readFile(join(root, "test/unit/cli/recorded-preview.json"), "utf8");
const quiet = JSON.stringify({ steps: [], changeSummary: { same: 4 } });

describe("workflows", function () {
  this.timeout(120_000);
  let place: Place;
  beforeEach(async () => {
    place = await Place.make();
  });
  afterEach(async () => {
    await place.dispose();
  });

  it("of GitHub pass their linter", async function () {
    // It was brought before: no registry is reached from here.
    const { ensureActionlint } = (await import(join(root, "scripts/toolchain/actionlint.mjs"))) as {
      ensureActionlint(): Promise<{ program?: string; obstacle?: string }>;
    };
    const { program, obstacle } = await ensureActionlint();
    if (!program) {
      console.log(`      actionlint is not run: ${obstacle}`);
      return this.skip();
    }
    const lint = (files: string[]) =>
      new Promise<Outcome>((resolve) => {
        // Neither is on every machine: the same findings everywhere.
        const argv = ["-no-color", "-shellcheck=", "-pyflakes=", ...files];
        execFile(program, argv, { timeout: 60_000 }, (error, stdout, stderr) =>
          resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
        );
      });
    const files = (await readdir(github)).map((name) => join(github, name));
    assert.equal(files.length, 3);
    assert.deepEqual(await lint(files), { code: 0, output: "" });
    const broken = join(place.directory, "broken.yml");
    await writeFile(broken, (await readFile(files[0]!, "utf8")).replace("github.event.", "github.evnt."));
    await writeFile(
      broken,
      (await readFile(join(github, "preview.yml"), "utf8")).replace("steps.preview.outputs", "steps.prevew.outputs"),
    );
    assert.equal((await lint([broken])).code, 1);
  });

  it("of GitHub are bounded, ask for no more than they need, and keep keys of hosts from pull requests", async () => {
    for (const name of await readdir(github)) {
      const { jobs, permissions, on } = await workflow(name);
      const text = await readFile(join(github, name), "utf8");
      for (const job of Object.values(jobs)) assert.ok(job["timeout-minutes"], name);
      assert.equal(permissions.contents, "read");
      const ofRequest = JSON.stringify(on).includes("pull_request");
      assert.doesNotMatch(JSON.stringify(on), /pull_request_target/);
      assert.equal(ofRequest, !("hosts" === Object.values(jobs)[0]!.environment), name);
      if (ofRequest) assert.doesNotMatch(text.replace(/^ *#.*$/gm, ""), /SSH_|environment:/);
      // What comes from outside reaches a script by its environment alone.
      for (const step of Object.values(jobs)[0]!.steps) assert.doesNotMatch(step.run ?? "", /\$\{\{/, name);
    }
  });

  describe("of a pull request on GitHub", () => {
    let forge: FakeForge;
    let values: Record<string, string>;
    beforeEach(async () => {
      forge = await FakeForge.start("github-actions[bot]");
      const event = join(place.directory, "event.json");
      await writeFile(event, JSON.stringify({ pull_request: { number: 7 } }));
      values = {
        GITHUB_API_URL: forge.address,
        GITHUB_REPOSITORY: "winds/lab",
        GITHUB_EVENT_PATH: event,
        "github.token": "gh-token",
        "secrets.PULUMI_CONFIG_PASSPHRASE": "passphrase",
      };
    });
    afterEach(() => forge.stop());

    it("write one comment and update it, and fail where the changes are not allowed", async () => {
      forge.add("<!-- windrose: preview prod -->\nnot ours", "somebody");
      for (let index = 0; index < 120; index++) forge.add("a word", "somebody");
      await place.pulumi(await recorded(), 0);
      const first = await runJob("preview.yml", "preview", place, values);
      assert.equal(first.code, 1, first.output);
      assert.match(first.output, /not allowed: delete of VirtualMachine\/eurus/);
      const ours = () => forge.comments.filter((one) => one.author === "github-actions[bot]");
      assert.equal(ours().length, 1);
      assert.match(ours()[0]!.body, /^<!-- windrose: preview prod -->\n## Preview of `dev`[\s\S]*\*\*Data lost:\*\*/);
      assert.match(
        (await place.calls()).join("\n"),
        /^pulumi preview --json --show-sames --non-interactive --stack prod$/m,
      );
      assert.match(await readFile(join(place.directory, "GITHUB_STEP_SUMMARY"), "utf8"), /^## Preview of/);

      await place.pulumi(quiet, 0);
      const second = await runJob("preview.yml", "preview", place, values);
      assert.equal(second.code, 0, second.output);
      assert.equal(ours().length, 1);
      assert.match(ours()[0]!.body, /No changes\. 4 unchanged\./);
      assert.equal(forge.comments[0]!.body, "<!-- windrose: preview prod -->\nnot ours");
      assert.deepEqual([...forge.tokens], ["Bearer gh-token"]);
      const written = () => forge.requests.filter((one) => !one.startsWith("GET")).length;
      const before = written();
      await runJob("preview.yml", "preview", place, values);
      assert.equal(written(), before, "the same comment is not written again");
    });

    it("pass where the list allows the changes", async () => {
      await place.pulumi(await recorded(), 0);
      await writeFile(
        join(place.checkout, ".windrose-allow"),
        "# agreed\nVirtualMachine/*\nSnapshot/before # rolled back\n",
      );
      const { code, output } = await runJob("preview.yml", "preview", place, values);
      assert.equal(code, 0, output);
    });

    it("comment on a preview that failed, and on none at all, and fail", async () => {
      const message = "error: property memory has a problem: is more than maxMemory\n";
      await place.pulumi(JSON.stringify({ diagnostics: [{ message, severity: "error" }] }), 1);
      assert.equal((await runJob("preview.yml", "preview", place, values)).code, 1);
      assert.match(forge.comments[0]!.body, /The preview failed.*[\s\S]*is more than maxMemory/);
      await place.pulumi(undefined, 255);
      const none = await runJob("preview.yml", "preview", place, values);
      assert.equal(none.code, 1);
      assert.match(none.output, /pulumi preview ended with 255/);
      assert.equal(forge.comments.length, 1);
      assert.match(forge.comments[0]!.body, /There is none/);
    });

    it("fail, without the token in the log, where the forge refuses", async () => {
      await place.pulumi(quiet, 0);
      forge.broken = 403;
      const { code, output } = await runJob("preview.yml", "preview", place, values);
      assert.equal(code, 1);
      assert.match(output, /the comment was not written: GET .*403, "Resource not accessible"/);
      assert.doesNotMatch(output, /gh-token/);
    });
  });

  it("of GitHub for `up` and drift give the agent the key, end it, and tell of drift", async () => {
    const values = { "secrets.SSH_PRIVATE_KEY": "PRIVATE", "vars.SSH_KNOWN_HOSTS": "anemoi ssh-ed25519 AAAA" };
    await place.pulumi(undefined, 0);
    assert.equal((await runJob("up.yml", "up", place, values)).code, 0);
    assert.deepEqual(
      (await place.calls()).filter((line) => line !== "npm ci"),
      [
        `ssh-agent -a ${join(place.directory, "temp/agent")}`,
        "ssh-add -q -",
        "key:PRIVATE",
        "pulumi up --yes --skip-preview --non-interactive --stack prod",
        "ssh-agent -k",
      ],
    );
    assert.equal(await readFile(join(place.directory, "home/.ssh/known_hosts"), "utf8"), "anemoi ssh-ed25519 AAAA\n");

    await place.pulumi("~ memory: 2GiB => 1GiB\n", 1);
    const drift = await runJob("drift.yml", "drift", place, values);
    assert.equal(drift.code, 1);
    const calls = await place.calls();
    assert.ok(calls.some((line) => line.startsWith("pulumi refresh --preview-only --expect-no-changes ")));
    assert.equal(calls.at(-1), "ssh-agent -k");
    assert.match(await readFile(join(place.directory, "GITHUB_STEP_SUMMARY"), "utf8"), /## Drift[\s\S]*2GiB => 1GiB/);
    assert.doesNotMatch(drift.output, /PRIVATE/);
  });

  describe("of GitLab", () => {
    type Job = {
      extends?: string;
      stage?: string;
      script?: string[];
      before_script?: unknown[];
      rules?: { if: string }[];
      image?: string;
      resource_group?: string;
      timeout?: string;
      environment?: { name: string };
    };
    let pipeline: Record<string, Job> & { variables: Record<string, string>; stages: string[] };
    before(async () => {
      const text = await readFile(join(workflows, "gitlab/windrose.gitlab-ci.yml"), "utf8");
      const reference = { tag: "!reference", collection: "seq" as const, resolve: (value: unknown) => value };
      pipeline = parse(text, { customTags: [reference as never] });
    });

    it("have what GitLab asks for, and keep keys of hosts from merge requests", () => {
      const jobs = Object.entries<Job>(pipeline as Record<string, Job>).filter(
        ([, value]) => typeof value === "object" && "script" in value,
      );
      assert.deepEqual(
        jobs.map(([name]) => name),
        ["preview", "up", "drift"],
      );
      for (const [name, job] of jobs) {
        const base = pipeline[job.extends!]!;
        assert.ok(base, `${name} extends ${job.extends}`);
        assert.ok(pipeline.stages.includes((job.stage ?? base.stage)!), name);
        assert.equal(job.rules?.length, 1);
        assert.ok(job.timeout);
        assert.ok(job.script!.every((line) => typeof line === "string"));
        const ofRequest = job.rules![0]!.if.includes("merge_request_event");
        assert.equal(base.environment?.name, ofRequest ? undefined : "hosts");
        assert.equal(base.resource_group, ofRequest ? undefined : "hosts");
      }
      assert.match(pipeline.drift!.script!.join(), /refresh --preview-only --expect-no-changes/);
    });

    it("write one note and update it, and fail where the changes are not allowed", async () => {
      const forge = await FakeForge.start("project_5_bot");
      try {
        forge.add("<!-- windrose: preview prod -->\nnot ours", "somebody");
        const environment = {
          ...place.environment,
          ...pipeline.variables,
          GITLAB_CI: "true",
          CI_API_V4_URL: forge.address,
          CI_PROJECT_ID: "5",
          CI_MERGE_REQUEST_IID: "7",
          GITLAB_TOKEN: "gl-token",
        };
        const run = () => bash(pipeline.preview!.script!.join("\n"), ["-eo", "pipefail"], place.checkout, environment);
        await place.pulumi(await recorded(), 0);
        const first = await run();
        assert.equal(first.code, 1, first.output);
        await place.pulumi(quiet, 0);
        const second = await run();
        assert.equal(second.code, 0, second.output);
        const ours = forge.comments.filter((one) => one.author === "project_5_bot");
        assert.equal(ours.length, 1);
        assert.match(ours[0]!.body, /No changes/);
        assert.equal(forge.comments[0]!.body, "<!-- windrose: preview prod -->\nnot ours");
        assert.deepEqual([...forge.tokens], ["gl-token"]);
      } finally {
        await forge.stop();
      }
    });
  });
});
