import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { Readable } from "node:stream";
import { echo, rejection, Transports, until } from "./helpers";
import { SshLab, type SshServer } from "./sshd";

describe("uploads and streams over the ssh transport", function () {
  this.timeout(60_000);
  const transports = new Transports();
  let lab: SshLab;
  let server: SshServer;
  let privateKey: string;
  let listener: Server;
  let socket: string;

  before(async () => {
    lab = new SshLab();
    server = await lab.server();
    privateKey = readFileSync(lab.key("own"), "utf8");
    socket = lab.path("echo.sock");
    listener = createServer((peer) => peer.pipe(peer));
    await new Promise<void>((resolve) => listener.listen(socket, resolve));
  });
  afterEach(() => transports.close());
  after(async () => {
    listener.close();
    await lab.remove();
  });

  const to = (one = server) => transports.to(one.connection({ privateKey }));
  const directory = (name: string) => {
    mkdirSync(lab.path(name));
    return lab.path(name);
  };

  it("uploads 50 MB with progress", async () => {
    const piece = Buffer.alloc(1_000_003, "windrose");
    const target = `${directory("up load")}/a 'file'`;
    const seen: number[] = [];
    await to().upload(Readable.from(Array.from({ length: 50 }, () => piece)), target, {
      mode: 0o640,
      size: piece.length * 50,
      progress: (bytes) => seen.push(bytes),
    });
    const expected = createHash("sha256");
    for (let index = 0; index < 50; index++) expected.update(piece);
    assert.equal(createHash("sha256").update(readFileSync(target)).digest("hex"), expected.digest("hex"));
    assert.equal(statSync(target).mode & 0o7777, 0o640);
    assert.equal(seen.at(-1), piece.length * 50);
    assert.ok(seen.every((bytes, index) => index === 0 || bytes >= seen[index - 1]!));
    assert.deepEqual(readdirSync(lab.path("up load")), ["a 'file'"]);
  });

  it("uploads an empty file, and over an old one", async () => {
    const target = `${directory("small")}/file`;
    await to().upload(Readable.from([]), target);
    assert.equal(statSync(target).size, 0);
    await to().upload(Readable.from(["new"]), target);
    assert.equal(readFileSync(target, "utf8"), "new");
  });

  const endless = () =>
    new Readable({
      read() {
        setTimeout(() => this.push(Buffer.alloc(300_000)), 5);
      },
    });
  const leavesNothing = async (name: string, spoil: (controller: AbortController, source: Readable) => void) => {
    const path = directory(name);
    const controller = new AbortController();
    const source = endless();
    let spoilt = false;
    const call = to().upload(source, `${path}/file`, {
      signal: controller.signal,
      progress: () => {
        if (!spoilt) spoil(controller, source);
        spoilt = true;
      },
    });
    const error = await rejection(call);
    assert.ok(spoilt);
    await until(() => readdirSync(path).length === 0);
    return error.code;
  };

  it("leaves nothing of an upload that is cut half-way", async () => {
    assert.equal(await leavesNothing("cut", () => server.cut()), "connection-cut");
  });

  it("leaves nothing of an upload that is aborted, or whose source fails", async () => {
    assert.equal(await leavesNothing("aborted", (controller) => controller.abort()), "aborted");
    assert.equal(await leavesNothing("source", (_, source) => source.destroy(new Error("gone"))), "internal");
  });

  it("gives up on a source that stalls", async () => {
    const path = directory("stall");
    const error = await rejection(to().upload(new Readable({ read() {} }), `${path}/file`, { stallTimeout: 300 }));
    assert.equal(error.code, "timeout");
    await until(() => readdirSync(path).length === 0);
  });

  it("tells why a file cannot be written", async () => {
    const upload = (path: string, size?: number) => rejection(to().upload(Readable.from(["x"]), path, { size }));
    assert.equal((await upload(lab.path("nowhere/file"))).code, "not-found");
    assert.equal((await upload(lab.directory)).code, "invalid-input");
    assert.equal((await upload(lab.path("large"), 2 ** 60)).code, "no-space");
  });

  it("forwards a Unix socket, many times at once", async () => {
    const transport = to();
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const stream = await transport.connectUnix(socket);
        return echo(stream, `number ${index}`);
      }),
    );
    assert.deepEqual(
      answers,
      Array.from({ length: 100 }, (_, index) => `number ${index}`),
    );
  });

  it("carries much in both directions, and ends in order", async () => {
    const stream = await to().connectUnix(socket);
    const data = Buffer.alloc(20_000_000, "0123456789");
    const received = createHash("sha256");
    stream.on("data", (chunk) => received.update(chunk));
    stream.end(data);
    await once(stream, "close");
    assert.equal(received.digest("hex"), createHash("sha256").update(data).digest("hex"));
  });

  it("reports a cut to the one who holds a stream", async () => {
    const stream = await to().connectUnix(socket);
    const failed = once(stream, "error");
    server.cut();
    const [error] = await failed;
    assert.equal(error.code, "connection-cut");
    assert.ok(stream.destroyed);
  });

  it("tells why a Unix socket cannot be reached", async () => {
    const transport = to();
    assert.equal((await rejection(transport.connectUnix(lab.path("nobody.sock")))).code, "not-found");
    assert.equal((await rejection(transport.connectUnix(lab.authorized))).code, "invalid-input");
    const closed = await lab.server({ config: ["AllowStreamLocalForwarding no"] });
    assert.equal((await rejection(to(closed).connectUnix(socket))).code, "unsupported");
  });

  it("reaches the socket by a command where it is not forwarded", async () => {
    const closed = await lab.server({ config: ["AllowStreamLocalForwarding no"] });
    const stream = await to(closed).connectCommand(["nc", "-U", socket]);
    assert.equal(await echo(stream, "hello"), "hello");
  });

  it("reports a command that ends badly", async () => {
    for (const [argv, code] of [
      [["sh", "-c", "exit 3"], "command-failed"],
      [["no-such-program"], "command-missing"],
    ] as const) {
      const stream = await to().connectCommand(argv);
      const [error] = await once(stream.resume(), "error");
      assert.equal(error.code, code);
    }
  });

  it("reaches a TCP port of the host, and tells why not", async () => {
    const tcp = createServer((peer) => peer.pipe(peer));
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    const { port } = tcp.address() as { port: number };
    try {
      assert.equal(await echo(await to().connectTcp("127.0.0.1", port), "hello"), "hello");
    } finally {
      tcp.close();
    }
    assert.equal((await rejection(to().connectTcp("127.0.0.1", 1))).code, "host-unreachable");
    const closed = await lab.server({ config: ["AllowTcpForwarding no"] });
    assert.equal((await rejection(to(closed).connectTcp("127.0.0.1", port))).code, "unsupported");
  });

  it("does not leave its temporary file readable for others", async () => {
    const path = directory("private");
    chmodSync(path, 0o755);
    let mode = 0;
    const source = endless();
    await rejection(
      to().upload(source, `${path}/file`, {
        progress: () => {
          mode = statSync(`${path}/${readdirSync(path)[0]}`).mode & 0o777;
          source.destroy(new Error("enough"));
        },
      }),
    );
    assert.equal(mode, 0o600);
  });
});
