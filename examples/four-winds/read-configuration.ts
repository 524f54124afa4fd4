import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type Configuration, configuration, foreign } from "./configuration";

/** A stack's values by the list in configuration.ts; what is wrong with them is told all at once, by its key. */

type Schema = z.core.JSONSchema.BaseSchema;

const described = z.toJSONSchema(configuration, { io: "input" });

/**
 * Values and problems of a stack. `raw` is all that the stack configures, as the engine gives it: full keys, and texts
 * which hold JSON wherever a key is no text.
 */
export function parseConfiguration(
  project: string,
  raw: Readonly<Record<string, string>>,
): { values?: Configuration; problems: string[] } {
  const given: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(raw)) {
    if (!key.startsWith(`${project}:`)) continue;
    const name = key.slice(project.length + 1);
    given[name] = described.properties?.[name] && typeOf([name]) !== "string" ? fromJson(text) : text;
  }
  const parsed = configuration.safeParse(given);
  const problems = (parsed.error?.issues ?? []).flatMap((issue) => words(project, issue, given));
  const hosts = given.hosts ?? schemaAt(["hosts"])?.default;
  return {
    ...(parsed.success ? { values: parsed.data } : {}),
    problems: [...problems, ...hostsProblems(project, namesOf(hosts), raw["windrose:hosts"])],
  };
}

/** @throws pulumi.RunError which names each key that is wrong, and how to set it */
export function readConfiguration(): Configuration {
  const { values, problems } = parseConfiguration(new pulumi.Config().name, pulumi.runtime.allConfig());
  if (!values || problems.length > 0) {
    throw new pulumi.RunError(`the configuration of stack "${pulumi.getStack()}":\n  ${problems.join("\n  ")}`);
  }
  return values;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** No value is repeated: it may be a secret. */
function words(project: string, issue: z.core.$ZodIssue, given: object): string[] {
  const path = issue.path.filter((part) => typeof part !== "symbol");
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(schemaAt(path)?.properties ?? {}).join(", ");
    return issue.keys.map((key) => {
      const whole = [...path, key];
      return `${keyText(project, whole)} is not a key; valid keys: ${known} (take it out: ${command("rm", project, whole)})`;
    });
  }
  const missing = path.length === 1 && !Object.hasOwn(given, String(path[0]));
  const message = missing ? "is missing" : issue.message.replace(/^Invalid (input|option): /, "is wrong: ");
  return [`${keyText(project, path)} ${message} (set it: ${command("set", project, path)})`];
}

const namesOf = (value: unknown): string[] =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];

/** The configuration's one key of another package: each host's name must lead somewhere. */
function hostsProblems(project: string, names: readonly string[], text: string | undefined): string[] {
  const how = (name: string) =>
    `(set it: pulumi config set --path ${shell(`windrose:hosts${part(name)}`)} ${foreign["windrose:hosts"].meta()?.examples})`;
  const hosts = foreign["windrose:hosts"].safeParse(text === undefined ? {} : fromJson(text));
  if (!hosts.success) {
    return [`windrose:hosts must be an object of URIs or objects, by the hosts' names ${how(names[0] ?? "NAME")}`];
  }
  const there = Object.keys(hosts.data);
  const has = there.length > 0 ? `; it has ${there.join(", ")}` : "";
  return names
    .filter((name) => !there.includes(name))
    .map((name) => `windrose:hosts has no "${name}", which is one of ${project}:hosts${has} ${how(name)}`);
}

type Path = readonly (string | number)[];

const part = (name: string | number) =>
  typeof name === "number" ? `[${name}]` : /^[A-Za-z0-9_-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;

const keyText = (project: string, [name, ...rest]: Path) => `${project}:${name}${rest.map(part).join("")}`;

/** The command that puts it right, as it can be pasted, with a value that would do. */
function command(verb: "set" | "rm", project: string, path: Path): string {
  // What is no scalar is set by one of its parts.
  const inner = verb === "set" ? scalarIn(path) : path;
  const key = keyText(project, inner);
  const value = verb === "rm" ? "" : ` ${shell(String(exampleAt(inner)))}`;
  return inner.length > 1
    ? `pulumi config ${verb} --path ${shell(key)}${value}`
    : `pulumi config ${verb} ${shell(key)}${value}`;
}

function scalarIn(path: Path): Path {
  const { type, properties } = schemaAt(path) ?? {};
  if (type === "array") return scalarIn([...path, 0]);
  if (type !== "object") return path;
  return scalarIn([...path, Object.keys(properties ?? {})[0] ?? "NAME"]);
}

const shell = (text: string) => (/^[A-Za-z0-9_:./@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function exampleAt(path: Path): unknown {
  const schema = schemaAt(path);
  const own = schema?.examples?.[0] ?? schema?.default ?? schema?.enum?.[0];
  return own === undefined || own === "" || typeof own === "object" ? "VALUE" : own;
}

const typeOf = (path: Path) => schemaAt(path)?.type ?? "string";

function schemaAt(path: Path): Schema | undefined {
  return path.reduce<Schema | undefined>((schema, name) => {
    const inner =
      typeof name === "number" ? schema?.items : (schema?.properties?.[name] ?? schema?.additionalProperties);
    return typeof inner === "object" && !Array.isArray(inner) ? (inner as Schema) : undefined;
  }, described);
}
