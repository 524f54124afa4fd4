import { unixScript } from "../../basics/texts";
import { field, type Table, textOf, worded, type Zod } from "../../lifecycle/schema";
import type { InputsOf } from "../../lifecycle/typed-inputs";
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

const runs = worded("live: runs `update`, or `create` without it", ({ newInputs }) => ({
  effect: "live",
  says: `live, runs \`${newInputs.update === undefined ? "create" : "update"}\``,
}));

const fields = {
  host: field.reference("Host that the command runs on, or that `machine` is on.", "replace", ["Host"], {
    required: true,
  }),
  machine: field.reference(
    "Runs the command in this machine, by ssh through the host's connection. The machine must be running.",
    "replace",
    ["VirtualMachine"],
  ),
  connection: guestConnection("How to log in to `machine`."),
  create: field.of(
    script,
    "string | string[]",
    "Runs when the resource is created: a script, or a program and its arguments. If it fails or is interrupted, the next `up` runs it again. All users of the machine can read the arguments while it runs, but not a script. It has ended when its outputs are closed, so a background process must redirect its outputs. Windows line endings in a script are converted to Unix ones.",
    runs,
    { content: true },
  ),
  update: field.of(
    script,
    "string | string[]",
    "Runs instead of `create` when a field of a command that has run before changes.",
    worded("live: runs it; removed: state only", ({ new: value }) =>
      value === undefined ? "local" : { effect: "live", says: "live, runs `update`" },
    ),
    { content: true },
  ),
  delete: field.of(
    script,
    "string | string[]",
    "Runs before the resource is deleted or replaced, also when `create` failed. It is skipped when the machine no longer exists. Without `delete`, a command in a machine is deleted together with the machine.",
    "local",
    { content: true },
  ),
  interpreter: field.list(
    'Program that runs the script, with its first arguments. The path of the script is appended: `["python3"]`.',
    runs,
    text,
    "string",
    { content: true, defaultText: "`sh`" },
  ),
  environment: field.of(
    variables,
    "{ [key: string]: string }",
    "Environment variables. Secret ones are stored encrypted and shown as `[secret]`. `update` and `delete` also get the previous run's output in `PULUMI_COMMAND_STDOUT` and `PULUMI_COMMAND_STDERR`.",
    runs,
    { content: true },
  ),
  stdin: field.of(text, "string", "Standard input.", runs, { content: true }),
  triggers: field.of(
    (z) => z.array(z.unknown()).max(1024),
    "unknown[]",
    "Any values; a change of one runs the command again.",
    runs,
    {
      content: true,
    },
  ),
  workingDirectory: field.text("Directory that it runs in, an absolute path.", runs, {
    pattern: /^\//,
    says: "must be an absolute path",
    defaultText: "the user's home",
  }),
  root: field.flag("Runs as root, through sudo if the user is not root.", runs, {
    defaultText: "as the connection says",
  }),
  log: field.choice(
    "Where lines of output are shown. `status`: in the resource's live status; `diagnostics`: also as lasting messages, at most 500; `none`: nowhere.",
    "local",
    ["status", "diagnostics", "none"],
    { default: "status" },
  ),
  secretOutput: field.flag("Whether `stdout` and `stderr` are secret and not shown.", "local", {
    defaultText: "true if the command itself is secret; secret variables and input are masked in any case",
  }),
  timeout: onHost.timeout,
} as const;

const outputs = {
  stdout: {
    typeText: "string",
    doc: "Output of the last run: its last 64 KiB, without trailing newlines. Encrypted in the state; secret in the program if any of the inputs is.",
    secret: true,
  },
  stderr: { typeText: "string", doc: "Standard error of the last run, in the same form as `stdout`.", secret: true },
  exitCode: { typeText: "number", doc: "Exit code of the last run. Any other than 0 is an error." },
} as const;

export type CommandInputs = InputsOf<typeof fields>;

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
