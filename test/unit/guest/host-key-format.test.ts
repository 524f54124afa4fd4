import assert from "node:assert/strict";
import { utils } from "ssh2";
import { buildSeed } from "../../../provider/cloud-init/seed";
import { hostKeyOf, makeHostKeySeed, seedOfHostKey } from "../../../provider/guest/host-keys";

describe("a host key from its seed", () => {
  it("is the same each time, and another reader finds the same public key in it", () => {
    for (let count = 0; count < 50; count++) {
      const seed = makeHostKeySeed();
      const key = hostKeyOf(seed);
      assert.deepEqual(hostKeyOf(seed), key);
      const parsed = utils.parseKey(key.private);
      assert.ok(!(parsed instanceof Error));
      assert.equal(`ssh-ed25519 ${parsed.getPublicSSH().toString("base64")}`, key.public);
    }
  });

  it("is found again in the seed of a guest", () => {
    const seed = makeHostKeySeed();
    const { iso } = buildSeed({ hostname: "boreas", hostKeys: [hostKeyOf(seed)], machine: "m" });
    assert.equal(seedOfHostKey(iso.toString("latin1").replace(/\n[ \t]+/g, "\n")), seed);
  });

  it("is not found in a text that is cut, or another's", () => {
    const pem = hostKeyOf(makeHostKeySeed()).private;
    assert.equal(seedOfHostKey(pem.slice(0, 200)), undefined);
    assert.equal(seedOfHostKey(pem.replace(/[A-Z]/, (letter) => (letter === "A" ? "B" : "A"))), undefined);
    assert.equal(seedOfHostKey(utils.generateKeyPairSync("ecdsa", { bits: 256 }).private), undefined);
  });
});
