/** What the demo is told: its command, its own options, and what is for ssh or Pulumi. It looks at nothing but its arguments. */
import { Told } from "./steps.mjs";

export const usage = `npm run demo                         all of it, on a host of the test lab
npm run demo -- --host URI           on a host of your own: qemu:///system, qemu+ssh://root@ADDRESS/system
       [--image SOURCE] [--user USER]  with another image than Debian's, and the user that it lets in
npm run demo -- ssh GUEST [COMMAND]  into a guest
npm run demo -- preview | up | refresh
npm run demo -- pulumi ARGUMENTS     anything else of Pulumi, on the demo's stack
npm run demo -- destroy              takes all of it down
Of several demos, commands go to the one that came up last, and destroy takes all of them; --lab or --host URI after a
command chooses one: npm run demo -- destroy --lab`;

const commands = ["up", "preview", "refresh", "ssh", "pulumi", "destroy"];

const helpWords = ["--help", "-h"];
const withValue = ["--host", "--image", "--user"];

/** Takes one of the demo's own options off the front of `left`; false where there is none. */
function takeOption(left, options) {
  const [first = ""] = left;
  if (first === "--lab") {
    options.lab = true;
    left.shift();
    return true;
  }
  const name = withValue.find((each) => first === each || first.startsWith(`${each}=`));
  if (!name) return false;
  left.shift();
  const value = first === name ? left.shift() : first.slice(name.length + 1);
  if (!value || (first === name && value.startsWith("-"))) throw new Told(`${name} needs a value\n\n${usage}`);
  options[name.slice(2)] = value;
  return true;
}

/**
 * @param {readonly string[]} argv
 * @returns {{help: true} | {command?: string, options: {host?: string, image?: string, user?: string, lab?: boolean}, rest: string[]}}
 *   no command: the whole demo
 */
export function parse(argv) {
  const left = [...argv];
  const options = {};
  while (takeOption(left, options));
  const command = left.shift();
  if (command === "help" || helpWords.includes(command)) return { help: true };
  if (command?.startsWith("-")) throw new Told(`there is no option "${command}"\n\n${usage}`);
  if (command !== undefined && !commands.includes(command))
    throw new Told(`there is no command "${command}": ${commands.join(", ")}\n\n${usage}`);
  const rest = [];
  while (left.length > 0) {
    // What follows a guest's name, or a command of Pulumi's, is not the demo's to read.
    const foreign = rest.length > 0 && (command === "ssh" || command === "pulumi");
    if (!foreign && takeOption(left, options)) continue;
    rest.push(left.shift());
  }
  if (command === "destroy" || command === "ssh") {
    if (helpWords.includes(rest[0])) return { help: true };
  }
  if (command === "destroy" && rest.length > 0)
    throw new Told(`destroy takes no ${rest[0]}: --lab, --host URI, or nothing\n\n${usage}`);
  if (options.lab && options.host) throw new Told("--lab and --host are two places: one of them at a time");
  if ((command || options.lab || !options.host) && (options.image || options.user))
    throw new Told("--image and --user go with `npm run demo -- --host URI`: the lab has an image of its own.");
  return { command, options, rest };
}

/**
 * The arguments of a Pulumi command, with the consent that Pulumi can't ask for without a terminal.
 *
 * @param {string[]} args
 * @param {{terminal: boolean, term?: string}} where whether stdin is a terminal, and TERM
 */
export function withConsent(args, { terminal, term }) {
  const changes = ["up", "refresh"].includes(args[0]);
  const said = args.some((argument) => /^(-y|--yes|--preview-only|--help|-h)(=|$)/.test(argument));
  if (!changes || said || (terminal && term !== "dumb")) return args;
  return [...args, "--yes"];
}

/**
 * The guest that an ssh command names wrongly; undefined where it is one of `known`, or where an option comes first.
 *
 * @param {string[]} rest ssh's arguments
 * @param {readonly string[]} known the names that the demo's ssh configuration has
 */
export function strangerIn(rest, known) {
  const [first] = rest;
  if (first.startsWith("-")) return undefined;
  const name = first.slice(first.lastIndexOf("@") + 1);
  return known.includes(name) ? undefined : name;
}
