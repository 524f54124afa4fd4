import { hasCode, WindroseError } from "../../basics/errors";
import { requireTime, type Work } from "../../basics/work";
import { type Answer, AnswerReader } from "../../downloads/answer";
import type { Question } from "../../downloads/download";
import { ifRange } from "../../downloads/resume";
import type { Transport } from "../../transports/transport";
import { curlConfig } from "./url";

export type Downloader = "curl" | "wget";

/** The programs of these that the host has. One command. wget counts where it is GNU's: others know few of its options. */
async function present(transport: Transport, programs: readonly string[]): Promise<Set<string>> {
  const script = `
    for program; do
      command -v "$program" >/dev/null || continue
      [ "$program" != wget ] || wget --version 2>/dev/null | grep -q "^GNU Wget" || continue
      echo "$program"
    done
    exit 0`;
  const { stdout } = await transport.exec(["sh", "-c", script, "sh", ...programs]);
  return new Set(stdout.split("\n").filter(Boolean));
}

/** Fails with `command-missing` where the host lacks one of them. */
export async function needPrograms(transport: Transport, needed: readonly string[]): Promise<void> {
  const have = await present(transport, needed);
  const missing = needed.find((program) => !have.has(program));
  if (missing) throw new WindroseError("command-missing", `The host has no ${missing}`);
}

/** What the host downloads with. Fails with `command-missing` where it has nothing for it, or lacks another program. */
export async function findDownloader(transport: Transport, needed: readonly string[]): Promise<Downloader> {
  const have = await present(transport, ["curl", "wget", ...needed]);
  if (!have.has("curl") && !have.has("wget")) {
    throw new WindroseError("command-missing", "The host has neither curl nor GNU wget", {
      hint: 'Install curl on the host, or set `via: "client"` to download from here.',
    });
  }
  const missing = needed.find((program) => !have.has(program));
  if (missing) throw new WindroseError("command-missing", `The host has no ${missing}`);
  return have.has("curl") ? "curl" : "wget";
}

export const redirects = ["--proto-redir", "=http,https", "--max-redirs", "10", "--suppress-connect-headers"];

/** What the program reads from its standard input, so that a URL with a password in it is in no list of processes. */
export const stdinOf = (downloader: Downloader, url: URL) =>
  downloader === "curl" ? curlConfig(url) : `${url.href}\n`;

/** The lines in which a program tells the server's headers, as the server sent them. */
export function headerLine(downloader: Downloader, line: string, stream: "stdout" | "stderr"): string | undefined {
  if (downloader === "curl") return stream === "stdout" ? line : undefined;
  if (stream !== "stderr") return undefined;
  // `wget --server-response` indents them, and writes of other things between two answers
  return /^ {2}\S/.test(line) ? line.slice(2) : "";
}

/** The words of one download, or of the rest of one. */
export function downloadCommand(
  downloader: Downloader,
  partial: string,
  { from, validator, stall }: Question,
): string[] {
  const condition = from > 0 ? ifRange(validator) : undefined;
  const headers = condition === undefined ? [] : ["--header", `If-Range: ${condition}`];
  const seconds = String(Math.floor(stall / 1000));
  if (downloader === "curl") {
    return [
      ...["curl", "--fail", "--location", ...redirects],
      ...["--connect-timeout", seconds, "--speed-time", seconds, "--speed-limit", "1"],
      ...["--progress-bar", "--dump-header", "-", "--write-out", "\\nstatus %{http_code}\\n"],
      ...[...headers, ...(from > 0 ? ["--continue-at", String(from)] : [])],
      ...["--output", partial, "--config", "-"],
    ];
  }
  return [
    ...["wget", "--tries=1", `--timeout=${seconds}`, "--max-redirect=10", "--progress=dot:mega", "--server-response"],
    ...[...headers, ...(from > 0 ? ["--continue"] : []), `--output-document=${partial}`, "--input-file=-"],
  ];
}

async function ask(
  transport: Transport,
  downloader: Downloader,
  url: URL,
  work: Work,
  { range, seconds }: { range?: string; seconds: number },
): Promise<Answer | undefined> {
  const timeout = Math.min(1000 * seconds, Math.max(1000, Math.floor(requireTime(work) / 4)));
  const limit = String(Math.ceil(timeout / 1000));
  const curl = [
    ...["curl", "--location", ...redirects, "--silent", "--max-time", limit, "--config", "-"],
    ...(range === undefined
      ? ["--head"]
      : // of a server that sends the whole instead, nothing is read
        ["--range", range, "--max-filesize", "1024", "--dump-header", "-", "--output", "/dev/null"]),
  ];
  const wget = [
    ...["wget", "--spider", "--tries=1", `--timeout=${limit}`, "--max-redirect=10", "--server-response"],
    ...(range === undefined ? [] : ["--header", `Range: bytes=${range}`]),
    "--input-file=-",
  ];
  const reader = new AnswerReader();
  try {
    await transport.exec(downloader === "curl" ? curl : wget, {
      stdin: stdinOf(downloader, url),
      timeout: timeout + 2000,
      signal: work.signal,
      maxOutput: 65_536,
      onLine: (line, stream) => {
        const header = headerLine(downloader, line, stream);
        if (header !== undefined) reader.add(header);
      },
    });
  } catch (error) {
    if (!hasCode(error, "timeout")) throw error;
  }
  return reader.answer;
}

/** Bytes that the server says the file has; undefined where it does not tell, which is no error. */
export async function lengthOf(
  transport: Transport,
  downloader: Downloader,
  url: URL,
  work: Work,
): Promise<number | undefined> {
  return (await ask(transport, downloader, url, work, { seconds: 30 }))?.total;
}

/** Whether the server has bytes beyond these: the length that it gave was too short. No answer is as good as no. */
export async function hasMore(
  transport: Transport,
  downloader: Downloader,
  url: URL,
  size: number,
  work: Work,
): Promise<{ total?: number } | undefined> {
  const answer = await ask(transport, downloader, url, work, { range: `${size}-${size}`, seconds: 10 });
  return answer?.status === 206 && answer.start === size ? { total: answer.total } : undefined;
}
