import { WindroseError } from "../../basics/errors";
import { requireTime, type Work } from "../../basics/work";
import { bootstrap, inputOf } from "../../host-system/user-command/program";
import type { ExecResult, Transport } from "../../transports/transport";

/** Where a guest keeps what is ours. */
export const ours = "/var/lib/windrose-kubernetes";
/** What is of one run, and never on a disk. */
export const running = "/run/windrose-kubernetes";
export const adminConfiguration = "/etc/kubernetes/admin.conf";

export interface ScriptOptions {
  /** Values for the script. Nothing of it is an argument of a process. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Milliseconds at most. Default: 120,000, and never past the deadline. */
  readonly timeout?: number;
  readonly onLine?: (line: string) => void;
}

/** Milliseconds for a call: its own bound, and what is left. */
export function limit(bounds: Work, most = 120_000): number {
  return Math.min(most, requireTime(bounds));
}

/** A script of ours as root in a guest. Any exit code is an answer. */
export function tryScript(
  guest: Transport,
  bounds: Work,
  script: string,
  { environment, stdin = "", timeout, onLine }: ScriptOptions = {},
): Promise<ExecResult> {
  const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  return guest.exec([...bootstrap], {
    stdin: inputOf({ command: script, environment: { PATH: path, ...environment }, stdin, workingDirectory: "/" }),
    root: true,
    timeout: limit(bounds, timeout),
    signal: bounds.signal,
    onLine,
    maxOutput: 1 << 20,
  });
}

/** The same, where an exit code other than 0 is `command-failed` with its last lines. */
export async function runScript(
  guest: Transport,
  bounds: Work,
  what: string,
  script: string,
  options?: ScriptOptions,
): Promise<string> {
  const result = await tryScript(guest, bounds, script, options);
  if (result.code === 0) return result.stdout;
  throw new WindroseError(
    "command-failed",
    `${what} failed in the guest: ${lastLines(result.stderr || result.stdout)}`,
    {
      hint: "Correct what it says, and run `pulumi up` again: it goes on from where it is.",
    },
  );
}

const mostLines = 12;
const mostCharacters = 2500;

/** The last lines of what a program wrote, without control characters and secrets. */
export function lastLines(text: string, lines = mostLines): string {
  // Before it is split: a private key is one over many lines.
  const shown = withoutSecrets(text.slice(-65_536))
    .split("\n")
    .map((line) => withoutSecrets(line.replace(/\p{Cc}+/gu, " ").trimEnd()).slice(0, 400))
    .filter((line) => line !== "")
    .slice(-lines)
    .join("\n")
    .slice(-mostCharacters);
  return shown === "" ? "it wrote nothing" : shown;
}

/** Without bootstrap tokens, certificate keys, and what may be a private key or a token of an account. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, "[secret]")
    .replace(/(?<!sha256:)\b[0-9a-f]{64}\b/g, "[secret]")
    .replace(/\beyJ[\w-]{10,}\.[\w-]+(\.[\w-]*)?/g, "[secret]")
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[secret]")
    .replace(/^[\s\S]{0,8192}-----END [A-Z ]*PRIVATE KEY-----/, "[secret]")
    .replace(
      /\b(key-data|token|password|certificate-key|certificateKey)(["']?\s*[:=]\s*["']?|\s+)[^\s"',]+/gi,
      "$1$2[secret]",
    )
    .replace(/[A-Za-z0-9+/]{120,}={0,2}/g, "[…]");
}
