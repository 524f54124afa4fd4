import { WindroseError } from "../../basics/errors";

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

/** What curl reads from its standard input. */
export function curlConfig(url: URL): string {
  return `url = ${quoted(url.href)}\n`;
}
