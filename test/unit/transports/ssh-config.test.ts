import assert from "node:assert/strict";
import { parseConfiguration, settings } from "../../../provider/transports/ssh-config";
import { formatJumpHost, parseJumpHosts } from "../../../provider/transports/ssh-names";
import { expandHome } from "../../../provider/transports/ssh-tokens";

const configured = (text: string, more = {}) => settings({ address: "anemoi", ...more }, parseConfiguration(text));

describe("ssh configuration", () => {
  it("takes over what `ssh -G` says", () => {
    const found = configured(
      [
        "user somebody",
        "hostname 10.0.0.7",
        "port 2200",
        "addressfamily inet",
        "identitiesonly yes",
        "hostkeyalias Boreas",
        "identityfile ~/.ssh/id_rsa",
        "identityfile /keys/%n-%r-%p-%%",
        "userknownhostsfile /a /b",
        "globalknownhostsfile none",
        "proxyjump me@one:33,two",
        "connecttimeout 7",
      ].join("\n"),
    );
    assert.deepEqual(found, {
      hostName: "10.0.0.7",
      port: 2200,
      user: "somebody",
      hostKeyAlias: "boreas",
      identityFiles: [
        { path: "/keys/anemoi-somebody-2200-%", origin: "configured" },
        { path: expandHome("~/.ssh/id_rsa"), origin: "default" },
      ],
      identitiesOnly: true,
      agent: process.env.SSH_AUTH_SOCK || undefined,
      knownHosts: ["/a", "/b"],
      revokedHostKeys: [],
      proxyJump: [
        { host: "one", port: 33, user: "me" },
        { host: "two", port: undefined, user: undefined },
      ],
      proxyCommand: undefined,
      connectTimeout: 7000,
      family: 4,
      byHand: "ssh anemoi",
      onTheWayTo: undefined,
    });
  });

  it("lets the connection win, and has defaults without a configuration", () => {
    const own = {
      port: 1,
      user: "u",
      knownHosts: "/k",
      proxyJump: "none",
      agent: false,
      connectTimeout: 3,
      identityFile: "/i",
    };
    const found = configured(
      "port 2\nuser x\nproxyjump y\nproxycommand nc %h %p\nidentityagent /sock\nidentityfile /j",
      own,
    );
    assert.equal(found.port, 1);
    assert.equal(found.user, "u");
    assert.deepEqual(found.knownHosts, ["/k"]);
    assert.deepEqual(found.proxyJump, []);
    assert.equal(found.proxyCommand, undefined);
    assert.equal(found.agent, undefined);
    assert.equal(found.connectTimeout, 3000);
    assert.deepEqual(
      found.identityFiles.map(({ path }) => path),
      ["/i", "/j"],
    );
    const plain = configured("");
    assert.equal(plain.hostName, "anemoi");
    assert.equal(plain.port, 22);
    assert.equal(plain.identityFiles.length, 3);
    assert.equal(plain.knownHosts.length, 4);
  });

  it("refuses what it cannot do", () => {
    for (const text of [
      "proxycommand nc %h %p | cat",
      "proxycommand 'a b'",
      "identityfile /a/%C",
      "proxycommand nc $HOST",
    ]) {
      assert.throws(() => configured(text), { code: "ssh-config" }, text);
    }
    assert.throws(() => configured("", { connectTimeout: 0 }), { code: "invalid-input" });
    assert.deepEqual(configured("proxycommand exec nc %h %p").proxyCommand, ["nc", "anemoi", "22"]);
  });

  it("reads jump hosts", () => {
    assert.deepEqual(parseJumpHosts("a@b@h:22, ssh://x@[fe80::1]:23/,::1,none.org"), [
      { host: "h", port: 22, user: "a@b" },
      { host: "fe80::1", port: 23, user: "x" },
      { host: "::1", port: undefined, user: undefined },
      { host: "none.org", port: undefined, user: undefined },
    ]);
    assert.equal(formatJumpHost({ host: "::1", port: 5, user: "u" }), "u@[::1]:5");
    for (const text of ["", "-x", "a,,b", "a:99999", "a b", "u@", "-l@h"]) {
      assert.throws(() => parseJumpHosts(text), { code: "invalid-input" }, text);
    }
  });
});
