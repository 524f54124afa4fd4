/** `npm run setup`: brings all that the other scripts need. Quick when nothing is missing. */
import { ensureReady } from "./lib/ready.mjs";
import { elapsed, main, say } from "./lib/steps.mjs";

await main(async () => {
  const since = Date.now();
  const toolchain = await ensureReady();
  say(`Ready after ${elapsed(since)}: dependencies, dist, Pulumi ${toolchain.version} (${toolchain.binDir})`);
});
