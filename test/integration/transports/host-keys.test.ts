import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { rejection, Transports } from "./helpers";
import { SshLab, type SshServer } from "./sshd";

describe("host keys of the ssh transport", function () {
  this.timeout(30_000);
  const transports = new Transports();
  let lab: SshLab;
  let server: SshServer;
  let other: string;
  let identityFile: string;

  before(async () => {
    lab = new SshLab();
    server = await lab.server({ kinds: ["ed25519", "rsa", "ecdsa"] });
    other = lab.publicKey(lab.key("other", "ed25519", { authorize: false }));
    identityFile = lab.key("own");
  });
  afterEach(() => transports.close());
  after(() => lab.remove());

  const host = () => `[127.0.0.1]:${server.port}`;
  const run = (knownHosts: string, more = {}) => {
    const file = lab.write("known", knownHosts);
    const connection = server.connection({ identityFile, hostKey: undefined, knownHosts: file, ...more });
    return transports.to(connection).exec(["true"]);
  };
  const accepts = async (knownHosts: string, more = {}) => assert.equal((await run(knownHosts, more)).code, 0);
  const refuses = (knownHosts: string, more = {}) => rejection(run(knownHosts, more));
  const line = (index: number, name = host()) => `${name} ${lab.publicKey(server.hostKeys[index]!)}\n`;

  it("accepts an entry of each kind alone, though the server has all", async () => {
    for (const index of [0, 1, 2]) await accepts(line(index));
  });

  it("accepts hashed entries as ssh-keygen makes them", async () => {
    const file = lab.write("hashed", `${line(0)}[127.0.0.1]:1 ${other}\n`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
    const text = readFileSync(file, "utf8");
    assert.match(text, /^\|1\|/);
    await accepts(text);
  });

  it("accepts one of several keys, wildcards, and the plain name for another port", async () => {
    await accepts(`${host()} ${other}\n${line(0)}`);
    await accepts(line(0, "[127.0.0.*]:*,example.org"));
    await accepts(line(0, "127.0.0.1"));
  });

  it("refuses an unknown host, with its fingerprint and what to do", async () => {
    const fingerprint = execFileSync("ssh-keygen", ["-lf", `${server.hostKeys[0]}.pub`], { encoding: "utf8" }).split(
      " ",
    )[1]!;
    for (const text of ["", `# nothing\n${line(0, "elsewhere")}`, line(0, `${host()},!${host()}`)]) {
      const error = await refuses(text);
      assert.equal(error.code, "host-key-unknown");
      assert.ok(error.message.includes(fingerprint), error.message);
      assert.ok(error.message.includes(` -p ${server.port} `), error.message);
    }
  });

  /** Accepts a key as the hint of an error says, by running the very command. */
  const follow = (message: string) => {
    const command = /connect once with `(ssh .*?)`/.exec(message)?.[1];
    assert.ok(command, message);
    const options = "-o StrictHostKeyChecking=accept-new -o BatchMode=yes";
    const line = command.replace(/^ssh /, `ssh ${options} `);
    execFileSync("sh", ["-c", `${line} true`], { stdio: "ignore" });
  };

  it("names a command that accepts the key: by address, behind an alias, and through a jump host", async () => {
    const known = lab.write("known-of-the-hint", "");
    const spaced = lab.write("known of the hint", "");
    const { port, user } = server.connection();
    const alias = `Host inner\n HostName 127.0.0.1\n Port ${port}\n User ${user}\n IdentityFile ${identityFile}\n UserKnownHostsFile ${known}\n GlobalKnownHostsFile none\n`;
    const gate = await lab.server();
    const gated = `Host gate\n HostName 127.0.0.1\n Port ${gate.port}\nHost behind\n HostName localhost\n Port ${port}\n ProxyJump gate\nHost *\n User ${user}\n IdentityFile ${identityFile}\n UserKnownHostsFile ${known}\n GlobalKnownHostsFile none\n`;
    const plain = { ...server.connection({ identityFile, hostKey: undefined }), knownHosts: spaced };
    const jump = { ...plain, address: "localhost", proxyJump: `${user}@127.0.0.1:${gate.port}` };
    const cases = [
      { connection: plain, unknown: 1 },
      { connection: { address: "inner", sshConfig: lab.write("alias", alias) }, unknown: 1 },
      { connection: { address: "behind", sshConfig: lab.write("gated", gated) }, unknown: 2 },
      { connection: jump, unknown: 2 },
    ];
    for (const { connection, unknown } of cases) {
      for (const file of [known, spaced]) writeFileSync(file, "");
      for (let left = unknown; left > 0; left--) {
        const error = await rejection(transports.to(connection).exec(["true"]));
        assert.equal(error.code, "host-key-unknown", error.message);
        // `hostKey` is the target's: of no use for a jump host.
        assert.equal(error.message.includes("`hostKey`"), left === 1, error.message);
        if (left === 2) assert.match(error.message, /on the way to (behind|localhost), shows the key/);
        follow(error.message);
      }
      assert.equal((await transports.to(connection).exec(["true"])).code, 0);
    }
  });

  it("refuses another key than the known one, with the command that removes it", async () => {
    const error = await refuses(`# first\n${host()} ${other}\n`);
    assert.equal(error.code, "host-key-mismatch");
    assert.ok(error.message.includes(`${lab.path("known")}:2`), error.message);
    const command = /`(ssh-keygen -R .*?)`/.exec(error.message)?.[1];
    execFileSync("sh", ["-c", command!], { stdio: "ignore" });
    assert.equal(readFileSync(lab.path("known"), "utf8"), "# first\n");
  });

  it("refuses a revoked key, whatever else is there", async () => {
    const error = await refuses(`${line(0)}@revoked * ${lab.publicKey(server.hostKeys[0]!)}\n`);
    assert.equal(error.code, "host-key-revoked");
    assert.ok(error.message.includes("known:2"));
  });

  it("does not take a certificate authority for the host", async () => {
    const error = await refuses(`@cert-authority * ${lab.publicKey(server.hostKeys[0]!)}\n`);
    assert.equal(error.code, "host-key-certificate");
  });

  it("holds a hostKey alone, without known_hosts", async () => {
    await accepts("", { hostKey: `${lab.publicKey(server.hostKeys[1]!)} a comment` });
    assert.equal((await refuses(line(0), { hostKey: other })).code, "host-key-mismatch");
    assert.equal((await refuses(line(0), { hostKey: "rubbish" })).code, "invalid-input");
  });

  it("looks for a HostKeyAlias", async () => {
    const sshConfig = lab.write("config", `Host 127.0.0.1\n HostKeyAlias Anemoi\n IdentityFile ${identityFile}\n`);
    await accepts(line(0, "anemoi"), { sshConfig });
    assert.equal((await refuses(line(0), { sshConfig })).code, "host-key-unknown");
  });

  it("reads the files that the configuration names, and RevokedHostKeys", async () => {
    const user = lab.write("user known", "");
    const global = lab.write("global", line(0));
    const revoked = lab.write("revoked", `${lab.publicKey(server.hostKeys[0]!)}\n`);
    const base = `Host *\n IdentityFile ${identityFile}\n UserKnownHostsFile "${user}"\n GlobalKnownHostsFile ${global}\n`;
    await accepts("", { knownHosts: undefined, sshConfig: lab.write("config", base) });
    const sshConfig = lab.write("config", `${base} RevokedHostKeys ${revoked}\n`);
    assert.equal((await refuses("", { knownHosts: undefined, sshConfig })).code, "host-key-revoked");
  });
});
