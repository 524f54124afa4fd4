import { hasCode, WindroseError } from "../basics/errors";
import type { ExecOptions, ExecResult, Transport } from "../transports/transport";

/** A command whose exit code other than 0 is an error: `command-failed`, with the end of what it said. */
export async function run(
  transport: Transport,
  argv: readonly string[],
  what: string,
  options: ExecOptions = {},
): Promise<string> {
  const result = await transport.exec(argv, options);
  if (result.code !== 0) throw commandFailed(argv[0] as string, what, result);
  return result.stdout;
}

export function commandFailed(program: string, what: string, result: ExecResult): WindroseError {
  const said = result.stderr.trim().slice(-500);
  return new WindroseError("command-failed", `${what}: ${program} ended with ${result.code}${said ? `: ${said}` : ""}`);
}

/** Whether root's rights can't be had: no sudo, or none without a password. */
export function lacksRoot(error: unknown): boolean {
  return hasCode(error, "sudo-password", "permission-denied", "command-missing");
}

/** As root where that is possible, else as the user. */
export async function asRootIfPossible(
  transport: Transport,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  try {
    return await transport.exec(argv, { ...options, root: true });
  } catch (error) {
    if (!lacksRoot(error)) throw error;
    return transport.exec(argv, { ...options, root: false });
  }
}

const roots = new WeakMap<Transport, Promise<boolean>>();

/** Whether commands can be run as root, asked once a transport. */
export function canBeRoot(transport: Transport): Promise<boolean> {
  let answer = roots.get(transport);
  if (!answer) {
    answer = transport.exec(["id", "-u"], { root: true }).then(
      (result) => result.stdout.trim() === "0",
      (error) => {
        if (lacksRoot(error)) return false;
        throw error;
      },
    );
    roots.set(transport, answer);
    answer.catch(() => roots.delete(transport));
  }
  return answer;
}
