import { ForgeRefused, type Surroundings, UnreadableInput, WrongUsage } from "./usage";

const usage = `windrose COMMAND

  preview-summary   what a \`pulumi preview --json\` would do, as Markdown
  comment           puts Markdown on a pull request, as one comment that is updated

\`windrose COMMAND --help\` says more.
`;

interface Command {
  readonly usage: string;
  run(argv: readonly string[], around: Surroundings): Promise<number>;
}

/** Each is loaded when it is asked for: the field tables bring Pulumi's SDK along, which takes its time. */
const commands: Readonly<Record<string, () => Command>> = {
  "preview-summary": () => require("./preview-summary/command") as typeof import("./preview-summary/command"),
  comment: () => require("./comment/command") as typeof import("./comment/command"),
};

/** Runs a command line; gives its exit code. */
export async function main(argv: readonly string[], around: Surroundings): Promise<number> {
  const [name = "--help", ...rest] = argv;
  if (name === "--help" || name === "-h" || name === "help") {
    around.write(usage);
    return 0;
  }
  if (!Object.hasOwn(commands, name)) {
    around.tell(`there is no command "${name}"\n\n${usage.trimEnd()}`);
    return 2;
  }
  const command = commands[name]!();
  if (rest.includes("--help") || rest.includes("-h")) {
    around.write(command.usage);
    return 0;
  }
  try {
    return await command.run(rest, around);
  } catch (error) {
    if (error instanceof WrongUsage) around.tell(`${error.message}\n\n${command.usage.trimEnd()}`);
    else if (error instanceof UnreadableInput) around.tell(`what it was given can't be read: ${error.message}`);
    else if (error instanceof ForgeRefused) {
      around.tell(`the comment was not written: ${error.message}`);
      return 1;
    } else throw error;
    return 2;
  }
}
