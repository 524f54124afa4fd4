import assert from "node:assert/strict";
import { LocalTransport } from "../../../provider/transports/local";
import { socketFailure } from "../../../provider/transports/socket-errors";
import { SshTransport } from "../../../provider/transports/ssh";

describe("a socket that fails", () => {
  it("says why in words, and keeps the code", () => {
    const said = (code: string | undefined) => socketFailure(Object.assign(new Error("broken"), { code }));
    assert.equal(said("EAI_AGAIN"), "the name can't be resolved (EAI_AGAIN)");
    assert.equal(said("ENOTFOUND"), "the name can't be resolved (ENOTFOUND)");
    assert.equal(said("EHOSTUNREACH"), "no route to the host (EHOSTUNREACH)");
    assert.equal(said("ETIMEDOUT"), "timed out (ETIMEDOUT)");
    assert.equal(said("EMFILE"), "EMFILE");
    assert.equal(said("constructor"), "constructor");
    assert.equal(said(undefined), "broken");
  });

  it("says so of this machine's ports and of a host", async function () {
    this.timeout(20_000);
    const refused = /connection refused \(ECONNREFUSED\)/;
    const local = new LocalTransport();
    await assert.rejects(local.connectTcp("127.0.0.1", 1), refused);
    await local.close();
    const ssh = new SshTransport({ address: "127.0.0.1", port: 1, user: "root", agent: false, sshConfig: false });
    await assert.rejects(ssh.exec(["true"]), refused);
    await ssh.close();
  });
});
