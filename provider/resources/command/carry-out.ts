import { hasCode, WindroseError } from "../../basics/errors";
import type { Inputs } from "../../basics/record";
import { timeLeft } from "../../basics/work";
import { displayed, masking } from "../../host-system/user-command/mask";
import { runUserCommand } from "../../host-system/user-command/run";
import type { Run } from "../../lifecycle/definition";
import { reachMachine } from "../reach-machine";
import type { CommandInputs } from "./fields";

/** It is there as soon as the state has it: nothing of it can be looked at. */
export type CommandRun = Run<true, CommandInputs>;
export type Which = "create" | "update" | "delete";

const mostMessages = 500;
const shownLines = 10;
const shownCharacters = 2000;

/** Runs one of the commands. What it wrote is in `run.made` whatever its end. Errors: `command-failed`, and those of the way. */
export async function carryOut(run: CommandRun, which: Which): Promise<void> {
  const { inputs, context, made } = run;
  const command = inputs[which]!;
  const transport = await place(run);
  const mask = masking(secretsOf(run));
  const hidden = isHidden(run, which);
  const show = hidden ? () => "" : (line: string) => displayed(mask(line));
  const before = which === "create" ? {} : previousOutput(made);
  context.progress(`running \`${which}\``);
  const end = await runUserCommand(transport, {
    command,
    interpreter: inputs.interpreter,
    environment: { ...before, ...inputs.environment },
    stdin: inputs.stdin,
    workingDirectory: inputs.workingDirectory,
    root: inputs.root,
    timeout: timeLeft(context),
    signal: context.signal,
    onLine: hidden ? undefined : reporter(run, show),
  });
  Object.assign(made, { stdout: end.stdout, stderr: end.stderr });
  // What never began leaves nothing for `delete` to undo.
  if (!hasCode(end.error, "sudo-password", "host-unreachable", "authentication-failed")) made.__begun = true;
  if (end.exitCode === undefined) delete made.exitCode;
  else made.exitCode = end.exitCode;
  if (end.exitCode === 0) return;
  const said = hidden ? "what it wrote is secret, and not shown" : lastOf(end.tail.map(show));
  const words = said === "" ? "it wrote nothing" : said;
  if (end.error === undefined) {
    const hint = "Correct it, and run `pulumi up` again: it is run again then.";
    throw new WindroseError("command-failed", `\`${which}\` ended with exit code ${end.exitCode}: ${words}`, { hint });
  }
  const { code, why, hint } = end.error;
  if (code === "timeout")
    throw new WindroseError(code, `\`${which}\` did not end within ${inputs.timeout ?? defaultTimeout} s: ${words}`, {
      hint: "Raise `timeout`, and run `pulumi up` again: it is run again then.",
    });
  throw new WindroseError(code, end.tail.length > 0 ? `${why}; ${words}` : why, { hint, cause: end.error });
}

export const defaultTimeout = 1800;

/** Whether the machine that it runs in is gone, and with it all that it could undo. */
export async function placeIsGone(run: CommandRun): Promise<boolean> {
  if (run.inputs.machine === undefined) return false;
  return (await run.hypervisor.machines.find(run.inputs.machine)) === undefined;
}

async function place(run: CommandRun) {
  const { inputs, context, hypervisor } = run;
  if (inputs.machine === undefined) return hypervisor.transport;
  const { connection, machine } = inputs;
  const hostKeys = sentAlong(run, "__hostKeys");
  return reachMachine({ machine, connection, hostKeys, urn: context.urn, hypervisor }, context);
}

/** Lines as the resource's status, and as messages where that is asked for. */
function reporter(run: CommandRun, show: (line: string) => string): ((line: string) => void) | undefined {
  const { inputs, context } = run;
  if (inputs.log === "none") return undefined;
  let told = 0;
  return (line) => {
    const shown = show(line);
    if (shown === "") return;
    context.progress(shown);
    if (inputs.log === "diagnostics" && told++ < mostMessages) context.tell("info", shown);
  };
}

function lastOf(lines: readonly string[]): string {
  return lines
    .filter((line) => line !== "")
    .slice(-shownLines)
    .join("\n")
    .slice(-shownCharacters);
}

function previousOutput(made: Inputs): Record<string, string> {
  const variables = { PULUMI_COMMAND_STDOUT: made.stdout, PULUMI_COMMAND_STDERR: made.stderr };
  return Object.fromEntries(
    // No variable can hold a NUL.
    Object.entries(variables).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value.replaceAll("\0", "")]] : [],
    ),
  );
}

/** A list that the constructor sent; where no program runs, that of the run before. */
function sentAlong({ inputs, previous }: CommandRun, name: "__secrets" | "__hostKeys"): string[] {
  const value = inputs[name] ?? previous?.[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/**
 * A secret is somewhere in a command that is a secret as a whole, and can't be told from the rest of what it writes, nor
 * in what a later command is given of that.
 */
function isHidden(run: CommandRun, which: Which): boolean {
  if (typeof run.inputs.secretOutput === "boolean") return run.inputs.secretOutput;
  const hiding = which === "create" ? ["create", "interpreter"] : ["create", "update", which, "interpreter"];
  return sentAlong(run, "__secrets").some((path) => hiding.includes(path));
}

/** The values that are replaced in what is shown. */
function secretsOf(run: CommandRun): string[] {
  const paths = new Set(sentAlong(run, "__secrets"));
  const environment = Object.entries(run.inputs.environment ?? {});
  const values = environment.filter(([name]) => paths.has("environment") || paths.has(`environment.${name}`));
  const others = (["stdin", "workingDirectory"] as const)
    .filter((name) => paths.has(name))
    .map((name) => run.inputs[name]);
  return [...values.map(([, value]) => value), ...others].filter((value): value is string => typeof value === "string");
}
