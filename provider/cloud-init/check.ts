import { isIP } from "node:net";
import type { CloudInitFields } from "./fields";
import { contentType, isCloudConfig } from "./mime";
import { publicKeyProblem } from "./public-key";
import { HOST_KEY_SETTINGS } from "./user-data";
import { isMap, parseYaml, plainValue, type YamlMap } from "./yaml-text";

export interface CloudInitProblem {
  /** Below `cloudInit`: `sshKeys[0]`, `userData.packages`. */
  path: string;
  /** Follows the path in a sentence: `is not a list`. Quotes no value. */
  reason: string;
}

export interface CheckOptions {
  /** Says which values are not known yet, at preview; they are not looked at. */
  isUnknown?: (value: unknown) => boolean;
}

type Fields = { readonly [Key in keyof CloudInitFields]?: unknown };

/** What can never be right in a machine's `cloudInit`. Asks no host. An empty list: all is well as far as is known. */
export function checkCloudInit(fields: Fields, { isUnknown = () => false }: CheckOptions = {}): CloudInitProblem[] {
  const problems: CloudInitProblem[] = [];
  const problem = (path: string, reason: string): void => {
    problems.push({ path, reason });
  };
  const skip = (value: unknown): boolean => value === undefined || value === null || isUnknown(value);
  const list = (path: string, value: unknown, item: (value: unknown) => string | undefined): void => {
    if (skip(value)) return;
    if (!Array.isArray(value)) {
      problem(path, "is not a list");
      return;
    }
    value.forEach((entry: unknown, index) => {
      const reason = isUnknown(entry) ? undefined : item(entry);
      if (reason) problem(`${path}[${index}]`, reason);
    });
  };

  for (const path of ["hostname", "fqdn"] as const) {
    const value = fields[path];
    if (!skip(value) && !isHostname(value)) problem(path, "is not a host name (RFC 1123)");
  }
  list("users", fields.users, userProblem);
  list("sshKeys", fields.sshKeys, publicKeyProblem);
  list("packages", fields.packages, (value) => (isWord(value) ? undefined : "is not the name of a package"));
  list("runCommands", fields.runCommands, commandProblem);

  const { userData, vendorData, networkConfig } = fields;
  if (!skip(userData)) problems.push(...dataProblems("userData", userData, isUnknown));
  if (!skip(vendorData)) problems.push(...dataProblems("vendorData", vendorData, isUnknown));
  if (!skip(networkConfig)) {
    const reason = networkProblem(networkConfig);
    if (reason) problem("networkConfig", reason);
  }
  return problems;
}

/** RFC 1123 2.1: labels of letters, digits and inner hyphens, up to 63 each and 253 in all; not an address. */
export function isHostname(value: unknown): value is string {
  if (typeof value !== "string" || value.length > 253 || isIP(value) !== 0) return false;
  return value.split(".").every((label) => /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label));
}

function isWord(value: unknown): boolean {
  return typeof value === "string" && /^[^\s\p{Cc}-][^\s\p{Cc}]*$/u.test(value);
}

function userProblem(value: unknown): string | undefined {
  if (typeof value === "string") return isWord(value) ? undefined : "is not a user's name";
  if (!isMap(value)) return "is neither a name nor an object";
  const parsed = plainValue(value);
  if ("reason" in parsed) return parsed.reason;
  if (value.name === undefined && value.snapuser === undefined) return "has no `name`";
  return undefined;
}

function commandProblem(value: unknown): string | undefined {
  if (typeof value === "string") return value.includes("\0") ? "has a zero byte" : undefined;
  if (!Array.isArray(value)) return "is neither text nor a list of arguments";
  if (value.length === 0) return "is an empty list";
  return value.every((word) => typeof word === "string") ? undefined : "has an argument that is not text";
}

function dataProblems(name: string, data: unknown, isUnknown: (value: unknown) => boolean): CloudInitProblem[] {
  const whole = (reason: string): CloudInitProblem[] => [{ path: name, reason }];
  if (typeof data === "string") {
    if (data === "") return [];
    if (contentType(data) === undefined)
      return whole("begins with none of `#cloud-config`, `#!`, `#include`, `## template: jinja`, `Content-Type:` …");
    if (!isCloudConfig(data)) return [];
  }
  const parsed = typeof data === "string" ? parseYaml(data) : plainValue(data);
  if ("reason" in parsed) return whole(parsed.reason);
  if (parsed.value === null && typeof data === "string") return [];
  if (!isMap(parsed.value)) return whole("is not a map");
  const problems = configProblems(parsed.value, isUnknown);
  return problems.map(({ path, reason }) => ({ path: `${name}.${path}`, reason }));
}

/** The settings that ours are merged with must be of their kind. */
function configProblems(config: YamlMap, isUnknown: (value: unknown) => boolean): CloudInitProblem[] {
  const problems: CloudInitProblem[] = [];
  for (const path of ["packages", "runcmd", "ssh_authorized_keys"] as const) {
    const value = config[path];
    if (value !== undefined && value !== null && !isUnknown(value) && !Array.isArray(value))
      problems.push({ path, reason: "is not a list" });
  }
  const { users } = config;
  if (typeof users === "number" || typeof users === "boolean")
    problems.push({ path: "users", reason: "is neither a list nor a map" });
  for (const path of ["hostname", "fqdn"] as const) {
    const value = config[path];
    if (value !== undefined && !isUnknown(value) && !isHostname(value))
      problems.push({ path, reason: "is not a host name (RFC 1123)" });
  }
  for (const path of HOST_KEY_SETTINGS)
    if (config[path] !== undefined)
      problems.push({ path, reason: "can't be set: the guest's host keys are made with the machine" });
  return problems;
}

function networkProblem(value: unknown): string | undefined {
  if (typeof value !== "string" && !isMap(value)) return "is neither text nor an object";
  const parsed = typeof value === "string" ? parseYaml(value) : plainValue(value);
  if ("reason" in parsed) return parsed.reason;
  if (!isMap(parsed.value)) return "is not a map";
  const config = isMap(parsed.value.network) ? parsed.value.network : parsed.value;
  if (config.config === "disabled") return undefined;
  if (config.version === 1) return Array.isArray(config.config) ? undefined : "of version 1 has no list `config`";
  if (config.version === 2) return undefined;
  return "has no `version` 1 or 2";
}
