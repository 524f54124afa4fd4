/** Where the demo runs: on a host of the test lab, which it makes itself, or on one that it is given. */
import { createHash } from "node:crypto";
import { access, constants, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { cacheDirectory } from "../toolchain/cache.mjs";
import { labTool, obstacleToFabric } from "./lab.mjs";
import { checkoutCache, root } from "./project.mjs";
import { Told } from "./steps.mjs";

const hash = (text, length) => createHash("sha256").update(text).digest("hex").slice(0, length);

/** The lab's name: one for each checkout and cache, so that demos of several do not meet. */
const labName = () => `demo${hash(`${root}\0${cacheDirectory()}`, 4)}`;

const directoryOf = (name) => join(checkoutCache(), "demo", name);

async function localSocket() {
  return access("/run/libvirt/libvirt-sock", constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}

/**
 * @param {{host?: string, image?: string, user?: string}} options
 * @returns what the demo needs of either kind: `directory`, `stack`, `base` (the configuration file), and `up`
 */
export async function chooseTarget({ host, image, user }) {
  if (host) return hostTarget(host, image, user);
  const obstacle = await obstacleToFabric();
  if (!obstacle) {
    if (image) throw new Told("--image goes with --host: the lab has an image of its own.");
    return labTarget();
  }
  if (await localSocket()) return hostTarget("qemu:///system", image, user);
  throw new Told(
    `There is no host to show anything on: ${obstacle}, and this machine's own libvirt (/run/libvirt/libvirt-sock) is not there for you.\n` +
      "Run it as root, or name a host: npm run demo -- --host qemu+ssh://root@ADDRESS/system",
  );
}

/** The target of the last `npm run demo`, for the commands that go on with it. */
export async function lastTarget() {
  try {
    const { host, image, user } = JSON.parse(await readFile(join(checkoutCache(), "demo", "last.json"), "utf8"));
    return host ? hostTarget(host, image, user) : labTarget();
  } catch (error) {
    if (error.code === "ENOENT") throw new Told("There is no demo yet: npm run demo");
    throw error;
  }
}

function labTarget() {
  const name = labName();
  return {
    name: "the test lab",
    directory: directoryOf("lab"),
    stack: "lab",
    base: "Pulumi.lab.yaml",
    defaults: {},
    needsRoot: true,
    remember: {},
    usually: "25 s",
    /** A lab that is gone took its host with it: what a state says of that host is worth nothing. */
    isGone: async () => (await labTool("find", name)) === null,
    enter: async () => {
      const found = await labTool("find", name);
      if (!found) throw new Told("The demo's lab is gone: npm run demo makes another.");
      return ["nsenter", `--net=${found.namespace}`, "--"];
    },
    up: async () => {
      const lab = await labTool("up", name, "anemoi");
      return {
        enter: ["nsenter", `--net=${lab.namespace}`, "--"],
        values: {
          "windrose:hosts": {
            anemoi: {
              uri: "qemu:///system",
              address: lab.address,
              port: lab.port,
              user: "root",
              identityFile: lab.identityFile,
              hostKey: lab.hostKey,
              agent: false,
              sshConfig: false,
            },
          },
          "four-winds:image": lab.guest.image,
          "four-winds:proxyJump": `root@${lab.address}`,
        },
        jump: [
          `Host ${lab.address}`,
          `  IdentityFile ${lab.identityFile}`,
          "  IdentitiesOnly yes",
          `  UserKnownHostsFile ${lab.knownHosts}`,
          "  StrictHostKeyChecking yes",
        ],
      };
    },
    down: async () => {
      const left = await labTool("down", name);
      if (left.length > 0) throw new Told(`The lab left something behind:\n${left.join("\n")}`);
    },
    moreMemory: "256MiB",
  };
}

/** `user@address:port` of a libvirt URI over ssh; undefined for this machine's own libvirt. */
function proxyJumpOf(uri) {
  const url = new URL(uri);
  if (!url.protocol.endsWith("+ssh:")) return undefined;
  return `${url.username ? `${decodeURIComponent(url.username)}@` : ""}${url.hostname}${url.port ? `:${url.port}` : ""}`;
}

function hostTarget(uri, image, user) {
  let jump;
  try {
    jump = proxyJumpOf(uri);
  } catch {
    throw new Told(`${uri} is no libvirt URI: qemu:///system, or qemu+ssh://root@ADDRESS/system`);
  }
  const isFile = image && !/^(https?|file):|^host:/.test(image);
  const source = isFile && !isAbsolute(image) ? resolve(process.env.INIT_CWD ?? process.cwd(), image) : image;
  const keys = new URL(uri).searchParams;
  const jumpLines = (name, key) => (keys.get(key) ? [`  ${name} ${keys.get(key)}`] : []);
  return {
    name: uri,
    directory: directoryOf(`host-${hash(uri, 8)}`),
    stack: "demo",
    base: "Pulumi.prod.yaml",
    defaults: {
      "four-winds:virtualization": "preferred",
      "four-winds:vcpus": 1,
      "four-winds:maxVcpus": 2,
      "four-winds:memory": "512MiB",
      "four-winds:maxMemory": "1GiB",
      "four-winds:diskSize": "",
      "four-winds:waitTimeout": 900,
    },
    needsRoot: false,
    remember: { host: uri, image: source, user },
    usually: "1 min with hardware virtualization, and the time to download the image",
    isGone: async () => false,
    enter: async () => [],
    up: async () => ({
      enter: [],
      values: {
        "windrose:hosts": { anemoi: uri },
        "four-winds:proxyJump": jump ?? "",
        ...(source ? { "four-winds:image": source, "four-winds:checksum": "" } : {}),
        ...(user ? { "four-winds:user": user } : {}),
      },
      jump: jump
        ? [
            `Host ${new URL(uri).hostname}`,
            ...jumpLines("IdentityFile", "keyfile"),
            ...jumpLines("UserKnownHostsFile", "known_hosts"),
            "Host *",
            `  Include ${join(homedir(), ".ssh/config")}`,
          ]
        : [],
    }),
    down: async () => {},
    moreMemory: "1GiB",
  };
}
