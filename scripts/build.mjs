/** `npm run build`: dist from the sources. `--if-stale` leaves a current one alone. Also runs before `npm pack`. */
import { ensureBuild } from "./lib/build.mjs";
import { ensureDependencies, ensureSelfLink } from "./lib/dependencies.mjs";
import { main } from "./lib/steps.mjs";

await main(async () => {
  await ensureDependencies();
  await ensureSelfLink();
  await ensureBuild({ force: !process.argv.includes("--if-stale") });
});
