import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A file that the server has, and how it behaves with it. */
export interface Page {
  body: Buffer;
  /** Cuts the connection after so many bytes of each answer, so many times. */
  cut?: { after: number; times: number };
  status?: number;
  /** Sends the whole, whatever range was asked for. */
  ranges?: boolean;
  /** `user:password` that it asks for. */
  login?: string;
  /** Waits so many milliseconds before each 64 KiB. */
  slow?: number;
  /** Sends nothing of it before this is over. */
  hold?: Promise<void>;
  /** Tells no length before. `close`: nor in pieces, so that only the end of the connection ends it. */
  unknownLength?: boolean | "close";
  /** The length that it tells, whatever it has. */
  says?: number;
  /** Sends so many bytes of each answer, and then nothing more. */
  stall?: number;
  etag?: string;
  lastModified?: string;
  type?: string;
  /** Sends on to this address. */
  location?: string;
  /** Sends a part of whatever it has now, and does not look at `If-Range`. */
  careless?: boolean;
  /** What is there after the next download was asked for. */
  next?: Page;
}

/** What a page can be held back by, and what lets it go. */
export function held(): { hold: Promise<void>; release: () => void } {
  let release!: () => void;
  const hold = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { hold, release };
}

/** A web server on the lab's own address, for the hosts to fetch from. */
export class WebServer {
  readonly pages = new Map<string, Page>();
  /** What was asked: `GET /image bytes=100-`. */
  readonly asked: string[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(private readonly address: string) {
    this.server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://x").pathname;
      this.asked.push(`${request.method} ${path} ${request.headers.range ?? ""}`.trim());
      const page = this.pages.get(path);
      if (page?.next && request.method === "GET") this.pages.set(path, page.next);
      if (!page) response.writeHead(404).end();
      else void this.answer(page, request.method === "HEAD", request.headers, response).catch(() => response.destroy());
    });
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, this.address, resolve));
  }

  url(path: string, login = ""): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://${login ? `${login}@` : ""}${this.address}:${port}${path}`;
  }

  private async answer(
    page: Page,
    head: boolean,
    headers: NodeJS.Dict<string | string[]>,
    response: ServerResponse,
  ): Promise<void> {
    const login = `Basic ${Buffer.from(page.login ?? "").toString("base64")}`;
    if (page.login && headers.authorization !== login) {
      response.writeHead(401).end();
      return;
    }
    if (page.location) {
      response.writeHead(302, { location: page.location }).end();
      return;
    }
    if (page.status) {
      response.writeHead(page.status).end();
      return;
    }
    const condition = headers["if-range"];
    const same = condition === undefined || condition === page.etag || condition === page.lastModified;
    const range = page.ranges === false ? null : /^bytes=(\d+)-(\d*)$/.exec(String(headers.range ?? ""));
    const part = same || page.careless ? range : null;
    const from = part ? Number(part[1]) : 0;
    if (part && from >= page.body.length) {
      response.writeHead(416, { "content-range": `bytes */${page.body.length}` }).end();
      return;
    }
    const to = part?.[2] ? Math.min(Number(part[2]) + 1, page.body.length) : page.body.length;
    const body = page.body.subarray(from, to);
    const length = page.says === undefined || part ? body.length : page.says;
    const told: Record<string, string | number> = {
      ...(page.unknownLength ? {} : { "content-length": length }),
      ...(part ? { "content-range": `bytes ${from}-${to - 1}/${page.body.length}` } : {}),
      ...(page.etag ? { etag: page.etag } : {}),
      ...(page.lastModified ? { "last-modified": page.lastModified } : {}),
      ...(page.type ? { "content-type": page.type } : {}),
    };
    if (page.unknownLength === "close" || page.says !== undefined) {
      this.answerRaw(page, head, part ? 206 : 200, told, body, response);
      return;
    }
    response.writeHead(part ? 206 : 200, told);
    if (head) {
      response.end();
      return;
    }
    await page.hold;
    if (page.cut && page.cut.times > 0) {
      page.cut.times--;
      response.write(body.subarray(0, page.cut.after), () => response.destroy());
      return;
    }
    if (page.stall !== undefined) {
      response.write(body.subarray(0, page.stall));
      return;
    }
    for (let at = 0; at < body.length; at += 65_536) {
      if (response.destroyed) return;
      if (page.slow) await new Promise((resolve) => setTimeout(resolve, page.slow));
      response.write(body.subarray(at, at + 65_536));
    }
    response.end();
  }

  /** What a well-behaved server can't be made to send. */
  private answerRaw(
    { cut }: Page,
    head: boolean,
    status: number,
    headers: Record<string, string | number>,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const { socket } = response;
    const cutNow = !head && cut !== undefined && cut.times-- > 0;
    const lines = Object.entries({ ...headers, connection: "close" }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket?.write(`HTTP/1.1 ${status} OK\r\n${lines.join("")}\r\n`);
    socket?.end(head ? "" : body.subarray(0, cutNow ? cut.after : body.length));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
