import { WindroseError } from "../../../basics/errors";
import type { NetworkSection } from "../../hypervisor";
import type { Lease, Mark, NetworkDefinition, NetworkState, Reservation } from "../../model";
import { attempt, found } from "../errors";
import { Affect, DomainXml, ErrorNumber, isLibvirtError, type NetworkHandle, NetworkXml } from "../rpc";
import type { LibvirtSession } from "../session";
import { parseXml } from "../xml";
import { type HostChange, hostChanges } from "./host-changes";
import { checkReservation, mergeNetworkXml, networkXml, readNetwork } from "./network-xml";
import { refusedStart } from "./overlap";
import { isIn, replug } from "./replug";

/** errno EEXIST (asm-generic/errno-base.h): there is an interface of the bridge's name. */
const fileExists = 17;

/**
 * A network's handle without asking for it: the daemon finds a network by the UUID alone (`networkObjFromNetwork`,
 * src/network/bridge_driver.c).
 */
function networkHandle(uuid: string): NetworkHandle {
  return { name: uuid, uuid };
}

/** Virtual networks. Their XML: https://libvirt.org/formatnetwork.html. */
export class LibvirtNetworks implements NetworkSection {
  constructor(private readonly session: LibvirtSession) {}

  private queue<T>(uuid: string, what: string, work: () => Promise<T>): Promise<T> {
    return attempt(what, () => this.session.queue(`network:${uuid}`, work));
  }

  find(uuid: string): Promise<NetworkState | undefined> {
    return attempt(`reading the network ${uuid}`, () => found(this.state(networkHandle(uuid))));
  }

  findByName(name: string): Promise<NetworkState | undefined> {
    return attempt(`reading the network ${name}`, () =>
      found(this.session.call("NETWORK_LOOKUP_BY_NAME", { name }).then(({ network }) => this.state(network))),
    );
  }

  /** What is stored, which is what the next start brings. */
  private async state(network: NetworkHandle): Promise<NetworkState> {
    const [definition, { active }, { persistent }] = await Promise.all([
      this.definition(network, NetworkXml.inactive),
      this.session.call("NETWORK_IS_ACTIVE", { network }),
      this.session.call("NETWORK_IS_PERSISTENT", { network }),
    ]);
    const autostart = persistent && (await this.session.call("NETWORK_GET_AUTOSTART", { network })).autostart;
    return { ...definition, active, autostart };
  }

  private async definition(network: NetworkHandle, flags: number): Promise<NetworkDefinition> {
    return readNetwork((await this.session.call("NETWORK_GET_XML_DESC", { network, flags })).xml);
  }

  private async storedXml(uuid: string): Promise<string> {
    const args = { network: networkHandle(uuid), flags: NetworkXml.inactive };
    return (await this.session.call("NETWORK_GET_XML_DESC", args)).xml;
  }

  /** Of one that is there already (an earlier call got no further), the definition is stored anew. */
  define(definition: NetworkDefinition): Promise<void> {
    const { uuid, name } = definition;
    return this.queue(uuid, `making the network ${name}`, async () => {
      const [present, byName] = await Promise.all([
        found(this.storedXml(uuid)),
        found(this.session.call("NETWORK_LOOKUP_BY_NAME", { name })),
      ]);
      if (byName && byName.network.uuid !== uuid) {
        throw new WindroseError("already-exists", `there is a network ${name} already (UUID ${byName.network.uuid})`);
      }
      const xml = present === undefined ? networkXml(definition) : mergeNetworkXml(definition, present);
      const chosen = present === undefined && definition.bridge === undefined;
      for (let left = chosen ? 5 : 1; ; left--) {
        // libvirt looks for a bridge's name that is free before it keeps the network: two at once would get the same.
        await this.session.queue("bridges", () => this.session.call("NETWORK_DEFINE_XML", { xml }));
        try {
          await this.startNow(uuid);
          return;
        } catch (error) {
          // What can't start (its subnet or bridge is another's) leaves nothing behind that no state knows of.
          if (present === undefined) {
            await found(this.session.call("NETWORK_UNDEFINE", { network: networkHandle(uuid) })).catch(() => undefined);
          }
          // Another program was given the same name, and was quicker.
          if (left <= 1 || !isLibvirtError(error, ErrorNumber.SYSTEM_ERROR) || error.int1 !== fileExists)
            throw await refusedStart(this.session, definition, error);
        }
      }
    });
  }

  start(uuid: string): Promise<void> {
    return this.queue(uuid, `starting the network ${uuid}`, async () => {
      try {
        if (await this.startNow(uuid)) await this.replug(uuid);
      } catch (error) {
        const stored = await this.storedXml(uuid).catch(() => undefined);
        throw stored === undefined ? error : await refusedStart(this.session, readNetwork(stored), error);
      }
    });
  }

  private async startNow(uuid: string): Promise<boolean> {
    const network = networkHandle(uuid);
    if ((await this.session.call("NETWORK_IS_ACTIVE", { network })).active) return false;
    await this.session.call("NETWORK_CREATE", { network });
    return true;
  }

  private async replug(uuid: string): Promise<void> {
    const { network } = await this.session.call("NETWORK_LOOKUP_BY_UUID", { uuid });
    await replug(this.session, network);
  }

  setAutostart(uuid: string, autostart: boolean): Promise<void> {
    return this.queue(uuid, `setting autostart of the network ${uuid}`, async () => {
      const network = networkHandle(uuid);
      const { autostart: now } = await this.session.call("NETWORK_GET_AUTOSTART", { network });
      if (now !== autostart) await this.session.call("NETWORK_SET_AUTOSTART", { network, autostart });
    });
  }

  /** In the stored definition, from which it is read back; the running network carries the old one until its restart. */
  setMark(uuid: string, mark: Mark | undefined): Promise<void> {
    return this.queue(uuid, `marking the network ${uuid}`, async () => {
      const stored = await this.storedXml(uuid);
      await this.session.call("NETWORK_DEFINE_XML", { xml: mergeNetworkXml({ ...readNetwork(stored), mark }, stored) });
    });
  }

  /**
   * Reservations and DNS hosts. Of those that are there and not in the definition, the ones of `previous` go. Forwarders
   * can't change while the network runs (`virNetworkDefUpdateSection`): they are for `redefine`.
   */
  setHosts(definition: NetworkDefinition, previous: NetworkDefinition | undefined): Promise<void> {
    const { uuid, name } = definition;
    return this.queue(uuid, `changing the hosts of the network ${name}`, async () => {
      await this.update(uuid, (present) => hostChanges(present, definition, previous));
    });
  }

  /**
   * The same change is one call for the stored and the running network. A call that changes the running one takes
   * libvirt half a second: it takes down and builds anew all of the network's firewall rules, one process a rule.
   */
  private async update(uuid: string, changes: (present: NetworkDefinition) => HostChange[]): Promise<number> {
    const network = networkHandle(uuid);
    const { active } = await this.session.call("NETWORK_IS_ACTIVE", { network });
    const [stored, running] = await Promise.all([
      this.definition(network, NetworkXml.inactive).then(changes),
      active ? this.definition(network, 0).then(changes) : [],
    ]);
    const key = (change: HostChange) => JSON.stringify(change);
    const both = new Set(running.map(key));
    const alike = stored.length === running.length && stored.every((change) => both.has(key(change)));
    const calls = alike
      ? stored.map((change) => ({ ...change, flags: Affect.live | Affect.config }))
      : [
          ...running.map((change) => ({ ...change, flags: Affect.live as number })),
          ...stored.map((change) => ({ ...change, flags: Affect.config as number })),
        ];
    await this.session.using(async (client) => {
      for (const call of calls) await client.updateNetwork({ network, parentIndex: -1, ...call });
    });
    return calls.length;
  }

  redefine(definition: NetworkDefinition): Promise<void> {
    const { uuid, name } = definition;
    return this.queue(uuid, `changing the network ${name}`, async () => {
      const network = networkHandle(uuid);
      const before = await this.storedXml(uuid);
      await this.session.call("NETWORK_DEFINE_XML", { xml: mergeNetworkXml(definition, before) });
      if ((await this.session.call("NETWORK_IS_ACTIVE", { network })).active) {
        await this.session.call("NETWORK_DESTROY", { network });
      }
      try {
        await this.session.call("NETWORK_CREATE", { network });
      } catch (error) {
        // Before the old one is back, and its routes with it.
        const why = await refusedStart(this.session, definition, error);
        // with what worked before, so that the guests are not left without a network
        await this.session.call("NETWORK_DEFINE_XML", { xml: before });
        await this.session.call("NETWORK_CREATE", { network });
        await this.replug(uuid);
        throw why;
      }
      await this.replug(uuid);
    });
  }

  async addReservation(uuid: string, reservation: Reservation): Promise<boolean> {
    const wanted = { ...reservation, mac: reservation.mac.toLowerCase() };
    checkReservation(wanted);
    return this.queue(uuid, `reserving ${wanted.address} for ${wanted.mac}`, async () => {
      const calls = await this.update(uuid, (present) => {
        refuseTaken(present, wanted);
        const there = present.reservations.find((one) => one.mac === wanted.mac);
        const named = wanted.name === undefined && there?.name ? { ...wanted, name: there.name } : wanted;
        return hostChanges(present, { reservations: [named], dnsHosts: [] }, undefined);
      });
      return calls > 0;
    });
  }

  removeReservation(uuid: string, mac: string): Promise<void> {
    return this.queue(uuid, `releasing the address of ${mac}`, async () => {
      await found(
        this.update(uuid, (present) => {
          const previous = present.reservations.filter((one) => one.mac === mac.toLowerCase());
          return hostChanges(present, { reservations: [], dnsHosts: [] }, { reservations: previous, dnsHosts: [] });
        }),
      );
    });
  }

  leases(uuid: string): Promise<Lease[]> {
    return attempt(`reading the leases of the network ${uuid}`, async () => {
      const { leases } = await this.session.call("NETWORK_GET_DHCP_LEASES", { network: networkHandle(uuid) });
      return leases.map(({ mac, address, hostname, expiry }) => ({
        mac: mac?.toLowerCase() ?? "",
        address,
        ...(hostname ? { hostname } : {}),
        ...(expiry > 0n ? { expires: Number(expiry) * 1000 } : {}),
      }));
    });
  }

  users(uuid: string): Promise<string[]> {
    return attempt(`looking for the machines in the network ${uuid}`, async () => {
      const answer = await found(this.session.call("NETWORK_LOOKUP_BY_UUID", { uuid }));
      if (!answer) return [];
      const { domains } = await this.session.call("CONNECT_LIST_ALL_DOMAINS", {});
      const definitions = domains.flatMap((domain) =>
        (domain.id === -1 ? [DomainXml.inactive] : [DomainXml.inactive, 0]).map(async (flags) => {
          const answered = await found(this.session.call("DOMAIN_GET_XML_DESC", { domain, flags }));
          const interfaces = answered
            ? parseXml(answered.xml, "The machine's definition").all("devices/interface")
            : [];
          return interfaces.some((one) => isIn(one, [answer.network.name])) ? [domain.uuid] : [];
        }),
      );
      return [...new Set((await Promise.all(definitions)).flat())];
    });
  }

  remove(uuid: string): Promise<void> {
    return this.queue(uuid, `removing the network ${uuid}`, async () => {
      const network = networkHandle(uuid);
      const active = await found(this.session.call("NETWORK_IS_ACTIVE", { network }));
      if (!active) return;
      if (active.active) await found(this.session.call("NETWORK_DESTROY", { network }));
      // a transient one is gone by now
      await found(this.session.call("NETWORK_UNDEFINE", { network }));
    });
  }
}

function refuseTaken({ name, reservations }: NetworkDefinition, wanted: Reservation): void {
  const clash = reservations.find(
    (one) =>
      (one.mac === wanted.mac) !== (one.address === wanted.address) ||
      (one.mac !== wanted.mac && wanted.name !== undefined && one.name === wanted.name),
  );
  if (!clash) return;
  const called = clash.name ? ` (${clash.name})` : "";
  const instead = clash.address === wanted.address ? "" : `, and not ${wanted.address} for ${wanted.mac}`;
  throw new WindroseError(
    "address-taken",
    `in the network ${name}, ${clash.address} is reserved for ${clash.mac}${called}${instead}`,
  );
}
