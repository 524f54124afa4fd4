import { execFile, spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

/** Runs a program to its end; never rejects for an exit code. Output is kept to 1 MiB. */
export function run(program, args, { timeout = 20_000, env = process.env, cwd } = {}) {
  return new Promise((resolve) => {
    execFile(program, args, { timeout, env, cwd, maxBuffer: 1 << 20, killSignal: "SIGKILL" }, (error, stdout, stderr) =>
      resolve({ ok: !error, stdout, stderr, reason: error?.message ?? "" }),
    );
  });
}

/** Runs a long program; its output goes line by line to `onLine`. Rejects unless it exits with 0. */
export function runLong(program, args, { timeout, env, cwd, onLine }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const tail = [];
    const timer = setTimeout(() => child.kill("SIGKILL"), timeout);
    let rest = "";
    const take = (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        tail.push(line);
        if (tail.length > 20) tail.shift();
        onLine?.(line);
      }
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (rest) tail.push(rest);
      if (code === 0) resolve();
      else reject(new Error(`${program} ${args[0]} ended with ${signal ?? code}:\n${tail.join("\n")}`));
    });
  });
}

/** The first executable `name` on the search path, or undefined. */
export async function findOnPath(name, path = process.env.PATH ?? "") {
  for (const directory of path.split(delimiter)) {
    if (!directory) continue;
    const candidate = join(directory, name);
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here; the next directory may have it.
    }
  }
  return undefined;
}

/**
 * Runs both programs before they are trusted.
 *
 * @returns {Promise<{version: string} | {problem: string}>}
 */
export async function checkPrograms(pulumi, languageHost) {
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const cli = await run(pulumi, ["version"], { env });
  const version = /^v?(\d+\.\d+\.\d+)/.exec(cli.stdout.trim())?.[1];
  if (!cli.ok || !version) return { problem: `${pulumi} does not run: ${cli.reason || cli.stdout.trim()}` };
  const host = await run(languageHost, ["-h"], { env });
  if (!/-tracing\b/.test(host.stdout + host.stderr)) {
    return { problem: `${languageHost} does not run: ${host.reason || "it does not know its own options"}` };
  }
  return { version };
}

/** Looks for both programs on the search path: the language host beside `pulumi`, or anywhere else on the path. */
export async function findInstalled(path = process.env.PATH ?? "") {
  const pulumi = await findOnPath("pulumi", path);
  if (!pulumi) return undefined;
  const languageHost = await findOnPath("pulumi-language-nodejs", `${dirname(pulumi)}${delimiter}${path}`);
  return { pulumi, languageHost };
}
