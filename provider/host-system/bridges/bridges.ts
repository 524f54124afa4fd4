import { WindroseError } from "../../basics/errors";
import { pause } from "../../basics/wait";
import type { Work } from "../../basics/work";
import type { Transport } from "../../transports/transport";
import { armedChange, clear, resume } from "./armed";
import type { Change } from "./change-script";
import { originalOf, portOf } from "./detect";
import { type Inspection, inspect, readFiles, stateOf } from "./inspect";
import { kept, layoutsOf } from "./layouts";
import type { Arming, BridgeDefinition, BridgeMark, BridgeRecord, BridgeState, HostFile, Layout } from "./model";

/**
 * Bridges of the host over its NICs. A change is armed: it stays only once a fresh connection has found the host as it
 * should be, and is rolled back by the host itself otherwise.
 */
export interface BridgeSection {
  /** The bridge of that name, whoever made it; undefined where the host has none. Waits for a change that is under way. */
  find(name: string, work: Work): Promise<BridgeState | undefined>;
  /**
   * Makes the bridge, or brings one of ours to the definition. NIC, VLAN and type never change.
   * @throws WindroseError `rolled-back`, with what was seen, where the change was not confirmed in time.
   */
  apply(definition: BridgeDefinition, mark: BridgeMark, arming: Arming, work: Work): Promise<BridgeState>;
  /**
   * Gives the NIC its configuration back, in the same way. `in-use` where the bridge has ports that are not ours. One that
   * is gone already, or is not of this mark, is left.
   */
  remove(name: string, uuid: string, arming: Arming, work: Work): Promise<void>;
}

/** A marker for a bridge that is not looked up by its NIC. */
const noDevice = "lo";

export function createBridges(transport: Transport): BridgeSection {
  let last: Promise<unknown> = Promise.resolve();
  /** One change at a time: two may edit one file of the host's. */
  const queued = <T>(change: () => Promise<T>): Promise<T> => {
    const turn = last.then(change, change);
    last = turn.catch(() => undefined);
    return turn;
  };

  return {
    async find(name, work) {
      return queued(async () => stateOf(await settled(transport, name, noDevice, noDevice, work), name));
    },
    apply: (definition, mark, arming, work) => queued(() => applied(transport, definition, mark, arming, work)),
    remove: (name, uuid, arming, work) => queued(() => removed(transport, name, uuid, arming, work)),
  };
}

async function applied(
  transport: Transport,
  definition: BridgeDefinition,
  mark: BridgeMark,
  arming: Arming,
  work: Work,
): Promise<BridgeState> {
  const { name, nic } = definition;
  const found = await settled(transport, name, nic, portOf(definition), work);
  const { record } = found;
  const there = stateOf(found, name);
  if (there && !record) throw foreign(name);
  if (record && record.mark.uuid !== mark.uuid) throw another(name, record);
  const original = record?.original ?? (await originalOf(transport, definition, found));
  const made = layoutsOf(definition, original);
  const bridge = record ? kept(record, made.bridge, await editedNow(transport, record.bridge)).bridge : made.bridge;
  const plain = record?.plain ?? made.plain;
  const next: BridgeRecord = { version: 1, mark, definition, original, plain, bridge };
  const from = record?.bridge ?? plain;
  const addressing = definition.addressing;
  const change: Change = {
    name,
    from,
    to: bridge,
    removes: false,
    adds: !there,
    deviceBefore: there ? name : original.makesVlan ? nic : original.port,
    deviceAfter: name,
    gateway4: arming.checkGateway && (addressing ? addressing.gateway !== undefined : original.gateway4),
    gateway6: arming.checkGateway && (addressing ? addressing.gateway6 !== undefined : original.gateway6),
    addresses: addressing?.addresses ?? [],
    anyAddress:
      addressing?.dhcp4 ??
      found.addresses.get(there ? name : original.port)?.some((each) => !each.includes(":")) ??
      false,
    ...(definition.openvswitch ? {} : { port: original.port }),
    rollbackAfter: Math.ceil(arming.rollbackAfter / 1000),
    record: JSON.stringify(next),
    recordBefore: found.parts.get("record"),
  };
  await armedChange(transport, change, work);
  const state = stateOf(await inspect(transport, name, nic, original.port), name);
  if (!state) throw new WindroseError("internal", `the bridge ${name} is gone right after it was confirmed`);
  return state;
}

async function removed(transport: Transport, name: string, uuid: string, arming: Arming, work: Work): Promise<void> {
  const found = await settled(transport, name, noDevice, noDevice, work);
  const { record } = found;
  if (!record) await clear(transport, name);
  if (!record || record.mark.uuid !== uuid) return;
  const there = stateOf(found, name);
  const { original, definition } = record;
  const others = there?.ports.filter((port) => port !== original.port) ?? [];
  if (others.length > 0) {
    throw new WindroseError("in-use", `the bridge ${name} has other ports: ${others.slice(0, 8).join(", ")}`, {
      hint: "Guests are plugged into it: stop or move them first.",
    });
  }
  const { plain } = kept(record, record.bridge, await editedNow(transport, record.bridge));
  await armedChange(
    transport,
    {
      name,
      from: record.bridge,
      to: plain,
      removes: true,
      adds: false,
      deviceBefore: name,
      deviceAfter: original.makesVlan ? definition.nic : original.port,
      gateway4: arming.checkGateway && original.gateway4,
      gateway6: arming.checkGateway && original.gateway6,
      addresses: [],
      anyAddress: false,
      rollbackAfter: Math.ceil(arming.rollbackAfter / 1000),
      recordBefore: found.parts.get("record"),
    },
    work,
  );
}

/** What is there once no change is under way: one whose maker went is rolled back by the host within its time. */
async function settled(transport: Transport, name: string, nic: string, port: string, work: Work): Promise<Inspection> {
  for (;;) {
    const found = await inspect(transport, name, nic, port);
    const { underWay } = found;
    if (underWay === undefined) return found;
    if (Date.now() > work.deadline) {
      throw new WindroseError("timeout", `${name} waits for a change of a bridge, which is under way on the host`, {
        hint: `${underWay} on the host holds what was there before. If nothing there goes on, take it back as root with \`sh ${underWay}/script rollback\`, or remove that directory where the network is as it should be.`,
      });
    }
    work.progress(`waiting for an unconfirmed change to be rolled back: ${underWay}`);
    await resume(transport);
    await pause(1000);
  }
}

/** The files of the user's that we edited, as they are now. */
function editedNow(transport: Transport, layout: Layout): Promise<HostFile[]> {
  const paths = layout.files.filter((file) => file.edited).map((file) => file.path);
  return readFiles(transport, paths);
}

function another(name: string, { mark }: BridgeRecord): WindroseError {
  return new WindroseError("foreign", `the bridge ${name} is another HostBridge's (${mark.urn})`, {
    hint: `Choose another \`name\`, or set \`uuid: "${mark.uuid}"\` together with \`adopt: true\` to take it over.`,
  });
}

function foreign(name: string): WindroseError {
  return new WindroseError("already-exists", `the host has a bridge ${name} already, which no HostBridge made`, {
    hint: "Choose another `name`, or remove that bridge.",
  });
}
