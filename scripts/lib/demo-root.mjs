/** The lab takes root; the directories, and what this user has set, stay the user's. */
import { lchown, mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheDirectory } from "../toolchain/cache.mjs";
import { isRoot } from "./lab.mjs";
import { runAttached } from "./processes.mjs";
import { Told } from "./steps.mjs";

/** Ways into the network, registries, and what steers the demo. */
const passedOn = [
  /^(https?|ftp|all|no)_proxy$/i,
  /^(GOPROXY|GOFLAGS|GOPRIVATE|GONOPROXY|GONOSUMDB|GOSUMDB|GOINSECURE|GOTOOLCHAIN)$/,
  /^npm_config_((@[^:]+:)?registry|https?[-_]proxy|proxy|noproxy|cafile|ca|strict[-_]ssl)$/i,
  /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE)$/,
  /^(WINDROSE_|PULUMI_)/,
  /^(NO_COLOR|FORCE_COLOR|COLORTERM|LANG|LC_[A-Z]+|TMPDIR)$/,
];

/** The variables that root's part of the demo gets as they are; empty ones are not worth the asking. */
export const namesForRoot = (environment) =>
  Object.keys(environment).filter((name) => environment[name] && passedOn.some((pattern) => pattern.test(name)));

/**
 * The command line that runs `argv` as root. Variables go by name: a proxy's password would be seen in the list of
 * processes. PATH has to go by value, because sudo has one of its own for whatever it is told to keep.
 */
export function rootCommand(argv, environment = process.env) {
  const values = [
    `WINDROSE_CACHE=${cacheDirectory(environment)}`,
    `PATH=${environment.PATH}`,
    `TERM=${environment.TERM ?? "dumb"}`,
  ];
  const names = namesForRoot(environment).filter((name) => name !== "WINDROSE_CACHE");
  const kept = names.length > 0 ? [`--preserve-env=${names.join(",")}`] : [];
  return ["sudo", "-n", ...kept, "env", ...values, ...argv];
}

/** Runs this script once more, as root; resolves with its exit code. */
export function asRoot(args) {
  return runAttached(rootCommand([process.execPath, process.argv[1], ...args]));
}

/** Makes a directory, and as root gives what had to be made to the owner of what was there. */
export async function makeOwned(directory) {
  try {
    const first = await mkdir(directory, { recursive: true });
    if (!first || !isRoot()) return;
    const { uid, gid } = await stat(dirname(first));
    for (let each = directory; each.length >= first.length; each = dirname(each)) await lchown(each, uid, gid);
  } catch (error) {
    if (error.code !== "EACCES") throw error;
    throw new Told(
      `${error.path} can't be made: an earlier run of another user made what is above it. chown that first.`,
    );
  }
}

/** As root: gives all that is in a directory to the directory's owner. */
export async function giveToOwner(directory) {
  if (!isRoot()) return;
  const owner = await stat(directory).catch(() => undefined);
  if (!owner || owner.uid === 0) return;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    await lchown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
}
