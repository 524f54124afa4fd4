import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { inspect } from "node:util";
import type { WindroseError } from "../../../provider/basics/errors";
import { rejection, Transports } from "./helpers";
import { SshLab, type SshServer } from "./sshd";

describe("authentication of the ssh transport", function () {
  this.timeout(30_000);
  const transports = new Transports();
  let lab: SshLab;
  let server: SshServer;
  let own: string;

  before(async () => {
    lab = new SshLab();
    server = await lab.server({ config: ["MaxAuthTries 20"] });
    own = lab.key("own");
    lab.key("ecdsa", "ecdsa");
    lab.key("rsa", "rsa");
    lab.key("pkcs8", "rsa", { format: "PKCS8" });
    lab.key("locked", "ed25519", { passphrase: "open sesame" });
    lab.key("stranger", "ed25519", { authorize: false });
  });
  afterEach(() => transports.close());
  after(() => lab.remove());

  const works = async (more: Parameters<SshServer["connection"]>[0]) => {
    const { stdout } = await transports.to(server.connection(more)).exec(["echo", "in"]);
    assert.equal(stdout, "in\n");
  };
  const fails = (more: Parameters<SshServer["connection"]>[0]): Promise<WindroseError> =>
    rejection(transports.to(server.connection(more)).exec(["true"]));

  for (const name of ["own", "ecdsa", "rsa", "pkcs8"]) {
    it(`accepts a key file: ${name}`, () => works({ identityFile: lab.path(name) }));
  }

  it("accepts a key as text", () => works({ privateKey: readFileSync(own, "utf8") }));

  it("opens an encrypted key with its passphrase", () =>
    works({ identityFile: lab.path("locked"), passphrase: "open sesame" }));

  it("accepts a key of the agent", async () => works({ agent: await lab.agent(lab.path("stranger"), own) }));

  it("uses an encrypted key through the agent that holds it", async () => {
    const copy = lab.write("copy", readFileSync(lab.path("locked"), "utf8"));
    const error = await fails({ identityFile: copy });
    assert.equal(error.code, "key-unreadable");
    assert.match(error.message, /copy is encrypted and there is no passphrase/);
    const agent = await lab.agent();
    const { execFileSync } = await import("node:child_process");
    const askpass = lab.write("askpass", "#!/bin/sh\necho 'open sesame'\n");
    execFileSync("chmod", ["700", askpass]);
    execFileSync("ssh-add", ["-q", copy], {
      env: { ...process.env, SSH_AUTH_SOCK: agent, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: "force", DISPLAY: ":9" },
      stdio: "ignore",
    });
    await works({ identityFile: copy, agent });
  });

  it("names what was tried, and no secret", async () => {
    const stranger = lab.path("stranger");
    const privateKey = readFileSync(stranger, "utf8");
    const transport = transports.to(server.connection({ identityFile: stranger, password: "hunter2", privateKey }));
    const error = await rejection(transport.exec(["true"]));
    assert.equal(error.code, "authentication-failed");
    assert.match(error.message, /tried key privateKey \(SHA256:[A-Za-z0-9+/]{43}\); the server takes publickey/);
    const shown = `${inspect(error, { depth: 9 })}${inspect(transport, { depth: 9, showHidden: true })}${JSON.stringify(transport)}`;
    for (const secret of ["hunter2", ...privateKey.split("\n").slice(1, -2)]) assert.ok(!shown.includes(secret));
  });

  it("says why an explicit key cannot be used", async () => {
    const wrong = await fails({ identityFile: lab.path("locked"), passphrase: "wrong" });
    assert.equal(wrong.code, "key-unreadable");
    assert.match(wrong.message, /is not opened by the passphrase/);
    assert.ok(!wrong.message.includes("wrong "));
    assert.match((await fails({ identityFile: lab.path("nothing") })).message, /nothing does not exist/);
    assert.equal((await fails({ privateKey: "rubbish" })).code, "key-unreadable");
  });

  it("uses the agent's key for an IdentityFile that is here as a .pub alone", async () => {
    const agent = await lab.agent(own, lab.path("stranger"));
    const path = lab.path("only-public");
    writeFileSync(`${path}.pub`, readFileSync(`${own}.pub`));
    const sshConfig = lab.write(
      "config of the public key",
      `Host *\n IdentitiesOnly yes\n IdentityFile ${path}\n IdentityAgent ${agent}\n`,
    );
    await works({ sshConfig, agent: undefined });
    await works({ identityFile: path, agent });
    const empty = await lab.agent();
    const error = await fails({ identityFile: path, agent: empty });
    assert.equal(error.code, "key-unreadable");
    assert.match(error.message, /only-public is here as a \.pub alone, and the ssh agent does not hold the key/);
  });

  it("holds IdentitiesOnly against the agent", async () => {
    const agent = await lab.agent(own);
    const sshConfig = lab.write(
      "only",
      `Host *\n IdentitiesOnly yes\n IdentityFile ${lab.path("stranger")}\n IdentityAgent ${agent}\n`,
    );
    const error = await fails({ sshConfig, agent: undefined });
    assert.equal(error.code, "authentication-failed");
    const open = lab.write("open", `Host *\n IdentityFile ${lab.path("stranger")}\n IdentityAgent ${agent}\n`);
    await works({ sshConfig: open, agent: undefined });
  });

  it("reports a wrong password", async () => {
    const guarded = await lab.server({ config: ["PasswordAuthentication yes", "PubkeyAuthentication no"] });
    const error = await rejection(transports.to(guarded.connection({ password: "hunter2" })).exec(["true"]));
    assert.equal(error.code, "authentication-failed");
    assert.match(error.message, /tried password/);
    assert.ok(!error.message.includes("hunter2"));
  });
});
