import type { End } from "../../downloads/download";

/** curl's exit codes, as its manual page has them. */
const curlReasons: Readonly<Record<number, string>> = {
  1: "the server redirects to another scheme, and only http and https are followed",
  5: "the proxy's name can't be resolved",
  6: "the server's name can't be resolved",
  7: "the server does not answer",
  18: "the connection was interrupted",
  22: "the server answered with an error",
  23: "the file could not be written",
  28: "the server sent nothing for too long",
  33: "the server can't go on where the download stopped",
  35: "TLS could not be set up",
  47: "too many redirections",
  52: "the server answered nothing",
  55: "the connection was interrupted",
  56: "the connection was interrupted",
  60: "the server's certificate could not be verified",
  61: "the server packs what it sends in an unknown way",
  63: "the file is too large",
  92: "the connection was interrupted",
};

/** wget's exit codes, as its manual page has them. */
const wgetReasons: Readonly<Record<number, string>> = {
  3: "the file could not be written",
  4: "the connection was interrupted, or failed",
  5: "the server's certificate could not be verified",
  6: "the server wants another user or password",
  7: "the server answered something that is not HTTP",
  8: "the server answered with an error",
};

const curlCuts: ReadonlySet<number> = new Set([18, 52, 55, 56, 92]);

export function endOf(
  downloader: "curl" | "wget",
  { code, stderr }: { code: number; stderr: string },
  seconds: number,
): End {
  if (code === 0) return { why: "", kind: "whole" };
  const why = (downloader === "curl" ? curlReasons : wgetReasons)[code] ?? `${downloader} ended with ${code}`;
  // wget has one code for all that a network does
  const stalled = downloader === "curl" ? code === 28 : code === 4 && /timed out/.test(stderr);
  if (stalled) return { why: `the server sent nothing for ${seconds} s`, kind: "stalled" };
  if (downloader === "curl" ? curlCuts.has(code) : code === 4) return { why, kind: "cut" };
  return { why, kind: code === (downloader === "curl" ? 23 : 3) ? "unwritten" : "failed" };
}
