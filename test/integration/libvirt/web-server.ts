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
  /** Tells no length before. */
  unknownLength?: boolean;
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
    if (page.status) {
      response.writeHead(page.status).end();
      return;
    }
    const range = page.ranges === false ? null : /^bytes=(\d+)-$/.exec(String(headers.range ?? ""));
    const from = range ? Number(range[1]) : 0;
    if (range && from >= page.body.length) {
      response.writeHead(416, { "content-range": `bytes */${page.body.length}` }).end();
      return;
    }
    const body = page.body.subarray(from);
    response.writeHead(range ? 206 : 200, {
      ...(page.unknownLength ? {} : { "content-length": body.length }),
      ...(range ? { "content-range": `bytes ${from}-${page.body.length - 1}/${page.body.length}` } : {}),
    });
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
    for (let at = 0; at < body.length; at += 65_536) {
      if (response.destroyed) return;
      if (page.slow) await new Promise((resolve) => setTimeout(resolve, page.slow));
      response.write(body.subarray(at, at + 65_536));
    }
    response.end();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
