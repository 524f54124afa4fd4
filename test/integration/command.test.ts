import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type GuestWay, reachGuest } from "../../provider/guest/transport";
import { runUserCommand } from "../../provider/host-system/user-command/run";
import { LocalTransport } from "../../provider/transports/local";
import type { Transport } from "../../provider/transports/transport";
import { rejection, Transports, until } from "./transports/helpers";
import { children, SshLab, type SshServer } from "./transports/sshd";

describe("commands in a guest, through its host", function () {
  this.timeout(60_000);
  const transports = new Transports();
  const local = new LocalTransport();
  let lab: SshLab;
  let anemoi: SshServer;
  let guest: SshServer;
  let key: string;
  let count = 0;

  before(async () => {
    lab = new SshLab();
    key = lab.key("own");
    [anemoi, guest] = await Promise.all([lab.server(), lab.server()]);
  });
  afterEach(async () => {
    await transports.close();
    await local.close();
  });
  after(() => lab.remove());

  const host = () => transports.to(anemoi.connection({ identityFile: key }));
  const hostKey = () => lab.publicKey(guest.hostKeys[0]!);
  const way = (at: Transport, more: Partial<GuestWay> = {}): GuestWay => ({
    host: at,
    uuid: `guest-${count}`,
    user: anemoi.connection().user!,
    port: guest.port,
    hostKeys: [hostKey()],
    keys: {},
    addresses: async () => ["172.31.255.254"],
    nextEvent: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    deadline: Date.now() + 20_000,
    ...more,
  });
  /** The guest's ssh server is on this machine's loopback, which is no address of a guest: the host's stream leads there. */
  const leading = (transport: Transport): Transport => {
    const { port } = guest;
    const connectTcp = transport.connectTcp.bind(transport);
    transport.connectTcp = (_address, _port, options) => connectTcp("127.0.0.1", port, options);
    return transport;
  };
  /** The guest's key was asked for by a connection of its own, which may still be ending. */
  const connections = (server: SshServer, many: number) => until(() => children(server.pid).length === many);
  beforeEach(() => {
    count++;
  });

  it("log in with the host's keys, over one connection for all, checked by the guest's own key", async () => {
    const at = leading(host());
    const [one, two] = await Promise.all([reachGuest(way(at)), reachGuest(way(at))]);
    assert.equal(one, two);
    await connections(guest, 1);
    const end = await runUserCommand(one, {
      command: 'echo "$SSH_CONNECTION $A"; cat; exit 4',
      environment: { A: "tok-5f1d83" },
      stdin: "input",
      timeout: 20_000,
    });
    assert.equal(end.exitCode, 4);
    assert.match(end.stdout, new RegExp(`^127.0.0.1 \\d+ 127.0.0.1 ${guest.port} tok-5f1d83\ninput$`));
    assert.equal(await reachGuest(way(at)), one);
    await connections(guest, 1);
    await connections(anemoi, 1);
  });

  it("come in anew after the guest was started again", async () => {
    const at = leading(host());
    const before = await reachGuest(way(at));
    await connections(guest, 1);
    assert.equal(guest.cut(), 1);
    const after = await reachGuest(way(at));
    assert.notEqual(after, before);
    assert.equal((await after.exec(["echo", "here"])).stdout, "here\n");
  });

  it("are not cut off by another that finds the guest too busy to answer", async () => {
    const at = leading(host());
    const [go, begun] = [lab.path(`go-${count}`), lab.path(`begun-${count}`)];
    const command = `touch ${begun}; while [ ! -e ${go} ]; do sleep 0.1; done; echo done`;
    const running = runUserCommand(await reachGuest(way(at)), { command, timeout: 40_000 });
    await until(() => existsSync(begun));
    await connections(guest, 1);
    const [session] = children(guest.pid);
    process.kill(session!, "SIGSTOP");
    try {
      const other = await reachGuest(way(at));
      assert.equal((await other.exec(["echo", "here"])).stdout, "here\n");
    } finally {
      process.kill(session!, "SIGCONT");
      writeFileSync(go, "");
    }
    const { stdout, error } = await running;
    assert.deepEqual([stdout, error], ["done", undefined]);
  });

  it("go from this machine itself, with a key of their own", async () => {
    const at = leading(new LocalTransport());
    const transport = await reachGuest(way(at, { keys: { identityFile: key, agent: false } }));
    assert.equal((await transport.exec(["echo", "here"])).stdout, "here\n");
    await transport.close();
  });

  it("take no other key for the guest's, and none for want of one", async () => {
    const at = leading(host());
    const other = lab.publicKey(anemoi.hostKeys[0]!);
    await at.exec(["true"]);
    const wrong = await rejection(reachGuest(way(at, { hostKeys: [other], deadline: Date.now() + 5_000 })));
    assert.equal(wrong.code, "host-key-mismatch");
    assert.equal((await rejection(reachGuest(way(at, { hostKeys: [] })))).code, "host-key-unknown");
  });

  it("wait no longer than they may for a guest that does not answer", async () => {
    const at = host();
    at.connectTcp = async () => {
      throw new Error("nobody there");
    };
    const told: string[] = [];
    const error = await rejection(
      reachGuest(way(at, { deadline: Date.now() + 600, progress: (text) => told.push(text) })),
    );
    assert.equal(error.code, "guest-not-ready");
    assert.ok(told.includes("waiting for ssh at 172.31.255.254"), told.join());
  });

  it("wait for a login that the guest does not take yet", async () => {
    const at = leading(host());
    const late = lab.key("late", "ed25519", { authorize: false });
    const told: string[] = [];
    const progress = (text: string) => {
      told.push(text);
      if (text.startsWith("waiting for a login"))
        writeFileSync(lab.authorized, `${readFileSync(lab.authorized, "utf8")}${readFileSync(`${late}.pub`, "utf8")}`);
    };
    const transport = await reachGuest(way(at, { keys: { identityFile: late, agent: false }, progress }));
    assert.equal((await transport.exec(["echo", "here"])).stdout, "here\n");
    assert.ok(told.includes("waiting for a login at 172.31.255.254"), told.join());
    const none = lab.key("none", "ed25519", { authorize: false });
    const keys = { identityFile: none, agent: false };
    const refused = await rejection(reachGuest(way(at, { keys, deadline: Date.now() + 5_000 })));
    assert.equal(refused.code, "authentication-failed");
  });

  it("end where they run when their time is over", async () => {
    const transport = await reachGuest(way(leading(host())));
    const pid = lab.path(`pid-${count}`);
    const end = await runUserCommand(transport, { command: `echo begun; echo $$ > ${pid}; sleep 600`, timeout: 5_000 });
    assert.equal(end.error?.code, "timeout");
    assert.equal(end.stdout, "begun");
    const id = readFileSync(pid, "utf8").trim();
    await until(() => !existsSync(`/proc/${id}`));
  });

  it("are ended by the machine where they run when the connection is lost", async () => {
    const transport = await reachGuest(way(leading(host())));
    const pid = lab.path(`pid-${count}`);
    const running = runUserCommand(transport, { command: `echo $$ > ${pid}; sleep 600`, timeout: 10_000 });
    await until(() => existsSync(pid) && readFileSync(pid, "utf8") !== "");
    await connections(guest, 1);
    assert.equal(guest.cut(), 1);
    assert.equal((await running).error?.code, "connection-cut");
    const id = readFileSync(pid, "utf8").trim();
    await until(() => !existsSync(`/proc/${id}`), 30_000);
  });
});
