import assert from "node:assert/strict";
import { dotted } from "../../../provider/drivers/libvirt/host/host";

describe("what libvirt tells of itself", () => {
  it("has versions with dots", () => {
    assert.deepEqual([dotted(9_000_000n), dotted(7_002_022), dotted(11_010_003)], ["9.0.0", "7.2.22", "11.10.3"]);
  });
});
