import { type ErrorCode, errorTable } from "../../provider/basics/errors";
import { type ConnectionField, connectionFields, uriParameters } from "../../provider/connections/connection-fields";
import type { Definition } from "../../provider/lifecycle/definition";
import type { Field, Fields } from "../../provider/lifecycle/schema";
import { exampleOf, raisedBy } from "./sources";
import { boundsOf } from "./types";
import { defaultWords, ruleWords } from "./words";

interface Line {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly effect: string;
  readonly doc: string;
}

/** The text of docs/resources.md. */
export function referenceText(definitions: readonly Definition[]): string {
  const head = [
    "# Resources",
    "",
    "Made from the field tables by `scripts/generate.ts`. A field in **bold** is required. Effects of a change:",
    "",
    "- **live**: on the running object, at once;",
    "- **after a restart**: on the stored definition, in force from the next start of the machine;",
    "- **replaces it**: the object is deleted and created again;",
    "- **state only**: nothing on the host changes.",
    "",
    "A size is a number with its unit: binary `B`, `KiB`, `MiB`, `GiB`, `TiB`, `PiB` (1024; `K`, `M`, `G` and `T` mean the same), or decimal `kB`, `MB`, `GB`, `TB`, `PB` (1000). Fractions are allowed (`1.5GiB`) if the result is a whole number of bytes. A size without a unit is refused: `192` might be bytes or MiB. Sizes are stored, shown and compared in the largest binary unit that is exact: `20GB` becomes `19531250KiB`, which is not a change.",
  ];
  return `${[...head, ...definitions.flatMap(section), ...connections(), ...errors()].join("\n")}\n`;
}

function section(definition: Definition): string[] {
  const outputs = Object.entries(definition.outputs).map(
    ([name, output]) =>
      `| \`${name}\` | ${code(output.typeText)} | ${cell(output.doc)}${output.secret ? " Secret." : ""} |`,
  );
  const found = Object.entries(definition.fields).flatMap(([name, spec]) =>
    spec.shape === "leaf" && spec.internal ? [`| \`${name}\` | ${code(spec.typeText)} | ${cell(spec.doc)} |`] : [],
  );
  const example = exampleOf(definition.kind);
  const refused = raisedBy(definition.kind).map((code) => `[\`${code}\`](#${code})`);
  return [
    "",
    `## ${definition.kind}`,
    "",
    example.summary,
    "",
    "```ts",
    example.text,
    "```",
    "",
    `Time allowed for one operation: ${definition.timeout} s, unless \`timeout\` says otherwise.`,
    "",
    "| field | type | default | a change | |",
    "|---|---|---|---|---|",
    ...linesOf(definition.fields, "").map(
      (line) => `| ${line.name} | ${line.type} | ${line.value} | ${line.effect} | ${line.doc} |`,
    ),
    "",
    "Outputs, besides the fields:",
    "",
    "| output | type | |",
    "|---|---|---|",
    ...outputs,
    ...found,
    ...(refused.length > 0
      ? ["", `Specific errors, besides those of the host and its connection: ${refused.join(", ")}.`]
      : []),
  ];
}

function connections(): string[] {
  return [
    "",
    "## Connections",
    "",
    "A Host's `connection` is a name in the stack configuration `windrose:hosts`, a libvirt URI, or an object. `windrose:hosts` takes the same URIs and objects. `qemu:///system` is the libvirt of this machine, `qemu+ssh://[user@]host[:port]/system` that of another. OpenSSH's configuration and defaults fill in what a URI or object leaves out.",
    "",
    "```sh",
    "pulumi config set --path 'windrose:hosts.anemoi' 'qemu+ssh://root@anemoi.example.org/system?keyfile=/home/ada/.ssh/lab'",
    "pulumi config set --path 'windrose:hosts.far.address' far.example.org",
    "pulumi config set --path 'windrose:hosts.far.proxyJump' ada@gate.example.org",
    "pulumi config set --secret --path 'windrose:hosts.far.privateKey' < ~/.ssh/lab",
    "```",
    "",
    "Parameters of a URI. Others have no effect:",
    "",
    "| parameter | |",
    "|---|---|",
    ...Object.entries(uriParameters).map(([name, doc]) => `| \`${name}\` | ${cell(doc)} |`),
    "",
    "Fields of an object:",
    "",
    "| field | type | |",
    "|---|---|---|",
    ...Object.entries<ConnectionField>(connectionFields).map(
      ([name, { typeText, doc, secret }]) =>
        `| \`${name}\` | ${code(typeText)} | ${cell(doc)}${secret ? " Used but never stored." : ""} |`,
    ),
  ];
}

function errors(): string[] {
  const codes = Object.keys(errorTable) as ErrorCode[];
  return [
    "",
    "## Errors",
    "",
    "Each error says what failed, on which object and host, why, and what to do. An error can have a more specific hint than the one in this table.",
    "",
    "| error | a retry may succeed | what to do |",
    "|---|---|---|",
    ...codes.map(
      (code) =>
        `| <a id="${code}"></a>\`${code}\` | ${errorTable[code].retry ? "yes" : "no"} | ${cell(errorTable[code].hint)} |`,
    ),
  ];
}

function linesOf(fields: Fields, prefix: string): Line[] {
  return Object.entries(fields).flatMap(([name, spec]) =>
    spec.shape === "leaf" && spec.internal ? [] : lines(prefix + name, spec),
  );
}

function lines(path: string, spec: Field): Line[] {
  const name = spec.shape !== "keyed" && spec.required ? `**\`${path}\`**` : `\`${path}\``;
  if (spec.shape === "leaf") {
    const bounds = boundsOf(spec);
    return [
      {
        name,
        type: code(bounds ? `${spec.typeText}, ${bounds}` : spec.typeText),
        value: cell(defaultWords(spec) ?? ""),
        effect: cell(ruleWords(spec.effect)),
        doc: cell(spec.doc) + (spec.secret ? " Secret." : ""),
      },
    ];
  }
  if (spec.shape === "group") {
    const effect = spec.effect ? ruleWords(spec.effect) : "";
    return [
      { name, type: "object", value: "", effect: cell(effect), doc: cell(spec.doc) },
      ...linesOf(spec.fields, `${path}.`),
    ];
  }
  const effect = `added: ${ruleWords(spec.added)}; removed: ${ruleWords(spec.removed)}`;
  return [
    { name, type: "object by key", value: "", effect: cell(effect), doc: cell(spec.doc) },
    ...linesOf(spec.entry, `${path}.*.`),
  ];
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const code = (text: string) => `\`${cell(text)}\``;
