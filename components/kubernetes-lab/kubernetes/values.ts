import ipaddr from "ipaddr.js";

/** Why a value of a cluster can't be right, or nothing. Each reason follows the argument's name in a sentence. Pure. */

const version = /^v?(1)\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/** Versions by their number alone: what follows it (`-rc.1`, `+k3s1`) is no release that kubeadm upgrades from. */
export function versionProblem(text: unknown): string | undefined {
  if (typeof text !== "string" || !version.test(text)) return `"${text}" is not a version: write it as 1.34.4`;
  // kubeadm.k8s.io/v1beta4 came with 1.31 (cmd/kubeadm/app/apis/kubeadm/v1beta4/doc.go).
  return Number(version.exec(text)![2]) < 31 ? `${text} is too old: configuration v1beta4 came with 1.31` : undefined;
}

/** `1.34.4` */
export const plainVersion = (text: string): string => text.replace(/^v/, "");

/** DNS subdomain of RFC 1123. */
const domain = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

export function domainProblem(text: unknown): string | undefined {
  return typeof text === "string" && text.length <= 253 && domain.test(text)
    ? undefined
    : `"${text}" is no DNS domain, as cluster.local`;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** `host:port` */
  readonly text: string;
}

/** An address or name with a port, 6443 where there is none; or why it is none. */
export function parseEndpoint(text: unknown): Endpoint | string {
  const wrong = `"${text}" is not an endpoint: write it as 10.0.0.10:6443 or api.example.org:6443`;
  if (typeof text !== "string") return wrong;
  const [, host = "", digits = "6443"] = /^([^:/\s]{1,253})(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = Number(digits);
  if (port < 1 || port > 65_535) return wrong;
  if (/^[\d.]+$/.test(host) ? !ipaddr.IPv4.isValidFourPartDecimal(host) : !domain.test(host)) return wrong;
  return { host, port, text: `${host}:${port}` };
}

const namePart = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** `name` or `prefix/name` (apimachinery's validation of qualified names). */
function keyProblem(key: string): string | undefined {
  const parts = key.split("/");
  const name = parts.at(-1)!;
  const prefix = parts.length > 1 ? parts[0]! : undefined;
  if (parts.length > 2 || !namePart.test(name)) return `"${key}" is not a key, such as example.org/zone`;
  if (prefix !== undefined && domainProblem(prefix)) return `"${prefix}" is not the prefix of a key: a DNS domain`;
  return undefined;
}

const valueProblem = (value: unknown): string | undefined =>
  typeof value === "string" && (value === "" || namePart.test(value))
    ? undefined
    : `"${value}" is not a label value: at most 63 letters, digits, dots, dashes and underscores`;

/** Prefixes that the kubelet may not set itself, nor anybody in place of kubeadm. */
const kubeadmsOwn = "node-role.kubernetes.io/control-plane";

export function labelProblem(key: string, value: unknown): string | undefined {
  if (key === kubeadmsOwn) return "is kubeadm's own: a guest's `role` says it";
  return keyProblem(key) ?? valueProblem(value);
}

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

export function taintProblem(taint: unknown): string | undefined {
  const written = "write it as key=value:NoSchedule or key:NoExecute";
  if (typeof taint !== "string") return `is not a taint: ${written}`;
  const [, key = "", value = "", effect = ""] = /^([^=:]*)(?:=([^:]*))?:(.*)$/.exec(taint) ?? [];
  if (key === "") return `"${taint}" is not a taint: ${written}`;
  if (!effects.includes(effect)) return `"${taint}": "${effect}" is none of ${effects.join(", ")}`;
  const wrong = keyProblem(key) ?? valueProblem(value);
  return wrong && `"${taint}": ${wrong}`;
}

/** What tells a taint from another of the same node: key and effect. */
export const taintIdentity = (taint: string): string => taint.replace(/=[^:]*(?=:)/, "");

export function checksumProblem(checksum: unknown): string | undefined {
  return typeof checksum === "string" && /^(sha256:[0-9a-fA-F]{64}|sha512:[0-9a-fA-F]{128})$/.test(checksum)
    ? undefined
    : "is not written as sha256:… or sha512:… with all its digits";
}

export function secondsProblem(seconds: unknown): string | undefined {
  return Number.isInteger(seconds) && Number(seconds) >= 1 && Number(seconds) <= 86_400
    ? undefined
    : `"${seconds}" is not a whole number of seconds from 1 to 86400`;
}

export function generationProblem(generation: unknown): string | undefined {
  if (typeof generation === "number" && Number.isSafeInteger(generation) && generation >= 0) return undefined;
  return typeof generation === "string" && /^[\w.-]{1,64}$/.test(generation)
    ? undefined
    : `"${generation}" is neither a number nor a word`;
}

export const isUrl = (text: string): boolean => /^https?:\/\//i.test(text);
