import assert from "node:assert/strict";
import { asRecord, type Inputs } from "../../../provider/basics/record";
import { type Features, hasFeature } from "../../../provider/drivers/features";
import { allDrivers, featuresOf } from "../../../provider/drivers/registry";
import { check } from "../../../provider/lifecycle/check";
import type { Definition } from "../../../provider/lifecycle/definition";
import { diff } from "../../../provider/lifecycle/diff";
import type { Field, Fields } from "../../../provider/lifecycle/schema";
import { definitions } from "../../../provider/pulumi/definitions";
import { nowhere } from "../../conformance/place";
import { inputsOf, type KindSamples, pathOf, rowPath, withValue } from "../../conformance/sample";
import { samples as allSamples } from "../../conformance/samples";
import { winds, withWinds } from "../../fake-driver";
import { identityOf } from "../fakes";

const samples: Readonly<Record<string, KindSamples>> = allSamples;

/** Every field by its path, as samples name it. */
function fieldsOf(fields: Fields, prefix = ""): [string, Field][] {
  return Object.entries(fields).flatMap(([name, spec]): [string, Field][] => {
    const path = prefix + name;
    if (spec.shape === "leaf") return [[path, spec]];
    const inner = spec.shape === "group" ? fieldsOf(spec.fields, `${path}.`) : fieldsOf(spec.entry, `${path}.*.`);
    return [[path, spec], ...inner];
  });
}

const checkOn = (definition: Definition, inputs: Inputs, driver: string | undefined) =>
  check({ ...definition, validate: undefined, derive: undefined } as Definition, inputs, undefined, {
    ...identityOf(definition.kind),
    driver,
  });

const reasonsAt = (failures: readonly { property: string; reason: string }[], property: string) =>
  failures.filter((failure) => failure.property === property).map(({ reason }) => reason);

const valueAt = (inputs: Inputs, path: string) =>
  rowPath(path)
    .split(".")
    .reduce<unknown>((value, name) => asRecord(value)[name], inputs);

describe("what drivers have", () => {
  withWinds();

  const needy = Object.values(definitions).flatMap((definition) =>
    fieldsOf(definition.fields).flatMap(([path, spec]) =>
      spec.needs === undefined ? [] : [{ definition: definition as Definition, path, needs: spec.needs }],
    ),
  );
  const choosy = Object.values(definitions).flatMap((definition) =>
    fieldsOf(definition.fields).flatMap(([path, spec]) =>
      spec.shape === "leaf" && spec.choices !== undefined && featuresOf("libvirt")[spec.choices].length > 1
        ? [{ definition: definition as Definition, path, choices: spec.choices }]
        : [],
    ),
  );

  /** Inputs with the field, from the samples of the conformance run. */
  function given({ kind }: Definition, path: string): Inputs {
    const known = samples[kind]!;
    const found = Object.entries(known.samples).find(([name]) => {
      const own = pathOf(name).replace(/ .*/, "");
      return own === path || own.startsWith(`${path}.`);
    });
    assert.ok(found, `${kind}.${path} has no sample`);
    const [name, sample] = found;
    const both = ([0, 1] as const).map((index) => inputsOf(known, pathOf(name), sample, nowhere, index));
    return both.find((inputs) => valueAt(inputs, path))!;
  }

  it("is asked of both drivers, which differ", () => {
    assert.deepEqual(
      allDrivers().map(({ name }) => name),
      ["libvirt", "winds"],
    );
    assert.ok(needy.length > 15 && choosy.length > 8, `${needy.length}, ${choosy.length}`);
  });

  for (const { definition, path, needs } of needy) {
    it(`${definition.kind}.${path} is refused exactly where a driver lacks ${needs}`, async () => {
      const inputs = given(definition, path);
      for (const { name, features } of allDrivers()) {
        const { failures } = await checkOn(definition, inputs, name);
        const said = reasonsAt(failures, rowPath(path)).filter((reason) => reason.startsWith("needs a driver with"));
        assert.equal(said.length > 0, !hasFeature(features, needs), `${name}: ${JSON.stringify(failures)}`);
        if (said.length > 0) assert.match(said[0]!, /drivers that have it: libvirt$/);
      }
      const unknownDriver = await checkOn(definition, inputs, undefined);
      assert.deepEqual(
        unknownDriver.failures.filter(({ reason }) => reason.startsWith("needs a driver")),
        [],
      );
    });
  }

  for (const { definition, path, choices } of choosy) {
    it(`${definition.kind}.${path} is one of what each driver has in ${choices}`, async () => {
      const inputs = given(definition, path);
      for (const { name, features } of allDrivers()) {
        for (const value of featuresOf("libvirt")[choices]) {
          const tried = withValue(inputs, path, value);
          const { failures } = await checkOn(definition, tried, name);
          const refused = reasonsAt(failures, rowPath(path)).some((reason) =>
            reason.includes("with the driver of its host"),
          );
          assert.equal(refused, !(features[choices] as readonly string[]).includes(value), `${name} ${value}`);
        }
      }
    });
  }

  for (const definition of Object.values(definitions) as Definition[]) {
    it(`a ${definition.kind} is refused where its driver has none`, async () => {
      const inputs = samples[definition.kind]?.base(nowhere) ?? {};
      for (const { name, features } of allDrivers()) {
        const { failures } = await checkOn(definition, inputs, name);
        const refused = reasonsAt(failures, "host").some((reason) =>
          reason.startsWith(`${definition.kind} needs a driver`),
        );
        assert.equal(refused, definition.needs !== undefined && !hasFeature(features, definition.needs), name);
      }
    });
  }

  it("decides what a change of a running machine does", () => {
    const { VirtualMachine } = definitions as unknown as Record<string, Definition>;
    const effect = (driver: string | undefined, olds: Inputs, news: Inputs) => {
      const __driver = driver === "libvirt" ? {} : { __driver: driver };
      const base = { host: "h", name: "n", maxMemory: "4GiB", memory: "1GiB" };
      return diff(VirtualMachine!, { ...base, ...olds, ...__driver }, { ...base, ...news, ...__driver }).rows.map(
        (row) => `${row.path}: ${row.effect}`,
      );
    };
    const nic = { lan: { bridge: "br0", mac: "52:54:00:00:00:01" } };
    for (const [driver, expected] of [
      ["libvirt", "live"],
      ["winds", "restart"],
    ] as const) {
      assert.deepEqual(effect(driver, {}, { memory: "2GiB" }), [`memory: ${expected}`]);
      assert.deepEqual(effect(driver, {}, { description: "x" }), [`description: ${expected}`]);
      assert.deepEqual(effect(driver, {}, { interfaces: nic }), [`interfaces.lan: ${expected}`]);
    }
  });

  it("is the driver's own for a host, and another driver replaces all that is on it", async () => {
    const { StoragePool } = definitions as unknown as Record<string, Definition>;
    const identity = { ...identityOf("StoragePool"), driver: "winds" };
    const { inputs, failures } = await check(StoragePool!, { host: "h" }, undefined, identity);
    assert.deepEqual([failures, inputs.__driver], [[], "winds"]);
    // A later preview may not know the connection: the state still says whose it is.
    const later = await check(StoragePool!, { host: "h" }, inputs, { ...identity, driver: undefined });
    assert.equal(later.inputs.__driver, "winds");
    const { __driver: _, ...before } = inputs;
    const answer = diff(StoragePool!, before, inputs);
    assert.deepEqual(
      [answer.replaces, answer.rows.map(({ path, old, new: now }) => [path, old, now])],
      [["host"], [["host", "libvirt", "winds"]]],
    );
    assert.throws(() => diff(StoragePool!, before, { ...inputs, __driver: "gone" }), /has no driver "gone"/);
  });

  it("is total: the compiler asks a driver for every feature", () => {
    // @ts-expect-error one is missing
    const lacking: Features = (({ xmlPatch: _, ...rest }) => rest)(winds.features);
    assert.ok(lacking);
  });
});
