import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import fc from "fast-check";
import {
  keyType,
  knownHostName,
  matchesHost,
  matchesPattern,
  parseKnownHosts,
  parsePublicKey,
} from "../../../provider/transports/known-hosts";

const key = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

describe("known_hosts", () => {
  it("reads entries with their lines and markers, and passes over the rest", () => {
    const text = [
      "# comment",
      "",
      `anemoi,10.0.0.1 ssh-ed25519 ${key} somebody`,
      `@revoked * ssh-ed25519 ${key}`,
      `@cert-authority *.example.org ssh-ed25519 ${key}\r`,
      `@unknown * ssh-ed25519 ${key}`,
      "old 1024 35 123456789",
      `liar ssh-rsa ${key}`,
      "short ssh-ed25519 AAAA",
      "anemoi",
    ].join("\n");
    assert.deepEqual(
      parseKnownHosts(text, "f").map(({ marker, hosts, line }) => [marker, hosts, line]),
      [
        [undefined, "anemoi,10.0.0.1", 3],
        ["revoked", "*", 4],
        ["cert-authority", "*.example.org", 5],
      ],
    );
  });

  it("matches lists, wildcards and negation", () => {
    const cases: [string, string, boolean][] = [
      ["anemoi", "anemoi", true],
      ["Anemoi", "anemoi", true],
      ["a,b,anemoi", "anemoi", true],
      ["*.example.org", "a.b.example.org", true],
      ["*.example.org", "example.org", false],
      ["*,!anemoi", "anemoi", false],
      ["!anemoi,*", "boreas", true],
      ["!anemoi", "boreas", false],
      ["anemo?", "anemoi", true],
      ["anemo?", "anemo", false],
      ["[anemoi]:2222", "[anemoi]:2222", true],
      ["[anemoi]:2222", "anemoi", false],
      ["[*]:*", "[anemoi]:2222", true],
      ["anemoi", "anemoi.example.org", false],
    ];
    for (const [hosts, name, expected] of cases) assert.equal(matchesHost(hosts, name), expected, `${hosts} ${name}`);
  });

  it("matches hashed names", () => {
    const salt = Buffer.from("01234567890123456789");
    const hash = createHmac("sha1", salt).update("[anemoi]:2222").digest("base64");
    const hosts = `|1|${salt.toString("base64")}|${hash}`;
    assert.ok(matchesHost(hosts, "[anemoi]:2222"));
    assert.ok(!matchesHost(hosts, "anemoi"));
    for (const broken of ["|1|", "|2|a|b", "|1|a", "|1|a|", "|"]) assert.ok(!matchesHost(broken, "anemoi"));
  });

  it("matches patterns as a regular expression would", () => {
    const letters = fc.string({ unit: fc.constantFrom(..."ab.*?[]"), maxLength: 12 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom(..."ab.[]"), maxLength: 12 }), (pattern, name) => {
        const source = pattern
          .replace(/[.[\]]/g, "\\$&")
          .replaceAll("?", "[^]")
          .replaceAll("*", "[^]*");
        assert.equal(matchesPattern(pattern, name), new RegExp(`^${source}$`).test(name));
      }),
      { numRuns: 2000 },
    );
    assert.ok(!matchesPattern("*a*a*a*a*a*a*a*a*a*b", "a".repeat(250)));
  });

  it("names a host with its port", () => {
    assert.equal(knownHostName("Anemoi", 22), "anemoi");
    assert.equal(knownHostName("::1", 2222), "[::1]:2222");
  });

  it("reads a public key, and nothing else", () => {
    assert.equal(keyType(parsePublicKey(`ssh-ed25519 ${key} x`)!), "ssh-ed25519");
    for (const text of ["", "ssh-ed25519", `ssh-rsa ${key}`, "ssh-ed25519 !!!!", "ssh-ed25519 AAAAC3Nz"]) {
      assert.equal(parsePublicKey(text), undefined);
    }
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void keyType(Buffer.from(bytes))));
  });
});
