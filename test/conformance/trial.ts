import assert from "node:assert/strict";
import type { Inputs } from "../../provider/basics/record";
import { restartRefusal } from "../../provider/lifecycle/diff";
import { type Effect, effectWords } from "../../provider/lifecycle/schema";
import type { Look, Which } from "./look";
import type { Place } from "./place";
import { inputsOf, type KindSamples, type Rule, rowPath, type Sample, withValue } from "./sample";
import { type Previewed, Refused, type Way } from "./way";

/** What a run needs: a resource to change, and a look at its host. */
export interface Stage {
  readonly place: Place;
  /** Each step takes seconds: what another step shows as well is left out. */
  readonly brief?: boolean;
  /** A resource of the name that is not there yet, or the long-lived one of the guest samples. */
  way(kind: KindSamples, sample: Sample): Way;
  /** A machine beside it. */
  companion(): Way;
  look(inputs: Inputs, state: Inputs): Look;
}

/** A line of the table that a run prints. */
export interface Line {
  readonly field: string;
  /** What the table says. */
  readonly says: string;
  /** What was seen, step by step. */
  readonly saw: string[];
  seconds: number;
  failed?: boolean;
}

/** What a row of a diff says, whatever more it says. */
const words: Readonly<Record<Effect, RegExp>> = {
  live: /\blive\b|on the stored definition/,
  restart: /after a restart/,
  replace: /replaces it/,
  local: /state only/,
};

/** What the table says of this sample: its plain effect, or what its function answers for these values. */
export function saidBy(rule: Rule, sample: Sample): Effect {
  const { rule: effect } = rule;
  if (typeof effect === "string") return effect;
  if (typeof effect === "object") return effect.effect;
  const plain = (Object.keys(effectWords) as Effect[]).find((one) => effectWords[one] === effect.text);
  return sample.effect ?? plain ?? "restart";
}

/** Changes one field on a real host and holds what happens against the table. */
export async function tryField(
  stage: Stage,
  kind: KindSamples,
  rule: Rule,
  [name, sample]: [string, Sample],
): Promise<Line> {
  const effect = saidBy(rule, sample);
  const line: Line = { field: `${rule.kind}.${name}`, says: effect, saw: [], seconds: 0 };
  const began = Date.now();
  try {
    await new Trial(stage, kind, rule.path, sample, effect, line.saw).run();
  } catch (error) {
    line.failed = true;
    line.saw.push(`FAILED: ${(error as Error).message}`);
    throw Object.assign(error as Error, { line });
  } finally {
    line.seconds = (Date.now() - began) / 1000;
  }
  return line;
}

class Trial {
  private readonly way: Way;
  private readonly before: Inputs;
  private readonly after: Inputs;
  private readonly shows: readonly [unknown, unknown];

  constructor(
    private readonly stage: Stage,
    private readonly kind: KindSamples,
    private readonly path: string,
    private readonly sample: Sample,
    private readonly effect: Effect,
    private readonly saw: string[],
  ) {
    this.way = stage.way(kind, sample);
    this.before = inputsOf(kind, path, sample, stage.place, 0);
    this.after = inputsOf(kind, path, sample, stage.place, 1);
    this.shows = sample.shows?.(stage.place) ?? sample.values(stage.place);
  }

  async run(): Promise<void> {
    const { way, sample, stage, kind } = this;
    // The guest may owe a restart to the sample before.
    if (sample.guest) await way.up({ ...this.before, restart: "now" });
    await way.up(this.before);
    const companion = this.effect === "live" && kind.companion ? stage.companion() : undefined;
    try {
      if (companion) await companion.up(kind.companion!(stage.place, String(way.state.uuid)));
      await sample.prepare?.(this.look(this.before));
      await this.shown(0);
      if (!stage.brief) await this.settled(this.before);
      await this[this.effect]();
      await this.drift();
      await this.refusal();
    } finally {
      await companion?.destroy();
      if (!sample.guest) await way.destroy();
    }
  }

  private look(inputs = this.after): Look {
    return this.stage.look(inputs, this.way.state);
  }

  /** The host shows what it should: before (0) or after (1). */
  private async shown(index: 0 | 1, which: readonly Which[] = ["stored", "running"]): Promise<void> {
    const look = this.look(index === 0 ? this.before : this.after);
    for (const side of which) {
      const seen = await this.sample.seen(look, side);
      assert.deepEqual(
        text(seen),
        text(this.shows[index]),
        `what the host shows ${["before", "after"][index]}, ${side}`,
      );
    }
  }

  /** A preview and a refresh with nothing to do. */
  private async settled(inputs: Inputs): Promise<void> {
    const nothing = async (when: string) => {
      const found = await this.way.preview(inputs);
      assert.equal(found.refused, undefined);
      assert.equal(found.changes, false, `a preview ${when} has changes: ${found.info}${found.warnings}`);
    };
    if (!this.stage.brief) await nothing("after the update");
    const before = structuredClone(this.way.state);
    if (await this.way.refresh()) assert.deepEqual(this.way.state, before, "what a refresh sees");
    await nothing("after the refresh");
  }

  /** The preview of the change says what the table says. */
  private async previewed(): Promise<Previewed> {
    const found = await this.way.preview(this.after);
    assert.equal(found.refused, undefined);
    assert.ok(found.changes, "the preview shows no change");
    assert.equal(found.replaces, this.effect === "replace", "whether the preview replaces it");
    const said = `${found.info}\n${found.warnings}`;
    const row = said.split(/; |\n/).find((part) => part.startsWith(rowPath(this.path)));
    assert.ok(row, `the preview does not name ${rowPath(this.path)}: ${said}`);
    assert.match(row, words[this.effect]);
    return found;
  }

  private async live(): Promise<void> {
    await this.previewed();
    const before = await this.kind.find(this.look(this.before));
    await this.way.up(this.after);
    await this.shown(1);
    const after = await this.kind.find(this.look());
    assert.equal(after.identity, before.identity, "the very object");
    if (this.sample.ends) assert.notEqual(after.life, before.life, "what the change ends");
    else assert.equal(after.life, before.life, "what stays through a live change");
    this.saw.push(`${this.brief()}, ${this.sample.ends ? "at once" : `same ${after.life.split(" ")[0]}`}`);
    await this.settled(this.after);
  }

  private async local(): Promise<void> {
    await this.previewed();
    const before = await this.everything();
    await this.way.up(this.after);
    assert.deepEqual(await this.everything(), before, "the host is as it was");
    this.saw.push("host untouched");
    await this.settled(this.after);
  }

  /** All that the host has of machines, networks, pools and files. */
  private async everything(): Promise<string[]> {
    const look = this.look();
    const text = await look.shell(
      `for d in $(virsh -q list --all --name); do virsh dumpxml "$d"; virsh dumpxml --inactive "$d"; cat "/run/libvirt/qemu/$d.pid" 2>/dev/null; done
       for n in $(virsh -q net-list --all --name); do virsh net-dumpxml "$n"; done
       for p in $(virsh -q pool-list --all --name); do virsh pool-dumpxml "$p" | grep -v -e '<allocation' -e '<available'; done
       find /var/lib/libvirt/images /srv -printf '%p %i %s %U:%G %m\\n' | sort`,
    );
    return text.split("\n");
  }

  private async replace(): Promise<void> {
    await this.previewed();
    const there = this.look(this.before);
    const before = await this.kind.find(there);
    await this.kind.replaceable?.(there);
    await this.way.up(this.after);
    await this.shown(1);
    const after = await this.kind.find(this.look());
    assert.notEqual(after.identity, before.identity, "a new object");
    assert.ok((await this.kind.all(this.look())).includes(after.identity), "the new one is there");
    assert.ok(!(await this.kind.all(there)).includes(before.identity), "the old one is gone");
    this.saw.push(`${this.brief()}, a new object, the old one gone`);
    await this.settled(this.after);
  }

  private async restart(): Promise<void> {
    const { way } = this;
    const found = await this.previewed();
    assert.ok(found.warnings.includes(restartRefusal), `a warning at preview: ${found.warnings}`);
    const start = await this.kind.find(this.look(this.before));
    const refusal = await refused(way.up(this.after));
    assert.ok(refusal.includes(`\`${rowPath(this.path)}\``), `the refusal names the field: ${refusal}`);
    await this.shown(0);
    assert.equal((await this.kind.find(this.look(this.before))).life, start.life, "a refused change touches nothing");

    const deferred = { ...this.after, restart: "defer" };
    await way.up(deferred);
    await this.shown(0, ["running"]);
    await this.shown(1, ["stored"]);
    assert.equal((await this.kind.find(this.look())).life, start.life, "a deferred change restarts nothing");
    const field = this.path.split(".")[0]!;
    assert.ok((way.state.restartPending as string[]).includes(field), `${field} waits for the restart`);
    if (!this.stage.brief) await this.settled(deferred);

    const now = { ...this.after, restart: "now" };
    await way.up(now);
    await this.shown(1);
    assert.notEqual((await this.kind.find(this.look())).life, start.life, "the machine was restarted");
    assert.deepEqual(way.state.restartPending, [], "nothing waits any more");
    await this.settled(now);
    this.saw.push(`${this.brief()}: warned, refused, deferred, then in force`);
  }

  /** A change behind our back is seen by a refresh, and mended. */
  private async drift(): Promise<void> {
    const { sample, way } = this;
    if (!sample.drift) return;
    const inputs = this.effect === "restart" ? { ...this.after, restart: "now" } : this.after;
    await sample.drift(this.look());
    assert.notDeepEqual(text(await sample.seen(this.look(), "stored")), text(this.shows[1]), "the drift is none");
    assert.ok(await way.refresh(), "a refresh does not see the drift");
    const found = await way.preview(inputs);
    assert.ok(found.changes, "a preview does not show the drift");
    const path = sample.driftPath ?? rowPath(this.path).split(".")[0]!;
    assert.ok(`${found.info}\n${found.warnings}`.includes(path), `the preview does not name ${path}: ${found.info}`);
    await way.up(inputs);
    await this.shown(1);
    await this.settled(inputs);
    this.saw.push("drift seen and mended");
  }

  private async refusal(): Promise<void> {
    const { refused: impossible } = this.sample;
    if (!impossible) return;
    const inputs = withValue(this.after, this.path, impossible.value);
    await assert.rejects(this.way.up(inputs), impossible.words);
    await this.way.up(this.after);
    this.saw.push("an impossible one refused");
  }

  private brief(): string {
    const [before, after] = this.shows.map((value) => text(value).replace(/\s+/g, " "));
    if (before === after) return "in force";
    const line = `${before} → ${after}`;
    return line.length <= 60 ? line : "seen as asked";
  }
}

/** As text: what is shown and what is asked for are compared so. */
function text(value: unknown): string {
  if (value === undefined || value === null) return "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

async function refused(work: Promise<void>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
  throw new assert.AssertionError({ message: "`up` does not refuse the change" });
}
