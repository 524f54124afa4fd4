import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import sinon from "sinon";
import { displayed, masking } from "../../provider/host-system/user-command/mask";
import { bootstrap, inputOf, type UserCommand } from "../../provider/host-system/user-command/program";
import { outputLimit, runUserCommand } from "../../provider/host-system/user-command/run";
import { LocalTransport } from "../../provider/transports/local";

const has = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
/** Each shell that there is here: what `sh` is differs from host to host. */
const shells = [["sh"], ["bash", "--posix"], ["busybox", "sh"]].filter(([name]) => has(name!));

function through(shell: readonly string[], command: UserCommand) {
  const [program, ...words] = [...shell, ...bootstrap.slice(1)];
  const env = { PATH: process.env.PATH, HOME: userInfo().homedir, LC_ALL: "C" };
  return spawnSync(program!, words, { input: inputOf(command), env, timeout: 20_000 });
}

describe("a user's command, fed to a shell", function () {
  this.timeout(60_000);
  const transport = new LocalTransport();
  const run = (command: UserCommand, more = {}) => runUserCommand(transport, { timeout: 20_000, ...command, ...more });
  after(() => transport.close());

  for (const shell of shells) {
    it(`goes through ${shell.join(" ")} byte by byte`, () => {
      const all = String.fromCharCode(...Array.from({ length: 127 }, (_, i) => i + 1), 0xe9, 0x20ac, 0x81);
      for (const text of [all, "", "\n\n", "'", "\\0101", "%s", "-n", "$(id)`id`", "_"]) {
        const { stdout, stderr } = through(shell, {
          command: ["printf", "%s|", text],
          environment: { A: text },
        });
        assert.equal(String(stderr), "");
        assert.equal(String(stdout), `${text}|`);
        const script = through(shell, { command: 'printf %s "$A"; cat', environment: { A: text }, stdin: text });
        assert.equal(String(script.stdout), text + text);
      }
    });

    it(`is any text to ${shell.join(" ")}`, () => {
      const text = fc.string({ unit: "binary", maxLength: 40 }).filter((value) => !value.includes("\0"));
      fc.assert(
        fc.property(text, text, fc.array(text, { maxLength: 3 }), (value, stdin, words) => {
          const whole = (one: string) => Buffer.from(one).toString();
          const argv = ["sh", "-c", 'cat; printf "|%s" "$A" "$@"', "sh", ...words];
          const { stdout } = through(shell, { command: argv, environment: { A: value }, stdin });
          assert.equal(String(stdout), [stdin, value, ...words].map(whole).join("|"));
        }),
        { numRuns: 20 },
      );
    });

    it(`gives a script to another interpreter through ${shell.join(" ")}`, () => {
      const { stdout, stderr, status } = through(shell, {
        command: 'echo "$0 $A"; cat; exit 7',
        interpreter: ["bash", "-u"],
        environment: { A: "it's" },
        stdin: "input",
      });
      assert.equal(String(stderr), "");
      assert.equal(String(stdout), "/dev/fd/3 it's\ninput");
      assert.equal(status, 7);
    });
  }

  it("is no argument of any process, nor is its environment", async () => {
    const script = 'for f in /proc/[0-9]*/cmdline; do tr "\\0" " " < "$f"; echo; done 2>/dev/null; echo "$TOKEN" >&2';
    const environment = { TOKEN: "tok-5f1d83" };
    for (const interpreter of [undefined, ["bash"]]) {
      const end = await run({ command: `: scr-9a77e1\n${script}`, environment, stdin: "inp-44c0", interpreter });
      assert.equal(end.stderr, "tok-5f1d83");
      assert.match(end.stdout, /mocha/);
      assert.doesNotMatch(end.stdout, /tok-5f1d83|scr-9a77e1|inp-44c0/);
    }
  });

  it("keeps the script's own exit code, that of a missing program too", async () => {
    assert.equal((await run({ command: "exit 3" })).exitCode, 3);
    assert.equal((await run({ command: "kill -9 $$" })).exitCode, 137);
    const missing = await run({ command: "echo before; windrose-no-such-program" });
    assert.equal(missing.exitCode, 127);
    assert.equal(missing.error, undefined);
    assert.equal(missing.stdout, "before");
    assert.match(missing.stderr, /not found/);
    assert.equal((await run({ command: ["windrose-no-such-program"] })).exitCode, 127);
    assert.notEqual((await run({ command: "if" })).exitCode, 0);
  });

  it("runs where it is told to, else in the user's home", async () => {
    assert.equal((await run({ command: "pwd", workingDirectory: "/usr/lib" })).stdout, "/usr/lib");
    assert.equal((await run({ command: ["pwd"] })).stdout, process.env.HOME ?? "/");
    assert.equal((await run({ command: "echo no", workingDirectory: "/nowhere/at/all" })).exitCode, 125);
  });

  it("keeps the end of what it wrote, bounded, in order, without newlines at the end", async () => {
    const end = await run({ command: "seq 1 50000; echo; echo last >&2; printf '\\n\\n'" });
    assert.ok(end.stdout.length <= outputLimit && end.stdout.length > outputLimit - 10);
    assert.match(end.stdout, /49999\n50000$/);
    assert.equal(end.stderr, "last");
    assert.ok(end.tail.length <= 20);
  });

  it("tells what it wrote before its time was over, and leaves nothing running", async () => {
    const directory = mkdtempSync(join(tmpdir(), "windrose-command-"));
    const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const pid = join(directory, "pid");
      const command = `echo $$ > ${pid}; echo begun; sleep 600`;
      const end = await run({ command }, { onLine: () => clock.tick(20_000) });
      clock.restore();
      assert.equal(end.exitCode, undefined);
      assert.equal(end.error?.code, "timeout");
      assert.equal(end.stdout, "begun");
      const id = readFileSync(pid, "utf8").trim();
      for (let i = 0; runs(id); i++) {
        assert.ok(i < 500, "the command still runs");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      clock.restore();
      rmSync(directory, { recursive: true });
    }
  });

  it("is ended by the host itself where this process is killed", async () => {
    const script = 'read -r line; tr "\\0" " " < /proc/$PPID/cmdline';
    const end = await run({ command: script, stdin: "x\n" }, { timeout: 9_000 });
    assert.match(end.stdout, /^timeout -k 5 10 sh -c /);
  });
});

function runs(pid: string): boolean {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

describe("what is shown of a command's output", () => {
  it("has each secret replaced, the longest first, and each line of one with several", () => {
    const mask = masking(["abc", "abcdef", "first line\nsecond line\n}", ""]);
    assert.equal(mask("x abcdef y abc z"), "x [secret] y [secret] z");
    assert.equal(mask("the second line}"), "the [secret]}");
    assert.equal(masking([])("abc"), "abc");
  });

  it("never lets one through, whatever stands around it", () => {
    const text = fc.string({ minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), text, text, (secrets, before, after) => {
        fc.pre(
          secrets.every((secret) => !"[secret]".includes(secret) && !secret.includes("[") && !secret.includes("]")),
        );
        const shown = masking(secrets)(before + secrets.join(" ") + after).replaceAll("[secret]", "\0");
        for (const secret of secrets.filter((one) => !one.includes("\0"))) assert.ok(!shown.includes(secret));
      }),
    );
  });

  it("is one plain line of bounded length", () => {
    assert.equal(displayed("\u001b[1;31mred\u001b[0m\ttab\u0007\u009b"), "red tab");
    assert.equal(displayed("x".repeat(1000)).length, 200);
  });
});
