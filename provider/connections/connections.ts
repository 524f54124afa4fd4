import { createHash } from "node:crypto";
import { asWindroseError, WindroseError as Failure, hasCode, type WindroseError } from "../basics/errors";
import { holdsUnknown, type Inputs, isRecord, unknown } from "../basics/record";
import type { Hypervisor } from "../drivers/hypervisor";
import { createLibvirtHypervisor } from "../drivers/libvirt/driver";
import { transportFor } from "../transports/registry";
import type { SshConnection } from "../transports/transport";
import { type ConnectionField, connectionFields, type uriParameters } from "./connection-fields";

/**
 * From a connection's name to a hypervisor. Where a name leads is stack configuration, `windrose:hosts` (name → libvirt
 * URI or object); credentials are found at call time and are in no state.
 */

/** What a state holds: a name in `windrose:hosts`, a libvirt URI, or an object without secrets. */
export type StoredConnection = string | Inputs;

export interface Target {
  /** `qemu:///system`, as the daemon on the host itself has it. */
  readonly uri: string;
  readonly ssh?: SshConnection;
}

const fields: Readonly<Record<string, ConnectionField>> = connectionFields;

/** Splits a connection that a program gave into what may be stored and what may not. */
export function splitConnection(connection: unknown): { stored: unknown; secrets: Inputs } {
  if (!isRecord(connection)) return { stored: connection, secrets: {} };
  const stored: Inputs = {};
  const secrets: Inputs = {};
  for (const [name, value] of Object.entries(connection)) {
    if (value !== undefined) (Object.hasOwn(fields, name) && fields[name]?.secret ? secrets : stored)[name] = value;
  }
  return { stored, secrets };
}

/** undefined: nobody has said, as where the configuration is not yet known. */
let hosts: Inputs | undefined;
/** Secrets of connections that a program wrote, as long as this process lives. */
const credentials = new Map<string, Inputs>();

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
    throw new Failure("invalid-input", "`windrose:hosts` in the stack configuration is no object", {
      hint: "Set each host with `pulumi config set --path 'windrose:hosts.NAME' URI`.",
    });
  hosts = parsed;
}

export function rememberCredentials(connection: StoredConnection, secrets: Inputs): void {
  if (Object.keys(secrets).length > 0) credentials.set(JSON.stringify(connection), secrets);
}

/** Keys for a guest's ssh that the program of this run gave, by the resource that runs commands there. */
export function rememberGuestKeys(urn: string, secrets: Inputs): void {
  rememberCredentials({ guestOf: urn }, secrets);
}

export function guestKeysOf(urn: string): Inputs {
  return credentials.get(JSON.stringify({ guestOf: urn })) ?? {};
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
      throw new Failure(
        "connection-unknown",
        `\`windrose:hosts\` has no connection "${connection}"${names.length > 0 ? `; it has: ${names.join(", ")}` : ""}`,
        {
          hint: `Set it with \`pulumi config set --path 'windrose:hosts["${connection}"]' qemu+ssh://root@ADDRESS/system\`, or write a connection in the program.`,
        },
      );
    }
    return fromEntry(connection, hosts[connection]);
  }
  if (typeof connection === "string") return fromUri(connection);
  return fromObject({ ...connection, ...credentials.get(JSON.stringify(connection)) });
}

function fromEntry(name: string, entry: unknown): Target {
  try {
    if (typeof entry === "string") return fromUri(entry);
    if (isRecord(entry)) return fromObject(entry);
  } catch (error) {
    const { code, why, hint } = asWindroseError(error);
    throw new Failure(code, `\`windrose:hosts.${name}\`: ${why}`, { hint, cause: error });
  }
  throw new Failure("invalid-input", `\`windrose:hosts.${name}\` must be a URI or an object`);
}

/** libvirt's remote URIs (libvirt.org/uri.html): `qemu+ssh://user@host:port/system?keyfile=…&known_hosts=…`. */
export function fromUri(text: string): Target {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new Failure("invalid-input", `not a libvirt URI: ${text.replace(/\/\/.*@/, "//…@")}`, {
      hint: "Write `qemu:///system` or `qemu+ssh://root@ADDRESS/system`.",
    });
  }
  const [driver, transport] = url.protocol.replace(/:$/, "").split("+");
  if (driver !== "qemu" && driver !== "test")
    throw new Failure("unsupported", `no driver for ${url.protocol}//`, {
      hint: "This release speaks to QEMU and KVM through libvirt.",
    });
  if (url.password)
    throw new Failure("invalid-input", "a password can't stand in a libvirt URI", {
      hint: "Write an object in `windrose:hosts`, with the password as a secret.",
    });
  const uri = `${driver}://${url.pathname || "/system"}`;
  if (transport === undefined || transport === "unix") {
    if (url.hostname)
      throw new Failure(
        "invalid-input",
        `${url.protocol}// with a host needs a transport: ${driver}+ssh://${url.hostname}${url.pathname}`,
      );
    return { uri };
  }
  if (transport !== "ssh")
    throw new Failure("unsupported", `the transport "${transport}" is not supported`, {
      hint: `Use ${driver}+ssh://, which is encrypted and checked by the host's key.`,
    });
  const parameter = (name: keyof typeof uriParameters) => url.searchParams.get(name) ?? undefined;
  const sudo = parameter("sudo");
  if (parameter("no_verify") === "1")
    throw new Failure("unsupported", "host keys are always checked: `no_verify` is not supported", {
      hint: "Give the host's key by `known_hosts=PATH`, or as `hostKey` in an object.",
    });
  return {
    uri,
    ssh: {
      address: decodeURIComponent(url.hostname.replace(/^\[|\]$/g, "")),
      port: url.port ? Number(url.port) : undefined,
      user: url.username ? decodeURIComponent(url.username) : undefined,
      identityFile: parameter("keyfile"),
      knownHosts: parameter("known_hosts"),
      sudo: sudo === undefined ? undefined : sudo === "1",
    },
  };
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
  if (!isRecord(connection)) return ["must be a name, a libvirt URI or an object"];
  const names = Object.keys(connection).filter((name) => connection[name] !== undefined);
  const foreign = names
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => `has no field "${name}"; there are: ${Object.keys(fields).join(", ")}`);
  const { uri, address } = connection;
  if (foreign.length > 0 || uri === unknown) return foreign;
  if (uri !== undefined && (typeof uri !== "string" || !uri.includes("://"))) return ["has a `uri` that is none"];
  const problems = uri === undefined ? [] : connectionProblems(uri);
  const lost = names.find((name) => fields[name]?.needsAddress);
  if (problems.length > 0 || address || !lost || (uri !== undefined && fromUri(uri).ssh)) return problems;
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
  if (problems.length > 0) throw new Failure("invalid-input", `the connection ${problems[0]}`);
  const { uri, ...rest } = entry;
  const target = typeof uri === "string" ? fromUri(uri) : { uri: "qemu:///system" };
  if (!rest.address && !("ssh" in target && target.ssh)) return { uri: target.uri };
  return { uri: target.uri, ssh: { ...("ssh" in target ? target.ssh : {}), ...rest } as SshConnection };
}

/** What the way to a host may fail with that is another by another configuration. */
const ofTheWay = [
  "host-unreachable",
  "connection-unknown",
  "authentication-failed",
  "key-unreadable",
  "host-key-unknown",
  "host-key-mismatch",
] as const;

/**
 * For `read` and `delete`: where no program runs, the engine configures the provider with what the last `up` left in the
 * state, and an address that was corrected since is not heeded.
 */
export function withLastConfiguration(error: unknown): unknown {
  if (!hasCode(error, ...ofTheWay)) return error;
  const hint =
    "`destroy` and `refresh` use the configuration of the last `up`; add `--run-program` to use the present one.";
  return new Failure(error.code, error.why, { hint: `${error.hint} ${hint}`, cause: error });
}

const open = new Map<string, Hypervisor>();
/** A host that could not be reached fails all its resources at once, after one attempt. */
const dead = new Map<string, { error: WindroseError; until: number }>();
const deadFor = 20_000;

export interface Expected {
  /** Machine ids that may stand behind the connection; empty: any. */
  readonly ids: readonly string[];
  /** Whether the hypervisor itself will be called, so that it is worth connecting to it meanwhile. */
  readonly connect?: boolean;
}

/** The driver behind a connection, once it is sure that the right machine answers. */
export async function hypervisorFor(connection: StoredConnection, expected: Expected): Promise<Hypervisor> {
  const target = resolveConnection(connection);
  const key = createHash("sha256").update(JSON.stringify(target)).digest("hex");
  const failed = dead.get(key);
  if (failed && failed.until > Date.now()) throw failed.error;
  let hypervisor = open.get(key);
  if (!hypervisor) {
    const transport = transportFor(target.ssh ? { kind: "ssh", ...target.ssh } : { kind: "local" });
    hypervisor = createLibvirtHypervisor(transport, target.uri);
    open.set(key, hypervisor);
  }
  let machineId: string;
  try {
    if (expected.connect) hypervisor.connect();
    machineId = await hypervisor.system.machineId();
  } catch (error) {
    if (open.get(key) === hypervisor) open.delete(key);
    const failure = asWindroseError(error);
    dead.set(key, { error: failure, until: Date.now() + deadFor });
    throw failure;
  }
  if (expected.ids.length > 0 && !expected.ids.includes(machineId)) {
    throw new Failure(
      "host-identity",
      `another machine answers for ${connectionName(connection)}: its id is ${machineId}, expected was ${expected.ids[0]}`,
      {
        hint: `If the machine was really replaced, set \`acceptReplacement: "${expected.ids[0]}"\` on the Host.`,
      },
    );
  }
  return hypervisor;
}

export async function closeHypervisors(): Promise<void> {
  const all = [...open.values()];
  open.clear();
  await Promise.allSettled(all.map((hypervisor) => hypervisor.close()));
}
