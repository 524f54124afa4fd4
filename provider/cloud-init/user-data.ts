import { WindroseError } from "../basics/errors";
import type { HostKeyPair, SeedInput } from "./fields";
import { contentType, isCloudConfig, multipart, type UserDataPart } from "./mime";
import { isMap, parseYaml, plainValue, type YamlMap, yamlText } from "./yaml-text";

/** Settings of the guest's host keys; nobody else may set them where the guest's keys are ours. */
export const HOST_KEY_SETTINGS = ["ssh_keys", "ssh_deletekeys", "ssh_genkeytypes"] as const;

/** The text of the seed's `user-data`. Throws `invalid-input` for what `checkCloudInit` refuses; never quotes it. */
export function userDataText(input: SeedInput): string {
  const ours = ourConfig(input);
  const hostKeys = hostKeyConfig(input.hostKeys);
  const { userData } = input;
  if (userData === undefined || userData === "") return cloudConfig({ ...ours, ...hostKeys });
  if (typeof userData === "string" && !isCloudConfig(userData)) {
    const type = contentType(userData);
    if (type === undefined) throw unfit("userData is of no kind that cloud-init knows");
    return multipart(parts({ type, content: userData }, ours, hostKeys));
  }
  const theirs = configMap(userData, "userData");
  if (input.hostKeys.length > 0) for (const key of HOST_KEY_SETTINGS) delete theirs[key];
  const merged = merge(normalUsers(theirs), ours);
  return cloudConfig({ ...merged, ...hostKeys });
}

/** Text that is one `#cloud-config`, of an object or of text of any kind (which is left alone). */
export function vendorDataText(vendorData: string | object): string {
  return typeof vendorData === "string" ? vendorData : cloudConfig(configMap(vendorData, "vendorData"));
}

/** Text of `network-config`, without a wrapping `network:`. */
export function networkConfigText(networkConfig: string | object): string {
  const parsed = typeof networkConfig === "string" ? parseYaml(networkConfig) : plainValue(networkConfig);
  if ("reason" in parsed) throw unfit(`networkConfig ${parsed.reason}`);
  if (!isMap(parsed.value)) throw unfit("networkConfig is not a map");
  if (isMap(parsed.value.network)) return yamlText(parsed.value.network);
  return typeof networkConfig === "string" ? networkConfig : yamlText(parsed.value);
}

/** The user's map, parsed or copied. */
function configMap(data: string | object, name: string): YamlMap {
  const parsed = typeof data === "string" ? parseYaml(data) : plainValue(data);
  if ("reason" in parsed) throw unfit(`${name} ${parsed.reason}`);
  if (parsed.value === null) return {};
  if (!isMap(parsed.value)) throw unfit(`${name} is not a map`);
  return parsed.value;
}

function unfit(why: string): WindroseError {
  return new WindroseError("invalid-input", `cloudInit.${why}`);
}

function ourConfig(input: SeedInput): YamlMap {
  const config: YamlMap = { hostname: input.hostname };
  if (input.fqdn) config.fqdn = input.fqdn;
  if (input.users?.length) config.users = ownCopy(input.users, "users");
  if (input.sshKeys?.length) {
    config.ssh_authorized_keys = input.sshKeys.map((key) => key.trim());
    // Without it cloud-init puts root's keys behind a command that only prints a refusal.
    config.disable_root = false;
  }
  if (input.packages?.length) config.packages = [...input.packages];
  if (input.runCommands?.length) config.runcmd = ownCopy(input.runCommands, "runCommands");
  return config;
}

function ownCopy(value: unknown, name: string): unknown {
  const parsed = plainValue(value);
  if ("reason" in parsed) throw unfit(`${name} ${parsed.reason}`);
  return parsed.value;
}

function hostKeyConfig(hostKeys: readonly HostKeyPair[]): YamlMap {
  if (hostKeys.length === 0) return {};
  const keys: YamlMap = {};
  for (const pair of hostKeys) {
    const kind = keyKind(pair.public);
    keys[`${kind}_private`] = pair.private.endsWith("\n") ? pair.private : `${pair.private}\n`;
    keys[`${kind}_public`] = pair.public.trim();
  }
  // Where `ssh_keys` is set cloud-init generates none (cc_ssh.py, handle); the image's own are deleted first.
  return { ssh_deletekeys: true, ssh_keys: keys };
}

/** cloud-init's name of a key's type: `ed25519`, `rsa`, `ecdsa`. */
function keyKind(publicKey: string): string {
  const type = publicKey.trim().split(/\s/)[0] ?? "";
  if (type === "ssh-ed25519") return "ed25519";
  if (type === "ssh-rsa") return "rsa";
  if (type.startsWith("ecdsa-sha2-")) return "ecdsa";
  throw new WindroseError("invalid-input", "A host key is of no type that cloud-init can set");
}

/** `users` may be text with commas, or a map by name; a list can be joined with ours. */
function normalUsers(config: YamlMap): YamlMap {
  const { users } = config;
  if (typeof users === "string")
    return {
      ...config,
      users: users
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean),
    };
  if (!isMap(users)) return config;
  return { ...config, users: Object.entries(users).map(([name, user]) => ({ name, ...(isMap(user) ? user : {}) })) };
}

/** The first one's values win; lists are joined, the first one's first, equal texts once; maps are merged within. */
function merge(first: YamlMap, second: YamlMap): YamlMap {
  const merged = new Map(Object.entries(first));
  for (const [key, value] of Object.entries(second)) {
    const own = merged.get(key);
    if (own === undefined || own === null) merged.set(key, value);
    else if (Array.isArray(own) && Array.isArray(value)) merged.set(key, join(own, value, key));
    else if (isMap(own) && isMap(value)) merged.set(key, merge(own, value));
  }
  return Object.fromEntries(merged);
}

/** A command may well be meant to run twice; a key, a package or a user is not there twice. */
function join(first: readonly unknown[], second: readonly unknown[], key: string): unknown[] {
  if (key === "runcmd") return [...first, ...second];
  return [...first, ...second.filter((item) => typeof item !== "string" || !first.includes(item))];
}

function cloudConfig(config: YamlMap): string {
  return `#cloud-config\n${yamlText(config)}`;
}

/**
 * Theirs comes first. Ours then fills in what theirs leaves open and appends to its lists; the host keys replace theirs,
 * which is what cloud-init does with a later part by default (cloudinit/handlers/cloud_config.py, DEF_MERGERS).
 */
function parts(theirs: UserDataPart, ours: YamlMap, hostKeys: YamlMap): UserDataPart[] {
  const all: UserDataPart[] = [
    theirs,
    {
      type: "text/cloud-config",
      content: cloudConfig(ours),
      mergeType: "dict(no_replace,recurse_array)+list(append)+str()",
    },
  ];
  if (Object.keys(hostKeys).length > 0)
    all.push({ type: "text/cloud-config", content: cloudConfig(hostKeys), mergeType: "dict(replace)+list()+str()" });
  return all;
}
