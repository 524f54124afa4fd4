/** What a server said about a file, as far as a download has to know it (RFC 9110). */
export interface Answer {
  readonly status: number;
  /** A strong entity tag, quotes included. */
  readonly etag?: string;
  /** `Last-Modified`, where it names one content alone. */
  readonly lastModified?: string;
  /** Bytes of the whole file. */
  readonly total?: number;
  /** Of an answer with a part: its first byte. */
  readonly start?: number;
  /** Whether the body's end can be told from a connection that was cut. */
  readonly endIsKnown: boolean;
  /** Media type, without its parameters, in lower case. */
  readonly type?: string;
  /** How the server packed what it sends. */
  readonly encoding?: string;
  /** Where a redirection leads. */
  readonly location?: string;
}

/** Headers with names in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Milliseconds by which a file must be older than the answer: within one tick of the server's clock it can change and keep
 * its time, and the clocks of file and server can differ (RFC 9110, 8.8.2.2).
 */
const settled = 60_000;

export function answerOf(status: number, version: string, headers: Headers): Answer {
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers["content-range"] ?? "");
  const length = /^\d+$/.test(headers["content-length"] ?? "") ? Number(headers["content-length"]) : undefined;
  const whole = status === 200 ? length : undefined;
  const ofRange = range && range[2] !== "*" ? Number(range[2]) : undefined;
  const etag = headers.etag?.trim();
  const modified = headers["last-modified"]?.trim();
  const age = Date.parse(headers.date ?? "") - Date.parse(modified ?? "");
  const encoding = headers["content-encoding"]?.trim().toLowerCase();
  return {
    status,
    // no weak one (`W/"…"`), and nothing that could not stand in a header
    etag: etag && /^"[\x21\x23-\x7e]*"$/.test(etag) ? etag : undefined,
    lastModified: modified && age >= settled && /^[A-Za-z0-9 ,:]+$/.test(modified) ? modified : undefined,
    total: status === 200 ? whole : ofRange,
    start: range?.[1] === undefined ? undefined : Number(range[1]),
    endIsKnown: length !== undefined || !/^1/.test(version) || /\bchunked\b/i.test(headers["transfer-encoding"] ?? ""),
    type: headers["content-type"]?.replace(/;.*/s, "").trim().toLowerCase(),
    encoding: encoding === "identity" ? undefined : encoding,
    location: headers.location?.trim(),
  };
}

/** Reads answers from the lines of a program's output. The last one counts: redirections come before it. */
export class AnswerReader {
  private status = 0;
  private version = "";
  private headers: Record<string, string> = {};
  private open = false;

  /** `lastLine`: whether the line ends the headers of an answer. */
  add(line: string): { lastLine: boolean } {
    const start = /^HTTP\/([\d.]+) (\d{3})\b/.exec(line);
    if (start) {
      [this.version, this.status, this.headers, this.open] = [start[1]!, Number(start[2]), {}, true];
    } else if (this.open) {
      const header = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/.exec(line);
      if (header) this.headers[header[1]!.toLowerCase()] = header[2]!;
      else {
        this.open = false;
        return { lastLine: true };
      }
    }
    return { lastLine: false };
  }

  /** undefined: there was none. */
  get answer(): Answer | undefined {
    return this.status === 0 ? undefined : answerOf(this.status, this.version, this.headers);
  }
}
