/**
 * The one table of errors. A driver or a transport classifies a failure once, by number or exit code, into a code of
 * this table; nothing above it looks at the text again.
 */

export interface ErrorKind {
  /** Whether the same call may succeed later with nothing changed. */
  readonly retry: boolean;
  /** What the user can do about it. One sentence, or several; ends with a full stop. */
  readonly hint: string;
}

const table = {
  "host-unreachable": {
    retry: true,
    hint: "Check that the host is up and that its address and port in `windrose:hosts` are right; then run the command again.",
  },
  "host-key-unknown": {
    retry: false,
    hint: "Connect once with ssh to accept the key, or give `hostKey` in the connection.",
  },
  "host-key-mismatch": {
    retry: false,
    hint: "Either the host was reinstalled, or the connection is intercepted. If you know that the key has changed, remove the old entry.",
  },
  "host-key-revoked": { retry: false, hint: "The key is marked @revoked; the host must get a new one." },
  "host-key-certificate": {
    retry: false,
    hint: "Host certificates (@cert-authority) are not supported; add the host's own key to known_hosts or give `hostKey`.",
  },
  "host-identity": {
    retry: false,
    hint: "If the machine was really replaced, set `acceptReplacement` on the Host to the old id.",
  },
  "authentication-failed": {
    retry: false,
    hint: "Check the user and the keys offered: `windrose:hosts`, the ssh agent, ~/.ssh/config.",
  },
  "key-unreadable": { retry: false, hint: "Check the key's path, its permissions and its passphrase." },
  "ssh-config": { retry: false, hint: "Check the ssh configuration with `ssh -G HOST`." },
  "connection-cut": { retry: true, hint: "Run the command again; it finishes what was interrupted." },
  "connection-unknown": {
    retry: false,
    hint: "Set it with `pulumi config set --path 'windrose:hosts.NAME' URI`, or write a connection in the program.",
  },
  timeout: { retry: true, hint: "Run the command again, or raise the timeout." },
  "rolled-back": {
    retry: false,
    hint: "Check the gateway, the VLAN and the addresses; raise `rollbackAfter` if the network is only slow.",
  },
  aborted: { retry: true, hint: "Run the command again." },
  "command-failed": { retry: false, hint: "See the host's own message before this." },
  "command-missing": { retry: false, hint: "Install the program on the host." },
  "permission-denied": {
    retry: false,
    hint: "The user needs root rights on the host (user root, or `sudo: true`), or membership in the libvirt group.",
  },
  "sudo-password": { retry: false, hint: "Allow the user passwordless sudo for this host, or connect as root." },
  "not-found": { retry: false, hint: "Run `pulumi refresh` to see what exists." },
  "already-exists": {
    retry: false,
    hint: "Choose another `name`, or set `adopt: true` to take it over.",
  },
  foreign: { retry: false, hint: "It has no mark of this stack, and is not changed." },
  "in-use": { retry: false, hint: "Free it first." },
  "no-space": { retry: false, hint: "Free some space in the pool, or choose a larger one." },
  "capacity-exceeded": { retry: false, hint: "Request less, or use a larger host." },
  "checksum-mismatch": {
    retry: false,
    hint: "The file does not match its checksum, and was not kept. Check `source` and `checksum`.",
  },
  "download-failed": { retry: true, hint: "Check the URL, and that the host can reach it." },
  "address-taken": { retry: false, hint: "Choose a free address, or release the other reservation." },
  "restart-refused": {
    retry: false,
    hint: 'Set `restart: "now"` to restart the machine, or `restart: "defer"` to wait for its next restart.',
  },
  "replace-refused": {
    retry: false,
    hint: "Undo the change, or replace the resource on purpose (`pulumi up --replace`).",
  },
  "invalid-input": { retry: false, hint: "Correct the value." },
  unsupported: { retry: false, hint: "Use what the host's hypervisor supports." },
  "requirement-not-met": { retry: false, hint: "Change the host, or the `requirements`." },
  "guest-not-ready": {
    retry: true,
    hint: "Look at the guest's console; then run the command again, or raise `wait.timeout`.",
  },
  "guest-still-running": {
    retry: true,
    hint: "The guest did not shut down in time. Raise `shutdown.timeout`, or allow `shutdown.force`.",
  },
  "hypervisor-refused": { retry: false, hint: "See the hypervisor's own message before this." },
  "hypervisor-unavailable": { retry: true, hint: "Check on the host that its hypervisor runs." },
  protocol: { retry: false, hint: "The host gave an answer that can't be understood. Please report it." },
  "state-too-new": { retry: false, hint: "The state was written by a newer release; upgrade pulumi-windrose." },
  internal: { retry: false, hint: "This is a bug in pulumi-windrose. Please report it." },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof table;

export const errorTable: Readonly<Record<ErrorCode, ErrorKind>> = table;

/**
 * An error with a code of the table. `why` says what happened, on which object, in plain words; it never holds a
 * secret. `hint` replaces the table's hint where a better one is known (the very command that mends it).
 */
export class WindroseError extends Error {
  readonly code: ErrorCode;
  readonly why: string;
  readonly hint: string;

  constructor(code: ErrorCode, why: string, options: { hint?: string; cause?: unknown } = {}) {
    super(`${why.replace(/[.\s]+$/, "")}. ${options.hint ?? errorTable[code].hint}`, { cause: options.cause });
    this.name = "WindroseError";
    this.code = code;
    this.why = why;
    this.hint = options.hint ?? errorTable[code].hint;
  }

  get retry(): boolean {
    return errorTable[this.code].retry;
  }

  /** The same error with what was being done put before it: `Unable to resize VirtualMachine "boreas" on anemoi: …`. */
  during(action: string): WindroseError {
    if (this.why.startsWith("Unable to ")) return this;
    const error = new WindroseError(this.code, `Unable to ${action}: ${this.why}`, { hint: this.hint, cause: this });
    error.stack = this.stack;
    return error;
  }
}

/** Anything thrown, as a WindroseError. A foreign error becomes `internal`, with its own message kept. */
export function asWindroseError(error: unknown): WindroseError {
  if (error instanceof WindroseError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new WindroseError("internal", message, { cause: error });
}

export function hasCode(error: unknown, ...codes: ErrorCode[]): error is WindroseError {
  return error instanceof WindroseError && codes.includes(error.code);
}

/** Throws a WindroseError. */
export function refuse(code: ErrorCode, why: string, hint?: string): never {
  throw new WindroseError(code, why, { hint });
}
