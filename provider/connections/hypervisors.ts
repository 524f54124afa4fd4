import { createHash } from "node:crypto";
import { asWindroseError, hasCode, WindroseError } from "../basics/errors";
import type { Hypervisor } from "../drivers/hypervisor";
import { driverNamed, hostProfiles } from "../drivers/registry";
import { transportFor } from "../transports/registry";
import type { StoredConnection } from "./credentials";
import { connectionName, resolveConnection } from "./hosts";

/** The hypervisors that are open: one for each way to a host, shared by all its resources. */

/** What the way to a host may fail with that is another by another configuration. */
const ofTheWay = [
  "host-unreachable",
  "connection-unknown",
  "authentication-failed",
  "key-unreadable",
  "host-key-unknown",
  "host-key-mismatch",
] as const;

/**
 * For `read` and `delete`: where no program runs, the engine configures the provider with what the last `up` left in the
 * state, and an address that was corrected since is not heeded.
 */
export function withLastConfiguration(error: unknown): unknown {
  if (!hasCode(error, ...ofTheWay)) return error;
  const hint =
    "`destroy` and `refresh` use the configuration of the last `up`; add `--run-program` to use the present one.";
  return new WindroseError(error.code, error.why, { hint: `${error.hint} ${hint}`, cause: error });
}

const open = new Map<string, Hypervisor>();
/** A host that could not be reached fails all its resources at once, after one attempt. */
const dead = new Map<string, { error: WindroseError; until: number }>();
const deadFor = 20_000;

export interface Expected {
  /** Machine ids that may stand behind the connection; empty: any. */
  readonly ids: readonly string[];
  /** Whether the hypervisor itself will be called, so that it is worth connecting to it meanwhile. */
  readonly connect?: boolean;
}

/** The driver behind a connection, once it is sure that the right machine answers. */
export async function hypervisorFor(connection: StoredConnection, expected: Expected): Promise<Hypervisor> {
  const target = resolveConnection(connection);
  const key = createHash("sha256").update(JSON.stringify(target)).digest("hex");
  const failed = dead.get(key);
  if (failed && failed.until > Date.now()) throw failed.error;
  let hypervisor = open.get(key);
  if (!hypervisor) {
    const transport = transportFor(target.ssh ? { kind: "ssh", ...target.ssh } : { kind: "local" });
    hypervisor = driverNamed(target.driver).open(transport, target.uri, hostProfiles());
    open.set(key, hypervisor);
  }
  let machineIds: readonly string[];
  try {
    if (expected.connect) hypervisor.connect();
    machineIds = await hypervisor.machineIds();
  } catch (error) {
    if (open.get(key) === hypervisor) open.delete(key);
    const failure = asWindroseError(error);
    dead.set(key, { error: failure, until: Date.now() + deadFor });
    throw failure;
  }
  if (expected.ids.length > 0 && !machineIds.some((id) => expected.ids.includes(id))) {
    throw new WindroseError(
      "host-identity",
      `another machine answers for ${connectionName(connection)}: its id is ${machineIds.join(" or ")}, expected was ${expected.ids[0]}`,
      {
        hint: `If the machine was really replaced, set \`acceptReplacement: "${expected.ids[0]}"\` on the Host.`,
      },
    );
  }
  return hypervisor;
}

export async function closeHypervisors(): Promise<void> {
  const all = [...open.values()];
  open.clear();
  await Promise.allSettled(all.map((hypervisor) => hypervisor.close()));
}
