import { asWindroseError, WindroseError } from "../basics/errors";
import { holdsUnknown, type Inputs, isRecord, unknown } from "../basics/record";
import { allDrivers, defaultDriver, driverNamed } from "../drivers/registry";
import type { SshConnection } from "../transports/transport";
import { type ConnectionField, connectionFields } from "./connection-fields";
import { credentialsOf, type StoredConnection } from "./credentials";
import { fromUri, type Target } from "./uri";

/** From a connection's name to where it leads. That is stack configuration, `windrose:hosts` (name → URI or object). */

const fields: Readonly<Record<string, ConnectionField>> = connectionFields;

/** undefined: nobody has said, as where the configuration is not yet known. */
let hosts: Inputs | undefined;
export function configureHosts(text: string | undefined): void {
  hosts = text ? undefined : {};
  if (!text || text === unknown) return;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Told below.
  }
  if (!isRecord(parsed))
    // The text may hold keys: it is not repeated.
    throw new WindroseError("invalid-input", "`windrose:hosts` in the stack configuration is not an object", {
      hint: "Set each host with `pulumi config set --path 'windrose:hosts.NAME' URI`.",
    });
  hosts = parsed;
}

/** For messages: the connection's name or address. */
export function connectionName(connection: StoredConnection): string {
  if (typeof connection === "string")
    return connection.replace(/^[^:]*:\/\/(?:[^@/]*@)?([^/?]*).*$/, "$1") || "this machine";
  return typeof connection.address === "string" ? connection.address : "this machine";
}

export function resolveConnection(connection: StoredConnection): Target {
  if (typeof connection === "string" && !connection.includes("://")) {
    if (!hosts || !Object.hasOwn(hosts, connection)) {
      const names = Object.keys(hosts ?? {});
      throw new WindroseError(
        "connection-unknown",
        `\`windrose:hosts\` has no connection "${connection}"${names.length > 0 ? `; it has: ${names.join(", ")}` : ""}`,
        {
          hint: `Set it with \`pulumi config set --path 'windrose:hosts["${connection}"]' ${driverNamed(defaultDriver).hints.exampleUri}\`, or write a connection in the program.`,
        },
      );
    }
    return fromEntry(connection, hosts[connection]);
  }
  if (typeof connection === "string") return fromUri(connection);
  return fromObject({ ...connection, ...credentialsOf(connection) });
}

function fromEntry(name: string, entry: unknown): Target {
  try {
    if (typeof entry === "string") return fromUri(entry);
    if (isRecord(entry)) return fromObject(entry);
  } catch (error) {
    const { code, why, hint } = asWindroseError(error);
    throw new WindroseError(code, `\`windrose:hosts.${name}\`: ${why}`, { hint, cause: error });
  }
  throw new WindroseError("invalid-input", `\`windrose:hosts.${name}\` must be a URI or an object`);
}

/** Problems of a connection object, found without reaching anything. */
export function connectionProblems(connection: unknown): string[] {
  if (typeof connection === "string") {
    if (!connection.includes("://")) return [];
    try {
      fromUri(connection);
      return [];
    } catch (error) {
      return [asWindroseError(error).message];
    }
  }
  if (!isRecord(connection)) return ["must be a name, a URI or an object"];
  const names = Object.keys(connection).filter((name) => connection[name] !== undefined);
  const foreign = names
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => `has the unknown field "${name}"; valid fields: ${Object.keys(fields).join(", ")}`);
  const { uri, address, driver } = connection;
  if (foreign.length > 0 || uri === unknown) return foreign;
  if (uri !== undefined && (typeof uri !== "string" || !uri.includes("://"))) return ["has a `uri` that is not a URI"];
  const problems = uri === undefined ? [] : connectionProblems(uri);
  if (problems.length > 0) return problems;
  const target = uri === undefined ? undefined : fromUri(uri);
  const lost = names.find((name) => fields[name]?.needsAddress);
  if (driver !== undefined && driver !== unknown) {
    const all = allDrivers().map(({ name }) => name);
    if (!all.includes(String(driver))) return [`has an unknown \`driver\`; valid drivers: ${all.join(", ")}`];
    if (target && target.driver !== driver) return ["has a `uri` of another driver than its `driver`"];
  }
  if (address || !lost || target?.ssh) return [];
  return [`has \`${lost}\`, and neither \`address\` nor a \`uri\` with a host`];
}

/** Those of a Host, among them those of its name in `windrose:hosts`, as far as that is known. */
export function hostProblems(connection: unknown): string[] {
  if (typeof connection !== "string" || connection.includes("://")) return connectionProblems(connection);
  if (hosts === undefined || holdsUnknown(hosts[connection])) return [];
  try {
    resolveConnection(connection);
    return [];
  } catch (error) {
    return [asWindroseError(error).message];
  }
}

function fromObject(entry: Inputs): Target {
  const problems = connectionProblems(entry);
  if (problems.length > 0) throw new WindroseError("invalid-input", `the connection ${problems[0]}`);
  const { uri, driver, ...rest } = entry;
  const target: Target = typeof uri === "string" ? fromUri(uri) : localTarget(driver);
  if (!rest.address && !target.ssh) return target;
  return { ...target, ssh: { ...target.ssh, ...rest } as SshConnection };
}

/** The hypervisor of the machine itself, by its driver's first scheme. */
function localTarget(name: unknown): Target {
  const driver = driverNamed(typeof name === "string" ? name : defaultDriver);
  return { driver: driver.name, uri: driver.uri(driver.schemes[0], "") };
}

/** Name of the driver behind a connection, as far as that is known without reaching anything. */
export function driverOf(connection: unknown): string | undefined {
  if (holdsUnknown(connection) || (typeof connection !== "string" && !isRecord(connection))) return undefined;
  try {
    return resolveConnection(connection).driver;
  } catch {
    // What is wrong with it, the Host says on its own property.
    return undefined;
  }
}
