import assert from "node:assert/strict";
import { features } from "../../../provider/drivers/libvirt/features";
import { syncDevices } from "../../../provider/resources/virtual-machine/devices";

/** A machine with a screen, whose update to another password is said to have failed, or not. */
const run = (set: unknown[], previous: object) =>
  ({
    hypervisor: { features, machines: { setGraphicsPassword: async (...all: unknown[]) => set.push(all) } },
    observed: { uuid: "u1", stored: { disks: [], interfaces: [], graphics: { type: "vnc" } } },
    inputs: {},
    made: {},
    found: true,
    previous,
  }) as never;
const wanted = { disks: [], interfaces: [], graphics: { type: "vnc", password: "new" } } as never;

describe("a password of a screen", () => {
  it("is set by the run after the one that failed before it, whose inputs have it already", async () => {
    for (const [__pending, times] of [
      [["devices", "definition"], 1],
      [["power"], 0],
      [undefined, 0],
    ] as const) {
      const set: unknown[] = [];
      await syncDevices(run(set, { graphics: { password: "new" }, __pending }), wanted);
      assert.equal(set.length, times, String(__pending));
    }
  });
});
