import assert from "node:assert/strict";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import sinon from "sinon";
import { hasCode } from "../../../provider/basics/errors";
import { LocalTransport } from "../../../provider/transports/local";

/** As for a user who is not root, whoever runs the test. */
class OrdinaryUser extends LocalTransport {
  protected override async userIsRoot(): Promise<boolean> {
    return false;
  }
}

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error) => error.code,
  );

describe("LocalTransport", function () {
  this.timeout(20_000);
  const local = new LocalTransport();
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "windrose-local-"));
  });
  afterEach(async () => {
    await local.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it("runs a command and gives back all of its result", async () => {
    const result = await local.exec(["sh", "-c", 'cat; echo "$A $LC_ALL" >&2; exit 4'], {
      stdin: "in",
      env: { A: "x" },
    });
    assert.deepEqual(result, { code: 4, stdout: "in", stderr: "x C\n" });
    const killed = await local.exec(["sh", "-c", "kill -9 $$"]);
    assert.deepEqual([killed.code, killed.signal], [137, "SIGKILL"]);
    assert.equal((await local.exec(["cat"], { stdin: Readable.from(["a", "b"]) })).stdout, "ab");
  });

  it("passes on nothing of the environment that may be secret", async () => {
    process.env.WINDROSE_TEST_SECRET = "secret";
    try {
      assert.ok(!(await local.exec(["env"])).stdout.includes("WINDROSE_TEST_SECRET"));
    } finally {
      delete process.env.WINDROSE_TEST_SECRET;
    }
  });

  it("classifies what cannot run", async () => {
    assert.equal(await code(local.exec(["no-such-program"])), "command-missing");
    assert.equal(await code(local.exec(["sh", "-c", "no-such-program"])), "command-missing");
    assert.equal(await code(local.exec([directory])), "permission-denied");
    assert.equal(await code(local.exec([])), "invalid-input");
    assert.equal(await code(local.exec(["true"], { env: { "A-B": "" } })), "invalid-input");
    assert.equal(await code(local.exec(["true", "x".repeat(3_000_000)])), "invalid-input");
  });

  it("ends the whole process group at the time limit", async () => {
    const mark = join(directory, "pid");
    const clock = sinon.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const argv = ["sh", "-c", `sh -c 'echo $$ > ${mark}; echo begun; exec sleep 60'; true`];
      const call = local.exec(argv, { timeout: 20_000, onLine: () => clock.tick(20_000) });
      assert.equal(await code(call), "timeout");
    } finally {
      clock.restore();
    }
    await local.close();
    // It may be there as a zombie for a while, until its new parent takes notice.
    const status = `/proc/${readFileSync(mark, "utf8").trim()}/status`;
    assert.ok(!existsSync(status) || /^State:\s+[ZX]/m.test(readFileSync(status, "utf8")));
  });

  it("ends a command that is aborted, before or while it runs", async () => {
    assert.equal(await code(local.exec(["sleep", "60"], { signal: AbortSignal.abort() })), "aborted");
    assert.equal(await code(local.exec(["sleep", "60"], { signal: AbortSignal.timeout(100) })), "aborted");
  });

  it("does not wait for a command that leaves its input unread", async () => {
    assert.equal((await local.exec(["true"], { stdin: Buffer.alloc(5_000_000) })).code, 0);
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(65536));
      },
    });
    assert.equal((await local.exec(["true"], { stdin: endless })).code, 0);
    assert.ok(endless.destroyed);
  });

  it("splits lines at returns and across chunks", async () => {
    const lines: string[] = [];
    await local.exec(["sh", "-c", "printf 'a\\r'; printf '\\nb\\n\\nc\\rd'"], { onLine: (line) => lines.push(line) });
    assert.deepEqual(lines, ["a", "b", "", "c", "d"]);
  });

  it("writes a file whole or not at all", async () => {
    const path = join(directory, "file");
    await local.upload(Readable.from([Buffer.alloc(3_000_000, 1), "end"]), path, { mode: 0o600 });
    assert.equal(statSync(path).size, 3_000_003);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(2_000_000);
        throw new Error("broken");
      })(),
    );
    assert.equal(await code(local.upload(broken, path)), "internal");
    await local.close();
    assert.equal(statSync(path).size, 3_000_003);
    // The host's own script takes its temporary file away, once it has seen that the rest does not come.
    const until = Date.now() + 5_000;
    while (readdirSync(directory).length > 1 && Date.now() < until) await new Promise((done) => setTimeout(done, 10));
    assert.deepEqual(readdirSync(directory), ["file"]);
  });

  it("connects to sockets and commands", async () => {
    const server = createServer((peer) => peer.pipe(peer));
    const path = join(directory, "socket");
    await new Promise<void>((resolve) => server.listen(path, resolve));
    for (const stream of [await local.connectUnix(path), await local.connectCommand(["cat"])]) {
      stream.write("hello");
      assert.equal(String((await once(stream, "data"))[0]), "hello");
      stream.end();
      await once(stream, "close");
    }
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await code(local.connectUnix(join(directory, "none"))), "not-found");
    assert.equal(await code(local.connectTcp("127.0.0.1", 1)), "host-unreachable");
  });

  it("uses sudo where root is asked for and the user is not", async () => {
    const sudo = join(directory, "sudo");
    const { PATH } = process.env;
    const script = (text: string) => {
      writeFileSync(sudo, `#!/bin/sh\n${text}\n`);
      chmodSync(sudo, 0o755);
    };
    process.env.PATH = `${directory}:${PATH}`;
    try {
      script('[ "$1 $2" = "-n --" ] || exit 9; shift 2; SUDO=yes exec "$@"');
      const user = new OrdinaryUser();
      const show = ["sh", "-c", 'echo "$SUDO $A"'];
      assert.equal((await user.exec(show, { root: true, env: { A: "1" } })).stdout, "yes 1\n");
      assert.equal((await user.exec(show)).stdout, " \n");
      assert.equal((await new OrdinaryUser({ sudo: true }).exec(show)).stdout, "yes \n");
      assert.equal((await new OrdinaryUser({ sudo: false }).exec(show, { root: true })).stdout, " \n");
      assert.equal((await local.exec(show, { root: true })).stdout, process.getuid?.() === 0 ? " \n" : "yes \n");
      assert.equal((await user.exec(["sh", "-c", "exit 1"], { root: true })).code, 1);
      assert.equal(await code(user.exec(["no-such-program"], { root: true })), "command-missing");
      await user.upload(Readable.from(["x"]), join(directory, "file"), { root: true });
      script("exit 1");
      const other = new OrdinaryUser();
      assert.equal(await code(other.exec(["true"], { root: true })), "sudo-password");
      assert.equal(
        await code(other.upload(Readable.from(["x"]), join(directory, "f"), { root: true })),
        "sudo-password",
      );
      const stream = await other.connectCommand(["cat"], { root: true });
      const [error] = await once(stream.resume(), "error");
      assert.ok(hasCode(error, "sudo-password"));
    } finally {
      process.env.PATH = PATH;
    }
  });
});
