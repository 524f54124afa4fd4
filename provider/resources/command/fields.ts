import { unixScript } from "../../basics/texts";
import { field, type Table, textOf, worded, type Zod } from "../../lifecycle/schema";
import { onHost } from "../common-fields";
import { guestConnection } from "../guest-connection";

/** Characters of a script, of its input or of all arguments together. */
const longest = 256 * 1024;
const text = textOf(longest);
const words = (z: Zod) => z.array(text(z)).max(4096).refine(startsWithProgram, "does not begin with a program");
const script = (z: Zod) =>
  z.union(
    [
      text(z)
        .refine((value) => value.trim() !== "", "is empty")
        .transform(unixScript),
      words(z),
    ],
    "must be a script, or a list of a program and its arguments",
  );
const variables = (z: Zod) =>
  z
    .record(z.string(), text(z).max(120_000))
    .refine((value) => Object.keys(value).every((name) => /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)), {
      message: "has a name in it that no variable can have",
    });

export function startsWithProgram([program = ""]: readonly string[]): boolean {
  return program !== "" && !program.startsWith("-");
}

const runs = worded("live: runs `update`, or `create` where there is none", ({ newInputs }) => ({
  effect: "live",
  says: `live, runs \`${newInputs.update === undefined ? "create" : "update"}\``,
}));

const fields = {
  host: field.reference("The machine on which it runs, or on which `machine` is.", "replace", ["Host"], {
    required: true,
  }),
  machine: field.reference(
    "Runs it in this machine, by ssh through the host's connection. The machine must be running.",
    "replace",
    ["VirtualMachine"],
  ),
  connection: guestConnection("How `machine` is logged in to."),
  create: field.of(
    script,
    "string | string[]",
    "Runs when it is made: a script, or a program and its arguments. One that failed or was cut off is run again by the next `up`. Arguments can be read by all users of the machine while it runs; a script can't. It is over when its outputs are closed: what it leaves in the background needs others. A script with the line ends of Windows gets those of Unix.",
    runs,
    { content: true },
  ),
  update: field.of(
    script,
    "string | string[]",
    "Runs in place of `create` where it ran before and something of it has changed.",
    worded("live: runs it; taken away: in the state alone", ({ new: value }) =>
      value === undefined ? "local" : { effect: "live", says: "live, runs `update`" },
    ),
    { content: true },
  ),
  delete: field.of(
    script,
    "string | string[]",
    "Runs before it is deleted or replaced; also where `create` failed. Without it, a command in a machine goes with the machine. In a machine that is gone already it is left out.",
    "local",
    { content: true },
  ),
  interpreter: field.list(
    'A program and its first arguments, to which the path of the script is added: `["python3"]`.',
    runs,
    text,
    "string",
    { content: true, defaultText: "`sh`" },
  ),
  environment: field.of(
    variables,
    "{ [key: string]: string }",
    "Variables. Secret ones are stored encrypted, and replaced by `[secret]` in what is shown. `update` and `delete` have `PULUMI_COMMAND_STDOUT` and `PULUMI_COMMAND_STDERR` of the run before as well.",
    runs,
    { content: true },
  ),
  stdin: field.of(text, "string", "Its standard input.", runs, { content: true }),
  triggers: field.of((z) => z.array(z.unknown()).max(1024), "unknown[]", "Any values: a change of one runs it.", runs, {
    content: true,
  }),
  workingDirectory: field.text("An absolute path.", runs, {
    pattern: /^\//,
    says: "must be an absolute path",
    defaultText: "the user's home",
  }),
  root: field.flag("Runs as root, through sudo where the user is not.", runs, {
    defaultText: "as the connection has it",
  }),
  log: field.choice(
    "Lines of output: `status`, as the resource's live status; `diagnostics`, as lasting messages too, 500 at most; `none`.",
    "local",
    ["status", "diagnostics", "none"],
    { default: "status" },
  ),
  secretOutput: field.flag("Whether `stdout` and `stderr` are secret, and are kept out of what is shown.", "local", {
    defaultText: "true where the command itself is a secret; secret variables and input are replaced in what is shown",
  }),
  timeout: onHost.timeout,
} as const;

const outputs = {
  stdout: {
    typeText: "string",
    doc: "What the last run wrote, without newlines at the end; the last 64 KiB. Encrypted in the state; a secret in the program where something that it was made from is one.",
    secret: true,
  },
  stderr: { typeText: "string", doc: "What the last run wrote to its standard error, as `stdout`.", secret: true },
  exitCode: { typeText: "number", doc: "Exit code of the last run: anything but 0 is an error." },
} as const;

export const table = { kind: "Command", fields, outputs } as const satisfies Table;

/** What is run again for when it changes, besides `update`. */
export const causes = [
  "create",
  "interpreter",
  "environment",
  "stdin",
  "triggers",
  "workingDirectory",
  "root",
] as const;

/** What a program may give as a secret without saying so in the table. */
export const mayBeSecret = [
  "create",
  "update",
  "delete",
  "interpreter",
  "environment",
  "stdin",
  "triggers",
  "workingDirectory",
] as const;
