import { StringDecoder } from "node:string_decoder";

/** Keeps the last `limit` bytes of what is written to it. */
export class TailBuffer {
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(private readonly limit: number) {}

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    while (this.size > this.limit) {
      const first = this.chunks[0] as Buffer;
      const excess = this.size - this.limit;
      if (first.length <= excess) {
        this.chunks.shift();
        this.size -= first.length;
      } else {
        this.chunks[0] = first.subarray(excess);
        this.size -= excess;
      }
    }
  }

  /** As UTF-8; half a character at the cut is left out. */
  toString(): string {
    const bytes = Buffer.concat(this.chunks);
    let start = 0;
    while (start < 3 && start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start++;
    return bytes.toString("utf8", start);
  }
}

const longestLine = 64 * 1024;

/**
 * Cuts a stream of bytes into lines. A carriage return ends a line as well, since progress displays use it; a line of
 * more than 64 Ki characters is handed on in pieces, so that a hostile host can't fill the memory.
 */
export class LineSplitter {
  private readonly decoder = new StringDecoder("utf8");
  private rest = "";
  private afterReturn = false;

  constructor(private readonly onLine: (line: string) => void) {}

  add(chunk: Buffer): void {
    this.take(this.decoder.write(chunk));
  }

  end(): void {
    this.take(this.decoder.end());
    if (this.rest !== "") this.onLine(this.rest);
    this.rest = "";
  }

  private take(text: string): void {
    if (text === "") return;
    let input = text;
    if (this.afterReturn && input.startsWith("\n")) input = input.slice(1);
    this.afterReturn = text.endsWith("\r");
    const lines = (this.rest + input).split(/\r\n|\n|\r/);
    this.rest = lines.pop() as string;
    for (const line of lines) this.onLine(line);
    while (this.rest.length > longestLine) {
      this.onLine(this.rest.slice(0, longestLine));
      this.rest = this.rest.slice(longestLine);
    }
  }
}
