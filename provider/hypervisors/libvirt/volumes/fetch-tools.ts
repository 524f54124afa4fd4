import { WindroseError } from "../../../errors";
import type { Transport } from "../../../transports/transport";
import type { Work } from "../../hypervisor";
import { curlConfig, curlError, notResumable, redacted, resumable, wgetError } from "./fetch-url";
import { left } from "./work";

const packers = { gzip: "gzip", xz: "xz", zstd: "zstd", bzip2: "bzip2" } as const;
export type Packing = keyof typeof packers;

/** The programs of these that the host has. One command. */
async function present(transport: Transport, programs: readonly string[]): Promise<Set<string>> {
  const script = 'for program; do command -v "$program" >/dev/null && echo "$program"; done; exit 0';
  const { stdout } = await transport.exec(["sh", "-c", script, "sh", ...programs]);
  return new Set(stdout.split("\n").filter(Boolean));
}

export interface Tools {
  downloader: "curl" | "wget";
  lock: boolean;
}

export async function findTools(transport: Transport, needed: readonly string[]): Promise<Tools> {
  const have = await present(transport, ["curl", "wget", "flock", ...needed]);
  if (!have.has("curl") && !have.has("wget")) {
    throw new WindroseError("command-missing", "The host has neither curl nor wget", {
      hint: 'Install curl on the host, or set `via: "client"` to send the file from here.',
    });
  }
  const missing = needed.find((program) => !have.has(program));
  if (missing) throw new WindroseError("command-missing", `The host has no ${missing}`);
  return { downloader: have.has("curl") ? "curl" : "wget", lock: have.has("flock") };
}

/** Bytes that the server says the file has; undefined where it does not tell, which is no error. */
export async function contentLength(
  transport: Transport,
  { downloader }: Tools,
  url: URL,
  work: Work,
  root: boolean,
): Promise<number | undefined> {
  if (downloader !== "curl") return undefined;
  const argv = ["curl", "--head", "--location", "--fail", "--silent", "--max-time", "30", "--config", "-"];
  const options = { stdin: curlConfig(url), timeout: Math.min(45_000, left(work)), signal: work.signal, root };
  const { code, stdout } = await transport.exec(argv, options);
  if (code !== 0) return undefined;
  // with redirections there is one block of headers for each answer; the last is the file's
  const lengths = [...stdout.matchAll(/^(?:HTTP\/.*|content-length:\s*(\d+))\s*$/gim)];
  const last = lengths.at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}

export interface Download {
  url: URL;
  /** Where to, on the host. What is there already is gone on from. */
  partial: string;
  /** A file that stays while the download runs, which is locked: two downloads would spoil each other's file. */
  lock: string;
  total: number | undefined;
}

/** Exit code of flock(1) where another has the lock: none that curl or wget end with. */
const locked = 199;
const attempts = 5;

/**
 * Downloads as root, and goes on where the connection is cut, as long as that brings it on. What came stays on the host
 * when it fails in the end.
 */
export async function download(transport: Transport, tools: Tools, request: Download, work: Work): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const end = await downloadOnce(transport, tools, request, work);
    if (end.code === 0) return;
    if (end.code === locked && tools.lock) {
      throw new WindroseError("in-use", `the host is downloading ${redacted(request.url)} already`, {
        hint: "Wait until it is done, or end the curl process on the host.",
      });
    }
    const curl = tools.downloader === "curl";
    if (curl && notResumable.has(end.code) && attempt < attempts) {
      await transport.exec(["rm", "-f", "--", request.partial], { root: true });
      continue;
    }
    if (attempt >= attempts || (curl ? !resumable.has(end.code) : end.code !== 4)) {
      throw curl ? curlError(end.code, end.status, request.url) : wgetError(end.code, request.url);
    }
    work.progress("downloading: the connection was cut, going on");
  }
}

async function downloadOnce(
  transport: Transport,
  tools: Tools,
  { url, partial, lock }: Download,
  work: Work,
): Promise<{ code: number; status: string }> {
  const curl = [
    ...["curl", "--fail", "--location", "--proto-redir", "=http,https", "--max-redirs", "10"],
    ...["--connect-timeout", "30", "--speed-time", "60", "--speed-limit", "1"],
    ...["--progress-bar", "--write-out", "%{http_code}", "--continue-at", "-", "--output", partial, "--config", "-"],
  ];
  const wget = [
    ...["wget", "--continue", "--tries=1", "--timeout=60", "--max-redirect=10", "--progress=dot:mega"],
    ...[`--output-document=${partial}`, "--input-file=-"],
  ];
  const argv = tools.downloader === "curl" ? curl : wget;
  let told = -1;
  const result = await transport.exec(
    tools.lock ? ["flock", "--nonblock", "--conflict-exit-code", String(locked), lock, ...argv] : argv,
    {
      root: true,
      stdin: tools.downloader === "curl" ? curlConfig(url) : `${url.href}\n`,
      timeout: left(work),
      signal: work.signal,
      maxOutput: 65_536,
      onLine: (line, stream) => {
        const match = stream === "stderr" ? /(?:^|\s)(\d{1,3})(?:\.\d)?%/.exec(line) : null;
        const now = match ? Number(match[1]) : told;
        if (now === told || now > 100) return;
        told = now;
        work.progress(`downloading ${now}%`);
      },
    },
  );
  return { code: result.code, status: result.stdout.trim().slice(-3) };
}

const largestText = 1024 * 1024;

/** A small text, as the host sees it. Fails with `download-failed`, also where it has more than 1 MiB. */
export async function fetchSmall(transport: Transport, url: URL, work: Work): Promise<string> {
  const tools = await findTools(transport, []);
  const seconds = String(Math.max(1, Math.min(120, Math.floor(left(work) / 1000))));
  const curl = [
    ...["curl", "--fail", "--location", "--proto-redir", "=http,https", "--max-redirs", "10", "--silent"],
    ...["--max-time", seconds, "--max-filesize", String(largestText), "--config", "-"],
  ];
  const wget = ["wget", "--quiet", "--tries=1", `--timeout=${seconds}`, "--output-document=-", "--input-file=-"];
  const usesCurl = tools.downloader === "curl";
  const result = await transport.exec(usesCurl ? curl : wget, {
    stdin: usesCurl ? curlConfig(url) : `${url.href}\n`,
    timeout: Math.min(130_000, left(work)),
    signal: work.signal,
    maxOutput: largestText + 1,
  });
  if (result.code !== 0) throw usesCurl ? curlError(result.code, "", url) : wgetError(result.code, url);
  if (Buffer.byteLength(result.stdout) > largestText) throw curlError(63, "", url);
  return result.stdout;
}
