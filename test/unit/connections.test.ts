import assert from "node:assert/strict";
import { unknown } from "../../provider/basics/record";
import { connectionFields, uriParameters } from "../../provider/connections/connection-fields";
import { rememberCredentials, splitConnection } from "../../provider/connections/credentials";
import {
  configureHosts,
  connectionName,
  connectionProblems,
  driverOf,
  hostProblems,
  resolveConnection,
} from "../../provider/connections/hosts";
import { fromUri } from "../../provider/connections/uri";

describe("connections", () => {
  // Of a process that nobody has configured, as those of other tests are.
  afterEach(() => configureHosts(unknown));

  it("reads libvirt's URIs", () => {
    assert.deepEqual(fromUri("qemu:///system"), { driver: "libvirt", uri: "qemu:///system" });
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

  it("knows at preview which names there are, and whether what they lead to can be right", () => {
    assert.deepEqual(hostProblems("boreas"), [], "nobody has said which there are");
    configureHosts(undefined);
    assert.match(
      hostProblems("boreas")[0]!,
      /has no connection "boreas"\. Set it with `pulumi config set --path 'windrose:hosts\["boreas"\]' qemu\+ssh:/,
    );
    assert.deepEqual(hostProblems("qemu:///system"), []);
    assert.deepEqual(hostProblems({ address: "a" }), []);
    const entries = {
      right: "qemu+ssh://root@a/system",
      object: { address: "a", user: "u", password: "hunter2" },
      here: { uri: "qemu:///session", sudo: true },
      later: unknown,
      adress: { adress: "a" },
      lost: { user: "root" },
      typed: { address: "a", uri: "a" },
      xen: "xen:///system",
      bare: "root@a",
      number: 7,
    };
    configureHosts(JSON.stringify(entries));
    for (const name of ["right", "object", "here", "later"]) assert.deepEqual(hostProblems(name), [], name);
    for (const [name, words] of [
      ["boreas", /it has: right, object, here, /],
      [
        "adress",
        /`windrose:hosts\.adress`: the connection has the unknown field "adress"; valid fields: uri, driver, address, /,
      ],
      ["lost", /`windrose:hosts\.lost`: the connection has `user`, and neither `address` nor a `uri` with a host/],
      ["typed", /`windrose:hosts\.typed`: the connection has a `uri` that is not a URI/],
      ["xen", /`windrose:hosts\.xen`: no driver for xen:/],
      ["bare", /`windrose:hosts\.bare`: not a hypervisor's URI: root@a/],
      ["number", /`windrose:hosts\.number` must be a URI or an object/],
    ] as const)
      assert.match(hostProblems(name).join(), words);
    configureHosts(unknown);
    assert.deepEqual(hostProblems("boreas"), []);
    assert.throws(() => configureHosts('["hunter2"]'), /is not an object/);
  });

  it("takes each field that it lists, and each parameter of a URI", () => {
    const values: Record<string, string> = { uri: "qemu:///system", driver: "libvirt" };
    for (const name of Object.keys(connectionFields))
      assert.deepEqual(connectionProblems({ address: "a", [name]: values[name] ?? "x" }), [], name);
    const { secrets } = splitConnection(Object.fromEntries(Object.keys(connectionFields).map((name) => [name, "x"])));
    assert.deepEqual(Object.keys(secrets), ["privateKey", "passphrase", "password"]);
    for (const name of Object.keys(uriParameters)) {
      const plain = JSON.stringify(fromUri("qemu+ssh://a/system"));
      const seen = () => JSON.stringify(fromUri(`qemu+ssh://a/system?${name}=1`)) !== plain;
      if (name === "no_verify") assert.throws(seen);
      else assert.ok(seen(), name);
    }
  });

  it("knows the driver without reaching anything, as far as it can be known", () => {
    configureHosts(JSON.stringify({ anemoi: "qemu+ssh://root@anemoi/system", object: { address: "a" } }));
    for (const connection of ["anemoi", "object", "qemu:///system", { address: "a" }, { uri: "test:///default" }])
      assert.equal(driverOf(connection), "libvirt", JSON.stringify(connection));
    for (const connection of [unknown, undefined, 7, "boreas", "xen:///", { address: unknown }, { driver: "xen" }])
      assert.equal(driverOf(connection), undefined, JSON.stringify(connection));
  });

  it("says what is wrong without reaching anything", () => {
    assert.deepEqual(connectionProblems("anemoi"), []);
    assert.deepEqual(connectionProblems({ address: "a", sudo: true }), []);
    assert.match(connectionProblems({ adress: "a" })[0]!, /has the unknown field "adress"/);
    assert.equal(connectionProblems(7).length, 1);
    assert.match(connectionProblems({ driver: "xen" })[0]!, /has an unknown `driver`; valid drivers: libvirt/);
  });
});
