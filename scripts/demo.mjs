/**
 * `npm run demo`: four guests from nothing, on a host of the test lab or on one that is named, with what is needed for it
 * brought along. It can be run again at any time, and leaves nothing outside the checkout and the cache.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { canBeRoot, isRoot } from "./lib/lab.mjs";
import { capture, runAttached } from "./lib/processes.mjs";
import { ensureReady } from "./lib/ready.mjs";
import { bold, elapsed, green, main, say, step, Told } from "./lib/steps.mjs";

const usage = `npm run demo                         all of it
npm run demo -- --host URI           on a host of your own: qemu:///system, qemu+ssh://root@ADDRESS/system
       [--image SOURCE] [--user USER]  with another image than Debian's, and the user that it lets in
npm run demo -- ssh GUEST [COMMAND]  into a guest
npm run demo -- preview | up | refresh
npm run demo -- pulumi ARGUMENTS     anything else of Pulumi, on the demo's stack
npm run demo -- destroy              takes all of it down`;

/** The lab takes root; what was found out so far goes along. */
async function asRoot() {
  const { cacheDirectory } = await import("./toolchain/cache.mjs");
  const kept = [`WINDROSE_CACHE=${cacheDirectory()}`, `PATH=${process.env.PATH}`, `TERM=${process.env.TERM ?? "dumb"}`];
  return runAttached(["sudo", "-n", "env", ...kept, process.execPath, ...process.argv.slice(1)]);
}

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

async function succeed(what, running) {
  const code = await running;
  if (code !== 0) {
    throw new Told(`${what} ended with exit code ${code}. Run it again to go on, or: npm run demo -- destroy`);
  }
}

async function whole(target, toolchain) {
  const { DemoStack } = await import("./lib/demo-stack.mjs");
  const since = Date.now();
  if (await target.isGone()) await new DemoStack(target.directory, { stack: target.stack, toolchain }).remove();
  const place = await step(
    `Preparing ${target.name}`,
    target.needsRoot ? "3 s, 2 min the first time" : "1 s",
    target.up,
  );
  const stack = new DemoStack(target.directory, { stack: target.stack, toolchain, enter: place.enter });
  await mkdir(dirname(target.directory), { recursive: true });
  await writeFile(lastFile(target), JSON.stringify(target.remember));
  const key = await stack.prepare();
  await stack.configure(target.base, target.defaults, {
    ...place.values,
    "four-winds:sshKeys": [key],
    "four-winds:identityFile": stack.identityFile,
  });

  await step("pulumi up: a host, a pool, an image, a network, four guests", target.usually, () =>
    succeed(
      "pulumi up",
      stack.run(["up", "--yes", "--skip-preview", "--suppress-outputs", "--suppress-permalink=true"]),
    ),
  );
  const outputs = await stack.outputs();
  const names = Object.keys(outputs.guests).sort((one, other) => order(outputs.guests[one], outputs.guests[other]));
  await stack.writeSshFiles(outputs, place.jump);
  await step("Asking each guest for its name over ssh", "2 s", () => check(stack, names));

  const [first] = names;
  await step(`pulumi preview, with more memory for ${first} (${target.moreMemory})`, "4 s", async () => {
    const configFile = await stack.variant(() => ({ "four-winds:sizes": { [first]: { memory: target.moreMemory } } }));
    await succeed(
      "pulumi preview",
      stack.run(["preview", "--suppress-outputs", "--suppress-permalink=true"], { configFile }),
    );
  });
  await step("pulumi up again, which has nothing to do", "4 s", () =>
    succeed(
      "the second pulumi up",
      stack.run([
        "up",
        "--yes",
        "--skip-preview",
        "--expect-no-changes",
        "--suppress-outputs",
        "--suppress-permalink=true",
      ]),
    ),
  );

  say();
  say(bold(`All there after ${elapsed(since)}, on ${target.name}:`));
  const width = Math.max(...names.map((name) => name.length));
  for (const { name, address } of names.map((name) => outputs.guests[name])) {
    say(`  ${name.padEnd(width)}  ${address.padEnd(15)}  npm run demo -- ssh ${name}`);
  }
  say();
  say("Go on:");
  say(`  edit ${stack.configFile}, then`);
  say("  npm run demo -- preview        what that would do");
  say("  npm run demo -- up             do it");
  say("  npm run demo -- refresh        compare the state with the host");
  say("  npm run demo -- pulumi stack   anything else of Pulumi");
  say("  npm run demo -- destroy        take all of it down");
}

const lastFile = (target) => join(dirname(target.directory), "last.json");

async function forget(target, stack) {
  await stack.remove();
  await rm(lastFile(target), { force: true });
}

async function destroy(target, toolchain) {
  const { DemoStack } = await import("./lib/demo-stack.mjs");
  if (await target.isGone()) {
    say("The lab is gone already.");
  } else {
    const stack = new DemoStack(target.directory, { stack: target.stack, toolchain, enter: await target.enter() });
    const destroyed = await step("pulumi destroy", "10 s", () =>
      stack.run(["destroy", "--yes", "--skip-preview", "--suppress-permalink=true"]),
    );
    // A lab takes what is left with it; on a host of one's own only the state knows what there is.
    if (destroyed !== 0 && !target.needsRoot) throw new Told("It is not all gone; the state is kept. Run it again.");
    if (target.needsRoot) await step("Taking the lab down", "1 s", target.down);
    await forget(target, stack);
    return destroyed;
  }
  await forget(target, new DemoStack(target.directory, { stack: target.stack, toolchain }));
  return 0;
}

async function goOn(command, rest, target, toolchain) {
  const { DemoStack } = await import("./lib/demo-stack.mjs");
  const stack = new DemoStack(target.directory, { stack: target.stack, toolchain, enter: await target.enter() });
  if (command === "ssh") {
    if (rest.length === 0) throw new Told(usage);
    return runAttached(stack.ssh(rest));
  }
  return stack.run(command === "pulumi" ? rest : [command, ...rest]);
}

const commands = ["ssh", "preview", "up", "refresh", "destroy", "pulumi"];

await main(async () => {
  const argv = process.argv.slice(2);
  const command = commands.includes(argv[0]) ? argv[0] : undefined;
  let options = {};
  if (!command) {
    try {
      const known = { host: { type: "string" }, image: { type: "string" }, user: { type: "string" } };
      options = parseArgs({ args: argv, options: known }).values;
    } catch (error) {
      throw new Told(`${error.message}\n\n${usage}`);
    }
  }
  const toolchain = await ensureReady();
  const { chooseTarget, lastTarget } = await import("./lib/demo-target.mjs");
  const target = command ? await lastTarget() : await chooseTarget(options);
  if (target.needsRoot && !isRoot()) {
    if (await canBeRoot()) return asRoot();
    throw new Told("The demo's lab was made by root: run it as root.");
  }
  if (!command) return whole(target, toolchain);
  if (command === "destroy") return destroy(target, toolchain);
  return goOn(command, argv.slice(1), target, toolchain);
});
