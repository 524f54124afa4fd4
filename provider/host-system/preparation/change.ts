import { WindroseError } from "../../basics/errors";
import type { HostProfile, HostProfiles } from "../profile";
import { sha256 } from "../sha256";
import { type Claim, claimFile, claimsDirectory, claimText, makingDirectory, type Plan } from "./claims";
import { describeThing } from "./describe-thing";
import { firewallText, loadFirewall, unloadFirewall } from "./firewall";
import { guestsNeedPackage, inUseFunctions } from "./in-use";
import { generatedText, loadModule, modulesFile, restoreSysctl, setSysctl, sysctlFile, unloadModule } from "./kernel";
import type { Family, FileState, Holder, Kind, Thing, WantedFile } from "./model";
import { apparmorFiles, type Observed } from "./observe";
import { installCommands, removableCommand, removeCommands, runTool } from "./packages";
import { dueDirectory, Script, words } from "./script";
import { settingPlace } from "./settings-file";
import { type Edits, textEdits, writeEdits } from "./text-edits";
import { restoreUnits, setUnits } from "./unit-changes";

export interface ChangeRequest {
  readonly profiles: HostProfiles;
  readonly plan: Plan;
  readonly observed: Observed;
  readonly holder: Holder;
  readonly family?: Family;
  /** Whether packages that nobody claims any more are removed where they were not there before. */
  readonly removePackages: boolean;
  /** Whether this is the run that only claims and installs, before what comes with the packages can be looked at. */
  readonly packagesOnly?: boolean;
  /** Whether the Host is being created: see `makingDirectory`. */
  readonly creating: boolean;
  /** Lineages of creations that are over. */
  readonly over: readonly string[];
}

/** The change as a script; undefined where there is nothing to do. */
export function changeScript(request: ChangeRequest): Script | undefined {
  const { plan, observed, holder, packagesOnly, profiles } = request;
  const script = new Script().add(...inUseFunctions(profiles.all));
  const edits: Edits = packagesOnly ? new Map() : textEdits(plan, observed, profiles.own);
  for (const [path] of edits) script.unchanged(path, digestOf(observed.files.get(path)));
  // While the lock was waited for, a person may have written one: it is looked at again then.
  for (const { kind, name } of [...plan.set, ...plan.restore])
    if (kind === "file") script.unchanged(name, digestOf(observed.files.get(name)));
  const idle =
    plan.write.length + plan.remove.length + plan.set.length + request.over.length + observed.due.length === 0 &&
    packagesOnly !== true &&
    (Object.keys(generatedKinds) as GeneratedKind[]).every((kind) => isKept(request, kind));
  if (idle) return undefined;

  if (plan.write.length > 0)
    script.add(`mkdir -p -m 0700 /var/lib/windrose ${claimsDirectory} || die "no place for claims"`);
  if (request.creating && plan.write.length > 0) {
    script.add(`mkdir -p -m 0700 ${makingDirectory} || die "no place for claims"`);
    script.put(`${makingDirectory}/${holder.lineage}`, holder.urn, "0600");
  }
  putClaims(script, plan.write);
  const install = plan.set.filter((thing) => thing.kind === "package").map((thing) => thing.name);
  if (install.length > 0 && request.family) {
    script.progress(`installing ${install.join(", ")}`);
    runTool(script, installCommands(request.family, install), "installing packages");
  }
  if (packagesOnly) return script;

  setAll(script, request, edits);
  restoreAll(script, request);
  for (const claim of plan.remove) tidyBeside(script, claim, profiles.own);
  if (plan.remove.length > 0)
    script.add(`rm -f -- ${words(plan.remove.map((claim) => `${claimsDirectory}/${claimFile(claim)}`))}`);
  script.add(madeText(request.over));
  for (const { thing, value } of plan.left) {
    const untold = value === "other" || thing.kind === "file" || thing.kind === "setting";
    const now = untold ? "changed by somebody else" : `now ${value}`;
    script.add(`left ${words([`${describeThing(thing, profiles.own)} is left as it is: ${now}`])}`);
  }
  return script.add(":");
}

/** Shell by which creations are over; directories of ours that hold nothing any more go. */
export function madeText(lineages: readonly string[]): string {
  const files = lineages.map((lineage) => `${makingDirectory}/${lineage}`);
  return `${files.length > 0 ? `rm -f -- ${words(files)}; ` : ""}rmdir ${makingDirectory} ${claimsDirectory} ${dueDirectory} /var/lib/windrose 2>/dev/null || :`;
}

function putClaims(script: Script, claims: readonly Claim[]): void {
  for (const claim of claims) script.put(`${claimsDirectory}/${claimFile(claim)}`, claimText(claim), "0600");
}

function setAll(script: Script, request: ChangeRequest, edits: Edits): void {
  const { plan, observed } = request;
  const touched = (kind: GeneratedKind) =>
    [...plan.set, ...plan.write, ...plan.remove].some((thing) => thing.kind === kind) || !isKept(request, kind);
  const of = (kind: Kind) => plan.set.filter((thing) => thing.kind === kind);
  for (const { name } of of("module")) loadModule(script, name);
  if (touched("module")) generated(script, modulesFile, generatedText(plan.after, "module"));
  const ra = observed.announced[0];
  if (ra !== undefined && of("sysctl").some((thing) => thing.name === "net.ipv6.conf.all.forwarding")) {
    throw new WindroseError(
      "requirement-not-met",
      `with IPv6 forwarding the host would lose its way out by ${ra}, which a router announces`,
      {
        hint: `Set \`sysctl: { "net.ipv6.conf.${ra.replaceAll(".", "/")}.accept_ra": "2" }\` in an update before this one.`,
      },
    );
  }
  for (const { name, value } of of("sysctl")) setSysctl(script, name, value);
  if (touched("sysctl")) generated(script, sysctlFile, generatedText(plan.after, "sysctl"));
  for (const { name } of of("member")) {
    const [user, group] = name.split(" ") as [string, string];
    script.progress(`adding ${user} to ${group}`);
    script.must(["usermod", "-a", "-G", group, "--", user], `${user} could not be added to the group ${group}`);
  }
  writeEdits(script, edits, observed.due, request.profiles.all);
  for (const { file } of of("file")) if (file) writeFile(script, file);
  reloadUnits(script, of("file"));
  setUnits(script, plan.set, observed);
  if (touched("firewall")) {
    const rules = firewallText(plan.after);
    if (rules !== undefined) loadFirewall(script, rules, request.profiles.all);
    else if (plan.remove.some((claim) => claim.kind === "firewall")) unloadFirewall(script);
  }
}

/** Kinds of which a file or a table is generated from all claims. */
const generatedKinds = { sysctl: "sysctl", module: "modules", firewall: "firewall" } as const;
type GeneratedKind = keyof typeof generatedKinds;

/** Whether what is generated for a kind is as all claims want it, where this host's holder has a part in it. */
function isKept({ plan, observed, holder }: ChangeRequest, kind: GeneratedKind): boolean {
  const mine = plan.after.some((claim) => claim.kind === kind && claim.holders[holder.lineage]);
  return !mine || observed.kept[generatedKinds[kind]];
}

function generated(script: Script, path: string, text: string | undefined): void {
  if (text === undefined) script.drop([path]);
  else script.add(`mkdir -p ${words([path.slice(0, path.lastIndexOf("/"))])}`).put(path, text, "0644");
}

function writeFile(script: Script, file: WantedFile): void {
  const directory = file.path.slice(0, file.path.lastIndexOf("/")) || "/";
  script.progress(`writing ${file.path}`);
  script.add(`mkdir -p -- ${words([directory])} || die ${words([`${directory} could not be made`])}`);
  script.put(file.path, file.content, file.mode, file.owner);
}

/** In the reverse order of `setAll`; what is generated from the claims is already without them. */
function restoreAll(script: Script, request: ChangeRequest): void {
  const { plan, family, removePackages, profiles } = request;
  restoreUnits(script, request);
  for (const claim of plan.restore) {
    const { kind, name, before } = claim;
    if (kind === "file") restoreFile(script, claim);
    else if (kind === "member") {
      const [user, group] = name.split(" ") as [string, string];
      script.must(["gpasswd", "-d", user, group], `${user} could not be taken from the group ${group}`);
    } else if (kind === "sysctl" && before !== null) restoreSysctl(script, name, before);
    else if (kind === "module") unloadModule(script, name);
  }
  reloadUnits(
    script,
    plan.restore.filter((claim) => claim.kind === "file"),
  );
  const gone = plan.restore.filter((claim) => claim.kind === "package").map((claim) => claim.name);
  if (!removePackages || !family) return;
  const held = gone.filter((name) => guestsNeedPackage(profiles.all, name));
  if (held.length === 0) return void script.add(removal(family, gone));
  const others = gone.filter((name) => !held.includes(name));
  script.add(
    `if guests; then left ${words([`${held.join(", ")} stay installed: guests run by them`])}`,
    removal(family, others),
    "else",
    removal(family, gone),
    "fi",
  );
}

/** Packages go together, or stay where others need them. */
function removal(family: Family, names: readonly string[]): string {
  if (names.length === 0) return ":";
  const all = names.join(", ");
  const script = new Script().add(`if run ${words(removableCommand(family, names))} >/dev/null 2>&1; then`);
  script.progress(`removing ${all}`);
  runTool(script, removeCommands(family, names), "removing packages");
  return script.add("else", `left ${words([`${all} stay installed: other packages need them`])}`, "fi").body;
}

/** Where units of systemd are among files that change: it goes by those that it has read. */
function reloadUnits(script: Script, files: readonly Thing[]): void {
  if (files.some(({ name }) => /^\/(etc|run|lib|usr\/lib|usr\/local\/lib)\/systemd\/system\//.test(name)))
    script.must(["systemctl", "daemon-reload"], "systemd could not be reloaded");
}

function restoreFile(script: Script, { name, before, saved }: Claim): void {
  if (before !== null && saved?.content !== undefined)
    script.put(name, Buffer.from(saved.content, "base64"), saved.mode ?? "0644", saved.owner);
  else script.drop([name]);
}

/** Once nobody claims it: what a run that was cut off while it wrote the file has left, and directories that were made for it. */
function tidyBeside(script: Script, claim: Claim, profile: HostProfile): void {
  const { kind, name, saved } = claim;
  if (kind === "setting") script.sweep([settingPlace(claim, profile).path]);
  else if (kind === "apparmor") script.sweep(apparmorFiles(profile));
  else if (kind === "file") {
    script.sweep([name]);
    for (const directory of saved?.directories ?? []) script.add(`rmdir -- ${words([directory])} 2>/dev/null`);
  }
}

function digestOf(file: FileState | "other" | undefined): string | null {
  return file === undefined || file === "other" ? null : sha256(file.content);
}
