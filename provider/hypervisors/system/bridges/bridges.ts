import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { WindroseError } from "../../../errors";
import type { Transport } from "../../../transports/transport";
import type { Work } from "../../hypervisor";
import { armedChange } from "./armed";
import type { Change } from "./change-script";
import { originalOf, portOf } from "./detect";
import { type Inspection, inspect, readFiles, stateOf } from "./inspect";
import { layoutsOf } from "./layouts";
import type { Arming, BridgeDefinition, BridgeMark, BridgeRecord, BridgeState, Layout } from "./model";

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
  return {
    async find(name, work) {
      return stateOf(await settled(transport, name, noDevice, noDevice, work), name);
    },

    async apply(definition, mark, arming, work) {
      const { name, nic } = definition;
      const found = await settled(transport, name, nic, portOf(definition), work);
      const { record } = found;
      const there = stateOf(found, name);
      if (there && !record) throw foreign(name);
      // One that went without us: its NIC may have been given back by hand, so it is looked at as the first time.
      const original = there && record ? record.original : await originalOf(transport, definition, found);
      const { bridge, plain } = layoutsOf(definition, original);
      const next: BridgeRecord = { version: 1, mark, definition, original, plain, bridge };
      if (there && record) await untouched(transport, record.bridge);
      const from = there && record ? record.bridge : plain;
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
      };
      await armedChange(transport, change, work);
      const state = stateOf(await inspect(transport, name, nic, original.port), name);
      if (!state) throw new WindroseError("internal", `the bridge ${name} is gone right after it was confirmed`);
      return state;
    },

    async remove(name, uuid, arming, work) {
      const found = await settled(transport, name, noDevice, noDevice, work);
      const { record } = found;
      if (!record || record.mark.uuid !== uuid) return;
      const there = stateOf(found, name);
      const { original, definition } = record;
      const others = there?.ports.filter((port) => port !== original.port) ?? [];
      if (others.length > 0) {
        throw new WindroseError("in-use", `the bridge ${name} has other ports: ${others.slice(0, 8).join(", ")}`, {
          hint: "Guests are plugged into it: stop or move them first.",
        });
      }
      await untouched(transport, record.bridge);
      await armedChange(
        transport,
        {
          name,
          from: record.bridge,
          to: record.plain,
          removes: true,
          adds: false,
          deviceBefore: name,
          deviceAfter: original.makesVlan ? definition.nic : original.port,
          gateway4: arming.checkGateway && original.gateway4,
          gateway6: arming.checkGateway && original.gateway6,
          addresses: [],
          anyAddress: false,
          rollbackAfter: Math.ceil(arming.rollbackAfter / 1000),
        },
        work,
      );
    },
  };
}

/** What is there once no change is under way: one whose maker went is rolled back by the host within its time. */
async function settled(transport: Transport, name: string, nic: string, port: string, work: Work): Promise<Inspection> {
  for (;;) {
    const found = await inspect(transport, name, nic, port);
    if (!found.underWay) return found;
    if (Date.now() > work.deadline) {
      throw new WindroseError("timeout", `a change of ${name} is still under way on the host`);
    }
    work.progress(`waiting for an unconfirmed change of ${name} to be rolled back`);
    await delay(1000);
  }
}

/** A file of the user's that we edited must be as we left it: what was put into it since would be lost. */
async function untouched(transport: Transport, layout: Layout): Promise<void> {
  const edited = layout.files.filter((file) => file.edited);
  const now = await readFiles(
    transport,
    edited.map((file) => file.path),
  );
  const digest = (text: string | undefined) =>
    createHash("sha256")
      .update(text ?? "")
      .digest("hex");
  const changed = edited.find(
    (file) => digest(now.find((each) => each.path === file.path)?.content) !== digest(file.content),
  );
  if (changed) {
    throw new WindroseError("foreign", `${changed.path} was edited since the bridge was made`, {
      hint: "Take what was added into a file of its own, and put this one back as it was.",
    });
  }
}

function foreign(name: string): WindroseError {
  return new WindroseError("already-exists", `the host has a bridge ${name} already, which no HostBridge made`, {
    hint: "Choose another `name`, or remove that bridge.",
  });
}
