import type * as pulumi from "@pulumi/pulumi";
import { asWindroseError, hasCode, WindroseError } from "../basics/errors";
import { type Inputs, isRecord, unknown } from "../basics/record";
import { rememberCredentials, rememberGuestKeys, type StoredConnection } from "../connections/credentials";
import { configureHosts, connectionName, driverOf } from "../connections/hosts";
import { closeHypervisors, hypervisorFor, withLastConfiguration } from "../connections/hypervisors";
import { check } from "../lifecycle/check";
import { describeRows } from "../lifecycle/compare";
import type { Context } from "../lifecycle/context";
import type { Definition, Identity } from "../lifecycle/definition";
import { diff, refusedRestarts, restartRefusal } from "../lifecycle/diff";
import { Exclusives } from "../lifecycle/exclusives";
import { apply, HalfMade, read, remove } from "../lifecycle/lifecycle";
import { parseUrn } from "../lifecycle/ownership";
import { upgrade } from "../lifecycle/upgrade";
import { noteCluster } from "../resources/kubernetes-node/asked";
import { Engine } from "./engine";

/**
 * The adapter to Pulumi's dynamic-provider protocol: the only file, beside engine.ts, that knows it. Facts are from
 * sdk/nodejs/cmd/dynamic-provider/index.ts: one process serves a whole run; what is in module scope is shared by all.
 */

const engine = new Engine();
/** Aborts what is under way when the engine has gone. */
const abandoned = new AbortController();
let watching = false;
/** Of the preview or the update that is under way. A process serves one of them; should it serve both, each has its own. */
let exclusives = { preview: false, all: new Exclusives() };
/** What the last `check` of a resource said that its `diff` must know. */
interface Checked {
  /** In a preview `diff` speaks. */
  readonly preview: boolean;
  readonly replaceOnChanges: readonly string[];
}
/** By URN. `read` takes its own out: the `diff` behind it is a refresh's, with the sides exchanged. */
const checked = new Map<string, Checked>();

function watchEngine(): void {
  if (watching || process.env.WINDROSE_KEEP_WITHOUT_ENGINE) return;
  watching = true;
  silenceTheSdk();
  // Seen in the list of processes: the SDK's own command line stands behind it no more.
  process.title = "windrose dynamic-provider";
  engine.onGone(() => {
    abandoned.abort();
    void closeHypervisors();
    // Commands on hosts end with their channels; the process must not outlive the engine.
    setTimeout(() => process.exit(1), 500);
  });
}

export function dynamicProvider(definition: Definition): pulumi.dynamic.ResourceProvider {
  return {
    configure: async (request) => {
      watchEngine();
      await quiet(async () => configureHosts(request.config.get("windrose:hosts")));
    },

    check: (olds: Inputs, news: Inputs) =>
      quiet(async () => {
        const { __preview, __credentials, __guestKeys, __provider, __cluster, __replaceOnChanges, ...given } = news;
        // What is missing can't be judged. The engine leaves the resource as it is, and says nothing of it.
        if (missingOf(given).length > 0) {
          engine.log("warning", String(given.__urn ?? ""), `not made or changed: ${whyMissing(given)}`);
          return { inputs: given, failures: [] };
        }
        const { __lineage } = given;
        const old = olds && Object.keys(olds).length > 0 ? upgrade(definition.kind, olds) : undefined;
        const urn = String(given.__urn ?? "");
        if (isRecord(__credentials) && isConnection(given.__connection))
          rememberCredentials(given.__connection, __credentials);
        if (isRecord(__guestKeys)) rememberGuestKeys(urn, __guestKeys);
        if (__cluster !== undefined) noteCluster(__cluster);
        definition.hears?.(given);
        const identity: Identity = {
          urn,
          ...parseUrn(urn),
          lineage: typeof __lineage === "string" && __lineage !== unknown ? __lineage : undefined,
          connection: given.__connection,
          driver: driverOf(given.__connection),
          exclusives: exclusivesOf(Boolean(__preview)),
        };
        const replaceOnChanges = Array.isArray(__replaceOnChanges) ? __replaceOnChanges.map(String) : [];
        checked.set(urn, { preview: Boolean(__preview), replaceOnChanges });
        const answer = await check(definition, given, old, identity);
        return { inputs: plain(answer.inputs), failures: answer.failures };
      }),

    diff: (_id: string, olds: Inputs, news: Inputs) =>
      quiet(async () => {
        const urn = String(news.__urn ?? "");
        // Nothing is replaced for what is missing.
        if (missingOf(news).length > 0) return { changes: true, replaces: [], deleteBeforeReplace: true };
        const of = checked.get(urn);
        const answer = diff(definition, upgrade(definition.kind, olds), news, {
          refuse: of !== undefined,
          replaceOnChanges: of?.replaceOnChanges,
        });
        if (of?.preview && answer.rows.length > 0) {
          const text = describeRows(answer.rows);
          if (refusedRestarts(definition, answer.rows, news).length > 0) {
            engine.log("warning", urn, `${text}. ${restartRefusal}`);
          } else engine.log("info", urn, text);
        }
        return { changes: answer.changes, replaces: answer.replaces, deleteBeforeReplace: true };
      }),

    create: (inputs: Inputs) =>
      half(definition, inputs, "create", async () => {
        const { id, outputs } = await apply(definition, own(inputs), undefined, contextOf(definition, inputs, {}));
        return { id, outs: plain(outputs) };
      }),

    read: (_id: string, state: Inputs = {}) =>
      quiet(async () => {
        const current = upgrade(definition.kind, own(state));
        checked.delete(String(current.__urn ?? ""));
        try {
          const answer = await read(definition, current, contextOf(definition, current, current));
          if (!answer) return { id: "", props: {} };
          return { id: _id, props: plain(answer.outputs), inputs: plain(answer.inputs) };
        } catch (error) {
          if (!passOver(error)) throw withLastConfiguration(error);
          engine.log("warning", String(current.__urn ?? ""), `left as the state has it: ${asWindroseError(error).why}`);
          return { id: _id, props: state };
        }
      }),

    update: (_id: string, olds: Inputs, news: Inputs) =>
      half(definition, news, "update", async () => {
        const old = upgrade(definition.kind, own(olds));
        const { outputs } = await apply(definition, own(news), old, contextOf(definition, news, old));
        return { outs: plain(outputs) };
      }),

    delete: (_id: string, state: Inputs) =>
      quiet(async () => {
        const current = upgrade(definition.kind, own(state));
        exclusives.all.release(String(current.__urn ?? ""));
        try {
          await remove(definition, current, contextOf(definition, current, current));
        } catch (error) {
          if (!passOver(error)) throw withLastConfiguration(error);
          engine.log(
            "warning",
            String(current.__urn ?? ""),
            `forgotten, and not deleted on the host: ${asWindroseError(error).why}`,
          );
        }
      }),
  };
}

function exclusivesOf(preview: boolean): Exclusives {
  if (exclusives.preview !== preview) exclusives = { preview, all: new Exclusives() };
  return exclusives.all;
}

/** Without undefined, at any depth: the protocol's structures have no place for it. */
function plain(value: Inputs): Inputs {
  return JSON.parse(JSON.stringify(value)) as Inputs;
}

/** `WINDROSE_SKIP_UNREACHABLE=true` lets `refresh` and `destroy` go on past a dead host. */
function passOver(error: unknown): boolean {
  return process.env.WINDROSE_SKIP_UNREACHABLE === "true" && hasCode(error, "host-unreachable");
}

function own(properties: Inputs): Inputs {
  const { __provider, ...rest } = properties;
  return rest;
}

function isConnection(value: unknown): value is StoredConnection {
  return (typeof value === "string" && value !== unknown) || isRecord(value);
}

function contextOf(definition: Definition, inputs: Inputs, state: Inputs): Context {
  const urn = String(inputs.__urn ?? "");
  const { project, stack, name } = parseUrn(urn);
  const connection = inputs.__connection;
  if (!isConnection(connection)) throw asWindroseError(new Error("the resource names no connection"));
  const accepted = typeof inputs.__accept === "string" ? [inputs.__accept] : [];
  // A Host knows its own machine from its state; everything else from the host that it stands on. A replacement that is
  // accepted leaves the old id in place, and lets any machine answer.
  const id =
    typeof inputs.host === "string" ? inputs.host : typeof state.hostId === "string" ? state.hostId : undefined;
  const ids = id === undefined || accepted.includes(id) ? [] : [id];
  return {
    urn,
    project,
    stack,
    name,
    where: connectionName(connection),
    hypervisor: () => hypervisorFor(connection, { ids, connect: definition.connects?.(inputs) ?? true }),
    progress: (text) => engine.status(urn, text),
    tell: (severity, text) => engine.log(severity, urn, text),
    deadline: Number.POSITIVE_INFINITY,
    signal: abandoned.signal,
  };
}

/** In the place of a stack, which the SDK prints behind the message. */
const saidElsewhere = "windrose: said on the resource";

/** The SDK prints what `quiet` throws, and hands it to the engine, which says it on its resource: once is enough. */
function silenceTheSdk(): void {
  const print = console.error;
  console.error = (...all: unknown[]) => {
    if (!String(all[0]).endsWith(`: ${saidElsewhere}`)) print(...all);
  };
}

async function quiet<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = new Error(asWindroseError(error).message);
    failure.name = "windrose";
    failure.stack = saidElsewhere;
    throw failure;
  }
}

/** An error with `id` and `properties` keeps the half-made resource in the state; they must carry `__provider` along. */
async function half<T>(
  definition: Definition,
  inputs: Inputs,
  verb: "create" | "update",
  work: () => Promise<T>,
): Promise<T> {
  try {
    refuseMissing(definition, inputs, verb);
    return await work();
  } catch (error) {
    if (definition.kind === "Host") unmadeHosts.set(keyOfHost(inputs), asWindroseError(error).why);
    if (!(error instanceof HalfMade)) throw new Error(asWindroseError(error).message);
    throw Object.assign(new Error(error.message), {
      id: error.id,
      properties: { ...plain(error.outputs), __provider: inputs.__provider },
      reasons: [error.message],
    });
  }
}

/** Hosts that this run could not make, by how they are reached → why. */
const unmadeHosts = new Map<string, string>();
const keyOfHost = ({ __connection }: Inputs) => JSON.stringify(__connection);

const missingOf = ({ __missing }: Inputs): string[] => (Array.isArray(__missing) ? __missing.map(String) : []);

function whyMissing(inputs: Inputs): string {
  const missing = missingOf(inputs);
  if (!missing.includes("host")) {
    const fields = missing.map((field) => `\`${field}\``).join(", ");
    return `${fields} ${missing.length === 1 ? "comes" : "come"} from a resource that could not be made or updated`;
  }
  const why = unmadeHosts.get(keyOfHost(inputs));
  return `its Host could not be made or updated${why === undefined ? "" : `: ${why}`}`;
}

function refuseMissing(definition: Definition, inputs: Inputs, verb: string): void {
  if (missingOf(inputs).length === 0) return;
  const { name } = parseUrn(String(inputs.__urn ?? ""));
  const hint = "See that resource's own error; then run the command again.";
  throw new WindroseError("aborted", whyMissing(inputs), { hint }).during(`${verb} ${definition.kind} "${name}"`);
}
