import assert from "node:assert/strict";
import { WindroseError } from "../../provider/basics/errors";
import type { Inputs } from "../../provider/basics/record";
import { check } from "../../provider/lifecycle/check";
import type { Definition } from "../../provider/lifecycle/definition";
import { diff } from "../../provider/lifecycle/diff";
import { apply, HalfMade, read, remove } from "../../provider/lifecycle/lifecycle";
import { field } from "../../provider/lifecycle/schema";
import { contextOf, FakeHost, halfMade, identityOf } from "./fakes";

/** A resource whose object is a record in memory. */
function toy() {
  const world: { object?: Inputs } = {};
  const failing = new Set<string>();
  const calls: string[] = [];
  const act = (name: string) => {
    calls.push(name);
    if (failing.has(name)) throw new WindroseError("connection-cut", `${name} was cut`);
  };
  const step = (name: string) => ({
    name,
    async run(run: { inputs: Inputs }) {
      act(name);
      world.object![name] = run.inputs[name];
    },
  });
  const definition: Definition = {
    kind: "Volume",
    timeout: 10,
    fields: {
      a: field.text("", "live", { default: "x" }),
      b: field.text("", "live"),
      id: field.text("", "replace", { derived: true }),
      chosen: field.text("", "replace", { derived: true }),
    },
    outputs: { serial: { typeText: "number", doc: "" } },
    derive: (inputs, olds) => {
      inputs.id ??= olds?.id ?? "id1";
    },
    id: (inputs) => String(inputs.id),
    observe: async () => {
      act("observe");
      return world.object;
    },
    ensure: async (run) => {
      act("ensure");
      run.made.__own = "kept";
      world.object = {};
      return world.object;
    },
    steps: [step("a"), step("b")],
    outputsOf: ({ made, inputs }) => {
      act("outputs");
      inputs.chosen ??= "by the host";
      return { serial: Number(made.serial ?? 0) + 1 };
    },
    drift: () => ({ a: world.object?.a, b: world.object?.b }),
    remove: async () => {
      act("remove");
      world.object = undefined;
    },
  };
  return { world, failing, calls, definition };
}

const context = () => contextOf(new FakeHost(), "Volume");

describe("the lifecycle", () => {
  it("repeats all inputs in the outputs, and what the host chose", async () => {
    const { definition } = toy();
    const { inputs } = await check(definition, { b: "1", __urn: "u" }, undefined, identityOf("Volume"));
    assert.deepEqual(inputs, { b: "1", id: "id1", __urn: "u" });
    const { id, outputs } = await apply(definition, inputs, undefined, context());
    assert.equal(id, "id1");
    assert.deepEqual(outputs, { ...inputs, chosen: "by the host", serial: 1, __own: "kept", __schema: 1 });
    assert.deepEqual(diff(definition, outputs, inputs), { changes: false, replaces: [], rows: [] });
    const again = await apply(definition, inputs, outputs, context());
    assert.deepEqual(again.outputs, { ...outputs, serial: 2 });
  });

  it("shows each step what was asked for before with its defaults, as what is asked for now", async () => {
    const { definition } = toy();
    const seen: unknown[] = [];
    const step = { name: "look", run: async ({ previous }: { previous?: Inputs }) => void seen.push(previous?.a) };
    const looking: Definition = { ...definition, steps: [step] };
    const { outputs } = await apply(looking, { b: "1", id: "id1" }, undefined, context());
    assert.equal(outputs.a, undefined);
    await apply(looking, { b: "2", id: "id1" }, outputs, context());
    assert.deepEqual(seen, [undefined, "x"]);
    const stored: unknown[] = [];
    const drift = (_: unknown, given: Inputs) => {
      stored.push(given.a);
      return {};
    };
    await read({ ...definition, drift }, outputs, context());
    assert.deepEqual(stored, [undefined], "what is stored has none");
  });

  it("leaves no state where nothing was made", async () => {
    for (const call of ["observe", "ensure"]) {
      const { definition, failing } = toy();
      failing.add(call);
      const work = apply(definition, { id: "id1" }, undefined, context());
      await assert.rejects(work, (error) => error instanceof WindroseError && !(error instanceof HalfMade));
    }
  });

  it("has in its state what left something on the host before it was made", async () => {
    const { definition, failing } = toy();
    failing.add("ensure");
    let left = false;
    const leaving: Definition = { ...definition, leaves: () => left };
    await assert.rejects(apply(leaving, { id: "id1" }, undefined, context()), { code: "connection-cut" });
    left = true;
    const half = await halfMade(apply(leaving, { id: "id1" }, undefined, context()));
    assert.deepEqual([half.id, half.outputs.__pending], ["id1", ["a", "b"]]);
    assert.equal(diff(leaving, half.outputs, { id: "id1" }).changes, true);
    failing.clear();
    const done = await apply(leaving, { id: "id1" }, half.outputs, context());
    assert.equal(done.outputs.__pending, undefined);
  });

  for (const [call, owed] of [
    ["a", ["a", "b"]],
    ["b", ["b"]],
    ["outputs", ["read back"]],
  ] as const) {
    it(`keeps what is owed when "${call}" fails, and finishes it`, async () => {
      const { definition, failing, world } = toy();
      failing.add(call);
      const inputs = { id: "id1", b: "1" };
      const half = await halfMade(apply(definition, inputs, undefined, context()));
      assert.equal(half.id, "id1");
      assert.deepEqual(half.outputs.__pending, owed);
      assert.match(half.error.message, /^Unable to create Volume "boreas" on anemoi: /);
      assert.equal(diff(definition, half.outputs, inputs).changes, true);
      const kept = await read(definition, half.outputs, context()).catch(() => undefined);
      if (call !== "outputs") assert.deepEqual(kept!.outputs.__pending, owed);
      failing.clear();
      const done = await apply(definition, inputs, half.outputs, context());
      assert.equal(done.outputs.__pending, undefined);
      assert.deepEqual(world.object, { a: "x", b: "1" });
    });
  }

  it("an update that reaches nothing leaves the old state as it is", async () => {
    const { definition, failing } = toy();
    const { outputs } = await apply(definition, { id: "id1" }, undefined, context());
    failing.add("observe");
    await assert.rejects(
      apply(definition, { id: "id1", b: "2" }, outputs, context()),
      (error) => !(error instanceof HalfMade) && /observe was cut/.test((error as Error).message),
    );
  });

  it("reads drift, and keeps the spelling or absence of what is as it was", async () => {
    const { definition, world } = toy();
    const { outputs } = await apply(definition, { id: "id1" }, undefined, context());
    const same = (await read(definition, outputs, context()))!;
    assert.equal("a" in same.inputs, false);
    world.object!.a = "changed";
    const drifted = (await read(definition, outputs, context()))!;
    assert.equal(drifted.inputs.a, "changed");
    assert.deepEqual(
      diff(definition, drifted.outputs, { id: "id1" }).rows.map((row) => row.path),
      ["a"],
    );
    world.object = undefined;
    assert.equal(await read(definition, outputs, context()), undefined);
  });

  it("says how to go on where what is there can't be seen, as the hypervisor is stopped", async () => {
    const { definition } = toy();
    const { outputs } = await apply(definition, { id: "id1" }, undefined, context());
    const stopped = {
      ...definition,
      observe: () => Promise.reject(new WindroseError("hypervisor-unavailable", "off")),
    };
    await assert.rejects(read(stopped, outputs, context()), {
      code: "hypervisor-unavailable",
      message:
        /^Unable to read Volume "boreas" on anemoi: off\. Check on the host that its hypervisor runs\. The state has it as it was\. Start the hypervisor .* `pulumi refresh --target` with the Host's URN .* `pulumi up` starts it\.$/,
    });
    await assert.rejects(remove({ ...stopped, remove: stopped.observe }, outputs, context()), {
      message: /: off\. Check on the host that its hypervisor runs\.$/,
    });
  });

  it("tells the engine of a change that only a default makes", () => {
    const { definition } = toy();
    assert.equal(diff(definition, { id: "i", a: "y" }, { id: "i" }).changes, undefined);
    assert.deepEqual(diff(definition, { id: "i" }, { id: "j" }).replaces, ["id"]);
    assert.equal(diff(definition, { __connection: "a" }, { __connection: "b" }).changes, true);
  });

  it("names what could not be deleted", async () => {
    const { definition, failing } = toy();
    failing.add("remove");
    await assert.rejects(
      remove(definition, { id: "id1" }, context()),
      /^WindroseError: Unable to delete Volume "boreas" on anemoi: remove was cut/,
    );
  });
});
