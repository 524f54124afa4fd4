import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { userInfo } from "node:os";
import type { SshConnection } from "../../../provider/transports/transport";
import { rejection, Transports } from "./helpers";
import { SshLab, type SshServer } from "./sshd";

describe("configuration of the ssh transport", function () {
  this.timeout(30_000);
  const transports = new Transports();
  const user = userInfo().username;
  let lab: SshLab;
  let server: SshServer;
  let bastion: SshServer;
  let outer: SshServer;
  let base: string;

  before(async () => {
    lab = new SshLab();
    [server, bastion, outer] = await Promise.all([lab.server(), lab.server(), lab.server()]);
    const known = lab.write("known", [server, bastion, outer].map((one) => one.knownHostsLine()).join(""));
    const identity = lab.key("own");
    base = `Host *\n IdentityFile ${identity}\n UserKnownHostsFile ${known}\n GlobalKnownHostsFile none\n IdentityAgent none\n`;
  });
  afterEach(() => transports.close());
  after(() => lab.remove());

  const target = (name: string, { port }: SshServer, more = "") =>
    `Host ${name}\n HostName 127.0.0.1\n Port ${port}\n User ${user}\n ${more}\n`;
  const to = (address: string, config: string, more: Partial<SshConnection> = {}) =>
    transports.to({ address, sshConfig: lab.write("config", config + base), ...more });
  const port = async (transport: { exec: (argv: string[]) => Promise<{ stdout: string }> }) =>
    Number((await transport.exec(["sh", "-c", "echo $SSH_CONNECTION"])).stdout.trim().split(" ")[3]);

  it("follows Host, HostName, Port and User", async () => {
    const transport = to("anemoi", target("anemoi", server));
    assert.equal(await port(transport), server.port);
    assert.equal(transport.description, `ssh://${user}@anemoi:${server.port}`);
  });

  it("follows Include and Match", async () => {
    const included = lab.write(
      "included",
      `Match host 127.0.0.1 originalhost boreas\n Port ${server.port}\n User ${user}\n`,
    );
    assert.equal(
      await port(to("boreas", `Host boreas\n HostName 127.0.0.1\nHost *\nInclude ${included}\n`)),
      server.port,
    );
  });

  it("lets the connection's own fields win", async () => {
    const transport = to("anemoi", target("anemoi", bastion, "Compression yes"), { port: server.port });
    assert.equal(await port(transport), server.port);
  });

  it("goes through ProxyJump, host by host", async () => {
    const config =
      target("anemoi", server, "ProxyJump bastion") +
      target("bastion", bastion, "ProxyJump outer") +
      target("outer", outer);
    const transport = to("anemoi", config);
    assert.equal(await port(transport), server.port);
    outer.cut();
    const error = await rejection(transport.exec(["sleep", "20"]));
    assert.equal(error.code, "connection-cut");
    assert.equal(await port(transport), server.port);
  });

  it("takes a chain of jumps in one line, from the connection", async () => {
    const hops = `${user}@127.0.0.1:${outer.port},ssh://${user}@127.0.0.1:${bastion.port}`;
    const transport = to("127.0.0.1", "", { port: server.port, user, proxyJump: hops });
    assert.equal(await port(transport), server.port);
  });

  it("checks the key of each host on the way", async () => {
    const hops = `${user}@localhost:${outer.port}`;
    const error = await rejection(to("127.0.0.1", "", { port: server.port, user, proxyJump: hops }).exec(["true"]));
    assert.equal(error.code, "host-key-unknown");
    assert.match(error.message, /localhost/);
  });

  it("refuses a circle", async () => {
    const config = target("anemoi", server, "ProxyJump bastion") + target("bastion", bastion, "ProxyJump anemoi");
    const error = await rejection(to("anemoi", config).exec(["true"]));
    assert.equal(error.code, "ssh-config");
    assert.match(error.message, /in a circle/);
  });

  it("says when what lies behind the jump is down", async () => {
    const error = await rejection(
      to("127.0.0.1", "", { port: 1, user, proxyJump: `${user}@127.0.0.1:${outer.port}` }).exec(["true"]),
    );
    assert.equal(error.code, "host-unreachable");
    assert.match(error.message, /127\.0\.0\.1:1 does not answer, as seen from ssh:/);
  });

  it("names the gate that is silent, and not the host behind it", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const config =
      target("anemoi", server, "ProxyJump bastion") +
      target("bastion", bastion, "ProxyJump outer") +
      `Host outer\n HostName 127.0.0.1\n Port ${port}\n User ${user}\n`;
    try {
      const error = await rejection(to("anemoi", config, { connectTimeout: 1 }).exec(["true"]));
      assert.equal(error.code, "host-unreachable");
      assert.match(error.message, /^ssh:\S+outer:\d+, on the way to ssh:\S+anemoi:\d+, did not answer within 1 s\./);
    } finally {
      silent.close();
    }
  });

  it("runs a plain ProxyCommand, and refuses one that needs a shell", async () => {
    assert.equal(await port(to("anemoi", target("anemoi", server, "ProxyCommand nc %h %p"))), server.port);
    const error = await rejection(to("anemoi", target("anemoi", server, "ProxyCommand nc %h %p | cat")).exec(["true"]));
    assert.equal(error.code, "ssh-config");
  });

  it("passes on what ssh says about a broken configuration", async () => {
    const error = await rejection(to("anemoi", "Nonsense yes\n").exec(["true"]));
    assert.equal(error.code, "ssh-config");
    assert.match(error.message, /nonsense/i);
    assert.equal(
      (await rejection(transports.to({ address: "a", sshConfig: "/nowhere/config" }).exec(["true"]))).code,
      "ssh-config",
    );
  });

  it("refuses names that are options", async () => {
    for (const address of ["-oProxyCommand=touch", "", "a b", "user@host", "a;b"]) {
      assert.equal((await rejection(to(address, "").exec(["true"]))).code, "invalid-input");
    }
    assert.equal((await rejection(to("a", "", { user: "-x" }).exec(["true"]))).code, "invalid-input");
  });

  it("reports a missing ssh client where a configuration needs it", async () => {
    const { PATH } = process.env;
    process.env.PATH = "/nowhere";
    try {
      const error = await rejection(to("anemoi", target("anemoi", server)).exec(["true"]));
      assert.equal(error.code, "ssh-config");
      assert.match(error.message, /no ssh client/);
    } finally {
      process.env.PATH = PATH;
    }
  });
});
