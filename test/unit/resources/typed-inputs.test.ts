import assert from "node:assert/strict";
import type { NetworkState, PoolState } from "../../../provider/drivers/model";
import type { Run } from "../../../provider/lifecycle/definition";
import { field } from "../../../provider/lifecycle/schema";
import type { InputsOf } from "../../../provider/lifecycle/typed-inputs";
import type { NetworkInputs } from "../../../provider/resources/network/fields";
import type { StoragePoolInputs } from "../../../provider/resources/storage-pool/fields";

/** The compiler is the test: `tsc` fails where one of these lines compiles, or does not. */
describe("the inputs of a run", () => {
  it("are typed by the field table: a misspelt field does not compile", () => {
    const read = (pool: Run<PoolState, StoragePoolInputs>, network: Run<NetworkState, NetworkInputs>) => {
      const { path, mode, autostart, type } = pool.inputs;
      const sure: [string, boolean, "dir"] = [path, autostart, type];
      const maybe: string | undefined = mode;
      // @ts-expect-error it may not be given
      const always: string = mode;
      // @ts-expect-error there is no such field
      const misspelt = pool.inputs.pathh;
      const nested: string | undefined = network.inputs.ipv4?.dhcp?.start;
      const address: string | undefined = network.inputs.reservations?.boreas?.address;
      // @ts-expect-error there is no such field in the group
      const wrong = network.inputs.ipv4?.adress;
      // @ts-expect-error it is a choice of three
      const choice: "bridged" = network.inputs.mode;
      return [sure, maybe, always, misspelt, nested, address, wrong, choice, pool.inputs.__lineage];
    };
    assert.equal(read.length, 2);
  });

  it("have what is required, derived or has a default, and may lack the rest", () => {
    const fields = {
      given: field.text("", "live", { required: true }),
      kept: field.text("", "live", { derived: true }),
      filled: field.integer("", "live", { min: 0, max: 9 }, { default: 1 }),
      free: field.flag("", "live"),
      many: field.keyed("", "Many", { size: field.size("", "live") }, { added: "live", removed: "live" }),
    } as const;
    const all: InputsOf<typeof fields> = { given: "a", kept: "b", filled: 1, free: undefined, many: undefined };
    // @ts-expect-error one that a run always has is missing
    const lacking: InputsOf<typeof fields> = { given: "a", kept: "b", free: true, many: {} };
    assert.deepEqual([all.filled, lacking.filled], [1, undefined]);
  });
});
