import assert from "node:assert/strict";
import { type Inputs, unknown } from "../../../../provider/basics/record";
import { fields } from "../../../../provider/resources/host-bridge/fields";
import { consequencesOf } from "./planned";

const olds = { nic: "eno1", name: "br0" };
const own = { what: "host-network", nic: "eno1", lasts: "for-a-moment" };
const down = (operation: "create" | "update" | "replace" | "delete", news?: Inputs) =>
  consequencesOf("HostBridge", operation, operation === "create" ? { news } : { olds, news }).down;

describe("consequences of a host's bridge", () => {
  it("are the host's own network for a moment, whatever of it changes", () => {
    assert.deepEqual(down("create", olds), [own]);
    assert.deepEqual(down("update", { ...olds, mtu: 9000, stp: true }), [own]);
    assert.deepEqual(down("update", { ...olds, rollbackAfter: 30 }), []);
    for (const [name, { effect }] of Object.entries(fields))
      if (effect !== "local" && effect !== "replace")
        assert.equal(typeof effect === "object" && effect.interrupts?.what, "host-network", name);
  });

  it("are the bridge itself where it goes", () => {
    assert.deepEqual(down("delete"), [{ what: "bridge", name: "it", lasts: "for-good" }, own]);
    assert.deepEqual(down("replace", { ...olds, nic: "eno2" }), [
      { what: "bridge", name: "it", lasts: "until-recreated" },
      { ...own, nic: "eno2" },
    ]);
    assert.deepEqual(down("create", { nic: unknown }), [{ ...own, nic: undefined }]);
  });
});
