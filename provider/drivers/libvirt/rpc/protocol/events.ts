import { type Codec, type DecodedFields, type Fields, int, struct, uhyper } from "../xdr";
import { domain, network, parameters, pool, text } from "./types";

/** A message that the daemon sends by itself. */
export interface EventDescription<Body> {
  /** Which of the three registrations it belongs to. */
  readonly family: "domain" | "network" | "pool";
  /** `eventID` in that registration. */
  readonly id: number;
  /** Procedure number of the message. */
  readonly number: number;
  readonly body: Codec<Body, never>;
}

function event<F extends Fields>(
  family: EventDescription<unknown>["family"],
  id: number,
  number: number,
  fields: F,
): EventDescription<DecodedFields<F> & { callbackId: number }> {
  return { family, id, number, body: struct({ callbackId: int, ...fields }) as never };
}

/** What a domain or another object can tell by itself, each by a name of ours. */
export const events = {
  /** `event` is one of `DomainEvent`; `detail` depends on it. */
  lifecycle: event("domain", 0, 318, { domain, event: int, detail: int }),
  reboot: event("domain", 1, 319, { domain }),
  watchdog: event("domain", 3, 321, { domain, action: int }),
  /** KiB. */
  "balloon-change": event("domain", 13, 331, { domain, actual: uhyper }),
  "device-removed": event("domain", 15, 333, { domain, alias: text }),
  tunable: event("domain", 17, 346, { domain, parameters: parameters(2048) }),
  /** `state` 1: the guest's agent is there, 2: it is gone. */
  "agent-lifecycle": event("domain", 18, 348, { domain, state: int, reason: int }),
  "device-added": event("domain", 19, 354, { domain, alias: text }),
  "device-removal-failed": event("domain", 22, 367, { domain, alias: text }),
  "network-lifecycle": event("network", 0, 315, { network, event: int, detail: int }),
  "pool-lifecycle": event("pool", 0, 370, { pool, event: int, detail: int }),
};

export type EventKind = keyof typeof events;
export type EventBody<K extends EventKind> = (typeof events)[K] extends EventDescription<infer Body> ? Body : never;
