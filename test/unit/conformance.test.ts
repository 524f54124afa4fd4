import assert from "node:assert/strict";
import fc from "fast-check";
import { type Inputs, unknown } from "../../provider/basics/record";
import { check } from "../../provider/lifecycle/check";
import type { Definition } from "../../provider/lifecycle/definition";
import { diff } from "../../provider/lifecycle/diff";
import { complete, type Leaf } from "../../provider/lifecycle/schema";
import { definitions } from "../../provider/pulumi/definitions";
import { nowhere } from "../conformance/place";
import {
  inputsOf,
  type KindSamples,
  pathOf,
  type Rule,
  rowPath,
  rulesOf,
  type Sample,
  samplesOf,
  withValue,
} from "../conformance/sample";
import { owed, samples } from "../conformance/samples";
import { saidBy } from "../conformance/trial";
import { identityOf } from "./fakes";

/** The field tables, and the samples that test/conformance tries on real hosts: here without any host. */

interface Case extends Rule {
  /** The path, and which verdict of its rule. */
  readonly name: string;
  readonly samples: KindSamples;
  readonly sample: Sample;
}

const rules = Object.values(definitions).flatMap(rulesOf);

const cases: Case[] = rules.flatMap((rule) => {
  const kind = samples[rule.kind];
  if (!kind) return [];
  return samplesOf(kind, rule).map(([name, sample]) => ({ ...rule, name, samples: kind, sample }));
});

const tried = Object.values(definitions).filter(({ kind }) => samples[kind]);

/** The two values that `diff` sees: the checks across fields have tests of their own. */
async function accepted(definition: Definition, inputs: Inputs, olds?: Inputs): Promise<Inputs> {
  const free = { ...definition, validate: undefined } as Definition;
  const answer = await check(free, inputs, olds, identityOf(definition.kind));
  assert.deepEqual(answer.failures, []);
  return answer.inputs;
}

const stateOf = (definition: Definition, inputs: Inputs): Inputs => ({
  ...structuredClone(inputs),
  ...Object.fromEntries(Object.keys(definition.outputs).map((name) => [name, "an output"])),
  __schema: 1,
});

describe("the samples of the conformance run", () => {
  const fileOf = (kind: string) =>
    `test/conformance/samples/${kind.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.ts`;

  it("every kind has a file of samples", () => {
    for (const { kind } of Object.values(definitions)) {
      assert.ok(
        samples[kind] || owed.includes(kind),
        `no samples for ${kind}: write ${fileOf(kind)} (storage-pool.ts is the shortest) and add it to samples/index.ts`,
      );
    }
  });

  it("every field of every table has a sample", () => {
    for (const { kind, path } of rules) {
      const known = samples[kind];
      if (!known || owed.includes(`${kind}.${path}`)) continue;
      assert.ok(
        known.samples[path] || known.fixed?.[path],
        `no way to test ${kind}.${path}: add "${path}" to \`samples\` in ${fileOf(kind)}: two values, how each is seen on the host, and a drift`,
      );
    }
  });

  it("no sample is of a field that is no more, or owed though it is there", () => {
    for (const [kind, { samples: all, fixed = {} }] of Object.entries(samples)) {
      const paths = rules.filter((rule) => rule.kind === kind).map(({ path }) => path);
      for (const path of [...Object.keys(all), ...Object.keys(fixed)])
        assert.ok(paths.includes(pathOf(path)), `${kind} has no field ${path}`);
      assert.ok(!owed.includes(kind), `${kind} is owed no more`);
      for (const path of Object.keys(all))
        assert.ok(!owed.includes(`${kind}.${path}`), `${kind}.${path} is owed no more`);
    }
  });

  it("each has a drift, or says why none is looked for", () => {
    for (const { kind, name, sample } of cases) {
      assert.ok(
        Boolean(sample.drift) !== Boolean(sample.unobserved),
        `${kind}.${name} needs \`drift\` or \`unobserved\``,
      );
    }
  });
});

describe("every field of every resource", function () {
  this.timeout(60_000);

  for (const one of cases) {
    const { kind, definition, path, name, sample } = one;
    const given = (index: 0 | 1): Inputs => {
      // In an `up` a refused restart would fail the check: that has a test of its own.
      const defer = kind === "VirtualMachine" && path !== "restart" ? { restart: "defer" } : {};
      return { ...inputsOf(one.samples, path, sample, nowhere, index), ...defer };
    };
    it(`${kind}.${name} does what the table says`, async () => {
      const olds = await accepted(definition, given(0));
      const same = await accepted(definition, given(0), olds);
      assert.deepEqual(same, olds, "check settles");
      assert.deepEqual(diff(definition, stateOf(definition, olds), same), { changes: false, replaces: [], rows: [] });
      const news = await accepted(definition, given(1), olds);
      const answer = diff(definition, stateOf(definition, olds), news);
      const row = answer.rows.find((row) => row.path === rowPath(path));
      assert.ok(row, `no row for ${path}: ${JSON.stringify(answer.rows)}`);
      assert.equal(row.refuse, undefined);
      const expected = saidBy(one, sample);
      assert.equal(row.effect, expected);
      assert.equal(answer.replaces.includes(path.split(".")[0]!), expected === "replace");
      // Where only a default changes what is compared, the engine, which sees the inputs alone, must be told.
      assert.notEqual(answer.changes, false);
    });
  }

  it("secrets are no part of a row's values", () => {
    for (const { secret, kind, path } of rules)
      if (/password|privateKey/i.test(path)) assert.ok(secret, `${kind}.${path}`);
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

  for (const definition of tried) {
    const { kind } = definition;
    const base = samples[kind]!.base(nowhere);
    const mine = cases.filter((one) => one.kind === kind);
    const given = (one: Case, value: unknown) =>
      withValue(inputsOf(one.samples, one.path, one.sample, nowhere, 1), one.path, value);
    const run = (inputs: Inputs, olds?: Inputs) => check(definition, inputs, olds, identityOf(kind));

    it(`${kind}: accepts its base, and its own answer`, async () => {
      const first = await run(base);
      assert.deepEqual(first.failures, []);
      const second = await run(argumentsOf(definition, first.inputs));
      assert.deepEqual(second, first);
    });

    it(`${kind}: stores no default`, async () => {
      const { inputs } = await run(base);
      for (const [name, spec] of Object.entries(definition.fields)) {
        if (spec.shape === "leaf" && (spec as Leaf).default !== undefined && !(name in base))
          assert.equal(inputs[name], undefined, name);
      }
    });

    it(`${kind}: an unknown anywhere never throws, and is let through`, async () => {
      const free = { ...definition, validate: undefined } as Definition;
      for (const one of mine) {
        await run(given(one, unknown));
        const answer = await check(free, given(one, unknown), undefined, identityOf(kind));
        for (const failure of answer.failures)
          assert.notEqual(failure.property, rowPath(one.path), JSON.stringify(failure));
        const state = stateOf(definition, (await run(base)).inputs);
        const { replaces, rows } = diff(definition, state, answer.inputs);
        const row = rows.find((row) => row.path === rowPath(one.path));
        if (row?.effect === "replace") assert.ok(replaces.length > 0);
      }
      for (const name of Object.keys(definition.fields)) await run({ ...base, [name]: unknown });
    });

    it(`${kind}: an unknown lineage leaves only what derives from it unknown`, async () => {
      const answer = await check(definition, base, undefined, identityOf(kind, "boreas", { lineage: undefined }));
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
