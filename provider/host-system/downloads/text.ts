import { WindroseError } from "../../basics/errors";
import { requireTime, type Work } from "../../basics/work";
import { AnswerReader } from "../../downloads/answer";
import { answerProblem } from "../../downloads/problems";
import type { Transport } from "../../transports/transport";
import { endOf } from "./exit-codes";
import { findDownloader, headerLine, redirects, stdinOf } from "./programs";
import { checkUrl, redacted } from "./url";

const largestText = 1024 * 1024;

/** A small text, as the host sees it. Fails with `download-failed`, also where it has more than 1 MiB. */
export async function fetchText(transport: Transport, address: string, work: Work): Promise<string> {
  const url = checkUrl(address);
  const downloader = await findDownloader(transport, []);
  const seconds = String(Math.max(1, Math.min(120, Math.floor(requireTime(work) / 2000))));
  const curl = [
    ...["curl", "--fail", "--location", ...redirects, "--silent", "--write-out", "%{stderr}%{http_code}\n"],
    ...["--max-time", seconds, "--max-filesize", String(largestText), "--config", "-"],
  ];
  const wget = [
    ...["wget", "--tries=1", `--timeout=${seconds}`, "--max-redirect=10", "--progress=dot:mega", "--server-response"],
    ...["--output-document=-", "--input-file=-"],
  ];
  const reader = new AnswerReader();
  const result = await transport.exec(downloader === "curl" ? curl : wget, {
    stdin: stdinOf(downloader, url),
    timeout: 1000 * Number(seconds) + 10_000,
    signal: work.signal,
    maxOutput: largestText + 1,
    onLine: (line, stream) => {
      if (downloader === "wget") reader.add(headerLine(downloader, line, stream) ?? "");
      else if (stream === "stderr" && /^[1-9]\d\d$/.test(line)) reader.add(`HTTP/1.1 ${line}`);
    },
  });
  const fail = (why: string, hint?: string) =>
    new WindroseError("download-failed", `${redacted(url)}: ${why}`, { hint });
  const { answer } = reader;
  // curl tells nothing but the status, and a redirection that it does not follow by its exit code
  const problem = answer && (downloader === "wget" || answer.status >= 400) ? answerProblem(answer) : undefined;
  if (problem) throw fail(problem.why, problem.hint);
  if (result.code !== 0) throw fail(endOf(downloader, result, Number(seconds)).why);
  if (Buffer.byteLength(result.stdout) > largestText) throw fail("the file is too large");
  return result.stdout;
}
