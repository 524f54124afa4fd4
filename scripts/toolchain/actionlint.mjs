/** The linter of GitHub's workflows, for the tests of examples/workflows: built once a machine from its pinned Go module. */
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { whyNotBuild } from "./build.mjs";
import { cacheDirectory, publish, withLock } from "./cache.mjs";
import { run, runLong } from "./programs.mjs";

const version = "1.7.12";
const source = "github.com/rhysd/actionlint/cmd/actionlint";
const here = join(dirname(fileURLToPath(import.meta.url)), "actionlint");
const buildWithin = 10 * 60_000;

async function works(program) {
  const answer = await run(program, ["-version"]);
  return answer.ok && answer.stdout.startsWith(version);
}

/**
 * @param {{log?: (line: string) => void}} [options]
 * @returns {Promise<{program: string} | {obstacle: string}>} `obstacle`: why there is none here.
 */
export async function ensureActionlint({ log = () => {} } = {}) {
  const home = join(cacheDirectory(), "actionlint", version);
  const program = join(home, "bin", "actionlint");
  if (await works(program)) return { program };
  const obstacle = await whyNotBuild();
  if (obstacle) return { obstacle };
  await mkdir(home, { recursive: true });
  await withLock(join(home, "lock"), { waitMilliseconds: buildWithin }, async () => {
    if (await works(program)) return;
    log(`building actionlint ${version} from its Go module; usually 20 s`);
    await publish(join(home, "bin"), async (draft) => {
      const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
      const stamp = `-s -w -X github.com/rhysd/actionlint.version=${version}`;
      const args = [
        "build",
        "-trimpath",
        "-buildvcs=false",
        "-ldflags",
        stamp,
        "-o",
        join(draft, "actionlint"),
        source,
      ];
      await runLong("go", args, { cwd: here, env, timeout: buildWithin });
    });
  });
  if (!(await works(program))) throw new Error(`${program} was built, and does not run`);
  return { program };
}
