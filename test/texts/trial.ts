import assert from "node:assert/strict";
import { asRecord, type Inputs } from "../../provider/basics/record";
import { validate } from "../../provider/lifecycle/validate";
import { definitions } from "../../provider/pulumi/definitions";
import { key, merge } from "../conformance/sample";
import { Refused } from "../conformance/way";
import type { TextStage } from "./stage";
import { nameOf, type Subject, type TextField } from "./subject";
import { textsFor } from "./values";

/** What a run saw: of all texts, those refused at check; and rounds that got to the host. */
export interface Tally {
  texts: number;
  refused: number;
  rounds: number;
  refusedByHost: number;
}

/** Failures after which a subject is given up. */
const mostFailures = 10;

const namesOf = (path: string) => path.replaceAll("*", key).split(".");

function atOf(field: TextField, text: string): Inputs {
  if (field.at) return field.at(text);
  return namesOf(field.path).reduceRight<unknown>((inner, name) => ({ [name]: inner }), text) as Inputs;
}

function ofState(field: TextField, state: Inputs): unknown {
  if (field.of) return field.of(state);
  return namesOf(field.path).reduce<unknown>((found, name) => asRecord(found)[name], state);
}

function brief(text: string): string {
  const quoted = JSON.stringify(text);
  return quoted.length <= 100 ? quoted : `${quoted.slice(0, 40)}… (${text.length} characters)`;
}

/** All texts of a subject: refused at check, or read back as they went in, and settled. */
export async function tryTexts(stage: TextStage, subject: Subject, count: number, seed: number): Promise<Tally> {
  const tally: Tally = { texts: 0, refused: 0, rounds: 0, refusedByHost: 0 };
  const failures: string[] = [];
  const all = subject.fields.map((field, index) => ({ field, texts: textsFor(field.samples, count, seed + index) }));
  for (let round = 0; round < count; round++) {
    const said = all.map(({ field, texts }) => `${nameOf(field)}: ${brief(texts[round]!)}`).join("; ");
    try {
      const given = all.map(({ field, texts }): [TextField, string] => [field, texts[round]!]);
      await tryRound(stage, subject, given, round, tally);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failures.push(`${why}\nround ${round} of seed ${seed}: ${said}`);
      console.log(`      ${failures.at(-1)}`);
      if (failures.length >= mostFailures) break;
      await stage.forget(subject.title);
    }
  }
  assert.deepEqual(failures, []);
  if (subject.stored && tally.rounds > 0) await startAgain(stage, subject);
  await stage.forget(subject.title);
  return tally;
}

async function tryRound(
  stage: TextStage,
  subject: Subject,
  given: [TextField, string][],
  round: number,
  tally: Tally,
): Promise<void> {
  const way = stage.way(subject.kind, subject.title);
  const base = subject.base(stage.place);
  const taken: [TextField, string][] = [];
  for (const [field, text] of given) {
    tally.texts++;
    const { refused } = await way.preview(merge(base, atOf(field, text)));
    if (refused === undefined) taken.push([field, text]);
    else {
      tally.refused++;
      // On the field, or on what must go with it; never by an error of ours.
      assert.match(refused, /^[a-z]\w*(\.[^:]*|\[.*)?: ./, nameOf(field));
      assert.doesNotMatch(refused, /\bundefined\b|\[object |TypeError|is not a function/);
    }
  }
  const inputs = taken.reduce((sum, [field, text]) => merge(sum, atOf(field, text)), base);
  settledAtCheck(subject, inputs);
  if (round % (subject.every ?? 1) !== 0) return;
  await subject.prepare?.(stage.look(inputs, way.state), inputs);
  try {
    await way.up(inputs);
  } catch (error) {
    if (error instanceof Refused) return;
    if (!subject.refusals?.test(String(error))) throw error;
    tally.refusedByHost++;
    await stage.forget(subject.title);
    return;
  }
  tally.rounds++;
  await settled(stage, subject, inputs, taken);
  if (subject.stored && tally.rounds % 500 === 0) await startAgain(stage, subject);
}

/** What check has made canonical stays as it is at the next one. */
function settledAtCheck({ kind }: Subject, inputs: Inputs): void {
  const { fields } = definitions[kind];
  const once = validate(fields, inputs);
  assert.deepEqual(validate(fields, once.inputs).inputs, once.inputs);
}

/** Line ends apart, which are `\n` in a definition; a text of nothing is none. */
function isKept(text: string, kept: unknown): boolean {
  if (kept === undefined) return text.trim() === "";
  return typeof kept === "string" && (kept === text || kept === text.replace(/\r\n?/g, "\n"));
}

async function settled(
  stage: TextStage,
  subject: Subject,
  inputs: Inputs,
  taken: readonly [TextField, string][],
): Promise<void> {
  const way = stage.way(subject.kind, subject.title);
  const nothing = async (when: string) => {
    const found = await way.preview(inputs);
    assert.equal(found.refused, undefined, when);
    assert.equal(found.changes, false, `a preview ${when} has changes: ${found.info}${found.warnings}`);
  };
  await nothing("after the update");
  const seen = (await subject.seen?.(stage.look(inputs, way.state), way.state)) ?? {};
  for (const [field, text] of taken) {
    const kept = ofState(field, way.state);
    if (!field.spelled) assert.ok(isKept(text, kept), `the state has ${JSON.stringify(kept)} of ${nameOf(field)}`);
    if (nameOf(field) in seen) assert.deepEqual(seen[nameOf(field)], kept, `what the host has of ${nameOf(field)}`);
  }
  const before = structuredClone(way.state);
  if (await way.refresh()) assert.deepEqual(way.state, before, "what a refresh sees");
  await nothing("after the refresh");
}

/** What libvirt has written, it must be able to read. */
async function startAgain(stage: TextStage, subject: Subject): Promise<void> {
  await stage.restartDaemon();
  const way = stage.way(subject.kind, subject.title);
  const before = structuredClone(way.state);
  if (await way.refresh()) assert.deepEqual(way.state, before, "what is there once libvirt was started again");
}
