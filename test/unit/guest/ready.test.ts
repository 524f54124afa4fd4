import assert from "node:assert/strict";
import net from "node:net";
import type { Duplex } from "node:stream";
import sinon from "sinon";
import { Server } from "ssh2";
import { hasCode, WindroseError } from "../../../provider/basics/errors";
import type { HostKey } from "../../../provider/guest/host-keys";
import { type SshWait, usableAddresses, waitForAddress, waitForSsh } from "../../../provider/guest/ready";
import { fingerprint, keyBlob } from "../../../provider/guest/ssh-greeting";
import { makeHostKey } from "../../host-key";

const ADDRESS = "192.0.2.10";
const OTHER = "192.0.2.11";

describe("waiting for a guest", function () {
  this.timeout(15_000);
  const closers: (() => void)[] = [];
  const ours = makeHostKey();
  const imagesOwn = makeHostKey();

  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  function listen(server: net.Server | Server): Promise<number> {
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as net.AddressInfo).port));
    });
  }

  async function sshd(key: HostKey): Promise<{ port: number; connections: () => number }> {
    let connections = 0;
    const server = new Server({ hostKeys: [key.private] }, (client) => {
      connections += 1;
      client.on("error", () => {});
    });
    closers.push(() => server.close());
    return { port: await listen(server), connections: () => connections };
  }

  /** A listener that says `greeting`, and then nothing. */
  async function mute(greeting: string): Promise<number> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      if (greeting) socket.write(greeting);
    });
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return listen(server);
  }

  /** The way to the guests: their addresses stand for ports of this machine. */
  function network(ports: Map<string, number>): SshWait["connectTcp"] {
    return (address) =>
      new Promise<Duplex>((resolve, reject) => {
        const port = ports.get(address);
        if (port === undefined) {
          reject(new WindroseError("host-unreachable", "connection refused"));
          return;
        }
        const socket = net.connect(port, "127.0.0.1");
        closers.push(() => socket.destroy());
        socket.once("connect", () => resolve(socket));
        socket.once("error", reject);
      });
  }

  const quick = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 20)));

  function waiting(ports: Map<string, number>, more: Partial<SshWait> = {}): SshWait {
    return {
      connectTcp: network(ports),
      addresses: async () => [ADDRESS],
      nextEvent: quick,
      hostKeys: [ours.public],
      deadline: Date.now() + 10_000,
      ...more,
    };
  }

  it("is over when the guest has proved its key", async () => {
    const guest = await sshd(ours);
    const told: string[] = [];
    const ready = await waitForSsh(waiting(new Map([[ADDRESS, guest.port]]), { progress: (text) => told.push(text) }));
    assert.deepEqual(ready, { address: ADDRESS, hostKey: ours.public });
    assert.deepEqual(told, ["waiting for an address", `waiting for ssh at ${ADDRESS}`]);
    assert.equal(guest.connections(), 1);
  });

  it("takes any key where none is given", async () => {
    const guest = await sshd(imagesOwn);
    const ready = await waitForSsh(waiting(new Map([[ADDRESS, guest.port]]), { hostKeys: [] }));
    assert.equal(ready.hostKey, imagesOwn.public);
  });

  it("goes on while there is no address, and while the port is refused", async () => {
    const guest = await sshd(ours);
    const ports = new Map<string, number>();
    let asked = 0;
    let tried = 0;
    const connect = network(ports);
    const ready = await waitForSsh(
      waiting(ports, {
        addresses: async () => {
          asked += 1;
          return asked < 3 ? [] : [ADDRESS];
        },
        connectTcp: (...args) => {
          tried += 1;
          if (tried === 3) ports.set(ADDRESS, guest.port);
          return connect(...args);
        },
      }),
    );
    assert.equal(ready.address, ADDRESS);
    assert.equal(tried, 3);
  });

  it("is not held up by a dead address beside a live one", async () => {
    const guest = await sshd(ours);
    const connect = network(new Map([[OTHER, guest.port]]));
    const ready = await waitForSsh(
      waiting(new Map(), {
        addresses: async () => [ADDRESS, OTHER],
        connectTcp: (address, port, options) =>
          address === ADDRESS ? new Promise(() => {}) : connect(address, port, options),
        deadline: Date.now() + 3_000,
      }),
    );
    assert.equal(ready.address, OTHER);
  });

  it("puts up with the image's own key until the right one comes", async () => {
    const early = await sshd(imagesOwn);
    const late = await sshd(ours);
    const ports = new Map([[ADDRESS, early.port]]);
    const connect = network(ports);
    let tried = 0;
    const ready = await waitForSsh(
      waiting(ports, {
        connectTcp: (...args) => {
          tried += 1;
          if (tried === 2) ports.set(ADDRESS, late.port);
          return connect(...args);
        },
      }),
    );
    assert.equal(ready.hostKey, ours.public);
    assert.equal(early.connections(), 1);
  });

  /** The deadline comes once the guest is asked a second time: what came of the first time is known by then. */
  function untilAskedTwice(guest: { connections: () => number }): Partial<SshWait> {
    const clock = sinon.useFakeTimers({ toFake: ["Date"] });
    closers.push(() => clock.restore());
    return {
      deadline: Date.now() + 10_000,
      nextEvent: (milliseconds) => {
        if (guest.connections() > 1) clock.tick(10_000);
        return quick(milliseconds);
      },
    };
  }

  it("fails with the other key's fingerprint at the deadline", async () => {
    const guest = await sshd(imagesOwn);
    const wait = waiting(new Map([[ADDRESS, guest.port]]), untilAskedTwice(guest));
    await assert.rejects(waitForSsh(wait), (error: Error) => {
      assert.ok(hasCode(error, "host-key-mismatch"));
      assert.ok(error.message.includes(fingerprint(keyBlob(imagesOwn.public))), error.message);
      return true;
    });
  });

  it("does not take a key that is only claimed", async () => {
    // A server that shows our public key can't sign with it: it holds another private one.
    const guest = await sshd(imagesOwn);
    const real = Buffer.from(keyBlob(imagesOwn.public), "base64");
    const claimed = Buffer.from(keyBlob(ours.public), "base64");
    const connect = network(new Map([[ADDRESS, guest.port]]));
    let replaced = false;
    const wait = waiting(new Map(), {
      ...untilAskedTwice(guest),
      connectTcp: async (...args) => {
        const stream = await connect(...args);
        const emit = stream.emit.bind(stream);
        stream.emit = (event: string | symbol, ...values: unknown[]): boolean => {
          const [chunk] = values;
          if (event === "data" && Buffer.isBuffer(chunk)) {
            const at = chunk.indexOf(real);
            if (at >= 0) {
              claimed.copy(chunk, at);
              replaced = true;
            }
          }
          return emit(event, ...values);
        };
        return stream;
      },
    });
    await assert.rejects(waitForSsh(wait), (error) => hasCode(error, "guest-not-ready"));
    assert.ok(replaced, "the key was not replaced on its way");
  });

  it("says that no address came", async () => {
    const wait = waiting(new Map(), { addresses: async () => ["127.0.0.1", "fe80::1"], deadline: Date.now() + 100 });
    for (const action of [waitForSsh(wait), waitForAddress(wait)])
      await assert.rejects(
        action,
        (error: Error) => hasCode(error, "guest-not-ready") && /no address/.test(error.message),
      );
  });

  it("says what happened at which address", async () => {
    const wait = waiting(new Map(), { deadline: Date.now() + 300 });
    await assert.rejects(
      waitForSsh(wait),
      (error: Error) =>
        hasCode(error, "guest-not-ready") && error.message.includes(`${ADDRESS} port 22: connection refused`),
    );
  });

  it("says once at which address, where the way there says so too", async () => {
    const connectTcp = async () => {
      throw new WindroseError("host-unreachable", `${ADDRESS}:22 does not answer, as seen from ssh://root@anemoi:22`);
    };
    await assert.rejects(waitForSsh(waiting(new Map(), { connectTcp, deadline: Date.now() + 300 })), (error: Error) =>
      error.message.startsWith(
        `the guest does not answer ssh (${ADDRESS} port 22 does not answer, as seen from ssh://root@anemoi:22). `,
      ),
    );
  });

  it("keeps the deadline where nothing answers at all", async () => {
    const started = Date.now();
    const never = (): Promise<never> => new Promise(() => {});
    const silent = await mute("");
    const garbage = await mute("HTTP/1.1 400 Bad Request\r\n\r\n");
    for (const wait of [
      waiting(new Map(), { addresses: never }),
      waiting(new Map(), { addresses: async () => [], nextEvent: never }),
      waiting(new Map(), { connectTcp: never }),
      waiting(new Map([[ADDRESS, silent]])),
      waiting(new Map([[ADDRESS, garbage]])),
    ])
      await assert.rejects(waitForSsh({ ...wait, deadline: Date.now() + 300 }), (error) =>
        hasCode(error, "guest-not-ready"),
      );
    assert.ok(Date.now() - started < 4_000);
  });

  it("stops by the signal, and closes what it opened", async () => {
    const port = await mute("");
    const controller = new AbortController();
    const streams: Duplex[] = [];
    const connect = network(new Map([[ADDRESS, port]]));
    const wait = waiting(new Map(), {
      signal: controller.signal,
      connectTcp: async (...args) => {
        const stream = await connect(...args);
        streams.push(stream);
        setImmediate(() => controller.abort());
        return stream;
      },
    });
    await assert.rejects(waitForSsh(wait), (error) => hasCode(error, "aborted"));
    assert.equal(streams.length, 1);
    assert.ok(streams[0]?.destroyed);
  });

  it("closes a connection that comes too late", async () => {
    const port = await mute("");
    const connect = network(new Map([[ADDRESS, port]]));
    let open: (() => void) | undefined;
    let late: Promise<Duplex> | undefined;
    const wait = waiting(new Map(), {
      deadline: Date.now() + 200,
      connectTcp: (...args) => {
        late = new Promise<void>((resolve) => {
          open = resolve;
        }).then(() => connect(...args));
        return late;
      },
    });
    await assert.rejects(waitForSsh(wait), (error) => hasCode(error, "guest-not-ready"));
    open?.();
    const stream = await late;
    if (!stream?.destroyed) await new Promise((resolve) => stream?.once("close", resolve));
    assert.ok(stream?.destroyed);
  });

  it("throws on what closes the way to the host, and what `addresses` throws", async () => {
    const refused = new WindroseError("host-key-unknown", "the host's key is not known");
    const wait = waiting(new Map(), { connectTcp: () => Promise.reject(refused) });
    await assert.rejects(waitForSsh(wait), (error) => error === refused);
    const gone = new WindroseError("not-found", "the machine is gone");
    const failing = waiting(new Map(), { addresses: () => Promise.reject(gone) });
    await assert.rejects(waitForSsh(failing), (error) => error === gone);
    await assert.rejects(waitForAddress(failing), (error) => error === gone);
  });

  it("forgets an address that the guest no longer has", async () => {
    const old = await mute("");
    const guest = await sshd(ours);
    let asked = 0;
    const ready = await waitForSsh(
      waiting(
        new Map([
          [ADDRESS, old],
          [OTHER, guest.port],
        ]),
        {
          addresses: async () => {
            asked += 1;
            return asked < 3 ? [ADDRESS] : [OTHER];
          },
        },
      ),
    );
    assert.equal(ready.address, OTHER);
  });

  it("counts no loopback, link-local or malformed address", () => {
    assert.deepEqual(
      usableAddresses([
        "127.0.0.1",
        "::1",
        "fe80::5054:ff:fe00:1",
        "0.0.0.0",
        "x",
        "7",
        ADDRESS,
        ADDRESS,
        "2001:db8::5",
      ]),
      [ADDRESS, "2001:db8::5"],
    );
    assert.equal(usableAddresses(Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`)).length, 16);
  });
});
