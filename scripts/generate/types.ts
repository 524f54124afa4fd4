import type { Field, Fields, Keyed, Leaf, OutputFields } from "../../provider/lifecycle/schema";
import { defaultWords, ruleWords } from "./words";

/**
 * TypeScript from a field table: for each resource the arguments, what a group or an entry of a keyed field takes and
 * what it is once known, and the outputs.
 */

export interface Interfaces {
  readonly text: string;
  /** Classes that are named in it. */
  readonly classes: ReadonlySet<string>;
}

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

export function interfacesOf(kind: string, fields: Fields, outputs: OutputFields): Interfaces {
  const classes = new Set<string>();
  const parts: string[] = [];
  const nested = (prefix: string, table: Fields) => {
    for (const [name, spec] of Object.entries(table)) {
      if (spec.shape === "leaf") continue;
      const own = spec.shape === "group" ? prefix + capital(name) : spec.entryName;
      const inner = spec.shape === "group" ? spec.fields : spec.entry;
      nested(own, inner);
      parts.push(
        block(`${own}Args`, spec.doc, inner, (field, leafName) => argument(own, leafName, field, classes)),
        block(own, spec.doc, inner, (field, leafName) => plain(own, leafName, field)),
      );
    }
  };
  nested(kind, fields);
  parts.push(
    block(`${kind}Args`, `Arguments of a ${kind}.`, fields, (field, name) => argument(kind, name, field, classes)),
  );
  const inputs = entriesOf(fields, true).map(([name, spec]) => {
    const optional = spec.shape === "leaf" && (spec.required || (spec.derived && !spec.internal)) ? "" : " | undefined";
    return `${comment([spec.doc])}  readonly ${name}: pulumi.Output<${plainType(kind, name, spec)}${optional}>;\n`;
  });
  const made = Object.entries(outputs).map(
    ([name, spec]) =>
      `${comment([spec.doc, ...(spec.secret ? ["Secret."] : [])])}  readonly ${name}: pulumi.Output<${spec.typeText}>;\n`,
  );
  parts.push(
    `/** What a ${kind} has once it is there. */\nexport interface ${kind}Outputs {\n${[...inputs, ...made].join("")}}\n`,
  );
  return { text: parts.join("\n"), classes };
}

function entriesOf(fields: Fields, withInternal: boolean): [string, Field][] {
  return Object.entries(fields).filter(([, spec]) => withInternal || !(spec.shape === "leaf" && spec.internal));
}

function block(name: string, doc: string, fields: Fields, property: (spec: Field, name: string) => string): string {
  const isArguments = name.endsWith("Args");
  const lines = entriesOf(fields, !isArguments).map(
    ([key, spec]) => comment(isArguments ? describe(spec) : [spec.doc]) + property(spec, key),
  );
  return `/** ${doc} */\nexport interface ${name} {\n${lines.join("")}}\n`;
}

function argument(owner: string, name: string, spec: Field, classes: Set<string>): string {
  const required = spec.shape !== "keyed" && spec.required;
  return `  ${name}${required ? "" : "?"}: ${argumentType(owner, name, spec, classes)};\n`;
}

function argumentType(owner: string, name: string, spec: Field, classes: Set<string>): string {
  if (spec.shape === "group") return `pulumi.Input<${owner}${capital(name)}Args>`;
  if (spec.shape === "keyed") return `pulumi.Input<{ [key: string]: pulumi.Input<${spec.entryName}Args> }>`;
  if (spec.references) {
    for (const kind of spec.references.kinds) classes.add(kind);
    // A Host's id says nothing of how it is reached.
    if (name === "host") return "Host";
    return [...spec.references.kinds, "pulumi.Input<string>"].join(" | ");
  }
  return `pulumi.Input<${deepInput(spec.typeText)}>`;
}

/** Items of lists and dictionaries may each be an output too. */
function deepInput(text: string): string {
  const list = /^\((.*)\)\[\]$/.exec(text) ?? /^(\w+)\[\]$/.exec(text);
  if (list) return `pulumi.Input<${list[1]}>[]`;
  if (text === "string | string[]") return "string | pulumi.Input<string>[]";
  const dictionary = /^\{ \[key: string\]: (\w+) \}$/.exec(text);
  return dictionary ? `{ [key: string]: pulumi.Input<${dictionary[1]}> }` : text;
}

function plain(owner: string, name: string, spec: Field): string {
  const always = spec.shape === "leaf" && (spec.required || spec.derived);
  return `  readonly ${name}${always ? "" : "?"}: ${plainType(owner, name, spec)};\n`;
}

function plainType(owner: string, name: string, spec: Field): string {
  if (spec.shape === "group") return owner + capital(name);
  if (spec.shape === "keyed") return `{ [key: string]: ${spec.entryName} }`;
  if (spec.references) return "string";
  return spec.typeText.replace(/\b(\w+Args)\b/g, "pulumi.Unwrap<$1>");
}

function describe(spec: Field): string[] {
  const lines = [spec.doc];
  if (spec.shape === "leaf") {
    const bounds = boundsOf(spec);
    if (bounds) lines.push(`Bounds: ${bounds}.`);
    const value = defaultWords(spec);
    if (value) lines.push(`Default: ${value}.`);
    if (spec.secret) lines.push("Secret.");
    if (!spec.internal) lines.push(`Effect of a change: ${ruleWords(spec.effect)}.`);
  } else if (spec.shape === "keyed") lines.push(...keyedEffects(spec));
  return lines;
}

function keyedEffects(spec: Keyed): string[] {
  return [`An entry added: ${ruleWords(spec.added)}; removed: ${ruleWords(spec.removed)}.`];
}

export function boundsOf(spec: Leaf): string | undefined {
  const { minValue, maxValue } = spec.type as { minValue?: number; maxValue?: number };
  return typeof minValue === "number" && typeof maxValue === "number" ? `${minValue} to ${maxValue}` : undefined;
}

function comment(sentences: readonly string[]): string {
  const text = sentences.map((sentence) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`)).join(" ");
  return `  /** ${text.replaceAll("*/", "*\\/")} */\n`;
}
