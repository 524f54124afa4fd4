import assert from "node:assert/strict";
import type { types } from "@pulumi/command";
import { remoteConnection } from "../../../provider/guest/connection";

describe("connection for @pulumi/command", () => {
  it("fits its type, with the guest's ed25519 key", () => {
    const connection: types.input.remote.ConnectionArgs = remoteConnection({
      address: "192.168.150.10",
      user: "root",
      hostKeys: ["ssh-rsa AAAA", "ssh-ed25519 BBBB"],
    });
    assert.deepEqual(connection, { host: "192.168.150.10", port: 22, user: "root", hostKey: "ssh-ed25519 BBBB" });
    assert.deepEqual(remoteConnection({ address: "a", user: "u", hostKeys: [], port: 2222 }), {
      host: "a",
      port: 2222,
      user: "u",
    });
  });
});
