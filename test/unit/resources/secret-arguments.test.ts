import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Host, StoragePool, type StoragePoolArgs, VirtualMachine } from "../../../provider/index";
import { diff } from "../../../provider/lifecycle/diff";
import { storagePool } from "../../../provider/resources/storage-pool/definition";
import { anyOf } from "../fakes";

/** A secret of the program's own may stand in any field: it must not be in the line that a preview leaves. */
describe("arguments that the program made secret", function () {
  this.timeout(20_000);
  const made = new Map<string, Record<string, unknown>>();
  let host: Host;

  before(async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => {
        made.set(name, inputs);
        return { id: `${name}-id`, state: inputs };
      },
      call: () => ({}),
    });
    host = new Host("anemoi");
  });

  const sent = async (resource: pulumi.Resource, name: string) => {
    await new Promise((resolve) => resource.urn.apply(resolve));
    return made.get(name)!;
  };
  const poolWith = (name: string, args: Partial<StoragePoolArgs>) =>
    sent(new StoragePool(name, { host, ...args }), name);

  it("are named, wherever in an argument they are", async () => {
    assert.equal("__secrets" in (await poolWith("plain", { path: "/srv/a", mode: pulumi.output("0711") })), false);
    assert.deepEqual((await poolWith("wrapped", { path: pulumi.secret("/srv/a") })).__secrets, ["path"]);
    const machine = new VirtualMachine("deep", { host, metadata: { token: pulumi.secret("t") }, memory: "1GiB" });
    assert.deepEqual((await sent(machine, "deep")).__secrets, ["metadata"]);
  });

  it("are changed without their values in the rows", () => {
    const state = { host: "h", name: "n", path: "/srv/one" };
    const { rows } = diff(anyOf(storagePool), state, { ...state, path: "/srv/two", __secrets: ["path"] });
    assert.deepEqual(
      rows.map(({ path, secret }) => [path, secret]),
      [["path", true]],
    );
  });
});
