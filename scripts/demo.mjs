/**
 * `npm run demo`: four guests from nothing, on a host of the test lab or on one that is named, with what is needed for it
 * brought along. It can be run again at any time, and leaves nothing outside the checkout and the cache.
 */
import { parse, strangerIn, usage, withConsent } from "./lib/demo-command.mjs";
import { choiceOf, chosen, readRecords } from "./lib/demo-records.mjs";
import { asRoot, giveToOwner, makeOwned } from "./lib/demo-root.mjs";
import { demosDirectory, newTarget, targetOf } from "./lib/demo-target.mjs";
import { runAttached } from "./lib/processes.mjs";
import { ensureReady } from "./lib/ready.mjs";
import { canBeRoot, isRoot } from "./lib/root.mjs";
import { main, say, step, Told } from "./lib/steps.mjs";

// What stands on dependencies can be loaded only when these are there.
const load = () => Promise.all([import("./lib/demo-stack.mjs"), import("./lib/demo-whole.mjs")]);

async function stackOf(target, toolchain, enter) {
  const [{ DemoStack }] = await load();
  return new DemoStack(target.directory, { stack: target.stack, toolchain, enter });
}

/** Takes one demo down, with all that it has here. Gives what kept it from that, or nothing. */
async function takeDown(target, toolchain, choice) {
  if (await target.isGone()) {
    say("The lab is gone already.");
    await (await stackOf(target, toolchain)).remove();
    return undefined;
  }
  const stack = await stackOf(target, toolchain, await target.enter());
  const destroyed = (await stack.exists())
    ? await step("pulumi destroy", "10 s", () =>
        stack.run(["destroy", "--yes", "--skip-preview", "--suppress-permalink=true"]),
      )
    : 0;
  // A lab takes what is left with it; on a host of one's own only the state knows what there is.
  if (destroyed !== 0 && !target.needsRoot) {
    return [
      `What was made on ${target.name} is not all gone; its state is kept. Run it again.`,
      `  npm run demo -- pulumi${choice} cancel       before that, if another command was interrupted and has left a lock`,
      `  WINDROSE_SKIP_UNREACHABLE=true npm run demo -- destroy${choice}       instead, for a host that is gone for good`,
    ].join("\n");
  }
  if (target.needsRoot) await step("Taking the lab down", "1 s", target.down);
  await stack.remove();
  return destroyed === 0
    ? undefined
    : `pulumi destroy ended with exit code ${destroyed}; the lab took the rest with it.`;
}

async function destroy(targets, toolchain) {
  const records = targets.map(({ record }) => record);
  if (targets.length > 1) say(`${targets.length} demos are taken down: ${targets.map(({ name }) => name).join(", ")}`);
  const problems = [];
  for (const target of targets) {
    const attempt = async () => {
      if (targets.length > 1) say(`On ${target.name}:`);
      if (!target.needsRoot || isRoot()) return takeDown(target, toolchain, choiceOf(records, target.record));
      const code = await asRoot(["destroy", "--lab"]);
      return code === 0 ? undefined : "The lab was not taken down; see above.";
    };
    // One that can't be taken down leaves the others no less to take down.
    const problem = await attempt().catch((error) => {
      if (error instanceof Told) return error.message;
      throw error;
    });
    if (problem) problems.push(problem);
    else if (!target.needsRoot || isRoot()) say(`Nothing is left of the demo on ${target.name}.`);
  }
  if (problems.length > 0) throw new Told(problems.join("\n"));
}

async function ssh(rest, target, stack) {
  const guests = target.record.guests ?? [];
  const known = await stack.sshNames();
  if (known.length === 0)
    throw new Told(`The guests on ${target.name} have not come up: npm run demo goes on with them.`);
  const there = `there are ${(guests.length > 0 ? guests : known).join(", ")}`;
  if (rest.length === 0) throw new Told(`ssh needs the name of a guest; ${there}.`);
  const stranger = strangerIn(rest, known);
  if (stranger !== undefined) throw new Told(`There is no guest "${stranger}" on ${target.name}; ${there}.`);
  return runAttached(stack.ssh(rest));
}

async function goOn(command, rest, target, toolchain, choice) {
  const stack = await stackOf(target, toolchain, await target.enter());
  if (command === "ssh") return ssh(rest, target, stack);
  if (!(await stack.exists()))
    throw new Told(`The demo on ${target.name} has not got as far as a stack: npm run demo goes on with it.`);
  if (command === "pulumi") return stack.run(rest);
  const args = withConsent([command, ...rest], { terminal: process.stdin.isTTY === true, term: process.env.TERM });
  if (command !== "up") return stack.run(args);
  const [, { advice, noteGuests }] = await load();
  const { code, refusedRestart } = await stack.up(args.slice(1));
  if (refusedRestart) console.error(advice({ refusedRestart, choice }));
  // The configuration may have got other guests, and ssh is to know them.
  const { jump } = target.record;
  if (code === 0 && jump && args.every((argument) => !/^(--help|-h)$/.test(argument))) {
    const outputs = await stack.outputs();
    if (outputs.guests) await noteGuests(target, stack, outputs, jump);
  }
  return code;
}

async function targetsOf(command, options) {
  if (!command) {
    const target = await newTarget(options);
    return { targets: [{ ...target, record: { id: target.id, host: target.remember.host } }], choice: "" };
  }
  const records = await readRecords(demosDirectory());
  const found = chosen(records, options).map((record) => ({ ...targetOf(record), record }));
  if (command !== "destroy") return { targets: found.slice(0, 1), choice: choiceOf(records, found[0].record) };
  // Hosts first: the lab is taken down as root, by another process.
  return { targets: found.sort((one, other) => Number(one.needsRoot) - Number(other.needsRoot)), choice: "" };
}

await main(async () => {
  const { help, command, options, rest } = parse(process.argv.slice(2));
  if (help) return say(usage);
  // All that may be refused is refused here, before anything is fetched or built.
  const { targets, choice } = await targetsOf(command, options);
  const needsOther = targets.some((target) => target.needsRoot) && !isRoot();
  if (needsOther && !(await canBeRoot())) {
    const others = targets.length > 1 ? " (or choose another demo: --host URI)" : "";
    throw new Told(`The demo's lab was made by root: run it as root${others}.`);
  }
  await makeOwned(demosDirectory());
  const toolchain = await ensureReady({ packages: !command && targets.some((target) => target.needsRoot) });
  try {
    if (command === "destroy") return await destroy(targets, toolchain);
    if (needsOther) return await asRoot(process.argv.slice(2));
    if (!command) return await (await load())[1].whole(targets[0], toolchain);
    return await goOn(command, rest, targets[0], toolchain, choice);
  } finally {
    await giveToOwner(demosDirectory());
  }
});
