import assert from "node:assert/strict";
import type { Duplex } from "node:stream";
import { WindroseError } from "../../../provider/basics/errors";
import { SshTransport, type SshTransportOptions } from "../../../provider/transports/ssh";
import type { SshConnection } from "../../../provider/transports/transport";

/** Transports of a test, ended after it. */
export class Transports {
  private readonly all: SshTransport[] = [];

  to(connection: SshConnection, options: SshTransportOptions = {}): SshTransport {
    const transportTo = options.transportTo ?? ((hop: SshConnection) => this.to(hop, options));
    const transport = new SshTransport(connection, { ...options, transportTo });
    this.all.push(transport);
    return transport;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.splice(0).map((transport) => transport.close()));
  }
}

export async function rejection(promise: Promise<unknown>): Promise<WindroseError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof WindroseError, `not a WindroseError: ${error}`);
    return error;
  }
  assert.fail("did not reject");
}

/** Polls until something holds; fails after the bound. */
export async function until(condition: () => boolean | Promise<boolean>, milliseconds = 10_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await condition())) {
    assert.ok(Date.now() < end, "the condition did not come true in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Writes to a stream and reads as many bytes back. */
export async function echo(stream: Duplex, text: string): Promise<string> {
  stream.write(text);
  let answer = "";
  for await (const chunk of stream) {
    answer += chunk;
    if (answer.length >= text.length) break;
  }
  return answer;
}
