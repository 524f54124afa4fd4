import { createWriteStream } from "node:fs";
import { cp, mkdir, rm } from "node:fs/promises";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { run } from "./programs.mjs";
import { pulumiVersion } from "./versions.mjs";

const answerWithin = 8_000;
const finishWithin = 10 * 60_000;

/** The address of Pulumi's own release archive for this machine, or undefined where there is none. */
function releaseAddress() {
  const system = { linux: "linux", darwin: "darwin" }[platform()];
  const machine = { x64: "x64", arm64: "arm64" }[arch()];
  if (!system || !machine) return undefined;
  return `https://get.pulumi.com/releases/sdk/pulumi-v${pulumiVersion}-${system}-${machine}.tar.gz`;
}

/** Fetches the official release and puts its two programs into `directory`. Rejects, with one line of reason, when it can't. */
export async function download(directory) {
  const address = releaseAddress();
  if (!address) throw new Error(`Pulumi has no release for ${platform()} on ${arch()}`);
  const stop = new AbortController();
  const noAnswer = setTimeout(() => stop.abort(new Error(`no answer in ${answerWithin / 1000} s`)), answerWithin);
  const tooLong = setTimeout(() => stop.abort(new Error(`not done in ${finishWithin / 60_000} min`)), finishWithin);
  const archive = join(directory, "release.tar.gz");
  const unpacked = join(directory, "release");
  try {
    const answer = await fetch(address, { signal: stop.signal });
    clearTimeout(noAnswer);
    if (!answer.ok || !answer.body) throw new Error(`HTTP ${answer.status}`);
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(archive), { signal: stop.signal });
    await mkdir(unpacked);
    const tar = await run("tar", ["-xzf", archive, "-C", unpacked], { timeout: 120_000 });
    if (!tar.ok) throw new Error(`the archive can't be unpacked: ${tar.reason}`);
    for (const program of ["pulumi", "pulumi-language-nodejs"]) {
      await cp(join(unpacked, "pulumi", program), join(directory, program));
    }
  } catch (error) {
    const cause = stop.signal.aborted ? stop.signal.reason : (error.cause ?? error);
    throw new Error(`${new URL(address).host} can't be used: ${cause.message}`);
  } finally {
    clearTimeout(noAnswer);
    clearTimeout(tooLong);
    await rm(archive, { force: true });
    await rm(unpacked, { recursive: true, force: true });
  }
}
