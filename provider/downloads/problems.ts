import { WindroseError } from "../basics/errors";
import type { Answer } from "./answer";

const again = "Run the command again.";

/** What the answer says is wrong, in words; undefined where it is the file, or what of it was asked for. */
export function answerProblem({ status, location }: Answer, from = 0): { why: string; hint?: string } | undefined {
  if (status >= 300 && status < 400) {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(location ?? "")?.[1]?.toLowerCase();
    if (scheme && scheme !== "http" && scheme !== "https") {
      return {
        why: `the server redirects to ${scheme}:, and only http and https are followed`,
        hint: "Check `source`.",
      };
    }
    return { why: `the server answered with ${status}, a redirection that leads nowhere or too far` };
  }
  if (status === 401 || status === 403) {
    return {
      why: `the server answered with ${status}`,
      hint: "Check the user, the password and the token in the URL.",
    };
  }
  if (status === 404 || status === 410) return { why: `the server answered with ${status}`, hint: "Check the URL." };
  if (status >= 500) {
    return { why: `the server answered with ${status}`, hint: `The server has a problem. ${again}` };
  }
  return status === (from > 0 ? 206 : 200) ? undefined : { why: `the server answered with ${status}` };
}

const pages: ReadonlySet<string> = new Set([
  "text/html",
  "application/xhtml+xml",
  "application/xml",
  "text/xml",
  "application/json",
]);

/** Whether what came is a page for people or programs: an error, a login, a list of files. */
function isPage(answer: Answer | undefined, start: string): boolean {
  return pages.has(answer?.type ?? "") || /^\s*(?:<!doctype html|<html)\b/i.test(start);
}

export interface Received {
  /** For messages: the address, without what may be a secret. */
  readonly address: string;
  /** undefined: it did not come from a server. */
  readonly answer: Answer | undefined;
  readonly size: number;
  /** Its first bytes, as text. */
  readonly start: string;
  /** Whether its digest is known and right. */
  readonly verified: boolean;
  /** Whether it will be unpacked. */
  readonly packed: boolean;
}

/** Why a file that came whole is no image, or may not be whole; undefined where nothing speaks against it. */
export function contentProblem({
  address,
  answer,
  size,
  start,
  verified,
  packed,
}: Received): WindroseError | undefined {
  const fail = (why: string, hint: string) => new WindroseError("download-failed", `${address}: ${why}`, { hint });
  if (size === 0) return fail("the file is empty (0 bytes)", "Check `source`.");
  if (verified) return undefined;
  if (isPage(answer, start)) {
    const type = answer?.type && pages.has(answer.type) ? ` (${answer.type})` : "";
    return fail(
      `the server sent a page${type}, not an image`,
      "Check the URL, and whether it wants a login first. If it is the image after all, set `checksum`.",
    );
  }
  if (answer?.encoding !== undefined && !packed) {
    return fail(
      `the server sent the file packed (Content-Encoding ${answer.encoding}), though nobody asked for it`,
      "Use another server, or set `checksum` and `decompress`.",
    );
  }
  if (answer && !answer.endIsKnown) {
    return fail(
      "the server does not say how long the file is, so it can't be known whether it is whole",
      "Set `checksum`, or use another server.",
    );
  }
  return undefined;
}

/** A connection that ended early, or brought nothing more. `total` undefined: the server did not say. */
export function cutAfter(size: number, total: number | undefined): string {
  return size === 0
    ? "the connection was interrupted before any data arrived"
    : `the connection was interrupted after ${bytesOf(size, total)}`;
}

export function stalledAfter(milliseconds: number, size: number, total: number | undefined): string {
  return `the server sent nothing for ${Math.round(milliseconds / 1000)} s, after ${bytesOf(size, total)}`;
}

const bytesOf = (size: number, total: number | undefined) =>
  total === undefined ? `${size} bytes` : `${size} of ${total} bytes`;

/** Of a download that failed for now: whether the next one goes on from what came. */
export function hintOfRest(kept: boolean): string {
  return kept
    ? "Run the command again: it goes on from there."
    : "Run the command again: it starts from the beginning, as the server does not say whether the file is still the same.";
}

export function moreThanPromised(address: string, total: number | undefined): WindroseError {
  const of = total === undefined ? "" : ` of ${total} bytes`;
  return new WindroseError(
    "download-failed",
    `${address}: the server has more of the file than the length${of} that it gave`,
    {
      hint: "Set `checksum`, or use another server.",
    },
  );
}

/** `free`: bytes, once what came of the file is deleted. `total` undefined: the server did not say. */
export function noRoom(
  address: string,
  { total, size, free, place, hint }: { total?: number; size: number; free: number; place: string; hint?: string },
): WindroseError {
  const has = total === undefined ? `more than ${size}` : String(total);
  return new WindroseError("no-space", `${address} has ${has} bytes, and ${free} are free in ${place}`, { hint });
}
