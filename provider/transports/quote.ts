import { WindroseError } from "../basics/errors";

/**
 * One command as one line for a POSIX shell. `sshd` hands the line of an exec request to the user's login shell with
 * `-c` (RFC 4254, 6.5), so this is the only place where arguments become text.
 *
 * Backslashes stand outside the single quotes: fish and csh treat one inside as an escape, POSIX shells don't, and
 * `\\` outside means the same to all of them.
 *
 * Throws `invalid-input` for an empty command, and for an argument with a NUL, which no process can be given.
 */
export function quoteCommand(argv: readonly string[]): string {
  checkArguments(argv);
  return argv.map(quoteArgument).join(" ");
}

/** One argument for a POSIX shell. */
export function quoteArgument(argument: string): string {
  if (/^[A-Za-z0-9_@%+:,./-]+$/.test(argument)) return argument;
  const quoted = argument
    .split(/(['\\])/)
    .map((part) => (part === "'" ? "\\'" : part === "\\" ? "\\\\" : part === "" ? "" : `'${part}'`))
    .join("");
  return quoted === "" ? "''" : quoted;
}

/**
 * Refuses what can't be a command: no words, an empty program, a program that `env` or `sudo` would take for an option
 * or an assignment, a NUL anywhere.
 */
export function checkArguments(argv: readonly string[]): void {
  const program = argv[0];
  if (program === undefined || program === "") throw new WindroseError("invalid-input", "The command is empty");
  if (program.startsWith("-") || program.includes("=")) {
    throw new WindroseError("invalid-input", `${JSON.stringify(program)} is not the name of a program`);
  }
  if (argv.some((argument) => argument.includes("\0"))) {
    throw new WindroseError("invalid-input", `An argument of ${program} has a NUL character in it`);
  }
}
