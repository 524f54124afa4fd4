import { type FileHandle, open as openFile, statfs } from "node:fs/promises";
import { type IncomingMessage, request as plain } from "node:http";
import { request as secure } from "node:https";
import { WindroseError } from "../../basics/errors";
import { timeLeft } from "../../basics/work";
import { type Answer, answerOf, type Headers } from "../../downloads/answer";
import type { End, Way } from "../../downloads/download";
import { answerProblem, noRoom } from "../../downloads/problems";
import { beginsAgain, ifRange } from "../../downloads/resume";
import type { Context } from "../../lifecycle/context";
import type { KeptDownload } from "./kept-download";
import { withoutSecrets } from "./source";

const maxRedirects = 10;

/** Why a try ended, where it was not the server's or the network's doing. */
class Ended extends Error {
  constructor(readonly end: End) {
    super(end.why);
  }
}

interface Opened {
  readonly answer: Answer;
  readonly response: IncomingMessage;
  /** Whether bytes came after the last one that was announced. */
  excess: boolean;
}

/** Asks a server, and follows where it redirects to. Its answer comes as it is: nothing is unpacked on the way. */
async function open(address: string, headers: Record<string, string>, signal: AbortSignal): Promise<Opened> {
  let next = address;
  for (let redirects = 0; ; redirects++) {
    const { url, authorization } = withoutSecrets(next);
    const opened = await ask(url, { ...headers, ...(authorization ? { authorization } : {}) }, signal);
    const { response, answer } = opened;
    const location = answer.status >= 300 && answer.status < 400 ? answer.location : undefined;
    if (location === undefined || redirects === maxRedirects) return opened;
    const target = URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (target?.protocol !== "http:" && target?.protocol !== "https:") return opened;
    response.destroy();
    // As curl does, a redirection on the same server keeps the user and password, and no other does.
    const before = new URL(next);
    if (target.origin === before.origin && !target.username) {
      [target.username, target.password] = [before.username, before.password];
    }
    next = target.href;
  }
}

function ask(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https:") ? secure : plain;
    const sent = send(url, { agent: false, signal, headers: { ...headers, "accept-encoding": "identity" } });
    sent.once("error", reject);
    sent.once("response", (response: IncomingMessage) => {
      sent.off("error", reject);
      const answer = answerOf(response.statusCode ?? 0, response.httpVersion, response.headers as Headers);
      const opened: Opened = { answer, response, excess: false };
      // Whoever reads it listens too; of one that nobody reads on, an error ends nothing else.
      response.on("error", () => {});
      sent.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code?.startsWith("HPE_")) opened.excess = true;
      });
      resolve(opened);
    });
    sent.end();
  });
}

const largestText = 1024 * 1024;

/** A small text, as this machine sees it. Fails with `download-failed`, also where it has more than 1 MiB. */
export async function textFromHere(context: Context, address: string): Promise<string> {
  const { text } = withoutSecrets(address);
  const fail = (why: string, hint?: string) => new WindroseError("download-failed", `${text}: ${why}`, { hint });
  const stall = Math.min(60_000, timeLeft(context) / 2);
  const chunks: Buffer[] = [];
  let problem: ReturnType<typeof answerProblem>;
  const end = await bounded(context, text, stall, async (signal, alive) => {
    const { answer, response } = await open(address, {}, signal);
    try {
      problem = answerProblem(answer);
      if (problem) return { kind: "failed", why: problem.why };
      let size = 0;
      for await (const chunk of response) {
        alive();
        size += chunk.length;
        if (size > largestText) return { kind: "failed", why: "the file is too large" };
        chunks.push(chunk);
      }
    } finally {
      response.destroy();
    }
    return { kind: "whole", why: "" };
  });
  if (end.kind !== "whole") throw fail(end.why, problem?.hint);
  return Buffer.concat(chunks).toString("utf8");
}

/** Runs work that ends at the deadline, when it is called off, and when nothing comes for so many milliseconds. */
async function bounded(
  context: Context,
  text: string,
  stall: number,
  work: (signal: AbortSignal, alive: () => void) => Promise<End>,
): Promise<End> {
  const silent = new AbortController();
  const timeout = AbortSignal.timeout(timeLeft(context));
  const timer = setTimeout(() => silent.abort(), stall);
  const signals = [silent.signal, timeout, ...(context.signal ? [context.signal] : [])];
  try {
    return await work(AbortSignal.any(signals), () => timer.refresh());
  } catch (error) {
    if (context.signal?.aborted) throw new WindroseError("aborted", `the download of ${text} was called off`);
    if (timeout.aborted) throw new WindroseError("timeout", `${text} was not downloaded in time`);
    if (silent.signal.aborted)
      return { kind: "stalled", why: `the server sent nothing for ${Math.round(stall / 1000)} s` };
    return error instanceof Ended ? error.end : endOf(error as NodeJS.ErrnoException);
  } finally {
    clearTimeout(timer);
  }
}

/** This machine downloads. */
export function byThisMachine(
  context: Context,
  address: string,
  store: KeptDownload,
  verified: boolean,
): Way & { hasMore(size: number): Promise<{ total?: number } | undefined> } {
  const { text } = withoutSecrets(address);
  return {
    store,
    address: text,
    reachHint: "Check the URL, and that this machine can reach it.",
    verified,
    attempt({ from, validator, stall }, onAnswer) {
      return bounded(context, text, stall, async (signal, alive) => {
        const condition = from > 0 ? ifRange(validator) : undefined;
        const opened = await open(
          address,
          { ...(from > 0 ? { range: `bytes=${from}-` } : {}), ...(condition ? { "if-range": condition } : {}) },
          signal,
        );
        const { answer, response } = opened;
        try {
          onAnswer(answer);
          if (from > 0 ? beginsAgain(answer, from, validator) : answer.status !== 200) {
            return { kind: "failed", why: `the server answered with ${answer.status}` };
          }
          const count = counting(from, answer.total, (progress) => context.progress(`downloading ${progress}`));
          const file = async () => {
            if (answer.total !== undefined) await needRoom(store, answer.total - from);
            return openFile(store.path, from > 0 ? "a" : "w", 0o600).catch(unwritten);
          };
          await save(response, file, signal, (bytes) => {
            alive();
            count(bytes);
          });
        } finally {
          response.destroy();
        }
        if (!opened.excess) return { kind: "whole", why: "" };
        return { kind: "failed", why: "the server sent more of the file than the length that it gave" };
      });
    },
    async unwritten(why, size, total) {
      store.clear();
      const place = `${folderOf(store)} of this machine`;
      if (why !== full) return new WindroseError("download-failed", `${text}: ${why} in ${place}`);
      const hint = 'Free some space there, or set `via: "host"`, with which this machine stores nothing.';
      return noRoom(text, { total, size, free: await free(store), place, hint });
    },
    async hasMore(size) {
      let more: { total?: number } | undefined;
      await bounded(context, text, Math.min(10_000, timeLeft(context) / 4), async (signal) => {
        const { answer, response } = await open(address, { range: `bytes=${size}-${size}` }, signal);
        response.destroy();
        if (answer.status === 206 && answer.start === size) more = { total: answer.total };
        return { kind: "whole", why: "" };
      });
      return more;
    },
  };
}

const full = "the disk is full";

const folderOf = (store: KeptDownload) => store.folder.replace(/[/\\][^/\\]*$/, "");

async function free(store: KeptDownload): Promise<number> {
  const { bavail, bsize } = await statfs(folderOf(store));
  return bavail * bsize;
}

async function needRoom(store: KeptDownload, bytes: number): Promise<void> {
  if ((await free(store)) < bytes) throw new Ended({ kind: "unwritten", why: full });
}

/** The network's and the file system's errors, by their codes. */
function endOf(error: NodeJS.ErrnoException & { written?: boolean }): End {
  if (error.written === false) {
    const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
    return { kind: "unwritten", why: isFull ? full : `the file could not be written (${error.code})` };
  }
  switch (error.code) {
    case "ECONNRESET":
    case "EPIPE":
    case "ERR_STREAM_PREMATURE_CLOSE":
      return { kind: "cut", why: "the connection was interrupted" };
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return { kind: "failed", why: "the server's name can't be resolved" };
    case "ECONNREFUSED":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ETIMEDOUT":
      return { kind: "failed", why: "the server does not answer" };
    default:
      if (error.code?.startsWith("HPE_"))
        return { kind: "failed", why: "the server answered something that is not HTTP" };
      return { kind: "failed", why: error.message };
  }
}

/** Bytes that may wait to be written. */
const waiting = 8 * 2 ** 20;

/**
 * Writes a response to a file. What came before an error is in the file: the next try goes on from there. It is called in
 * the very turn in which the response came, and listens at once: a connection can be cut while the file is opened.
 */
async function save(
  response: IncomingMessage,
  open: () => Promise<FileHandle>,
  signal: AbortSignal,
  came: (bytes: number) => void,
): Promise<void> {
  const file = open();
  let written: Promise<unknown> = file;
  let queued = 0;
  const write = async (chunk: Buffer) => {
    await (await file).appendFile(chunk).catch(unwritten);
    queued -= chunk.length;
    if (queued < waiting) response.resume();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      file.catch(reject);
      response.on("data", (chunk: Buffer) => {
        came(chunk.length);
        queued += chunk.length;
        if (queued >= waiting) response.pause();
        written = written.then(() => write(chunk));
        written.catch(reject);
      });
      response.once("end", resolve);
      response.on("error", reject);
      response.once("close", () => reject(Object.assign(new Error("it was closed early"), { code: "ECONNRESET" })));
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  } finally {
    try {
      await written;
    } finally {
      await file.then((one) => one.close()).catch(() => undefined);
    }
  }
}

function unwritten(error: unknown): never {
  throw Object.assign(error as Error, { written: false });
}

/** Says how many bytes there are, in percent. */
function counting(from: number, total: number | undefined, progress: (text: string) => void): (bytes: number) => void {
  let all = from;
  let said = "";
  return (bytes) => {
    all += bytes;
    const text = total ? `${Math.min(100, Math.floor((100 * all) / total))}%` : `${Math.floor(all / 2 ** 20)} MiB`;
    if (text !== said) progress(text);
    said = text;
  };
}
