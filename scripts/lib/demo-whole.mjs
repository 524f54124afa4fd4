/** The whole demo: the host, four guests by `pulumi up`, ssh into each, a preview of a change, and what to go on with. */

import { choiceOf, readRecords, writeRecord } from "./demo-records.mjs";
import { DemoStack } from "./demo-stack.mjs";
import { demosDirectory } from "./demo-target.mjs";
import { capture } from "./processes.mjs";
import { bold, elapsed, green, say, step, Told } from "./steps.mjs";

const plain = ["--suppress-outputs", "--suppress-permalink=true"];
const unasked = ["--yes", "--skip-preview", ...plain];

async function check(stack, names) {
  const answers = await Promise.all(
    names.map(async (name) => {
      const argv = stack.ssh(["-o", "BatchMode=yes", "-o", "ConnectTimeout=20", name, "hostname"]);
      const result = await capture(argv, { quiet: true, timeout: 60_000 });
      return { name, said: result.stdout.trim(), problem: result.stderr.trim() };
    }),
  );
  for (const { name, said, problem } of answers) {
    if (said !== name) throw new Told(`${name} does not answer over ssh as it should: ${said} ${problem}`);
    say(`  ${green("✔")} ssh ${name} hostname: ${said}`);
  }
}

/** By address, which is the order that the program names them in. */
const order = (one, other) => one.address.localeCompare(other.address, "en", { numeric: true });

/** What to do about an `up` that failed. `choice`: what chooses this demo among several. */
export function advice({ refusedRestart, choice }) {
  const lines = ["Run it again to go on."];
  if (refusedRestart) {
    lines.push(
      "Where you have asked for no restart, the state is no longer as the host is; this reads it again, then run the command again:",
      `  npm run demo -- refresh${choice}`,
    );
  }
  lines.push("To take it down:", `  npm run demo -- destroy${choice}`);
  return lines.join("\n");
}

/** What the guests are called, for ssh and for whom it is told to. */
export async function noteGuests(target, stack, outputs, jump) {
  const names = Object.keys(outputs.guests).sort((one, other) => order(outputs.guests[one], outputs.guests[other]));
  await stack.writeSshFiles(outputs, jump);
  await writeRecord(target.directory, { guests: names, jump, up: new Date().toISOString() });
  return names;
}

async function succeed(what, running) {
  const code = await running;
  if (code !== 0) throw new Told(`${what} ended with exit code ${code}.`);
}

async function bringUp(target, toolchain) {
  if (await target.isGone()) await new DemoStack(target.directory, { stack: target.stack, toolchain }).remove();
  await writeRecord(target.directory, { ...target.remember, tried: new Date().toISOString() });
  const choice = choiceOf(await readRecords(demosDirectory()), target.record);
  const place = await step(
    `Preparing ${target.name}`,
    target.needsRoot ? "3 s, 2 min the first time" : "1 s",
    target.up,
  );
  const stack = new DemoStack(target.directory, { stack: target.stack, toolchain, enter: place.enter });
  const key = await stack.prepare();
  await stack.configure(target.base, target.defaults, {
    ...place.values,
    "four-winds:sshKeys": [key],
    "four-winds:identityFile": stack.identityFile,
  });
  await step("pulumi up: a host, a pool, an image, a network, four guests", target.usually, async () => {
    const { code, refusedRestart } = await stack.up(unasked);
    if (code !== 0) throw new Told(`pulumi up ended with exit code ${code}. ${advice({ refusedRestart, choice })}`);
  });
  return { stack, names: await noteGuests(target, stack, await stack.outputs(), place.jump) };
}

/** All of it, on one target; what is there of it already stays. */
export async function whole(target, toolchain) {
  const since = Date.now();
  const { stack, names } = await bringUp(target, toolchain);
  await step("Asking each guest for its name over ssh", "2 s", () => check(stack, names));

  const [first] = names;
  await step(`pulumi preview, with more memory for ${first} (${target.moreMemory})`, "4 s", async () => {
    const configFile = await stack.variant(() => ({ "four-winds:sizes": { [first]: { memory: target.moreMemory } } }));
    await succeed("pulumi preview", stack.run(["preview", ...plain], { configFile }));
  });
  await step("pulumi up again, which has nothing to do", "4 s", () =>
    succeed("the second pulumi up", stack.run(["up", ...unasked, "--expect-no-changes"])),
  );
  await tell(target, stack, names, since);
}

async function tell(target, stack, names, since) {
  const { guests } = await stack.outputs();
  say();
  say(bold(`All there after ${elapsed(since)}, on ${target.name}:`));
  const width = Math.max(...names.map((name) => name.length));
  for (const name of names)
    say(`  ${name.padEnd(width)}  ${guests[name].address.padEnd(15)}  npm run demo -- ssh ${name}`);
  say();
  say("Go on:");
  say(`  edit ${stack.configFile}`);
  say(`    for instance "${target.example}"; Pulumi.yaml has all keys. Then`);
  say("  npm run demo -- preview        what that would do");
  say("  npm run demo -- up             do it");
  say("  npm run demo -- refresh        compare the state with the host");
  say("  npm run demo -- pulumi stack   anything else of Pulumi");
  say("  npm run demo -- destroy        take all of it down");
}
