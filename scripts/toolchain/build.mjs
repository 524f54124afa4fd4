import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findOnPath, run, runLong } from "./programs.mjs";
import { languageHostVersion, pulumiVersion } from "./versions.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const oldestGo = 21; // Go 1.21 fetches by itself the newer release that a go.mod asks for.
const fetchWithin = 15 * 60_000;
const buildWithin = 40 * 60_000;

/** Each program is a module of its own: the two need different versions of the same SDK. */
const parts = [
  {
    program: "pulumi",
    version: pulumiVersion,
    source: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    usually: "1 min to fetch and 3-6 min to build on two cores",
  },
  {
    program: "pulumi-language-nodejs",
    version: languageHostVersion,
    source: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    usually: "under 1 min",
  },
];

/** Why a build is not possible here, or undefined when it is. */
export async function whyNotBuild() {
  const go = await findOnPath("go");
  if (!go) return "Go is not installed";
  const answer = await run(go, ["version"]);
  const minor = Number(/go1\.(\d+)/.exec(answer.stdout)?.[1]);
  if (!answer.ok || !(minor >= oldestGo)) return `Go 1.${oldestGo} or newer is needed, found: ${answer.stdout.trim()}`;
  return undefined;
}

/** Builds both programs from their Go modules into `directory`; what is fetched is checked against the go.sum beside it. */
export async function build(directory, log) {
  for (const { program, version, source, usually } of parts) {
    log(`building ${program} ${version} from its Go module; usually ${usually}`);
    const started = Date.now();
    const cwd = join(here, program);
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
    await runLong("go", ["mod", "download"], { cwd, env, timeout: fetchWithin });
    const stamp = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
    const args = ["build", "-trimpath", "-buildvcs=false", "-ldflags", stamp, "-o", join(directory, program), source];
    await runLong("go", args, { cwd, env, timeout: buildWithin });
    log(`built ${program} in ${Math.round((Date.now() - started) / 1000)} s`);
  }
}
