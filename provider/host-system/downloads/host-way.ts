import { WindroseError } from "../../basics/errors";
import { requireTime, type Work } from "../../basics/work";
import { AnswerReader, answerOf } from "../../downloads/answer";
import type { Way } from "../../downloads/download";
import { noRoom } from "../../downloads/problems";
import type { Transport } from "../../transports/transport";
import { freeSpace } from "../free-space";
import { endOf } from "./exit-codes";
import type { PartialFile } from "./partial-file";
import { type Downloader, downloadCommand, headerLine, stdinOf } from "./programs";
import { redacted } from "./url";

interface Job {
  transport: Transport;
  downloader: Downloader;
  url: URL;
  partial: PartialFile;
  verified: boolean;
  work: Work;
}

/** The host downloads, as root, with a program of its own. */
export function byHost({ transport, downloader, url, partial, verified, work }: Job): Way {
  return {
    store: partial,
    address: redacted(url),
    reachHint: "Check the URL, and that the host can reach it.",
    verified,
    async attempt(question, onAnswer) {
      const reader = new AnswerReader();
      let told = -1;
      const onLine = (line: string, stream: "stdout" | "stderr") => {
        const header = headerLine(downloader, line, stream);
        if (header !== undefined && reader.add(header).lastLine && reader.answer) onAnswer(reader.answer);
        const match = stream === "stderr" ? /(?:^|\s)(\d{1,3})(?:\.\d)?%(?:\s|$)/.exec(line) : null;
        const now = match ? Number(match[1]) : told;
        if (now === told || now > 100) return;
        told = now;
        work.progress(`downloading ${now}%`);
      };
      const argv = partial.guarded(downloadCommand(downloader, partial.path, question));
      const result = await transport.exec(argv, {
        root: true,
        stdin: stdinOf(downloader, url),
        timeout: requireTime(work),
        signal: work.signal,
        maxOutput: 65_536,
        onLine,
      });
      // curl 7.74 shows nothing of an answer that it takes for an error, but for the status at the end
      const status = Number(/^status ([1-9]\d\d)$/m.exec(result.stdout)?.[1]);
      if (status && status !== reader.answer?.status) onAnswer(answerOf(status, "1.1", {}));
      return endOf(downloader, partial.refuseOther(result), Math.floor(question.stall / 1000));
    },
    /** The programs tell a full disk by text alone; so the disk is asked. */
    async unwritten(why, size, total) {
      const { directory } = partial;
      const before = await freeSpace(transport, directory);
      await partial.clear();
      if (before >= fullBelow) {
        return new WindroseError("download-failed", `${redacted(url)}: ${why} in ${directory}`, {
          hint: "Check the host's disk, and quotas on it.",
        });
      }
      const free = await freeSpace(transport, directory);
      return noRoom(redacted(url), { total, size, free, place: directory });
    },
  };
}

/** Bytes: less than that are free on a disk that is full. */
export const fullBelow = 65_536;
