import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Posted {
  id: number;
  body: string;
  author: string;
}

/** As much of GitHub's and GitLab's interfaces as has to do with comments, on loopback. */
export class FakeForge {
  readonly comments: Posted[] = [];
  /** `POST /repos/…`, in order. */
  readonly requests: string[] = [];
  /** Tokens that came in, whatever the header. */
  readonly tokens = new Set<string>();
  /** Answers everything with this code where it is set. */
  broken: number | undefined;
  private next = 1;
  private readonly server: Server;

  private constructor(private readonly me: string) {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
    });
  }

  static async start(me: string): Promise<FakeForge> {
    const forge = new FakeForge(me);
    await new Promise<void>((done) => forge.server.listen(0, "127.0.0.1", done));
    return forge;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  add(body: string, author: string): void {
    this.comments.push({ id: this.next++, body, author });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.address);
    const method = request.method ?? "GET";
    this.requests.push(`${method} ${url.pathname}`);
    this.tokens.add(String(request.headers.authorization ?? request.headers["private-token"]));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const send = (code: number, value: unknown) =>
      response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (this.broken) return void send(this.broken, { message: "Resource not accessible" });
    const body = () => String((JSON.parse(Buffer.concat(chunks).toString("utf8")) as { body: unknown }).body);
    if (url.pathname === "/user") return void send(200, { username: this.me });
    if (/^\/(repos\/winds\/lab\/issues\/7\/comments|projects\/5\/merge_requests\/7\/notes)$/.test(url.pathname)) {
      if (method === "POST") {
        this.add(body(), this.me);
        return void send(201, shape(this.comments.at(-1)!));
      }
      const [size, page] = [Number(url.searchParams.get("per_page")), Number(url.searchParams.get("page"))];
      return void send(200, this.comments.slice((page - 1) * size, page * size).map(shape));
    }
    const at = /^\/(?:repos\/winds\/lab\/issues\/comments|projects\/5\/merge_requests\/7\/notes)\/(\d+)$/.exec(
      url.pathname,
    );
    const found = this.comments.find((one) => one.id === Number(at?.[1]));
    const way = url.pathname.startsWith("/repos/") ? "PATCH" : "PUT";
    if (!found || method !== way) return void send(404, { message: "Not Found" });
    found.body = body();
    send(200, shape(found));
  }
}

/** Both forges' names for the same. */
const shape = ({ id, body, author }: Posted) => ({ id, body, user: { login: author }, author: { username: author } });
