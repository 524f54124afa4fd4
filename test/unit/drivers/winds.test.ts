import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Inputs } from "../../../provider/basics/record";
import { hypervisorFor } from "../../../provider/connections/hypervisors";
import { networksOf, snapshotsOf } from "../../../provider/drivers/hypervisor";
import { check } from "../../../provider/lifecycle/check";
import type { Context } from "../../../provider/lifecycle/context";
import type { Definition } from "../../../provider/lifecycle/definition";
import { diff } from "../../../provider/lifecycle/diff";
import { apply, HalfMade, read, remove } from "../../../provider/lifecycle/lifecycle";
import { definitions } from "../../../provider/pulumi/definitions";
import type { Transport } from "../../../provider/transports/transport";
import { winds, withWinds } from "../../fake-driver";
import type { WindsHypervisor } from "../../fake-driver/hypervisor";
import { identityOf } from "../fakes";

/** Nothing of the host is asked for: a command that is run is a mistake. */
const transport = new Proxy({} as Transport, {
  get: (_target, name) => {
    throw new Error(`the host was asked: ${String(name)}`);
  },
});

/** The lifecycle as it is, on a driver that has little in common with libvirt's. */
describe("the lifecycle on another driver", () => {
  withWinds();

  let hypervisor: WindsHypervisor;
  const uuid = randomUUID();

  beforeEach(async () => {
    hypervisor = winds.open(transport, "winds:///aeolia", []) as WindsHypervisor;
    await hypervisor.pools.define({ uuid, name: "pool", type: "dir", path: "/nowhere" });
  });

  const definitionOf = (kind: "VirtualMachine" | "Volume") => definitions[kind] as unknown as Definition;
  const identity = (kind: "VirtualMachine" | "Volume") => ({ ...identityOf(kind), driver: "winds" });
  const contextOf = (kind: "VirtualMachine" | "Volume"): Context => {
    const { urn, project, stack, name } = identityOf(kind);
    return {
      urn,
      project,
      stack,
      name,
      where: "anemoi",
      hypervisor: async () => hypervisor,
      progress: () => undefined,
      tell: () => undefined,
      deadline: Number.POSITIVE_INFINITY,
    };
  };

  async function accepted(kind: "VirtualMachine" | "Volume", given: Inputs, olds?: Inputs): Promise<Inputs> {
    const { inputs, failures } = await check(definitionOf(kind), given, olds, identity(kind));
    assert.deepEqual(failures, []);
    return inputs;
  }

  const machine = (more: Inputs = {}): Inputs => ({
    host: "h1",
    memory: "1GiB",
    disks: { root: { pool: uuid, size: "1GiB", format: "raw" } },
    interfaces: { lan: { bridge: "br0" } },
    serial: false,
    guestAgent: false,
    rng: false,
    ...more,
  });

  it("makes a machine, finds nothing to do, sees drift, and deletes it with its disk", async () => {
    const definition = definitionOf("VirtualMachine");
    const inputs = await accepted("VirtualMachine", machine());
    const { id, outputs } = await apply(definition, inputs, undefined, contextOf("VirtualMachine"));
    assert.equal(outputs.__driver, "winds");
    const made = hypervisor.machines.all.get(id)!;
    assert.equal(made.power, "running");
    assert.match(made.stored.disks[0]!.path!, new RegExp(`^winds:${uuid}/`));
    assert.deepEqual(diff(definition, outputs, await accepted("VirtualMachine", machine(), inputs)).rows, []);
    const seen = (await read(definition, outputs, contextOf("VirtualMachine")))!;
    assert.deepEqual(diff(definition, seen.outputs, inputs).rows, []);
    made.autostart = true;
    assert.equal((await read(definition, outputs, contextOf("VirtualMachine")))!.inputs.autostart, true);
    await remove(definition, outputs, contextOf("VirtualMachine"));
    assert.equal(hypervisor.machines.all.size, 0);
    assert.equal(hypervisor.volumes.all.size, 0);
  });

  it("restarts for what libvirt changes live, and only where it may", async () => {
    const definition = definitionOf("VirtualMachine");
    const first = await accepted("VirtualMachine", machine({ maxMemory: "4GiB" }));
    const { id, outputs } = await apply(definition, first, undefined, contextOf("VirtualMachine"));
    const refused = await accepted("VirtualMachine", machine({ maxMemory: "4GiB", memory: "2GiB" }), first);
    await assert.rejects(apply(definition, refused, outputs, contextOf("VirtualMachine")), { code: "restart-refused" });
    const allowed = await accepted(
      "VirtualMachine",
      machine({ maxMemory: "4GiB", memory: "2GiB", restart: "now" }),
      first,
    );
    await apply(definition, allowed, outputs, contextOf("VirtualMachine")).catch((error) => {
      throw error instanceof HalfMade ? error.error : error;
    });
    assert.equal(hypervisor.machines.all.get(id)!.running!.memory, 2 * 2 ** 30);
  });

  it("grows a volume by its own means", async () => {
    const definition = definitionOf("Volume");
    const small = await accepted("Volume", { host: "h1", pool: uuid, size: "1GiB", format: "raw" });
    const { outputs } = await apply(definition, small, undefined, contextOf("Volume"));
    const large = await accepted("Volume", { host: "h1", pool: uuid, size: "2GiB", format: "raw" }, small);
    const grown = await apply(definition, large, outputs, contextOf("Volume"));
    assert.match(String(grown.outputs.path), /^winds:/);
    assert.equal([...hypervisor.volumes.all.values()][0]!.capacity, 2 * 2 ** 30);
  });

  it("has no section for what its features lack", () => {
    assert.throws(() => networksOf(hypervisor), { code: "unsupported", message: /winds has no networks/ });
    assert.throws(() => snapshotsOf(hypervisor), { code: "unsupported", message: /winds has no snapshots/ });
  });

  it("is opened by its scheme", async () => {
    const opened = await hypervisorFor({ driver: "winds" }, { ids: [] });
    assert.equal(opened.driver, "winds");
    assert.equal(opened.uri, "winds:///aeolia");
  });
});
