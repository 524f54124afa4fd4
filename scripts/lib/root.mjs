/** Root's rights: whether they can be had, and what goes along where a command gets them by sudo. */
import { cacheDirectory } from "../toolchain/cache.mjs";
import { capture } from "./processes.mjs";

export const isRoot = () => process.getuid?.() === 0;

/** Whether commands can be run as root without a question. */
export async function canBeRoot() {
  if (isRoot()) return true;
  const result = await capture(["sudo", "-n", "true"], { quiet: true, timeout: 10_000 }).catch(() => undefined);
  return result?.code === 0;
}

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
const namesForRoot = (environment) =>
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
