import type { Duplex } from "node:stream";
import * as ipaddr from "ipaddr.js";
import { hasCode, WindroseError } from "../basics/errors";
import { beforeStop, pause, Stopped } from "../basics/wait";
import { greetSsh, reasonOf } from "./ssh-greeting";

export interface AddressWait {
  /** The guest's addresses as they are known now (leases, agent, neighbour table); empty as long as there is none. */
  addresses: () => Promise<readonly string[]>;
  /** Resolves at the next event that may bring news of the guest, or after as many milliseconds. */
  nextEvent: (milliseconds: number) => Promise<void>;
  /** When to give up: milliseconds since 1970, as of `Date.now()`. */
  deadline: number;
  /** Told in a few words what is being waited for, whenever that changes. */
  progress?: (text: string) => void;
  signal?: AbortSignal;
}

export interface SshWait extends AddressWait {
  /** A stream to a TCP port as the guest's host sees it (`Transport.connectTcp`). */
  connectTcp: (address: string, port: number, options: { timeout: number }) => Promise<Duplex>;
  /** Default 22. */
  port?: number;
  /** The guest's public host keys; one of them must be shown. Empty: any is taken. */
  hostKeys: readonly string[];
}

export interface SshReady {
  address: string;
  /** The public key that the guest proved to have. */
  hostKey: string;
}

const ADDRESS_POLL = 500;
const CONNECT_TIMEOUT = 4_000;
/** Milliseconds for a key exchange; more for a guest that has begun to speak, since an emulated one may be slow. */
const EXCHANGE_TIMEOUT = 5_000;
const EXCHANGE_TIMEOUT_SLOW = 20_000;
const RETRY = 200;
/** sshd (sshd_config(5), PerSourcePenalties) shuts out who connects without a login more than once a second. */
const RETRY_AFTER_TALK = 1_500;
const MOST_ADDRESSES = 16;

/** Errors of the way to the host, which no further waiting for the guest mends. */
const HOPELESS = [
  "authentication-failed",
  "host-key-unknown",
  "host-key-mismatch",
  "host-key-revoked",
  "host-key-certificate",
  "host-identity",
  "key-unreadable",
  "ssh-config",
] as const;

/** Addresses that another machine can reach: no loopback, link-local, multicast or unspecified ones; each once. */
export function usableAddresses(addresses: readonly string[]): string[] {
  const unusable = new Set(["loopback", "linkLocal", "unspecified", "multicast", "broadcast"]);
  const fit = addresses.filter((address) => {
    if (!ipaddr.isValid(address) || (address.includes(".") && !ipaddr.IPv4.isValidFourPartDecimal(address)))
      return false;
    return !unusable.has(ipaddr.parse(address).range());
  });
  return [...new Set(fit)].slice(0, MOST_ADDRESSES);
}

/** The guest's usable addresses, as soon as there is one. Throws `guest-not-ready` at the deadline, or `aborted`. */
export async function waitForAddress(wait: AddressWait): Promise<string[]> {
  wait.progress?.("waiting for an address");
  try {
    return await firstAddresses(wait);
  } catch (error) {
    throw error instanceof Stopped ? ended(error, NO_ADDRESS) : error;
  }
}

const NO_ADDRESS = "the guest got no address: neither a lease, the guest agent nor the host's neighbour table has one";

async function firstAddresses(wait: AddressWait): Promise<string[]> {
  for (;;) {
    const found = usableAddresses(await beforeStop(wait.addresses(), wait));
    if (found.length > 0) return found;
    await beforeStop(
      wait.nextEvent(Math.min(ADDRESS_POLL, Math.max(1, wait.deadline - Date.now()))),
      wait,
      ADDRESS_POLL,
    );
  }
}

/**
 * Waits until the guest answers ssh at one of its addresses and proves one of `hostKeys`. All addresses are tried side
 * by side, each as often as `RETRY` says. Another key is not the end, for an image may show its own until cloud-init has
 * set the guest's; at the deadline it is `host-key-mismatch`. Otherwise the deadline is `guest-not-ready`, with what was
 * seen at each address; `aborted` by the signal. What `addresses` throws, and what closes the way to the host, is thrown
 * on at once.
 */
export async function waitForSsh(wait: SshWait): Promise<SshReady> {
  const search = new Search(wait);
  try {
    return await search.run();
  } catch (error) {
    throw error instanceof Stopped ? search.outcome(error) : error;
  } finally {
    search.stop();
  }
}

interface Probe {
  stop: AbortController;
  seen: string;
  mismatch?: string;
}

class Search {
  private readonly probes = new Map<string, Probe>();
  private readonly port: number;
  private told = "";
  private readonly over = new AbortController();

  constructor(private readonly wait: SshWait) {
    this.port = wait.port ?? 22;
  }

  run(): Promise<SshReady> {
    return new Promise((resolve, reject) => {
      this.follow(resolve, reject).catch(reject);
    });
  }

  stop(): void {
    this.over.abort();
    for (const probe of this.probes.values()) probe.stop.abort();
  }

  /** What is known at the deadline. */
  outcome(stopped: Stopped): WindroseError {
    if (stopped.reason === "aborted") return ended(stopped, "");
    const mismatch = [...this.probes].find(([, probe]) => probe.mismatch !== undefined);
    if (mismatch) {
      const [address, { mismatch: shown }] = mismatch;
      return new WindroseError(
        "host-key-mismatch",
        `the guest at ${address} port ${this.port} shows the host key ${shown}, which is not the one made for it`,
        { hint: "Look at the guest's console: cloud-init did not set the key, or another machine has the address." },
      );
    }
    const seen = [...this.probes].map(([address, probe]) => {
      const itself = `${address}:${this.port} `;
      const words = probe.seen.startsWith(itself) ? ` ${probe.seen.slice(itself.length)}` : `: ${probe.seen}`;
      return `${address} port ${this.port}${words}`;
    });
    return ended(stopped, seen.length > 0 ? `the guest does not answer ssh (${seen.join("; ")})` : NO_ADDRESS);
  }

  private tell(text: string): void {
    if (this.told === text) return;
    this.told = text;
    this.wait.progress?.(text);
  }

  /** Keeps one probe running for each address that the guest has now; ends by `resolve`, `reject` or the deadline. */
  private async follow(resolve: (ready: SshReady) => void, reject: (error: unknown) => void): Promise<void> {
    const { wait } = this;
    const stop = this.over.signal;
    const bounds = { deadline: wait.deadline, signal: wait.signal ? AbortSignal.any([wait.signal, stop]) : stop };
    this.tell("waiting for an address");
    while (!stop.aborted) {
      const current = usableAddresses(await beforeStop(wait.addresses(), bounds));
      for (const [address, probe] of this.probes)
        if (!current.includes(address)) {
          probe.stop.abort();
          this.probes.delete(address);
        }
      for (const address of current) {
        if (this.probes.has(address)) continue;
        const probe: Probe = { stop: new AbortController(), seen: "not tried yet" };
        this.probes.set(address, probe);
        this.tell(`waiting for ssh at ${current.join(", ")}`);
        this.probe(address, probe).then((ready) => {
          if (ready) resolve(ready);
        }, reject);
      }
      await beforeStop(wait.nextEvent(ADDRESS_POLL), bounds, ADDRESS_POLL);
    }
  }

  /** Tries one address until it is stopped; nothing then. */
  private async probe(address: string, probe: Probe): Promise<SshReady | undefined> {
    const { signal } = probe.stop;
    let exchange = EXCHANGE_TIMEOUT;
    while (!signal.aborted) {
      let rest = RETRY;
      try {
        const stream = await this.connect(address, signal);
        if (!stream) return undefined;
        const greeting = await greetSsh(stream, { hostKeys: this.wait.hostKeys, timeout: exchange, signal });
        if (greeting.outcome === "accepted") return { address, hostKey: greeting.hostKey };
        if (signal.aborted) return undefined;
        if (greeting.outcome === "mismatch") {
          probe.mismatch = greeting.fingerprint;
          rest = RETRY_AFTER_TALK;
        } else {
          probe.mismatch = undefined;
          probe.seen = greeting.reason;
          if (greeting.spoke) {
            exchange = Math.min(exchange * 2, EXCHANGE_TIMEOUT_SLOW);
            rest = RETRY_AFTER_TALK;
          }
        }
      } catch (error) {
        if (hasCode(error, ...HOPELESS)) throw error;
        probe.seen = reasonOf(error);
      }
      await pause(rest, signal);
    }
    return undefined;
  }

  /** A stream, bounded even where the transport does not keep its time; a late one is closed. */
  private connect(address: string, signal: AbortSignal): Promise<Duplex | undefined> {
    return new Promise((resolve, reject) => {
      const limit = new AbortController();
      let late = false;
      pause(CONNECT_TIMEOUT + 500, AbortSignal.any([signal, limit.signal])).then(() => {
        late = true;
        if (signal.aborted) resolve(undefined);
        else reject(new Error(`no connection within ${CONNECT_TIMEOUT} ms`));
      });
      this.wait.connectTcp(address, this.port, { timeout: CONNECT_TIMEOUT }).then(
        (stream) => {
          limit.abort();
          if (!late) {
            resolve(stream);
            return;
          }
          stream.on("error", () => {});
          stream.destroy();
        },
        (error) => {
          limit.abort();
          reject(error);
        },
      );
    });
  }
}

function ended(stopped: Stopped, why: string): WindroseError {
  if (stopped.reason === "aborted") return new WindroseError("aborted", "waiting for the guest was stopped");
  return new WindroseError("guest-not-ready", why);
}
