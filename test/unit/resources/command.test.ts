import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sinon from "sinon";
import { WindroseError } from "../../../provider/basics/errors";
import type { Inputs } from "../../../provider/basics/record";
import type { Hypervisor } from "../../../provider/drivers/hypervisor";
import type { Context } from "../../../provider/lifecycle/context";
import { diff } from "../../../provider/lifecycle/diff";
import { apply, read, remove } from "../../../provider/lifecycle/lifecycle";
import { command } from "../../../provider/resources/command/definition";
import { LocalTransport } from "../../../provider/transports/local";
import { anyOf, checked, checkOf, contextOf, FakeHost, halfMade, type Made } from "../fakes";

const machine = "11111111-2222-8333-8444-555555555555";
const definition = anyOf(command);

describe("Command", function () {
  this.timeout(30_000);
  const transport = new LocalTransport();
  let host: FakeHost;
  let directory: string;
  let statuses: string[];
  beforeEach(() => {
    host = new FakeHost();
    directory = mkdtempSync(join(tmpdir(), "windrose-command-"));
    statuses = [];
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  after(() => transport.close());

  const context = (): Context & { told: string[] } => ({
    ...contextOf(host, "Command"),
    hypervisor: async () => ({ ...host.hypervisor, transport }) as Hypervisor,
    progress: (text) => statuses.push(text),
  });
  /** What the constructor sends along is no argument. */
  const inputsOf = async (given: Inputs, olds?: Inputs) => checked(command, { host: "h1", ...given }, olds);
  const make = async (given: Inputs, at = context()): Promise<Made> => {
    const inputs = await inputsOf(given);
    const { id, outputs } = await apply(definition, inputs, undefined, at);
    return { id, inputs, state: outputs };
  };
  const change = async (made: Made, given: Inputs, at = context()): Promise<Made> => {
    const inputs = await inputsOf(given, made.inputs);
    const { id, outputs } = await apply(definition, inputs, made.state, at);
    return { id, inputs, state: outputs };
  };
  const log = () => join(directory, "log");
  const logged = () => (existsSync(log()) ? readFileSync(log(), "utf8").trim().split("\n") : []);
  /** Leaves a word in the log. */
  const note = (word: string) => `echo ${word} >> ${log()}`;

  it("runs, and has what it wrote and its exit code", async () => {
    const made = await make({ create: "echo out; echo err >&2; cat", stdin: "input", environment: { A: "1" } });
    const { stdout, stderr, exitCode } = made.state;
    assert.deepEqual({ stdout, stderr, exitCode }, { stdout: "out\ninput", stderr: "err", exitCode: 0 });
    assert.match(made.id, /^[0-9a-f-]{36}$/);
    assert.ok(statuses.includes("out"), statuses.join());
    assert.deepEqual(host.calls, [], "a command on a host needs no hypervisor");
  });

  it("runs a program with its arguments, and a script in another language", async () => {
    const made = await make({ create: ["printf", "%s|", "a b", "$HOME"] });
    assert.equal(made.state.stdout, "a b|$HOME|");
    const other = await make({ create: "print(6 * 7)", interpreter: ["python3"] });
    assert.equal(other.state.stdout, "42");
  });

  it("is as the state has it when it is read, whatever has become of its machine", async () => {
    const made = await make({ create: note("a") });
    const answer = (await read(definition, { ...made.state, machine }, context()))!;
    assert.deepEqual(answer.outputs, { ...made.state, machine });
    assert.deepEqual(diff(definition, made.state, made.inputs), { changes: false, replaces: [], rows: [] });
    assert.deepEqual(logged(), ["a"]);
  });

  it("runs `update` where something that it is made from changes, else nothing", async () => {
    const given = { create: note("create"), update: note("update"), delete: note("delete") };
    let made = await make(given);
    made = await change(made, { ...given, timeout: 60, log: "none", delete: note("gone") });
    assert.deepEqual(logged(), ["create"]);
    made = await change(made, { ...given, triggers: [1, { a: "b" }] });
    made = await change(made, { ...given, triggers: [1, { a: "b" }] });
    assert.deepEqual(logged(), ["create", "update"]);
    made = await change(made, { ...given, triggers: [1, { a: "c" }] });
    made = await change(made, { ...given, triggers: [1, { a: "c" }], environment: { A: "1" } });
    assert.deepEqual(logged(), ["create", "update", "update", "update"]);
    const { update: _update, ...rest } = given;
    made = await change(made, { ...rest, triggers: [1, { a: "c" }], environment: { A: "1" } });
    assert.equal(logged().length, 4, "taking `update` away runs nothing");
    await change(made, { ...rest, triggers: [2], environment: { A: "1" } });
    assert.equal(logged().at(-1), "create");
  });

  it("says in a preview what a change does", async () => {
    const made = await make({ create: "true" });
    const rows = async (given: Inputs) => diff(definition, made.state, await inputsOf(given, made.inputs)).rows;
    assert.equal((await rows({ create: "true", triggers: ["x"] }))[0]?.says, "live, runs `create`");
    const both = await rows({ create: "true", update: "true", triggers: ["x"] });
    assert.deepEqual(
      both.map((row) => row.says),
      ["live, runs `update`", "live, runs `update`"],
    );
    assert.equal((await rows({ create: "true", machine }))[0]?.effect, "replace");
  });

  it("gives `update` and `delete` what the run before wrote", async () => {
    const given = {
      create: "printf 'made-7\\0\\n'; echo warned >&2",
      update: `echo "$PULUMI_COMMAND_STDOUT $PULUMI_COMMAND_STDERR" >> ${log()}; echo made-8`,
      delete: `echo "$PULUMI_COMMAND_STDOUT" >> ${log()}`,
    };
    const made = await change(await make(given), { ...given, triggers: [1] });
    await remove(definition, made.state, context());
    assert.deepEqual(logged(), ["made-7 warned", "made-8"]);
  });

  it("undoes nothing of what never began, and all of what may have", async () => {
    const given = { create: note("a"), delete: note("gone") };
    const exec = sinon.stub(transport, "exec").rejects(new WindroseError("sudo-password", "sudo wants a password"));
    const never = await halfMade(make(given));
    exec.restore();
    await remove(definition, never.outputs, context());
    assert.deepEqual(logged(), []);
    const half = await halfMade(make({ ...given, create: `${note("a")}; false` }));
    await remove(definition, half.outputs, context());
    assert.deepEqual(logged(), ["a", "gone"]);
  });

  it("keeps what failed in the state, with what it wrote, and runs it again", async () => {
    const given = {
      create: `${note("a")}; echo out; echo "no luck" >&2; [ -e ${directory}/ready ]`,
      update: note("u"),
    };
    const half = await halfMade(make(given));
    assert.equal(half.error.code, "command-failed");
    assert.match(
      half.message,
      /Unable to create Command "boreas" on anemoi: `create` ended with exit code 1: out\nno luck\./,
    );
    assert.deepEqual(half.outputs.__pending, ["command"]);
    assert.deepEqual([half.outputs.stdout, half.outputs.exitCode], ["out", 1]);
    const inputs = await inputsOf(given);
    assert.equal(diff(definition, half.outputs, inputs).changes, true);
    // A refresh in between does not forget it.
    const { outputs } = (await read(definition, half.outputs, context()))!;
    await halfMade(change({ id: half.id, inputs, state: outputs }, given));
    await apply(definition, await inputsOf({ create: "true" }), undefined, context());
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(directory, "ready"), "");
    const made = await change({ id: half.id, inputs, state: outputs }, given);
    assert.equal(made.id, half.id);
    assert.deepEqual(logged(), ["a", "a", "a"], "`create` it is, as long as it has not succeeded");
    assert.equal(made.state.__pending, undefined);
    await change(made, { ...given, triggers: [1] });
    assert.equal(logged().at(-1), "u");
  });

  it("runs a failed `update` again, though nothing has changed since", async () => {
    const given = { create: "true", update: `${note("u")}; [ "$A" = good ]` };
    const made = await make(given);
    const half = await halfMade(change(made, { ...given, environment: { A: "bad" } }));
    const again = await halfMade(change({ ...made, state: half.outputs }, { ...given, environment: { A: "bad" } }));
    await change({ ...made, state: again.outputs }, { ...given, environment: { A: "good" } });
    assert.deepEqual(logged(), ["u", "u", "u"]);
  });

  it("shows no secret: not as status, not as a message, not in an error", async () => {
    const secrets = { TOKEN: "tok-5f1d83", CERTIFICATE: "-----BEGIN-----\nline-one\nline-two\n-----END-----" };
    const given = {
      create: 'echo "with $TOKEN."; echo "$CERTIFICATE" >&2; cat; printf "\\033[31m%s" "$PLAIN"; exit 3',
      environment: { ...secrets, PLAIN: "plain-text" },
      stdin: "inp-44c0",
      log: "diagnostics",
    };
    const at = context();
    const inputs = { ...(await inputsOf(given)), __secrets: ["environment.TOKEN", "environment.CERTIFICATE", "stdin"] };
    const half = await halfMade(apply(definition, inputs, undefined, at));
    const shown = [half.message, half.error.message, String(half.error.stack), ...statuses, ...at.told].join("\n");
    assert.doesNotMatch(shown, /tok-5f1d83|line-one|line-two|inp-44c0/);
    assert.match(shown, /with \[secret\]\./);
    assert.match(half.message, /plain-text/);
    assert.ok(at.told.includes("info: with [secret]."), at.told.join());
    // The state has all of it: its two outputs are secrets there.
    assert.match(String(half.outputs.stdout), /tok-5f1d83/);
    assert.ok(command.outputs.stdout!.secret && command.outputs.stderr!.secret);

    // `delete` runs by the state alone.
    const state = { ...half.outputs, delete: given.create };
    await assert.rejects(remove(definition, state, at), (error: Error) => {
      assert.doesNotMatch(error.message, /tok-5f1d83|line-one|inp-44c0/);
      return /with \[secret\]/.test(error.message);
    });
  });

  it("shows nothing of what a secret script writes, unless told to", async () => {
    const given = { create: "echo hidden-7; exit 3" };
    const inputs = { ...(await inputsOf(given)), __secrets: ["create"] };
    const half = await halfMade(apply(definition, inputs, undefined, context()));
    assert.doesNotMatch(half.message + statuses.join(), /hidden-7/);
    assert.match(half.message, /exit code 3: what it wrote is secret/);
    const told = await halfMade(apply(definition, { ...inputs, secretOutput: false }, undefined, context()));
    assert.match(told.message, /hidden-7/);
    statuses = [];
    const kept = await halfMade(make({ ...given, secretOutput: true }));
    assert.doesNotMatch(kept.message + statuses.join(), /hidden-7/);
    // What a later command is given of it is no less secret.
    const later = { ...half.outputs, delete: 'echo "$PULUMI_COMMAND_STDOUT"; exit 4' };
    await assert.rejects(remove(definition, later, context()), (error: Error) => !/hidden-7/.test(error.message));
    assert.doesNotMatch(statuses.join(), /hidden-7/);
    // Nor is it in the line that a preview leaves.
    const news = { ...(await inputsOf({ create: "echo hidden-8" })), __secrets: ["create"] };
    const [row] = diff(definition, half.outputs, news).rows;
    assert.equal(row?.secret, true);
  });

  it("says so where its time is over", async () => {
    const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const progress = (text: string) => {
      if (text === "begun") clock.tick(20_000);
    };
    const made = make({ create: "echo begun; sleep 60", timeout: 20 }, { ...context(), progress });
    const half = await halfMade(made).finally(() => clock.restore());
    assert.equal(half.error.code, "timeout");
    assert.match(half.message, /`create` did not end within 20 s: begun/);
    assert.equal(half.outputs.exitCode, undefined);
    assert.equal(half.outputs.stdout, "begun");
  });

  it("ends with the run that it belongs to", async () => {
    const stop = new AbortController();
    const begun = join(directory, "begun");
    const at = { ...context(), signal: stop.signal };
    const running = halfMade(make({ create: `echo $$ > ${begun}; exec sleep 600` }, at));
    while (!existsSync(begun) || readFileSync(begun, "utf8") === "") await new Promise((done) => setTimeout(done, 10));
    stop.abort();
    assert.equal((await running).error.code, "aborted");
  });

  it("leaves `delete` out in a machine that is gone, and needs a running one otherwise", async () => {
    const made = await make({ create: note("a"), delete: note("d") });
    const state = { ...made.state, machine };
    await remove(definition, state, context());
    assert.deepEqual(logged(), ["a"]);
    host.addMachine(machine, { power: "shutoff" });
    await assert.rejects(remove(definition, state, context()), { code: "guest-not-ready" });
    host.addMachine(machine);
    await assert.rejects(remove(definition, state, context()), { code: "host-key-unknown" });
    await remove(definition, made.state, context());
    assert.deepEqual(logged(), ["a", "d"]);
    await remove(definition, { ...made.state, delete: undefined }, context());
  });

  it("refuses what can't be right", async () => {
    const problems = async (given: Inputs) =>
      (await checkOf(command, { host: "h1", ...given })).failures.map((failure) => failure.property);
    assert.deepEqual(await problems({}), ["create"]);
    assert.deepEqual(await problems({ delete: "true" }), []);
    for (const create of ["", " \n", "a\0b", [], [""], ["-x"], 7])
      assert.deepEqual(await problems({ create }), ["create"]);
    assert.deepEqual(await problems({ create: "true", connection: { user: "wind" } }), ["connection"]);
    assert.deepEqual(await problems({ create: "true", interpreter: ["bash", "-c"] }), ["interpreter"]);
    assert.deepEqual(await problems({ create: "true", interpreter: ["/usr/bin/perl5.36", "-e"] }), ["interpreter"]);
    assert.deepEqual(await problems({ create: "true", interpreter: ["bash", "-e"] }), []);
    assert.deepEqual(await problems({ create: "true", interpreter: [] }), ["interpreter"]);
    assert.deepEqual(await problems({ create: ["true"], interpreter: ["bash"] }), ["create"]);
    assert.deepEqual(await problems({ create: "true", workingDirectory: "srv" }), ["workingDirectory"]);
    assert.equal((await problems({ create: "true", environment: { "A=B": "1" } })).length, 1);
  });
});
