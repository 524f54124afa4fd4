import { asWindroseError, hasCode, type WindroseError } from "../../basics/errors";
import { LocalTransport } from "../../transports/local";
import type { Transport } from "../../transports/transport";
import { bootstrap, inputOf, type UserCommand } from "./program";

/** Bytes kept of stdout and of stderr, each, from the end. */
export const outputLimit = 64 * 1024;
/** Lines of both kept together, in the order in which they came. */
const lastLines = 20;

export interface UserCommandRequest extends UserCommand {
  /** Milliseconds. */
  readonly timeout: number;
  /** As root; default: as the connection has it. */
  readonly root?: boolean;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string) => void;
}

export interface UserCommandEnd {
  /** Absent where it did not end by itself: then `error` says why. */
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last lines of both. */
  readonly tail: readonly string[];
  readonly error?: WindroseError;
}

/** Runs a user's command. What it wrote before a failure of the way to it is not lost; it never rejects. */
export async function runUserCommand(transport: Transport, request: UserCommandRequest): Promise<UserCommandEnd> {
  const tail: string[] = [];
  const soFar = { stdout: "", stderr: "" };
  const onLine = (line: string, stream: "stdout" | "stderr") => {
    soFar[stream] = `${soFar[stream]}${line}\n`.slice(-outputLimit);
    if (tail.push(line) > lastLines) tail.shift();
    request.onLine?.(line);
  };
  const { timeout, root, signal } = request;
  try {
    const result = await transport.exec([...limited(transport, timeout), ...bootstrap], {
      stdin: inputOf(request),
      timeout,
      root,
      signal,
      onLine,
      maxOutput: outputLimit,
    });
    return { exitCode: result.code, stdout: trimmed(result.stdout), stderr: trimmed(result.stderr), tail };
  } catch (error) {
    const failure = asWindroseError(error);
    const output = { stdout: trimmed(soFar.stdout), stderr: trimmed(soFar.stderr), tail };
    // A script that ends with 127 looks, from outside, like a shell that is missing.
    if (hasCode(failure, "command-missing") && tail.length > 0) return { exitCode: 127, ...output };
    return { ...output, error: failure };
  }
}

/** Over ssh the transport has the host itself keep the time; here nothing would, if this process is killed. */
function limited(transport: Transport, timeout: number): string[] {
  return transport instanceof LocalTransport ? ["timeout", "-k", "5", String(Math.ceil(timeout / 1000) + 1)] : [];
}

/** As `$(…)` has it: without the newlines at the end. */
function trimmed(text: string): string {
  return text.replace(/\n+$/, "");
}
