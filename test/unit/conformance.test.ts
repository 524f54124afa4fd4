import assert from "node:assert/strict";
import fc from "fast-check";
import { definitions } from "../../provider/definitions";
import { check, type Definition, diff } from "../../provider/lifecycle";
import { complete, type Field, type Fields, type Inputs, type Kind, type Leaf, unknown } from "../../provider/schema";
import { bases, beside, effects, fromType, samples } from "./conformance-samples";
import { identityOf } from "./fakes";

interface Case {
  readonly kind: Kind;
  readonly definition: Definition;
  /** With `*` for a key. */
  readonly path: string;
  readonly spec: Leaf;
}

const key = "data";

function leaves(fields: Fields, prefix = ""): [string, Leaf][] {
  return Object.entries(fields).flatMap(([name, spec]: [string, Field]) => {
    if (spec.shape === "leaf") return spec.internal ? [] : [[prefix + name, spec] as [string, Leaf]];
    return spec.shape === "group"
      ? leaves(spec.fields, `${prefix}${name}.`)
      : leaves(spec.entry, `${prefix}${name}.*.`);
  });
}

const cases: Case[] = Object.values(definitions).flatMap((definition) =>
  leaves(definition.fields)
    // What has only one value can't change.
    .filter(([, spec]) => !/^"[^"]*"$/.test(spec.typeText))
    .map(([path, spec]) => ({ kind: definition.kind, definition, path, spec })),
);

function valuesOf({ kind, path, spec }: Case): readonly [unknown, unknown] {
  const pair = samples[`${kind}.${path}`] ?? samples[path] ?? fromType(spec);
  assert.ok(pair, `no sample for ${kind}.${path}: add one to conformance-samples.ts`);
  return pair;
}

/** The base with one field set, and what must stand beside it: the rest of an entry of a keyed field. */
function given({ kind, path }: Case, value: unknown): Inputs {
  const result = structuredClone(bases[kind]);
  let at = result;
  const names = path.split(".");
  for (const [i, name] of names.entries()) {
    if (i === names.length - 1) at[name] = value;
    else {
      const real = name === "*" ? key : name;
      at[real] = { ...beside[names.slice(0, i + 1).join(".")], ...((at[real] as Inputs | undefined) ?? {}) };
      at = at[real] as Inputs;
    }
  }
  return result;
}

/** The two values that `diff` sees: the checks across fields have tests of their own. */
async function accepted(definition: Definition, inputs: Inputs, olds?: Inputs): Promise<Inputs> {
  const free = { ...definition, validate: undefined } as Definition;
  const answer = await check(free, inputs, olds, identityOf(definition.kind), false);
  assert.deepEqual(answer.failures, []);
  return answer.inputs;
}

const stateOf = (definition: Definition, inputs: Inputs): Inputs => ({
  ...structuredClone(inputs),
  ...Object.fromEntries(Object.keys(definition.outputs).map((name) => [name, "an output"])),
  __schema: 1,
});

describe("every field of every resource", function () {
  this.timeout(60_000);

  for (const one of cases) {
    const { kind, definition, path, spec } = one;
    it(`${kind}.${path} does what the table says`, async () => {
      const [before, after] = valuesOf(one);
      // In an `up` a refused restart would fail the check: that has a test of its own.
      const defer = kind === "VirtualMachine" && path !== "restart" ? { restart: "defer" } : {};
      const olds = await accepted(definition, { ...given(one, before), ...defer });
      const same = await accepted(definition, { ...given(one, before), ...defer }, olds);
      assert.deepEqual(same, olds, "check settles");
      assert.deepEqual(diff(definition, stateOf(definition, olds), same), { changes: false, replaces: [], rows: [] });
      const news = await accepted(definition, { ...given(one, after), ...defer }, olds);
      const answer = diff(definition, stateOf(definition, olds), news);
      const row = answer.rows.find((row) => row.path === path.replace("*", key));
      assert.ok(row, `no row for ${path}: ${JSON.stringify(answer.rows)}`);
      assert.equal(row.refuse, undefined);
      const expected = typeof spec.effect === "string" ? spec.effect : (effects[`${kind}.${path}`] ?? "restart");
      assert.equal(row.effect, expected);
      assert.equal(answer.replaces.includes(path.split(".")[0]!), expected === "replace");
      // Where only a default changes what is compared, the engine, which sees the inputs alone, must be told.
      assert.notEqual(answer.changes, false);
    });
  }

  it("secrets are no part of a row's values", () => {
    for (const { spec, kind, path } of cases)
      if (/password|privateKey/i.test(path)) assert.ok(spec.secret, `${kind}.${path}`);
  });
});

describe("check", function () {
  this.timeout(60_000);

  /** What `check` made itself is no argument. */
  const argumentsOf = (definition: Definition, inputs: Inputs): Inputs =>
    Object.fromEntries(Object.entries(inputs).filter(([name]) => !internal(definition, name)));
  const internal = (definition: Definition, name: string) => {
    const spec = definition.fields[name];
    return spec?.shape === "leaf" && spec.internal;
  };

  for (const definition of Object.values(definitions)) {
    const { kind } = definition;
    const run = (inputs: Inputs, olds?: Inputs) => check(definition, inputs, olds, identityOf(kind), true);

    it(`${kind}: accepts its base, and its own answer`, async () => {
      const first = await run(bases[kind]);
      assert.deepEqual(first.failures, []);
      const second = await run(argumentsOf(definition, first.inputs));
      assert.deepEqual(second, first);
    });

    it(`${kind}: stores no default`, async () => {
      const { inputs } = await run(bases[kind]);
      for (const [name, spec] of Object.entries(definition.fields)) {
        if (spec.shape === "leaf" && spec.default !== undefined && !(name in bases[kind]))
          assert.equal(inputs[name], undefined, name);
      }
    });

    it(`${kind}: an unknown anywhere never throws, and is let through`, async () => {
      for (const one of cases.filter((one) => one.kind === kind)) {
        const free = { ...definition, validate: undefined } as Definition;
        await run(given(one, unknown));
        const answer = await check(free, given(one, unknown), undefined, identityOf(kind), true);
        for (const failure of answer.failures)
          assert.notEqual(failure.property, one.path.replace("*", key), JSON.stringify(failure));
        const state = stateOf(definition, (await run(bases[kind])).inputs);
        const { replaces, rows } = diff(definition, state, answer.inputs);
        const row = rows.find((row) => row.path === one.path);
        if (row?.effect === "replace") assert.ok(replaces.length > 0);
      }
      for (const name of Object.keys(definition.fields)) await run({ ...bases[kind], [name]: unknown });
    });

    it(`${kind}: an unknown lineage leaves only what derives from it unknown`, async () => {
      const answer = await check(
        definition,
        bases[kind],
        undefined,
        identityOf(kind, "boreas", { lineage: undefined }),
        true,
      );
      assert.deepEqual(answer.failures, []);
    });

    it(`${kind}: hostile values are refused or accepted, and never throw`, async () => {
      const text = fc.oneof(
        fc.string(),
        fc.string({ unit: "binary" }),
        fc.constantFrom("../../etc", "a\0b", "-x", "$(id)", "__proto__", "9".repeat(400), "::", "1/2", unknown),
      );
      const value = fc.oneof(
        text,
        fc.double(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(text, { maxLength: 3 }),
        fc.dictionary(text, text, { maxKeys: 3 }),
        fc.constant({}),
        fc.constant({ id: "x", ipv4: 7 }),
      );
      const mine = cases.filter((one) => one.kind === kind);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...mine.map((one) => one.path)),
          value,
          fc.dictionary(text, value, { maxKeys: 2 }),
          async (path, bad, more) => {
            const one = mine.find((candidate) => candidate.path === path)!;
            const answer = await run({ ...given(one, bad), ...more });
            if (answer.failures.length > 0) {
              for (const { reason } of answer.failures) assert.ok(reason.length > 0);
              return;
            }
            complete(definition.fields, answer.inputs);
            const again = await run(argumentsOf(definition, answer.inputs), answer.inputs);
            assert.deepEqual(again.failures, []);
            const settled = diff(definition, stateOf(definition, answer.inputs), again.inputs);
            if (!JSON.stringify(answer.inputs).includes(unknown)) assert.deepEqual(settled.rows, []);
          },
        ),
        { numRuns: 400 },
      );
    });
  }
});
