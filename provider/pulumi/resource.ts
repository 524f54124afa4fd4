import * as pulumi from "@pulumi/pulumi";
import type { Inputs } from "../basics/record";
import { splitConnection } from "../connections/credentials";
import type { Fields, Leaf, Table } from "../lifecycle/schema";

/**
 * The base of every resource class: what a constructor sends to the engine. A reference to another resource goes as its
 * id and what it carries along; secret fields are wrapped at their own paths; hidden names (`__…`) say who and where.
 */
export abstract class WindroseResource extends pulumi.CustomResource {
  protected constructor(table: Table, name: string, args: object, options: pulumi.CustomResourceOptions = {}) {
    const given = args as Inputs;
    const type = `pulumi-nodejs:dynamic/windrose:${table.kind}`;
    if (options.import !== undefined) {
      throw inProgram(
        `${table.kind} "${name}": the option \`import\` does not reach a dynamic provider. ${insteadOfImport(table)}`,
      );
    }
    const props: Inputs = prepare(table.fields, given);
    for (const key of Object.keys({ ...table.fields, ...table.outputs })) if (!(key in props)) props[key] = undefined;
    const way = table.kind === "Host" ? ownConnection(name, given, props) : hostConnection(table, name, given);
    Object.assign(props, way);
    props.__provider = `exports.handler = () => require("pulumi-windrose/entry").resource("${table.kind}");`;
    // Must not carry a Pulumi dependency: two siblings in one component would deadlock.
    props.__urn = pulumi.output(
      new Promise<string>((resolve) => pulumi.createUrn(name, type, options.parent).apply(resolve)),
    );
    props.__preview = pulumi.runtime.isDryRun();
    props.__replaceOnChanges = options.replaceOnChanges;
    props.__secrets ??= secretNames(given);
    props.__missing = pulumi.runtime.isDryRun() ? undefined : missingNames(table.fields, props);
    super(type, name, props, {
      ...options,
      // `up --replace` skips diff, and with it its own deleteBeforeReplace; old and new share a name.
      deleteBeforeReplace: true,
      additionalSecretOutputs: [
        ...(options.additionalSecretOutputs ?? []),
        ...Object.entries(table.outputs).flatMap(([key, output]) => (output.secret ? [key] : [])),
      ],
    });
    if (table.kind === "Host") ways.set(this, way);
  }
}

/** An error of the program itself: the engine shows it as it is, without a stack. */
export function inProgram(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  error.stack = undefined;
  return error;
}

/** By which arguments an object that is there is taken over. */
function insteadOfImport({ kind, fields }: Table): string {
  if (fields.adopt === undefined)
    return kind === "Host"
      ? "A Host is the machine itself: leave the option out."
      : "Nothing of it can be taken over: leave the option out.";
  // A bridge is found by its name, on a NIC that is its port.
  const all = kind === "HostBridge" ? ["name"] : ["uuid", "volumeName", "name"];
  const names = all.filter((field) => fields[field] !== undefined);
  const by = { uuid: "the object's own `uuid`", volumeName: "its file's `volumeName`", name: "its `name`" }[names[0]!];
  return `Take the object over by arguments: \`adopt: true\` and ${by}.`;
}

/**
 * How each Host is reached, as its program says it. An output that the state lacks is unknown in a preview; an argument
 * is not.
 */
const ways = new WeakMap<WindroseResource, Inputs>();

/** How a Host is reached, for what a resource on another host stands through. */
export function connectionOf(host: WindroseResource): unknown {
  return ways.get(host)?.__connection;
}

function ownConnection(name: string, given: Inputs, props: Inputs): Inputs {
  const connection: pulumi.Output<unknown> = pulumi.output<unknown>(given.connection ?? name);
  const stored = pulumi.unsecret(connection.apply((value: unknown) => splitConnection(value).stored));
  if (given.connection !== undefined) props.connection = stored;
  return {
    __connection: stored,
    __credentials: pulumi.secret(connection.apply((value: unknown) => splitConnection(value).secrets)),
    __accept: given.acceptReplacement,
  };
}

function hostConnection(table: Table, name: string, given: Inputs): Inputs {
  const host = given.host;
  if (!(host instanceof WindroseResource)) {
    throw inProgram(`${table.kind} "${name}": \`host\` must be a Host`);
  }
  const { __connection, __accept } = ways.get(host) ?? {};
  return { __connection, __accept, __lineage: (host as unknown as { lineage: unknown }).lineage };
}

/** Names of arguments that hold a secret of the program's own: the line of a preview then leaves their values out. */
async function secretNames(given: Inputs): Promise<string[] | undefined> {
  const found: string[] = [];
  for (const [name, value] of Object.entries(given)) if (await holdsSecret(value)) found.push(name);
  return found.length > 0 ? found : undefined;
}

/**
 * Names of arguments that come of a resource which this run could not make, where it goes on all the same
 * (`--continue-on-error`): the engine leaves them out, and what they ask for would be taken for nothing asked.
 */
async function missingNames(fields: Fields, props: Inputs): Promise<string[] | undefined> {
  const names = await Promise.all(
    Object.keys(fields).map(async (name) => ((await isKnown(pulumi.output(props[name]))) ? [] : [name])),
  );
  return names.flat().length > 0 ? names.flat() : undefined;
}

/** Whether the output is known at every depth. */
function isKnown(value: pulumi.Output<unknown>): Promise<boolean> {
  return (value as unknown as { isKnown: Promise<boolean> }).isKnown;
}

async function holdsSecret(value: unknown): Promise<boolean> {
  if (pulumi.Output.isInstance(value) || value instanceof Promise)
    return Boolean(await pulumi.isSecret(pulumi.output(value)));
  if (value instanceof pulumi.Resource || typeof value !== "object" || value === null) return false;
  for (const inner of Object.values(value)) if (await holdsSecret(inner)) return true;
  return false;
}

function prepare(fields: Fields, given: Inputs): Inputs {
  const result: Inputs = {};
  for (const [name, value] of Object.entries(given)) {
    const spec = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined) continue;
    if (!spec) result[name] = value;
    else if (spec.shape === "leaf") result[name] = leafValue(spec, value);
    else if (spec.shape === "group") result[name] = deep(value, (plain) => prepare(spec.fields, plain));
    else {
      result[name] = deep(value, (plain) =>
        Object.fromEntries(
          Object.entries(plain).map(([key, entry]) => [key, deep(entry, (inner) => prepare(spec.entry, inner))]),
        ),
      );
    }
  }
  return result;
}

/** Secrets inside an output are wrapped when it is there; the output is then secret as a whole. */
function deep(value: unknown, plain: (value: Inputs) => Inputs): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) {
    return pulumi.output(value).apply((inner) => (isPlain(inner) ? plain(inner) : inner) as never);
  }
  return isPlain(value) ? plain(value) : value;
}

function isPlain(value: unknown): value is Inputs {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function leafValue(spec: Leaf, value: unknown): unknown {
  if (spec.references && value instanceof pulumi.CustomResource) {
    const referenced = value as unknown as Inputs;
    if (spec.references.carries.length === 0) return value.id;
    return { id: value.id, ...Object.fromEntries(spec.references.carries.map((name) => [name, referenced[name]])) };
  }
  return spec.secret ? pulumi.secret(value) : value;
}
