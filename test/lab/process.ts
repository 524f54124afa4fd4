import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** How a program ended. `code` is -1 when a signal or the time limit ended it. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Written to the program's standard input; default: nothing. */
  readonly stdin?: string | Buffer;
  /** Milliseconds until it is killed; default 60,000. */
  readonly timeout?: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** False: an exit code other than 0 is an answer too, not an error. Default true. */
  readonly check?: boolean;
  /** Gets each line of both outputs as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end and gives its output. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Result> {
  const { stdin, timeout = 60_000, env, cwd, check = true, onLine } = options;
  return new Promise((resolve, reject) => {
    const [program, ...rest] = argv;
    const child = spawn(program!, rest, { env, cwd, stdio: ["pipe", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    const collect = (name: "stdout" | "stderr") => {
      let line = "";
      child[name].setEncoding("utf8").on("data", (chunk: string) => {
        output[name] += chunk;
        if (!onLine) return;
        const lines = (line + chunk).split("\n");
        line = lines.pop() ?? "";
        for (const each of lines) onLine(each);
      });
    };
    collect("stdout");
    collect("stderr");
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeout);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const result = { code: code ?? -1, ...output };
      if (code === 0 || (!check && !late)) return resolve(result);
      const why = late ? `was not done in ${timeout} ms` : `ended with ${signal ?? code}`;
      const tail = (output.stderr || output.stdout).trim().split("\n").slice(-15).join("\n");
      reject(new Error(`${argv.join(" ")} ${why}: ${tail}`));
    });
    child.stdin.on("error", () => {
      // The program may end without having read its input.
    });
    child.stdin.end(stdin ?? "");
  });
}

/** Starts a program that shares this one's terminal; resolves with its exit code (128 + n after signal n). */
export function runAttached(
  argv: readonly string[],
  options: SpawnOptions = {},
): { child: ChildProcess; done: Promise<number> } {
  const [program, ...rest] = argv;
  const child = spawn(program!, rest, { stdio: "inherit", ...options });
  const done = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + (signal === "SIGINT" ? 2 : 15)));
  });
  return { child, done };
}

/** Asks again and again until `condition` gives something other than undefined or false. Rejects after `timeout` ms. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  timeout = 30_000,
  every = 25,
): Promise<T> {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`${what}: not within ${timeout} ms`);
    await delay(every);
  }
}

/** The start time of a process in clock ticks (proc(5), field 22 of stat): tells it from a later one of the same number. */
export function startTime(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
