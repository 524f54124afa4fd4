/**
 * `npm run setup [-- LEVEL…]`: brings all that the other scripts need, and what these runs of tests do. Quick when nothing
 * is missing.
 */
import { obstacleToFabric } from "./lib/lab.mjs";
import { levels } from "./lib/levels.mjs";
import { bringParts } from "./lib/prepare.mjs";
import { ensureReady } from "./lib/ready.mjs";
import { elapsed, main, say, Told } from "./lib/steps.mjs";

await main(async () => {
  const since = Date.now();
  const names = process.argv.slice(2);
  const stranger = names.find((name) => !Object.hasOwn(levels, name));
  if (stranger !== undefined) throw new Told(`There is no run "${stranger}": ${Object.keys(levels).join(", ")}`);
  const packages = names.some((name) => levels[name].fabric);
  const obstacle = packages ? await obstacleToFabric() : undefined;
  if (obstacle) throw new Told(`${names.join(", ")} can't run here: ${obstacle}.`);
  const toolchain = await ensureReady({ packages });
  await bringParts(names);
  const parts = ["dependencies", "dist", `Pulumi ${toolchain.version} (${toolchain.binDir})`, ...names];
  say(`Ready after ${elapsed(since)}: ${parts.join(", ")}`);
});
