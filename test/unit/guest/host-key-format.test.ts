import assert from "node:assert/strict";
import { utils } from "ssh2";
import { hostKeyOf, makeHostKeySeed } from "../../../provider/guest/host-keys";

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
});
