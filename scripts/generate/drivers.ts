import type { Driver } from "../../provider/drivers/driver";
import {
  type FeatureName,
  type Features,
  featureWords,
  hasFeature,
  type LiveName,
} from "../../provider/drivers/features";
import type { Definition } from "../../provider/lifecycle/definition";
import type { EffectRule, Field, Fields } from "../../provider/lifecycle/schema";
import { ruleWords } from "./words";

/** A row of a table: what it is about, and each driver's answer. */
interface Row {
  readonly what: string;
  readonly answers: readonly string[];
}

/** What the live features mean, for people. A feature that is missing here does not compile. */
const liveWords: Readonly<Record<LiveName, string>> = {
  memory: "memory, up to `maxMemory`",
  vcpusUp: "more virtual CPUs, up to `maxVcpus`",
  diskBuses: "disks plugged in and out",
  media: "media of cdroms",
  growDisk: "growing disks",
  diskLimits: "limits of disks",
  interfaces: "interfaces plugged in and out",
  metadata: "description and metadata",
};

/** The text of docs/drivers.md: each field and operation against each driver. */
export function driversText(definitions: readonly Definition[], drivers: readonly Driver[]): string {
  const names = drivers.map(({ name }) => name);
  return [
    "# Drivers",
    "",
    "Made from the drivers' features and the field tables by `scripts/generate.ts`. A host's driver is known from its connection, so a preview refuses on the property what that driver does not have.",
    "",
    ...table("driver", names, [
      { what: "URIs", answers: drivers.map(({ schemes }) => schemes.map((scheme) => `\`${scheme}://\``).join(", ")) },
      { what: "example", answers: drivers.map(({ hints }) => `\`${hints.exampleUri}\``) },
    ]),
    "",
    "## Resources",
    "",
    ...table(
      "resource",
      names,
      definitions.map((definition) => resourceRow(definition, drivers)),
    ),
    "",
    "## What changes while a machine runs",
    "",
    "The rest takes effect after a restart.",
    "",
    ...table(
      "change",
      names,
      Object.keys(liveWords).map((name) => liveRow(name as LiveName, drivers)),
    ),
    "",
    "## Snapshots",
    "",
    ...table("of a machine that", names, [
      { what: "is off", answers: drivers.map(({ features }) => yes(features.snapshots.stopped)) },
      { what: "runs, with its memory", answers: drivers.map(({ features }) => yes(features.snapshots.running)) },
    ]),
    ...definitions.flatMap((definition) => fieldsSection(definition, drivers)),
    "",
  ].join("\n");
}

function table(first: string, names: readonly string[], rows: readonly Row[]): string[] {
  return [
    `| ${[first, ...names].join(" | ")} |`,
    `|${"---|".repeat(names.length + 1)}`,
    ...rows.map(({ what, answers }) => `| ${[what, ...answers].join(" | ")} |`),
  ];
}

const yes = (has: boolean) => (has ? "yes" : "no");

function resourceRow({ kind, needs }: Definition, drivers: readonly Driver[]): Row {
  return {
    what: kind,
    answers: drivers.map(({ features }) => yes(needs === undefined || hasFeature(features, needs))),
  };
}

function liveRow(name: LiveName, drivers: readonly Driver[]): Row {
  const answer = ({ features }: Driver) => {
    const has: boolean | readonly string[] = features.live[name];
    return typeof has === "boolean" ? yes(has) : has.length > 0 ? has.map((one) => `\`${one}\``).join(", ") : "no";
  };
  return { what: liveWords[name], answers: drivers.map(answer) };
}

/** A resource's fields: where a driver lacks one, which values it has of a choice, and what a change does. */
function fieldsSection(definition: Definition, drivers: readonly Driver[]): string[] {
  const rows = rowsOf(definition.fields, "", definition.needs, drivers);
  const names = drivers.map(({ name }) => name);
  return ["", `## Fields of ${definition.kind}`, "", ...table("field", names, rows)];
}

function rowsOf(fields: Fields, prefix: string, needs: FeatureName | undefined, drivers: readonly Driver[]): Row[] {
  return Object.entries(fields).flatMap(([name, spec]) => {
    if (spec.shape === "leaf" && spec.internal) return [];
    const path = prefix + name;
    const wanted = [needs, spec.needs].filter((one) => one !== undefined);
    const row = { what: `\`${path}\``, answers: drivers.map((driver) => answerOf(spec, wanted, driver)) };
    if (spec.shape === "leaf") return [row];
    const inner = spec.shape === "group" ? spec.fields : spec.entry;
    return [row, ...rowsOf(inner, `${path}.${spec.shape === "group" ? "" : "*."}`, spec.needs ?? needs, drivers)];
  });
}

function answerOf(spec: Field, wanted: readonly FeatureName[], { features }: Driver): string {
  const lacking = wanted.find((name) => !hasFeature(features, name));
  if (lacking !== undefined) return `no: ${featureWords[lacking]}`;
  const effects =
    spec.shape === "keyed"
      ? `added: ${words(spec.added, features)}; removed: ${words(spec.removed, features)}`
      : spec.effect === undefined
        ? "yes"
        : words(spec.effect, features);
  const values = spec.shape === "leaf" && spec.choices ? features[spec.choices].map((one) => `\`${one}\``) : [];
  return values.length > 0 ? `${effects} (${values.join(", ")})` : effects;
}

const words = (rule: EffectRule, features: Features) => ruleWords(rule, features).replaceAll("|", "\\|");
