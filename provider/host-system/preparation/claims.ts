import { createHash } from "node:crypto";
import { z } from "zod";
import { WindroseError } from "../../basics/errors";
import type { HostProfile } from "../profile";
import { describeThing } from "./describe-thing";
import { type Holder, type Kind, keyOf, kinds, type Thing, type WantedThing } from "./model";
import type { Touched } from "./touched-units";

/**
 * Who wants what of a host. A claim is kept on the host itself, one file for each claimed thing: what was there before
 * the first claim, and which lineages want which value. The last one to go takes it back.
 */
export interface Claim extends Thing {
  /** The value before the first claim; null: there was none. */
  readonly before: string | null;
  /** What it takes to put a file back. */
  readonly saved?: Saved;
  /** Values that a claim has set: only one of these is taken back, what somebody else has put there is not. */
  readonly set: readonly string[];
  readonly holders: Readonly<Record<string, Held>>;
}

interface Held {
  readonly value: string;
  /** The thing that is wanted, where this one is only touched with it (`enabled chrony.service`). */
  readonly with?: string;
  readonly project: string;
  readonly stack: string;
  readonly urn: string;
}

export interface Saved {
  /** base64 */
  readonly content?: string;
  readonly mode?: string;
  readonly owner?: string;
  /** Directories above a file that were not there, the lowest first. */
  readonly directories?: readonly string[];
  /** Tables of nftables that were there: `ip filter`. */
  readonly tables?: readonly string[];
  /** Symbolic links that enabled a unit: path → where it leads. */
  readonly links?: Readonly<Record<string, string>>;
  /** Whether a unit itself ran, and not only what starts it. */
  readonly active?: boolean;
}

const text = z.string().max(4096);
const claimType = z.object({
  version: z.literal(1),
  kind: z.enum(kinds),
  name: z.string().min(1).max(4096),
  before: z.string().nullable(),
  saved: z
    .object({
      content: z.string().optional(),
      mode: text.optional(),
      owner: text.optional(),
      directories: z.array(text).optional(),
      tables: z.array(text).optional(),
      links: z.record(text, text).optional(),
      active: z.boolean().optional(),
    })
    .optional(),
  set: z.array(z.string()),
  holders: z.record(
    z.string().regex(/^[0-9a-f]{32}$/),
    z.object({ value: z.string(), with: text.optional(), project: text, stack: text, urn: text }),
  ),
});

export const claimsDirectory = "/var/lib/windrose/claims";

/**
 * Lineages of Hosts that are being created, a file for each with its holder. A state knows a lineage only once it is
 * done: where the creation died, the next one under the same URN takes its claims over.
 */
export const makingDirectory = "/var/lib/windrose/making";

/** The name of a claim's file: readable at its beginning, and its thing's own by its end. */
export function claimFile(thing: Thing): string {
  const readable = thing.name.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 40);
  const digest = createHash("sha256").update(keyOf(thing)).digest("hex").slice(0, 12);
  return `${thing.kind}-${readable}-${digest}.json`;
}

export function claimText(claim: Claim): string {
  const { kind, name, before, saved, set, holders } = claim;
  return `${JSON.stringify({ version: 1, kind, name, before, saved, set, holders }, null, 2)}\n`;
}

/** @throws WindroseError `protocol` where the file holds something else, or another thing's claim. */
export function parseClaim(file: string, content: string): Claim {
  let parsed: z.infer<typeof claimType> | undefined;
  try {
    parsed = claimType.parse(JSON.parse(content));
  } catch {
    parsed = undefined;
  }
  if (!parsed || claimFile(parsed) !== file) {
    throw new WindroseError("protocol", `${claimsDirectory}/${file} on the host can't be understood`, {
      hint: "Look at the file. If it is damaged, remove it: what it says about the state before is then lost.",
    });
  }
  const { version: _, ...claim } = parsed;
  return claim;
}

/** What is on the host now. */
export interface Actual {
  /** null: there is none. */
  value(thing: Thing): string | null;
  saved(thing: Thing): Saved | undefined;
}

export interface Plan {
  /** Claims as they are to be while things are changed: written before. */
  readonly write: readonly Claim[];
  /** Claims that nobody holds any more: their files go after their things were taken back. */
  readonly remove: readonly Claim[];
  /** All claims, of others too, as they are at the end. */
  readonly after: readonly Claim[];
  readonly set: readonly WantedThing[];
  readonly restore: readonly Claim[];
  /** What is left as it is though nobody claims it any more: somebody else has changed it. */
  readonly left: readonly { readonly thing: Thing; readonly value: string | null }[];
}

export interface PlanRequest {
  readonly profile: HostProfile;
  readonly claims: readonly Claim[];
  readonly holder: Holder;
  readonly wanted: readonly WantedThing[];
  /** What else changes where one of these is set: it is claimed with it, so that it is put back. */
  readonly touched?: readonly Touched[];
  readonly actual: Actual;
  /** Lineages of dead creations of this very Host: their claims become its own. */
  readonly dead?: readonly string[];
  /** Kinds that are set in this run, and kinds that are only claimed; the rest waits. Default: all are set. */
  readonly only?: { readonly set: readonly Kind[]; readonly claim: readonly Kind[] };
}

/** What has to be done so that a holder has just what it wants, and nothing of what it wanted before. */
export function planClaims(request: PlanRequest): Plan {
  const { holder, wanted, actual, only } = request;
  const claims = new Map(request.claims.map((claim) => [keyOf(claim), withoutDead(claim, request)]));
  const changed = new Set<string>();
  for (const claim of request.claims) if (claims.get(keyOf(claim)) !== claim) changed.add(keyOf(claim));
  refuseConflicts(claims, request);

  const set: WantedThing[] = [];
  for (const thing of wanted) {
    if (only && !only.set.includes(thing.kind) && !only.claim.includes(thing.kind)) continue;
    const key = keyOf(thing);
    const value = actual.value(thing);
    const old = claims.get(key);
    const toSet = value !== thing.value && (!only || only.set.includes(thing.kind));
    if (toSet) set.push(thing);
    const claim: Claim = {
      kind: thing.kind,
      name: thing.name,
      before: old ? old.before : value,
      saved: old ? old.saved : actual.saved(thing),
      set: toSet && !old?.set.includes(thing.value) ? [...(old?.set ?? []), thing.value] : (old?.set ?? []),
      holders: { ...old?.holders, [holder.lineage]: heldBy(holder, thing.value) },
    };
    if (!old || JSON.stringify(claim) !== JSON.stringify(old)) changed.add(key);
    claims.set(key, claim);
  }
  const beside = only ? [] : [...claimTouched(request, claims, changed, set), ...touchedBefore(claims, request)];

  const remove: Claim[] = [];
  const restore: Claim[] = [];
  const left: Plan["left"][number][] = [];
  if (!only) {
    const asked = new Set([...wanted, ...beside].map(keyOf));
    for (const [key, claim] of claims) {
      if (asked.has(key)) continue;
      const { [holder.lineage]: mine, ...others } = claim.holders;
      if (!mine && Object.keys(others).length > 0) continue;
      if (Object.keys(others).length > 0) {
        claims.set(key, { ...claim, holders: others });
        changed.add(key);
        continue;
      }
      claims.delete(key);
      changed.delete(key);
      remove.push(claim);
      const value = actual.value(claim);
      if (value === claim.before) continue;
      const asClaimed = broughtByPackages(claim) ? mine?.value : undefined;
      if (claim.set.length === 0 && asClaimed === undefined) continue;
      if (value !== null && (claim.set.includes(value) || value === asClaimed || isNewPackage(claim)))
        restore.push(claim);
      else if (value !== null && claim.set.length > 0) left.push({ thing: claim, value });
    }
  }
  return {
    write: [...changed].flatMap((key) => claims.get(key) ?? []),
    remove,
    after: [...claims.values()],
    set: inOrder(set),
    restore: inOrder(restore).reverse(),
    left,
  };
}

/**
 * Claims what changes with something that is wanted, and what else has to be set since it does: what is wanted otherwise, by
 * this holder or by another.
 */
function claimTouched(
  request: PlanRequest,
  claims: Map<string, Claim>,
  changed: Set<string>,
  set: WantedThing[],
): Touched[] {
  const { holder, wanted, touched = [], actual } = request;
  const explicit = new Map(wanted.map((thing) => [keyOf(thing), thing]));
  const beside: Touched[] = [];
  for (const thing of touched) {
    const key = keyOf(thing);
    const value = actual.value(thing);
    const isSet = set.some((one) => keyOf(one) === keyOf(thing.by));
    const old = claims.get(key);
    const wish = explicit.get(key)?.value ?? wishOf(old, holder);
    if (wish !== undefined) {
      const again = isSet && wish !== thing.value && !set.some((one) => keyOf(one) === key);
      if (again) set.push({ kind: thing.kind, name: thing.name, value: wish });
      if (explicit.has(key)) continue;
    }
    if (beside.some((one) => keyOf(one) === key)) continue;
    // Where no call is made, it is as it was before.
    const owner = request.claims.find((one) => keyOf(one) === keyOf(thing.by));
    if (!old && !isSet && owner?.holders[holder.lineage]) continue;
    // It came with the package that brought the other.
    const brought = !old && claims.get(keyOf(thing.by))?.before === null;
    if (value === null && !old) continue;
    beside.push(thing);
    const claim: Claim = {
      kind: thing.kind,
      name: thing.name,
      before: old ? old.before : brought ? null : value,
      saved: old ? old.saved : brought ? { links: {} } : actual.saved(thing),
      set:
        isSet && value !== thing.value && !old?.set.includes(thing.value)
          ? [...(old?.set ?? []), thing.value]
          : (old?.set ?? []),
      holders: { ...old?.holders, [holder.lineage]: heldBy(holder, thing.value, keyOf(thing.by)) },
    };
    if (!old || JSON.stringify(claim) !== JSON.stringify(old)) changed.add(key);
    claims.set(key, claim);
  }
  return beside;
}

/** What was touched with something that is still wanted: how it was is remembered for as long. */
function touchedBefore(claims: ReadonlyMap<string, Claim>, { holder, wanted }: PlanRequest): Claim[] {
  const asked = new Set(wanted.map(keyOf));
  return [...claims.values()].filter((claim) => asked.has(claim.holders[holder.lineage]?.with ?? ""));
}

/** What others want of a thing. */
function wishOf(claim: Claim | undefined, holder: Holder): string | undefined {
  return Object.entries(claim?.holders ?? {}).find(
    ([lineage, held]) => lineage !== holder.lineage && held.with === undefined,
  )?.[1].value;
}

/** Whatever a run that was cut off has left of a package that was not there before: it goes. */
function isNewPackage({ kind, before }: Claim): boolean {
  return kind === "package" && before === null;
}

/** A service that was not there before comes enabled and started by its package, with nothing left to set. */
function broughtByPackages({ kind, before }: Claim): boolean {
  return before === null && (kind === "enabled" || kind === "running");
}

function heldBy({ project, stack, urn }: Holder, value: string, by?: string): Held {
  return { value, ...(by === undefined ? {} : { with: by }), project, stack, urn };
}

function withoutDead(claim: Claim, { holder, dead = [] }: PlanRequest): Claim {
  const found = dead.find((lineage) => claim.holders[lineage]);
  if (found === undefined) return claim;
  const holders = Object.fromEntries(Object.entries(claim.holders).filter(([lineage]) => !dead.includes(lineage)));
  holders[holder.lineage] ??= claim.holders[found]!;
  return { ...claim, holders };
}

function refuseConflicts(claims: ReadonlyMap<string, Claim>, { holder, wanted, profile }: PlanRequest): void {
  for (const thing of wanted) {
    const others = Object.entries(claims.get(keyOf(thing))?.holders ?? {}).filter(
      ([lineage, held]) => lineage !== holder.lineage && held.with === undefined && held.value !== thing.value,
    );
    if (others.length === 0) continue;
    const who = others.map(([, held]) => `${held.project}/${held.stack} (${held.urn.split("::").pop()})`).join(", ");
    // A setting may be a password.
    const untold = thing.file ? "another content" : thing.kind === "setting" ? "another value" : undefined;
    const theirs = untold ?? JSON.stringify(others[0]![1].value);
    throw new WindroseError("in-use", `${describeThing(thing, profile)}: ${who} wants ${theirs} on this host`, {
      hint: "Let both stacks ask for the same, or one of them for nothing.",
    });
  }
}

function inOrder<T extends Thing>(things: readonly T[]): T[] {
  return [...things].sort(
    (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
}
