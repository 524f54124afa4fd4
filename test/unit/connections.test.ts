import assert from "node:assert/strict";
import {
  configureHosts,
  connectionName,
  connectionProblems,
  fromUri,
  rememberCredentials,
  resolveConnection,
  splitConnection,
} from "../../provider/connections";

describe("connections", () => {
  it("reads libvirt's URIs", () => {
    assert.deepEqual(fromUri("qemu:///system"), { uri: "qemu:///system" });
    const { uri, ssh } = fromUri("qemu+ssh://root@[fd00::1]:2222/system?keyfile=/k&known_hosts=/h&sudo=1");
    assert.equal(uri, "qemu:///system");
    assert.deepEqual(
      { ...ssh },
      { address: "fd00::1", port: 2222, user: "root", identityFile: "/k", knownHosts: "/h", sudo: true },
    );
    assert.equal(fromUri("qemu+ssh://anemoi/session").uri, "qemu:///session");
  });

  for (const [text, code] of [
    ["xen:///system", "unsupported"],
    ["qemu+tcp://a/system", "unsupported"],
    ["qemu://a/system", "invalid-input"],
    ["qemu+ssh://root:hunter2@a/system", "invalid-input"],
    ["qemu+ssh://a/system?no_verify=1", "unsupported"],
    ["://", "invalid-input"],
  ] as const) {
    it(`refuses ${text.replace("hunter2", "…")}, and repeats no password`, () => {
      assert.throws(
        () => fromUri(text),
        (error: Error & { code: string }) => error.code === code && !error.message.includes("hunter2"),
      );
    });
  }

  it("finds names in the configuration, and says which there are", () => {
    configureHosts(JSON.stringify({ anemoi: "qemu+ssh://root@anemoi/system", object: { address: "a", user: "u" } }));
    assert.equal(resolveConnection("anemoi").ssh?.user, "root");
    assert.deepEqual(resolveConnection("object").ssh, { address: "a", user: "u" });
    assert.throws(() => resolveConnection("boreas"), { code: "connection-unknown", message: /anemoi, object/ });
    assert.throws(() => resolveConnection("constructor"), { code: "connection-unknown" });
    assert.throws(
      () => configureHosts('{"a": hunter2'),
      (error: Error) => !error.message.includes("hunter2"),
    );
  });

  it("keeps secrets out of what is stored, and finds them again", () => {
    const { stored, secrets } = splitConnection({
      address: "a",
      password: "p",
      privateKey: "k",
      passphrase: "s",
      user: undefined,
    });
    assert.deepEqual(stored, { address: "a" });
    assert.deepEqual(secrets, { password: "p", privateKey: "k", passphrase: "s" });
    rememberCredentials(stored as never, secrets);
    assert.equal(resolveConnection(stored as never).ssh?.password, "p");
    assert.deepEqual(splitConnection("anemoi"), { stored: "anemoi", secrets: {} });
  });

  it("names a connection without its user", () => {
    const names = ["anemoi", "qemu:///system", "qemu+ssh://root@anemoi:22/system"].map(connectionName);
    assert.deepEqual([...names, connectionName({ address: "a" })], ["anemoi", "this machine", "anemoi:22", "a"]);
  });

  it("says what is wrong without reaching anything", () => {
    assert.deepEqual(connectionProblems("anemoi"), []);
    assert.deepEqual(connectionProblems({ address: "a", sudo: true }), []);
    assert.match(connectionProblems({ adress: "a" })[0]!, /has no field "adress"/);
    assert.equal(connectionProblems(7).length, 1);
  });
});
