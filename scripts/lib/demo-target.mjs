/** Where the demo runs: on a host of the test lab, which it makes itself, or on one that it is given. */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { cacheDirectory } from "../toolchain/cache.mjs";
import { nameOf, shortUri } from "./demo-records.mjs";
import { labTool, obstacleToFabric } from "./lab.mjs";
import { checkoutCache, root } from "./project.mjs";
import { Told } from "./steps.mjs";

const hash = (text, length) => createHash("sha256").update(text).digest("hex").slice(0, length);

/** The lab's name: one for each checkout and cache, so that demos of several do not meet. */
const labName = () => `demo${hash(`${root}\0${cacheDirectory()}`, 4)}`;

export const demosDirectory = () => join(checkoutCache(), "demo");

const directoryOf = (id) => join(demosDirectory(), id);

/** The target of a `npm run demo`: the lab, unless a host is named. */
export async function newTarget({ host, image, user }) {
  if (host) return hostTarget(host, image, user);
  const obstacle = await obstacleToFabric();
  if (!obstacle) return labTarget();
  // This machine's own libvirt may hold what somebody needs: it is used only where it is named.
  throw new Told(
    `There is no lab to show anything on: ${obstacle}.\n` +
      "Run it as root, or name a host of your own:\n" +
      "  npm run demo -- --host qemu:///system                        this machine's own libvirt\n" +
      "  npm run demo -- --host qemu+ssh://root@ADDRESS/system        another machine's",
  );
}

/** The target that a record tells of. */
export function targetOf({ id, host, image, user }) {
  if (id === "lab") return labTarget();
  if (host) return hostTarget(host, image, user);
  return { ...hostTarget("qemu:///system"), name: nameOf({ id }), directory: directoryOf(id), remember: {} };
}

function labTarget() {
  const name = labName();
  return {
    id: "lab",
    name: nameOf({ id: "lab" }),
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
    example: "four-winds:memory: 224MiB",
  };
}

const notUri = (uri) =>
  new Told(`${shortUri(uri)} is not a libvirt URI: qemu:///system, or qemu+ssh://root@ADDRESS/system`);

/** The URI in its parts; refuses what no driver and no transport of the package takes. */
function parseUri(uri) {
  let url;
  try {
    url = new URL(uri);
  } catch {
    throw notUri(uri);
  }
  if (url.password) throw new Told("A password can't stand in a libvirt URI: use a key, or your ssh agent.");
  const far = url.protocol === "qemu+ssh:";
  if (!far && !["qemu:", "qemu+unix:"].includes(url.protocol)) throw notUri(uri);
  if (far !== (url.hostname !== "")) throw notUri(uri);
  return url;
}

/** `user@address:port` of a libvirt URI over ssh; undefined for this machine's own libvirt. */
function proxyJumpOf(url) {
  if (!url.hostname) return undefined;
  return `${url.username ? `${decodeURIComponent(url.username)}@` : ""}${url.hostname}${url.port ? `:${url.port}` : ""}`;
}

function hostTarget(uri, image, user) {
  const url = parseUri(uri);
  const jump = proxyJumpOf(url);
  const isFile = image && !/^(https?|file):|^host:/.test(image);
  const source = isFile && !isAbsolute(image) ? resolve(process.env.INIT_CWD ?? process.cwd(), image) : image;
  const keys = url.searchParams;
  const id = `host-${hash(uri, 8)}`;
  const jumpLines = (name, key) => (keys.get(key) ? [`  ${name} ${keys.get(key)}`] : []);
  return {
    id,
    name: shortUri(uri),
    directory: directoryOf(id),
    stack: "demo",
    base: "Pulumi.prod.yaml",
    defaults: {
      "four-winds:virtualization": "preferred",
      "four-winds:vcpus": 1,
      "four-winds:maxVcpus": 2,
      "four-winds:memory": "512MiB",
      "four-winds:maxMemory": "1GiB",
      "four-winds:diskSize": "",
      // Guests of that size are none for a cluster.
      "four-winds:kubernetes": {},
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
            `Host ${url.hostname}`,
            ...jumpLines("IdentityFile", "keyfile"),
            ...jumpLines("UserKnownHostsFile", "known_hosts"),
            "Host *",
            `  Include ${join(homedir(), ".ssh/config")}`,
          ]
        : [],
    }),
    down: async () => {},
    moreMemory: "1GiB",
    example: "four-winds:memory: 768MiB",
  };
}
