import type { Duplex } from "node:stream";
import { type ErrorCode, hasCode, WindroseError } from "../../../basics/errors";
import { hints } from "../hints";
import { LibvirtClient } from "./client";
import { RpcConnection, type RpcOptions } from "./connection";
import { AuthenticationRefused, DeadlineExceeded, LibvirtError } from "./errors";
import { handshake } from "./handshake";

/** What opening needs of a transport: the part of `Transport` that makes byte streams. */
export interface Dialer {
  /** For messages: `local`, `ssh://root@anemoi:22`. */
  readonly description: string;
  connectUnix(path: string, options?: { timeout?: number; root?: boolean }): Promise<Duplex>;
  connectCommand(argv: readonly string[], options?: { timeout?: number; root?: boolean }): Promise<Duplex>;
}

export interface OpenOptions {
  /** `qemu:///system` (default), `qemu:///session`, `test:///default`, … without a host. */
  uri?: string;
  /** Milliseconds for all attempts together. Default 60,000: a fresh daemon probes its emulators first. */
  deadline?: number;
  /** A socket other than libvirt's own, on the host. */
  socket?: string;
  /** Directory of a session's sockets. Default: `$XDG_RUNTIME_DIR/libvirt`, else `~/.cache/libvirt`. */
  sessionDirectory?: string;
  rpc?: Omit<RpcOptions, "description">;
}

interface Way {
  name: string;
  dial(timeout: number): Promise<Duplex>;
}

const bareUri = /^([a-z][a-z0-9]*):\/\/\/([a-z0-9/._-]*)$/i;

/**
 * The ways to a daemon, in order. Any one of them serves all procedures: the modular hypervisor daemon passes calls on
 * networks, pools and secrets to its fellows (remoteDispatchConnectOpen, src/remote/remote_daemon_dispatch.c), and
 * `virt-ssh-helper` finds whichever daemon there is.
 */
function ways(dialer: Dialer, uri: string, options: OpenOptions): Way[] {
  const parts = bareUri.exec(uri);
  if (!parts) {
    throw new WindroseError("invalid-input", `"${uri}" is not a libvirt URI without a host, such as qemu:///system`);
  }
  const driver = parts[1]!.toLowerCase();
  const session = parts[2]!.startsWith("session");
  const unix = (path: string): Way => ({
    name: `unix:${path}`,
    dial: (timeout) => dialer.connectUnix(path, { timeout }),
  });
  const command = (...argv: string[]): Way => ({
    name: argv.join(" "),
    dial: (timeout) => dialer.connectCommand(argv, { timeout }),
  });
  if (options.socket) return [unix(options.socket), command("nc", "-U", options.socket)];
  if (session) {
    const directory = options.sessionDirectory ?? defaultSessionDirectory();
    return [unix(`${directory}/libvirt-sock`), unix(`${directory}/virt${driver}d-sock`)];
  }
  const monolithic = "/run/libvirt/libvirt-sock";
  const modular = `/run/libvirt/virt${driver}d-sock`;
  return [
    unix(monolithic),
    unix(modular),
    unix("/var/run/libvirt/libvirt-sock"),
    command("virt-ssh-helper", uri),
    command("nc", "-U", monolithic),
    command("nc", "-U", modular),
  ];
}

function defaultSessionDirectory(): string {
  const { XDG_RUNTIME_DIR, HOME } = process.env;
  return XDG_RUNTIME_DIR ? `${XDG_RUNTIME_DIR}/libvirt` : `${HOME ?? ""}/.cache/libvirt`;
}

/** Failures of the host or of the whole attempt: no other way would fare better. */
const finalCodes = new Set([
  "host-unreachable",
  "host-key-unknown",
  "host-key-mismatch",
  "host-key-revoked",
  "host-key-certificate",
  "authentication-failed",
  "key-unreadable",
  "ssh-config",
  "connection-unknown",
  "aborted",
]);

async function connectBy(way: Way, uri: string, milliseconds: number, options: OpenOptions): Promise<RpcConnection> {
  const end = Date.now() + milliseconds;
  const stream = await way.dial(Math.min(milliseconds, 20_000));
  const connection = new RpcConnection(stream, { ...options.rpc, description: way.name });
  try {
    await handshake(connection, uri, Math.max(1, end - Date.now()));
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/**
 * Opens libvirt over a transport. Rejects with the transport's own error where the host can't be reached, else with
 * `permission-denied` (somebody answered, and refused) or `hypervisor-unavailable`, which tell all that was tried.
 */
export async function openLibvirt(dialer: Dialer, options: OpenOptions = {}): Promise<LibvirtClient> {
  const uri = options.uri ?? "qemu:///system";
  const deadline = options.deadline ?? 60_000;
  const end = Date.now() + deadline;
  const failures: { way: string; error: unknown }[] = [];
  for (const way of ways(dialer, uri, options)) {
    const left = end - Date.now();
    if (left <= 0) break;
    try {
      const connection = await connectBy(way, uri, left, options);
      const again = (milliseconds = deadline) => connectBy(way, uri, milliseconds, options);
      return new LibvirtClient(connection, again, { uri, path: way.name });
    } catch (error) {
      if (error instanceof WindroseError && finalCodes.has(error.code)) throw error;
      failures.push({ way: way.name, error });
      if (error instanceof DeadlineExceeded) break;
    }
  }
  throw unavailable(dialer, uri, failures);
}

/** What was tried, the sockets and programs that are not there in one word each. */
function attempts(failures: readonly { way: string; error: unknown }[]): string {
  const withCode = (code: ErrorCode) => failures.filter(({ error }) => hasCode(error, code)).map(({ way }) => way);
  const sockets = withCode("not-found").map((way) => way.replace(/^unix:/, ""));
  const programs = new Set(withCode("command-missing").map((way) => way.split(" ")[0]));
  const others = failures.flatMap(({ way, error }) => {
    if (hasCode(error, "not-found", "command-missing")) return [];
    // netcat says of a socket that is not there no more than that.
    if (sockets.some((path) => way === `nc -U ${path}`)) return [];
    const reason = error instanceof WindroseError ? error.why : error instanceof Error ? error.message : String(error);
    return [`${way}: ${reason}`];
  });
  // /var/run is /run by another name.
  const absent = sockets.filter((path) => !sockets.some((other) => path === `/var${other}`));
  return [
    ...(absent.length > 0 ? [`there is no ${absent.join(", ")}`] : []),
    ...(programs.size > 0 ? [`no program ${[...programs].join(", ")}`] : []),
    ...others,
  ].join("; ");
}

function unavailable(dialer: Dialer, uri: string, failures: { way: string; error: unknown }[]): WindroseError {
  const where = dialer.description === "local" ? "this machine" : dialer.description;
  const tried = `tried ${uri}: ${attempts(failures)}`;
  const why = `libvirt could not be opened on ${where}; ${tried}`;
  const denied = failures.find(
    ({ error }) => error instanceof WindroseError && ["permission-denied", "sudo-password"].includes(error.code),
  )?.error as WindroseError | undefined;
  if (denied) {
    const hint = denied instanceof AuthenticationRefused ? denied.hint : undefined;
    return new WindroseError("permission-denied", why, { hint, cause: denied });
  }
  const timedOut = failures.find(({ error }) => error instanceof DeadlineExceeded)?.error;
  if (timedOut) return new WindroseError("timeout", why, { cause: timedOut });
  const cause = failures.find(({ error }) => error instanceof LibvirtError)?.error ?? failures[0]?.error;
  const absent = `libvirt's socket could not be opened on ${where} (is libvirt installed and running?); ${tried}`;
  return new WindroseError("hypervisor-unavailable", absent, { hint: hints.unavailable, cause });
}
