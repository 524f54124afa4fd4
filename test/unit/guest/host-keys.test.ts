import assert from "node:assert/strict";
import { utils } from "ssh2";
import { makeHostKey } from "../../host-key";

describe("guest host keys", () => {
  it("are whole ed25519 pairs, each another", function () {
    this.timeout(20_000);
    const seen = new Set<string>();
    // ssh2 writes about one key in 400 wrong; among 1500 one would be seen.
    for (let count = 0; count < 1500; count++) {
      const pair = makeHostKey();
      const parsed = utils.parseKey(pair.private);
      assert.ok(!(parsed instanceof Error), "unreadable");
      assert.equal(`ssh-ed25519 ${parsed.getPublicSSH().toString("base64")}`, pair.public);
      assert.equal(parsed.getPublicSSH().length, 51);
      assert.ok(pair.private.endsWith("-----END OPENSSH PRIVATE KEY-----\n"));
      seen.add(pair.public);
    }
    assert.equal(seen.size, 1500);
  });
});
