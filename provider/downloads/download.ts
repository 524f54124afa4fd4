import { hasCode, WindroseError } from "../basics/errors";
import type { Work } from "../basics/work";
import type { Answer } from "./answer";
import { answerProblem, cutAfter, hintOfRest, stalledAfter } from "./problems";
import { beginsAgain, goesOn, type Validator, validatorOf } from "./resume";

/** Where what came so far is kept. */
export interface Store {
  /** Bytes; 0: nothing is there. */
  size(): Promise<number>;
  /** What tells the content of what is there from any other, also for a later run. */
  keep(validator: Validator): Promise<void>;
  /** Takes that back: what comes now may be of another file. */
  doubt(): Promise<void>;
  /** Deletes what came, and what is known of it. */
  discard(): Promise<void>;
}

export interface Question {
  /** Bytes that are there already; the rest of the file is asked for, and appended. */
  readonly from: number;
  /** What the file must still be for that. */
  readonly validator: Validator | undefined;
  /** Milliseconds without a byte after which it gives up. */
  readonly stall: number;
}

/** How one try ended. What came is good after `cut` (the connection ended early) and `stalled`, and going on may succeed. */
export interface End {
  readonly kind: "whole" | "cut" | "stalled" | "unwritten" | "failed";
  /** In words, where it is not `whole`. */
  readonly why: string;
}

/** A way to download one file into a store. */
export interface Way {
  readonly store: Store;
  /** For messages: the file's address, without what may be a secret. */
  readonly address: string;
  /** What to do where the server can't be reached. */
  readonly reachHint: string;
  /** Whether the whole will be compared with a digest: then a file is gone on with of which nothing else tells that it is the same. */
  readonly verified: boolean;
  /** One try. `onAnswer` is called as soon as headers are there. Rejects with `timeout` at the deadline, and with `aborted`. */
  attempt(question: Question, onAnswer: (answer: Answer) => void): Promise<End>;
  /** The error of what could not be written, after what came was deleted. `total` undefined: the server did not say. */
  unwritten(why: string, size: number, total: number | undefined): Promise<WindroseError>;
}

export interface Kept {
  readonly size: number;
  readonly validator: Validator | undefined;
}

export const nothing: Kept = { size: 0, validator: undefined };

export interface Downloaded {
  readonly answer: Answer;
  readonly size: number;
  /** Whether it is of two or more answers. */
  readonly resumed: boolean;
}

/**
 * Whether another try may bring what the digest is of: the parts may be of two files, or the connection was cut and nobody
 * could tell.
 */
export const mayBeWrong = ({ answer, resumed }: Downloaded) => resumed || !answer.endIsKnown;

/** How often a download is begun or gone on with in one run. */
const attempts = 5;

/**
 * Milliseconds without a byte after which a download is stalled: a minute, and less where less than two are left, so that
 * there is time to try again, and to say what was wrong.
 */
const stallBound = (left: number) => Math.max(1000, Math.min(60_000, Math.floor(left / 2)));

/**
 * Downloads, and goes on where the connection is cut, with a file that is sure to be the same, or whose digest will be
 * compared. What came stays in the store when it fails in the end, where the next run can go on from it.
 */
export async function download(way: Way, kept: Kept, time: Pick<Work, "progress" | "deadline">): Promise<Downloaded> {
  const { store, verified, address } = way;
  let { size, validator } = kept;
  let resumed = false;
  const fail = (why: string, hint?: string) => new WindroseError("download-failed", `${address}: ${why}`, { hint });
  const mayGoOn = () => size > 0 && (validator !== undefined || verified);
  for (let attempt = 1; ; attempt++) {
    if (!mayGoOn()) {
      await store.discard();
      [size, validator, resumed] = [0, undefined, false];
    }
    const from = size;
    const stall = stallBound(time.deadline - Date.now());
    const tried = await attemptOnce(way, { from, validator, stall });
    const { answer, end } = tried;
    if (from > 0 && (answer ? beginsAgain(answer, from, validator) : tried.size > from)) {
      await store.discard();
      [size, validator] = [0, undefined];
      time.progress("downloading from the start: the file at the source is not the same");
      if (attempt < attempts) continue;
      throw fail("the file changed while it was downloaded, again and again");
    }
    size = tried.size;
    if (from > 0) resumed ||= size > from;
    else validator = answer && validatorOf(answer);
    const total = answer?.total ?? validator?.total;
    const problem = answer && answerProblem(answer, from);
    const short = total !== undefined && size !== total;
    if (end.kind === "whole" && answer && !problem && !short) return { answer, size, resumed };
    const kind = end.kind === "whole" ? "cut" : end.kind;
    if (!problem && (kind === "cut" || kind === "stalled") && attempt < attempts) {
      time.progress("downloading: the connection was interrupted, continuing");
      continue;
    }
    if (kind === "unwritten") throw await way.unwritten(end.why, size, total);
    const useless = kind === "failed" && answer && !problem;
    if (useless || !mayGoOn()) await store.discard();
    if (problem) throw fail(problem.why, problem.hint);
    if (!answer) throw fail(kind === "stalled" ? "the server does not answer" : end.why, way.reachHint);
    if (kind === "failed") throw fail(end.why);
    const why = kind === "stalled" ? stalledAfter(stall, size, total) : cutAfter(size, total);
    throw fail(why, hintOfRest(mayGoOn()));
  }
}

async function attemptOnce(
  way: Way,
  question: Question,
): Promise<{ end: End; answer: Answer | undefined; size: number }> {
  const { store } = way;
  const { from, validator } = question;
  let answer: Answer | undefined;
  let known: Validator | undefined;
  let kept: Promise<unknown> = Promise.resolve();
  // What is appended is of the same file when the server has said so, and not before.
  if (from > 0) await store.doubt();
  /** What it needs is written at once: this process may be gone before the download is over. */
  const onAnswer = (one: Answer) => {
    answer = one;
    known = from === 0 ? validatorOf(one) : goesOn(one, from, validator) ? validator : undefined;
    if (known) kept = store.keep(known).catch(() => undefined);
  };
  const look = async () => {
    await kept;
    const size = await store.size();
    if (from > 0 && size === from && validator && !known) await store.keep(validator);
    return size;
  };
  try {
    const end = await way.attempt(question, onAnswer);
    return { end, answer, size: await look() };
  } catch (error) {
    if (!hasCode(error, "timeout", "aborted")) throw error;
    throw await unfinished(
      way,
      error,
      await look(),
      known !== undefined || (way.verified && !refused(answer, question)),
    );
  }
}

const refused = (answer: Answer | undefined, { from, validator }: Question) =>
  answer !== undefined && from > 0 && beginsAgain(answer, from, validator);

/** The error of a download that was not done in time, or was called off. `kept`: whether the next one goes on from what came. */
async function unfinished(
  { store, address }: Way,
  error: WindroseError,
  size: number,
  kept: boolean,
): Promise<unknown> {
  if (!kept) await store.discard();
  const rest = hintOfRest(kept && size > 0);
  if (error.code === "aborted") {
    return new WindroseError("aborted", `the download of ${address} was called off after ${size} bytes`, {
      hint: rest,
    });
  }
  const why = `${address} was not downloaded in time: ${size} bytes came`;
  return new WindroseError("timeout", why, { hint: `${rest} Or raise \`timeout\`.`, cause: error });
}
