import { spawn } from "node:child_process";
import { constants } from "node:os";
import { Told } from "./steps.mjs";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];

let stopped;

/** The signal that asked this process to stop while a program ran, if one did: nothing more is to be begun then. */
export const stoppedBy = () => stopped;

/**
 * Runs a program on this terminal; resolves with its exit code (128 + n after signal n). A signal to this process is
 * passed on, and the program's end is awaited, so that it can put things in order. After `timeout` milliseconds its whole
 * process group gets SIGTERM, and SIGKILL 20 s later. `output`: a file descriptor to write to in place of the terminal.
 */
export function runAttached(argv, { env = process.env, cwd, timeout, ownGroup = false, output } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), {
      stdio: output === undefined ? "inherit" : ["ignore", output, output],
      env,
      cwd,
      detached: ownGroup,
    });
    const target = ownGroup ? -1 : 1;
    const kill = (signal) => {
      try {
        if (child.exitCode === null && child.signalCode === null) process.kill(target * child.pid, signal);
      } catch (error) {
        if (error.code !== "ESRCH") throw error;
      }
    };
    // A child in this process's own group gets the terminal's Ctrl-C by itself.
    const pass = (signal) => {
      stopped ??= signal;
      if (ownGroup || signal !== "SIGINT") kill(signal);
    };
    for (const signal of signals) process.on(signal, pass);
    let hard;
    const soft =
      timeout &&
      setTimeout(() => {
        console.error(`${argv[0]} has taken over ${Math.round(timeout / 1000)} s and is stopped.`);
        kill("SIGTERM");
        hard = setTimeout(() => kill("SIGKILL"), 20_000);
      }, timeout);
    const end = () => {
      clearTimeout(soft);
      clearTimeout(hard);
      for (const signal of signals) process.off(signal, pass);
    };
    child.on("error", (error) => {
      end();
      reject(new Told(`${argv[0]} can't be started: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      end();
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** Runs a program to its end and gives its output; its complaints go to this terminal unless `quiet`. */
export function capture(argv, { env = process.env, cwd, timeout = 60_000, quiet = false, input } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), {
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", quiet ? "pipe" : "inherit"],
      env,
      cwd,
      timeout,
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    if (input !== undefined) {
      child.stdin.on("error", () => {});
      child.stdin.end(input);
    }
    child.on("error", (error) => reject(new Told(`${argv[0]} can't be started: ${error.message}`)));
    child.on("close", (code, signal) =>
      resolve({ code: code ?? 128 + (constants.signals[signal] ?? 0), stdout, stderr }),
    );
  });
}
