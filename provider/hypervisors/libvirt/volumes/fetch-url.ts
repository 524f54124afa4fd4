import { WindroseError } from "../../../errors";

const protocols: ReadonlySet<string> = new Set(["http:", "https:", "file:"]);

/** A URL that a host may be told to fetch. Fails with `invalid-input`, without repeating what may be a secret. */
export function checkUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new WindroseError("invalid-input", "The source is not a URL");
  }
  if (!protocols.has(url.protocol)) {
    throw new WindroseError("invalid-input", `The source's protocol ${url.protocol} is not one of http, https, file`);
  }
  return url;
}

/** For messages: without user, password, query and fragment, which may be or hold secrets. */
export function redacted(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}${url.search ? "?…" : ""}`;
}

/** A line of a curl configuration file: curl(1), --config. What `href` holds has no control characters. */
function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&")}"`;
}

/** What curl reads from its standard input, so that a URL with a password in it is in no list of processes. */
export function curlConfig(url: URL): string {
  return `url = ${quoted(url.href)}\n`;
}

/** wget's exit codes, as its manual page has them: 3 file, 4 network, 5 TLS, 6 authentication, 8 the server's answer. */
export function wgetError(code: number, url: URL): WindroseError {
  const reasons: Record<number, string> = {
    3: "the file could not be written",
    4: "the network failed",
    5: "the server's certificate could not be verified",
    6: "the server wants another user or password",
    8: "the server answered with an error",
  };
  return new WindroseError("download-failed", `${redacted(url)}: ${reasons[code] ?? `wget ended with ${code}`}`);
}

/** curl's exit codes, as its manual page has them. `status` is HTTP's, where there was an answer. */
export function curlError(code: number, status: string, url: URL): WindroseError {
  const answered = /^[1-9]\d\d$/.test(status) ? ` with ${status}` : "";
  const reasons: Record<number, string> = {
    5: "the proxy's name can't be resolved",
    6: "the server's name can't be resolved",
    7: "the server does not answer",
    18: "the connection was cut",
    22: `the server answered${answered || " with an error"}`,
    23: "the file could not be written",
    28: "nothing came for too long",
    35: "TLS could not be set up",
    37: "the file can't be read",
    47: "too many redirections",
    52: "the server answered nothing",
    56: "the connection was cut",
    60: "the server's certificate could not be verified",
    63: "the file is too large",
    92: "the connection was cut",
  };
  return new WindroseError("download-failed", `${redacted(url)}: ${reasons[code] ?? `curl ended with ${code}`}`);
}

/** Exit codes of curl after which what came so far is good, and going on may succeed. */
export const resumable: ReadonlySet<number> = new Set([18, 28, 52, 55, 56, 92]);
/** The server, or the file, has nothing to go on from: the download starts anew. */
export const notResumable: ReadonlySet<number> = new Set([33, 36]);
