import { WindroseError } from "../../basics/errors";
import type { HostProfile, HostProfiles } from "../profile";
import { partFunction, partsOf } from "../script-parts";
import { sha256 } from "../sha256";
import { allows } from "./apparmor";
import { type Actual, type Claim, claimsDirectory, makingDirectory, parseClaim, type Saved } from "./claims";
import { enterFunctions } from "./enter-directory";
import { firewallFile, firewallText, firewallUnitText, intactScript, unitFile } from "./firewall";
import { leavesRules } from "./in-use";
import { announcementsScript, generatedText, modulesFile, sysctlFile, sysctlPath, sysctlValue } from "./kernel";
import { type Family, type FileState, keyOf, type Thing, type Unit, type WantedThing } from "./model";
import { installedScript } from "./packages";
import { digestOfClaims, dueDirectory, words } from "./script";
import { settingPlace } from "./settings-file";
import { enabledValue, runningValue } from "./unit-state";
import { parseUnits, unitsScript } from "./units";

/** Larger files are neither claimed nor looked into: bytes. */
export const largestFile = 1024 * 1024;

export interface ObserveRequest {
  readonly profiles: HostProfiles;
  readonly things: readonly Thing[];
  /** Distribution's packages to look for. */
  readonly family?: Family;
  /** Units to look at besides those of `things`. */
  readonly units?: readonly string[];
  /** For a change: what is only needed then. */
  readonly change?: boolean;
}

/** What is there of what was asked about, by one command. */
export interface Observed extends Actual {
  readonly claims: readonly Claim[];
  /** Of the claims, as digestOfClaims makes it. */
  readonly digest: string;
  /** Lineages of Hosts that are being created, or died of it: lineage → URN. */
  readonly making: ReadonlyMap<string, string>;
  readonly units: ReadonlyMap<string, Unit>;
  /** What has new settings that it has not read, as nobody came to tell it: units that read settings, and `apparmor`. */
  readonly due: readonly string[];
  /** By path; `undefined`: there is none; `other`: no plain file, or too large. */
  readonly files: ReadonlyMap<string, FileState | "other" | undefined>;
  /** Whether what is set at each boot, and the firewall's table, are as the claims want them. */
  readonly kept: { readonly sysctl: boolean; readonly modules: boolean; readonly firewall: boolean };
  /** What `nft -j list chains` prints. */
  readonly chains: string;
  /** Interfaces whose way out a router announces, and that would no longer listen with forwarding on. */
  readonly announced: readonly string[];
  readonly hasAppArmor: boolean;
  /** Whether it was looked at. */
  has(thing: Thing): boolean;
}

const ofKind = (things: readonly Thing[], kind: Thing["kind"]) =>
  things.filter((thing) => thing.kind === kind).map((thing) => thing.name);

/** The local parts of AppArmor's profiles; none where the hypervisor has none. */
export const apparmorFiles = ({ apparmor }: HostProfile): string[] => apparmor?.parts.map(({ path }) => path) ?? [];

function pathsOf({ things, profiles: { own } }: ObserveRequest): string[] {
  const has = (kind: Thing["kind"]) => things.some((thing) => thing.kind === kind);
  return [
    ...new Set([
      ...ofKind(things, "file"),
      ...things.filter((thing) => thing.kind === "setting").map((thing) => settingPlace(thing, own).path),
      ...(has("apparmor") ? apparmorFiles(own) : []),
      ...(has("sysctl") ? [sysctlFile] : []),
      ...(has("module") ? [modulesFile] : []),
      ...(has("firewall") ? [firewallFile, unitFile] : []),
    ]),
  ];
}

const usersOf = (things: readonly Thing[]) => [...new Set(ofKind(things, "member").map((name) => name.split(" ")[0]!))];

function unitsOf({ things, units = [] }: ObserveRequest): string[] {
  return [...new Set([...ofKind(things, "enabled"), ...ofKind(things, "running"), ...units])];
}

/**
 * A file is opened once: what is told of it and what is read are of one file, and it is the one of this name. A change that
 * is under way puts another in its place now and then: then that one is opened.
 */
const fileFunctions = `file() {
  if [ -e "$1" ] || [ -L "$1" ]; then ( enter "\${1%/*}" && plain "\${1##*/}" ) 2>/dev/null || echo other; return; fi
  echo absent; p=\${1%/*}; while [ -n "$p" ] && [ ! -e "$p" ]; do printf '%s\\n' "$p"; p=\${p%/*}; done
}
plain() {
  for try in 1 2 3 4 5; do ( opened "$1" ) && return; done
  return 1
}
opened() {
  [ ! -L "./$1" ] && [ -f "./$1" ] && exec 3< "./$1" && [ "$(readlink -n /proc/self/fd/3; echo .)" = "$at/$1." ] &&
    [ "$(stat -L -c %s /proc/self/fd/3)" -le ${largestFile} ] && stat -L -c '%a %U:%G %u:%g' /proc/self/fd/3 && base64 -w 0 <&3
}`;

/** Parts begin with a NUL, and what users of the host can write is in base64: no content can pass for another part. */
export function observeScript(request: ObserveRequest): string {
  const { things, family, change, profiles } = request;
  const packages = ofKind(things, "package");
  const units = unitsOf(request);
  const users = usersOf(things);
  const lines = [
    partFunction,
    enterFunctions,
    fileFunctions,
    "part claims",
    `cd ${claimsDirectory} 2>/dev/null && for f in *.json; do [ -f "$f" ] && { printf '%s ' "$f"; base64 -w 0 < "$f"; echo; }; done`,
    "part making",
    `cd ${makingDirectory} 2>/dev/null && for f in *; do [ -f "$f" ] && { printf '%s ' "$f"; base64 -w 0 < "$f"; echo; }; done`,
    `part due; cd ${dueDirectory} 2>/dev/null && ls`,
    "cd /",
    `part digest; ${digestOfClaims}`,
  ];
  if (family && packages.length > 0) lines.push(`part packages; ${installedScript(family, packages)}`);
  if (units.length > 0) lines.push("part units", unitsScript(units, change));
  if (change && ofKind(things, "running").some((unit) => leavesRules(profiles.all, unit)))
    lines.push("part tables; nft list tables 2>/dev/null");
  for (const [index, user] of users.entries())
    lines.push(`part member${index}; id -nG -- ${words([user])} 2>/dev/null`);
  for (const [index, name] of ofKind(things, "sysctl").entries())
    lines.push(`part sysctl${index}; cat ${words([sysctlPath(name)])} 2>/dev/null`);
  for (const [index, name] of ofKind(things, "module").entries())
    lines.push(`part module${index}; [ -d ${words([`/sys/module/${name.replace(/-/g, "_")}`])} ] && echo loaded`);
  if (ofKind(things, "firewall").length > 0) {
    lines.push("part firewall", intactScript);
    if (change) lines.push("part chains; nft -j list chains 2>/dev/null");
  }
  if (ofKind(things, "apparmor").length > 0) lines.push("part apparmor; [ -d /etc/apparmor.d ] && echo yes");
  if (change && ofKind(things, "sysctl").includes("net.ipv6.conf.all.forwarding"))
    lines.push("part announced", announcementsScript);
  for (const [index, path] of pathsOf(request).entries()) lines.push(`part file${index}; file ${words([path])}`);
  return [...lines, ":"].join("\n");
}

export function parseObserved(stdout: string, request: ObserveRequest): Observed {
  const parts = partsOf(stdout);
  const text = (name: string) => (parts.get(name) ?? "").trim();
  const { things, profiles } = request;
  const filed = (name: string) =>
    text(name)
      .split("\n")
      .filter(Boolean)
      .map((line): [string, string] => {
        const [file = "", encoded = ""] = line.split(" ");
        return [file, Buffer.from(encoded, "base64").toString()];
      });
  const claims = filed("claims").map(([file, content]) => parseClaim(file, content));
  const digest = text("digest");
  if (!/^[0-9a-f]{64}$/.test(digest))
    throw new WindroseError("protocol", "what is claimed on the host could not be read");

  const values = new Map<string, string | null>();
  const saved = new Map<string, Saved>();
  const note = (kind: Thing["kind"], name: string, value: string | null) => values.set(keyOf({ kind, name }), value);
  const installed = new Map(
    text("packages")
      .split("\n")
      .map((line) => (line.startsWith("part ") ? [line.slice(5), "in part"] : [line, "installed"])),
  );
  for (const name of ofKind(things, "package")) note("package", name, installed.get(name) ?? null);
  const units = parseUnits(parts.get("units") ?? "", unitsOf(request));
  for (const name of new Set([...ofKind(things, "enabled"), ...units.keys()])) {
    note("enabled", name, enabledValue(units.get(name)));
    saved.set(keyOf({ kind: "enabled", name }), { links: units.get(name)?.links ?? {} });
  }
  const tables = [...(parts.get("tables") ?? "").matchAll(/^table (\w+ \S+)$/gm)].map((match) => match[1]!);
  for (const name of new Set([...ofKind(things, "running"), ...units.keys()])) {
    note("running", name, runningValue(units.get(name)));
    saved.set(keyOf({ kind: "running", name }), {
      active: units.get(name)?.active === true,
      ...(leavesRules(profiles.all, name) ? { tables } : {}),
    });
  }
  const users = usersOf(things);
  for (const name of ofKind(things, "member")) {
    const [user, group] = name.split(" ") as [string, string];
    const groups = text(`member${users.indexOf(user)}`).split(/\s+/);
    note("member", name, groups.includes(group) ? "member" : null);
  }
  for (const [index, name] of ofKind(things, "sysctl").entries())
    note("sysctl", name, sysctlValue(text(`sysctl${index}`)) || null);
  for (const [index, name] of ofKind(things, "module").entries())
    note("module", name, text(`module${index}`) === "loaded" ? "loaded" : null);

  const files = new Map<string, FileState | "other" | undefined>();
  const missing = new Map<string, string[]>();
  const owners = new Map(
    things.flatMap(({ name, file }: Partial<WantedThing>) => (file ? [[name, file.owner] as const] : [])),
  );
  for (const [index, path] of pathsOf(request).entries()) {
    const [head = "", ...rest] = text(`file${index}`).split("\n");
    const state = /^([0-7]{1,4}) (\S+:\S+) (\d+:\d+)$/.exec(head);
    if (state) {
      const content = Buffer.from(rest.join(""), "base64");
      files.set(path, {
        content,
        mode: state[1]!.padStart(4, "0"),
        owner: ownerOf(state[2]!, state[3]!, owners.get(path)),
      });
    } else files.set(path, head === "absent" ? undefined : "other");
    if (head === "absent") missing.set(path, rest);
  }
  const content = (path: string) => {
    const file = files.get(path);
    return file === undefined || file === "other" ? undefined : file.content.toString();
  };
  for (const name of ofKind(things, "file")) {
    const file = files.get(name);
    note("file", name, file === undefined ? null : file === "other" ? "other" : fileValue(file));
    saved.set(keyOf({ kind: "file", name }), savedFile(file, missing.get(name)));
  }
  for (const thing of things.filter((thing) => thing.kind === "setting")) {
    const { path, key, grammar } = settingPlace(thing, profiles.own);
    const entry = grammar.find(content(path) ?? "", key);
    note("setting", thing.name, entry?.literal ?? null);
    if (entry) saved.set(keyOf(thing), { content: entry.text });
  }
  const hasAppArmor = text("apparmor") === "yes";
  const allowing = apparmorFiles(profiles.own);
  for (const name of ofKind(things, "apparmor")) {
    note("apparmor", name, !hasAppArmor || allowing.every((path) => allows(content(path), name)) ? "allowed" : null);
    saved.set(keyOf({ kind: "apparmor", name }), {
      directories: allowing.filter((path) => files.get(path) === undefined),
    });
  }
  const rules = firewallText(claims);
  const firewall =
    text("firewall") === "intact" &&
    rules !== undefined &&
    content(firewallFile) === rules &&
    content(unitFile) === firewallUnitText(profiles.all);
  const claimed = new Map(claims.map((claim) => [keyOf(claim), claim]));
  for (const name of ofKind(things, "firewall")) {
    const held = Object.values(claimed.get(keyOf({ kind: "firewall", name }))?.holders ?? {});
    note("firewall", name, firewall && held.length > 0 ? held[0]!.value : null);
  }
  return {
    claims,
    digest,
    making: new Map(filed("making").filter(([lineage]) => /^[0-9a-f]{32}$/.test(lineage))),
    units,
    due: text("due")
      .split("\n")
      .filter((name) => /^[a-z][a-z-]*(\.service)?$/.test(name)),
    files,
    kept: {
      sysctl: content(sysctlFile) === generatedText(claims, "sysctl"),
      modules: content(modulesFile) === generatedText(claims, "module"),
      firewall,
    },
    chains: parts.get("chains") ?? "",
    announced: text("announced").split("\n").filter(Boolean),
    hasAppArmor,
    has: (thing) => values.has(keyOf(thing)),
    value: (thing) => values.get(keyOf(thing)) ?? null,
    saved: (thing) => saved.get(keyOf(thing)),
  };
}

/** By names, or by numbers where there is no name or a number is asked for. */
function ownerOf(names: string, numbers: string, asked = ""): string {
  const [byNumber, wanted] = [numbers.split(":"), asked.split(":")];
  return names
    .split(":")
    .map((name, index) => {
      const number = byNumber[index]!;
      const given = wanted[index] ?? "";
      if (/^\d+$/.test(given) && Number(given) === Number(number)) return given;
      return name === "UNKNOWN" ? number : name;
    })
    .join(":");
}

/** A file as a claim's value: its mode, its owner, and a digest of its content. */
export function fileValue(file: { content: Buffer | string; mode: string; owner: string }): string {
  return `${file.mode} ${file.owner} ${sha256(file.content)}`;
}

function savedFile(file: FileState | "other" | undefined, directories: readonly string[] | undefined): Saved {
  if (file === undefined || file === "other") return { directories };
  return { content: file.content.toString("base64"), mode: file.mode, owner: file.owner };
}
