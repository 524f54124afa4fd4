import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { rejection, Transports, until } from "./helpers";
import { children, freePort, SshLab, type SshServer, signal } from "./sshd";

describe("commands over the ssh transport", function () {
  this.timeout(60_000);
  const transports = new Transports();
  let lab: SshLab;
  let server: SshServer;
  let privateKey: string;

  before(async () => {
    lab = new SshLab();
    server = await lab.server();
    privateKey = readFileSync(lab.key("own"), "utf8");
  });
  afterEach(() => transports.close());
  after(() => lab.remove());

  const to = (one = server, options = {}, more = {}) => transports.to(one.connection({ privateKey, ...more }), options);

  it("passes arguments, input, environment and all of the result", async () => {
    const odd = ["", "a b", "'", "\\", "$HOME", "*", "\n", "ü€", "-n", "a'b\\'c"];
    const transport = to();
    const { stdout } = await transport.exec(["printf", "%s\\0", ...odd]);
    assert.deepEqual(stdout.split("\0").slice(0, -1), odd);
    const result = await transport.exec(["sh", "-c", 'cat; echo "$A $LC_ALL" >&2; exit 3'], {
      stdin: "input",
      env: { A: "it's; x" },
    });
    assert.deepEqual(result, { code: 3, stdout: "input", stderr: "it's; x C\n" });
    const killed = await transport.exec(["sh", "-c", "kill -9 $$"]);
    assert.equal(killed.code, 137);
  });

  it("keeps the end of a long output, and hands on lines as they come", async () => {
    const lines: string[] = [];
    const { stdout } = await to().exec(["sh", "-c", "seq 1 100000; printf last"], {
      maxOutput: 1000,
      onLine: (line) => lines.push(line),
    });
    assert.equal(stdout.length, 1000);
    assert.ok(stdout.endsWith("100000\nlast"));
    assert.equal(lines.length, 100001);
    assert.equal(lines[99_999], "100000");
  });

  it("reports a missing program", async () => {
    const error = await rejection(to().exec(["no-such-program", "--secret"]));
    assert.equal(error.code, "command-missing");
    assert.ok(!error.message.includes("--secret"));
  });

  it("ends a command at its time limit, on the host too", async () => {
    const transport = to();
    const mark = lab.path("still-running");
    const call = rejection(
      transport.exec(["sh", "-c", `trap '' HUP; echo $$ > ${mark}; while :; do sleep 0.1; done`], { timeout: 3_000 }),
    );
    await until(() => existsSync(mark));
    const error = await call;
    assert.equal(error.code, "timeout");
    const pid = readFileSync(mark, "utf8").trim();
    await until(() => !existsSync(`/proc/${pid}`));
    assert.equal((await transport.exec(["true"])).code, 0);
  });

  it("ends a command when it is aborted", async () => {
    const controller = new AbortController();
    const call = to().exec(["sleep", "30"], { signal: controller.signal, onLine: () => {} });
    setTimeout(() => controller.abort(), 300);
    assert.equal((await rejection(call)).code, "aborted");
  });

  it("keeps to MaxSessions of the server", async () => {
    const narrow = await lab.server({ config: ["MaxSessions 2"] });
    const transport = to(narrow);
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) => transport.exec(["sh", "-c", `sleep 0.05; echo ${index}`])),
    );
    assert.deepEqual(
      results.map(({ stdout }) => Number(stdout)),
      Array.from({ length: 20 }, (_, index) => index),
    );
    assert.equal(children(narrow.pid).length, 1);
  });

  it("says so where the server lets no session run", async () => {
    const none = await lab.server({ config: ["MaxSessions 0"] });
    assert.equal((await rejection(to(none).exec(["true"]))).code, "unsupported");
  });

  it("connects once for all callers, and again after a cut", async () => {
    const transport = to();
    await Promise.all(Array.from({ length: 8 }, () => transport.exec(["true"])));
    // A connection of the test before may still be ending.
    await until(() => children(server.pid).length === 1);
    const call = transport.exec(["sleep", "30"]);
    await until(() => server.cut() > 0);
    const error = await rejection(call);
    assert.equal(error.code, "connection-cut");
    assert.equal(error.retry, true);
    assert.equal((await transport.exec(["echo", "again"])).stdout, "again\n");
  });

  it("closes an idle connection, and opens it again", async () => {
    const transport = to(server, { idle: 200 });
    await transport.exec(["true"]);
    await until(() => children(server.pid).length === 0);
    assert.equal((await transport.exec(["true"])).code, 0);
  });

  it("notices a server that went silent", async () => {
    const transport = to(server, { keepaliveInterval: 1000 });
    await transport.exec(["true"]);
    await until(() => children(server.pid).length === 1);
    const sessions = children(server.pid);
    const call = transport.exec(["sleep", "30"]);
    signal(sessions, "SIGSTOP");
    try {
      assert.equal((await rejection(call)).code, "connection-cut");
    } finally {
      signal(sessions, "SIGKILL");
    }
  });

  it("fails all callers of a dead host by one attempt", async () => {
    const port = await freePort();
    const transport = to(server, {}, { port });
    const errors = await Promise.all([1, 2, 3].map(() => rejection(transport.exec(["true"]))));
    assert.ok(errors.every((error) => error === errors[0]));
    assert.equal(errors[0]?.code, "host-unreachable");
    assert.match(errors[0]?.message ?? "", /ECONNREFUSED/);
    assert.equal(await rejection(transport.exec(["true"])), errors[0]);
  });

  it("gives up on a host that accepts and stays silent", async () => {
    const blackHole: Server = createServer(() => {});
    await new Promise<void>((resolve) => blackHole.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = blackHole.address() as { port: number };
      const started = Date.now();
      const error = await rejection(to(server, {}, { port, connectTimeout: 1 }).exec(["true"]));
      assert.equal(error.code, "host-unreachable");
      assert.ok(Date.now() - started < 15_000);
    } finally {
      blackHole.close();
    }
  });

  it("says that something else than ssh answers", async () => {
    const web: Server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = web.address() as { port: number };
      assert.equal((await rejection(to(server, {}, { port }).exec(["true"]))).code, "host-unreachable");
    } finally {
      web.close();
    }
  });

  it("leaves the process free to end while it is idle", async () => {
    const program = lab.write(
      "program.ts",
      `import { SshTransport } from ${JSON.stringify(require.resolve("../../../provider/transports/ssh"))};
      new SshTransport(JSON.parse(process.env.CONNECTION!)).exec(["true"]).then(() => console.log(Date.now()));`,
    );
    const { execFile } = await import("node:child_process");
    const env = { ...process.env, CONNECTION: JSON.stringify(server.connection({ privateKey })) };
    const ended = await new Promise<number>((resolve, reject) => {
      execFile(
        process.execPath,
        ["--require", require.resolve("tsx/cjs"), program],
        { env, timeout: 45_000 },
        (error, out) => (error ? reject(error) : resolve(Date.now() - Number(out))),
      );
    });
    // An idle connection is closed after 30 s.
    assert.ok(ended < 20_000, `${ended} ms`);
  });
});
