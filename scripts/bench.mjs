/** `npm run bench [-- COUNT…]`: what so many guests cost beside the engine's own floor and the bare calls. Default: 4 20 100. */
import { join } from "node:path";
import { fabricCommand, labTool, obstacleToFabric } from "./lib/lab.mjs";
import { runAttached } from "./lib/processes.mjs";
import { inModules, root } from "./lib/project.mjs";
import { ensureReady } from "./lib/ready.mjs";
import { main, step, Told } from "./lib/steps.mjs";

await main(async () => {
  const counts = process.argv.slice(2);
  if (counts.some((count) => !/^[1-9]\d{0,3}$/.test(count))) throw new Told("npm run bench -- COUNT… (1 to 9999 each)");
  const obstacle = await obstacleToFabric();
  if (obstacle) throw new Told(`There is nothing to measure on: ${obstacle}.`);
  const toolchain = await ensureReady({ packages: true });
  const { toolchainEnvironment } = await import("./toolchain.mjs");
  await step("Preparing the test lab", "2 s, 2 min the first time", () => labTool("bring", "host", "micro"));
  const env = { ...process.env, ...toolchainEnvironment(root, toolchain) };
  const argv = [process.execPath, inModules("tsx/dist/cli.mjs"), join(root, "test/bench/bench.ts")];
  const wanted = counts.length > 0 ? counts : ["4", "20", "100"];
  return step(`Measuring ${wanted.join(" and ")} guests`, "1 min for 4, 3 min for 100", () =>
    runAttached(fabricCommand([...argv, ...wanted], env), { cwd: root, env, timeout: 60 * 60_000, ownGroup: true }),
  );
});
