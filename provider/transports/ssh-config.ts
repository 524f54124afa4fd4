import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { WindroseError } from "../basics/errors";
import { bounds } from "./bounds";
import { quoteCommand } from "./quote";
import { checkHostName, checkPort, checkUser, formatJumpHost, type JumpHost, parseJumpHosts } from "./ssh-names";
import { expandHome, expandTokens, localUser, type Tokens } from "./ssh-tokens";
import type { SshConnection, StepConnection } from "./transport";

/** What is known of a host before it is connected to: the connection's own fields, the configuration, the defaults. */
export interface HostSettings {
  /** As it is to be dialled. */
  hostName: string;
  port: number;
  user: string;
  hostKeyAlias?: string;
  identityFiles: IdentityFile[];
  identitiesOnly: boolean;
  /** Path of the agent's socket; undefined: no agent. */
  agent?: string;
  knownHosts: string[];
  revokedHostKeys: string[];
  /** Hosts to go through, the first one first. */
  proxyJump: JumpHost[];
  proxyCommand?: string[];
  /** Milliseconds for the whole way. */
  connectTimeout: number;
  family?: 4 | 6;
  /** The command by which a person connects there the same way, as a line for a shell. */
  byHand: string;
  /** Of a jump host: the address of the host that it is on the way to. */
  onTheWayTo?: string;
}

interface IdentityFile {
  path: string;
  /** `explicit`: of the connection, must be readable. `configured` and `default` ones are left out when they are not. */
  origin: "explicit" | "configured" | "default";
}

const systemConfig = "/etc/ssh/ssh_config";
const defaultIdentities = ["id_ed25519", "id_ecdsa", "id_rsa"];
const defaultUserKnownHosts = ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"];
const defaultGlobalKnownHosts = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

/**
 * The settings for a connection. Where there is a configuration file, OpenSSH itself says what it means for this host
 * (`ssh -G`, which covers Match, Include and all its defaults); the connection's own fields win over it.
 *
 * Errors: `invalid-input` for a name that can't be one; `ssh-config` for a configuration that can't be read, needs an
 * ssh client that is not installed, or asks for what is not supported.
 */
export async function resolveHost(connection: StepConnection): Promise<HostSettings> {
  checkHostName(connection.address);
  if (connection.user !== undefined) checkUser(connection.user);
  if (connection.port !== undefined) checkPort(connection.port);
  const file = await configurationFile(connection.sshConfig);
  const output = file === false ? "" : await askSsh(connection, file);
  return settings(connection, parseConfiguration(output));
}

/** The lines of `ssh -G`, by lower-case keyword, in their order. */
export function parseConfiguration(output: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const line of output.split("\n")) {
    const [, keyword, value] = /^(\S+)\s+(.*\S)\s*$/.exec(line) ?? [];
    if (keyword === undefined || value === undefined) continue;
    const list = values.get(keyword.toLowerCase()) ?? [];
    list.push(value);
    values.set(keyword.toLowerCase(), list);
  }
  return values;
}

/** Puts the connection's fields over what `ssh -G` said (nothing, where it was not asked). */
export function settings(connection: StepConnection, config: Map<string, string[]>): HostSettings {
  const one = (keyword: string) => config.get(keyword)?.[0];
  const set = (keyword: string) => {
    const value = one(keyword);
    return value === undefined || value.toLowerCase() === "none" ? undefined : value;
  };
  const hostName = one("hostname") ?? connection.address;
  checkHostName(hostName);
  const port = connection.port ?? Number(one("port") ?? 22);
  const user = connection.user ?? one("user") ?? localUser();
  const hostKeyAlias = set("hostkeyalias")?.toLowerCase();
  const tokens: Tokens = { host: connection.address, hostName, port, user, hostKeyAlias };
  const paths = (keyword: string, fallback: string[]) =>
    (config.has(keyword) ? (set(keyword)?.split(/\s+/) ?? []) : fallback).map((path) => expandTokens(path, tokens));

  const jump = connection.proxyJump ?? set("proxyjump");
  const proxyJump = jump === undefined ? [] : parseJumpHosts(jump);
  // ProxyJump and ProxyCommand exclude each other; the explicit one wins, as the first does in OpenSSH.
  const command = jump === undefined && connection.proxyJump === undefined ? set("proxycommand") : undefined;
  const family = one("addressfamily");
  return {
    hostName,
    port,
    user,
    hostKeyAlias,
    identityFiles: identityFiles(connection, config.get("identityfile"), tokens),
    identitiesOnly: one("identitiesonly") === "yes",
    agent: agentSocket(connection.agent, one("identityagent"), tokens),
    knownHosts:
      connection.knownHosts !== undefined
        ? [expandHome(connection.knownHosts)]
        : [
            ...paths("userknownhostsfile", defaultUserKnownHosts),
            ...paths("globalknownhostsfile", defaultGlobalKnownHosts),
          ],
    revokedHostKeys: paths("revokedhostkeys", []),
    proxyJump,
    proxyCommand: command === undefined ? undefined : proxyCommandWords(command, tokens),
    connectTimeout: connectTimeout(connection, set("connecttimeout")),
    family: family === "inet" ? 4 : family === "inet6" ? 6 : undefined,
    byHand: byHand(connection),
    onTheWayTo: connection.onTheWayTo,
  };
}

/** The address as it was given, which may be an alias of the configuration, and what the connection says besides. */
function byHand(connection: SshConnection): string {
  const { address, port, user, sshConfig, knownHosts, identityFile, proxyJump } = connection;
  const words = ["ssh"];
  if (typeof sshConfig === "string") words.push("-F", expandHome(sshConfig));
  else if (sshConfig === false) words.push("-F", "none");
  // The option takes a list of files: one whose path has a space is quoted for ssh, too.
  const file = knownHosts === undefined ? "" : expandHome(knownHosts);
  if (file !== "") words.push("-o", `UserKnownHostsFile=${/\s/.test(file) ? `"${file}"` : file}`);
  if (identityFile !== undefined) words.push("-i", expandHome(identityFile));
  if (proxyJump !== undefined) words.push(...wayByHand(connection, parseJumpHosts(proxyJump)));
  if (port !== undefined) words.push("-p", String(port));
  words.push(user === undefined ? address : `${user}@${address}`);
  return quoteCommand(words);
}

/** `-J` gives the gate neither a known_hosts file nor a key, so it gets a command of its own where there are some. */
function wayByHand(connection: SshConnection, jumps: JumpHost[]): string[] {
  const last = jumps.at(-1);
  if (!last) return ["-J", "none"];
  if (connection.knownHosts === undefined && connection.identityFile === undefined)
    return ["-J", jumps.map(formatJumpHost).join(",")];
  const before = jumps.slice(0, -1).map(formatJumpHost).join(",");
  const gate = { ...connection, address: last.host, port: last.port, user: last.user };
  return ["-o", `ProxyCommand=${byHand({ ...gate, proxyJump: before || undefined })} -W [%h]:%p`];
}

function connectTimeout(connection: SshConnection, configured: string | undefined): number {
  const value = connection.connectTimeout ?? Number(configured ?? bounds.connect / 1000);
  if (!(value > 0 && value <= 3600)) {
    throw new WindroseError("invalid-input", `${value} s is not a time to connect in (above 0, at most 3600)`);
  }
  return value * 1000;
}

function identityFiles(connection: SshConnection, configured: string[] | undefined, tokens: Tokens): IdentityFile[] {
  const defaults = defaultIdentities.map((name) => expandHome(`~/.ssh/${name}`));
  const files: IdentityFile[] = [];
  const add = (file: IdentityFile) => {
    if (!files.some(({ path }) => path === file.path)) files.push(file);
  };
  if (connection.identityFile !== undefined) {
    add({ path: expandHome(connection.identityFile), origin: "explicit" });
  }
  for (const value of configured ?? defaults) {
    if (value.toLowerCase() === "none") continue;
    const path = expandTokens(value, tokens);
    // `ssh -G` lists its own defaults where nothing is configured; those are tried in our order, below.
    if (!path.startsWith(expandHome("~/.ssh/id_"))) add({ path, origin: "configured" });
    else if (!isDefaultName(path)) add({ path, origin: "configured" });
  }
  for (const path of defaults) {
    const listed = (configured ?? defaults).some((value) => expandTokens(value, tokens) === path);
    if (listed) add({ path, origin: "default" });
  }
  return files;
}

/** The names that OpenSSH tries by itself (ssh(1), `-i`), hardware keys and old kinds included. */
function isDefaultName(path: string): boolean {
  const name = path.slice(expandHome("~/.ssh/").length);
  return ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_xmss", "id_dsa"].includes(name);
}

function agentSocket(own: boolean | string | undefined, configured: string | undefined, tokens: Tokens) {
  if (own === false) return undefined;
  if (typeof own === "string") return expandHome(own);
  const environment = process.env.SSH_AUTH_SOCK || undefined;
  if (configured === undefined || configured === "SSH_AUTH_SOCK") return environment;
  if (configured.toLowerCase() === "none") return undefined;
  const variable = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(configured)?.[1];
  return variable === undefined ? expandTokens(configured, tokens) : process.env[variable] || undefined;
}

/**
 * The words of a ProxyCommand. OpenSSH gives it to a shell; here it is started without one, so it must be plain words.
 */
function proxyCommandWords(command: string, tokens: Tokens): string[] {
  const words = command.replace(/^exec\s+/, "").split(/\s+/);
  if (/[|&;<>()$`\\"'*?[\]#~={}!]/.test(words.join(" "))) {
    throw new WindroseError("ssh-config", `The ProxyCommand for ${tokens.host} needs a shell, which is not supported`, {
      hint: "Use ProxyJump, or a ProxyCommand of plain words (a script, for instance).",
    });
  }
  return words.map((word) => expandTokens(word, tokens));
}

/** The `-F` of `ssh -G`; undefined: OpenSSH's own files; false: there is no configuration. */
async function configurationFile(sshConfig: string | boolean | undefined): Promise<string | undefined | false> {
  if (sshConfig === false) return false;
  if (typeof sshConfig === "string") {
    const path = expandHome(sshConfig);
    const text = await contents(path);
    if (text === undefined) throw new WindroseError("ssh-config", `${path} cannot be read`);
    return path;
  }
  const texts = await Promise.all([expandHome("~/.ssh/config"), systemConfig].map(contents));
  return texts.some((text) => text !== undefined && /^\s*[^#\s]/m.test(text)) ? undefined : false;
}

async function contents(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

function askSsh(connection: SshConnection, file: string | undefined): Promise<string> {
  const args = ["-G"];
  if (file !== undefined) args.push("-F", file);
  if (connection.port !== undefined) args.push("-p", String(connection.port));
  if (connection.user !== undefined) args.push("-l", connection.user);
  args.push("--", connection.address);
  return new Promise((resolve, reject) => {
    const options = { timeout: bounds.configuration, maxBuffer: 4 * 1024 * 1024 };
    const child = execFile("ssh", args, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.code === "ENOENT") {
        const why = "There is an ssh configuration, but no ssh client on PATH to read it with";
        const hint = "Install the OpenSSH client, or set `sshConfig: false` in the connection.";
        reject(new WindroseError("ssh-config", why, { hint }));
      } else {
        const detail = stderr.trim().split("\n").slice(0, 3).join("; ").slice(0, 500);
        const why = `ssh cannot make sense of its configuration for ${connection.address}${detail && `: ${detail}`}`;
        reject(new WindroseError("ssh-config", why, { hint: `Check it with \`ssh ${args.join(" ")}\`.` }));
      }
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end();
  });
}
