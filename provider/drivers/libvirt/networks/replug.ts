import { found } from "../errors";
import { Affect, type DomainHandle } from "../rpc";
import type { LibvirtSession } from "../session";
import { parseXml, serializeXml, type XmlElement } from "../xml";

interface Plug {
  domain: DomainHandle;
  interface: XmlElement;
}

/** Interfaces of running machines that are in one of the networks. */
async function findPlugs(session: LibvirtSession, networks: readonly string[]): Promise<Plug[]> {
  const { domains } = await session.call("CONNECT_LIST_ALL_DOMAINS", {});
  const plugs = await Promise.all(
    domains.map(async (domain): Promise<Plug[]> => {
      if (domain.id === -1) return [];
      const answer = await found(session.call("DOMAIN_GET_XML_DESC", { domain, flags: 0 }));
      if (!answer) return [];
      const interfaces = parseXml(answer.xml, "The machine's definition").all("devices/interface");
      return interfaces.filter((one) => isIn(one, networks)).map((one) => ({ domain, interface: one }));
    }),
  );
  return plugs.flat();
}

export function isIn(element: XmlElement, networks: readonly string[]): boolean {
  return element.attribute("type") === "network" && networks.includes(element.attribute("network", "source") ?? "");
}

/** libvirt finds the interface by its MAC address and alias; port and bridge are of the network's last run. */
async function plugInto({ domain, interface: element }: Plug, session: LibvirtSession, network: string): Promise<void> {
  const copy = element.clone();
  const source = copy.find("source");
  source?.attributes.clear();
  source?.attributes.set("network", network);
  const portgroup = element.attribute("portgroup", "source");
  if (portgroup !== undefined) source?.attributes.set("portgroup", portgroup);
  const args = { domain, xml: serializeXml(copy), flags: Affect.live };
  await found(session.call("DOMAIN_UPDATE_DEVICE_FLAGS", args));
}

/**
 * Plugs the running machines into a network again that was restarted, and so has a new, empty bridge. libvirt moves an
 * interface only to another bridge than the one it thinks it is on (`qemuDomainChangeNet`, src/qemu/qemu_hotplug.c): so
 * there and back, by way of a bridge of no use that exists for these milliseconds. Takes no right but libvirt's.
 */
export async function replug(session: LibvirtSession, network: { name: string; uuid: string }): Promise<number> {
  const aside = `windrose-replug-${network.uuid.slice(0, 8)}`;
  const plugs = await findPlugs(session, [network.name, aside]);
  const left = await found(session.call("NETWORK_LOOKUP_BY_NAME", { name: aside }));
  if (plugs.length === 0 && !left) return 0;
  const helper =
    left ??
    (await session.call("NETWORK_CREATE_XML", {
      xml: `<network><name>${aside}</name><bridge name="wrplug%d" stp="off"/></network>`,
    }));
  try {
    for (const plug of plugs) {
      if (plug.interface.attribute("network", "source") !== aside) await plugInto(plug, session, aside);
    }
  } finally {
    const away = await findPlugs(session, [aside]);
    for (const plug of away) await plugInto(plug, session, network.name);
    await found(session.call("NETWORK_DESTROY", { network: helper.network }));
  }
  return plugs.length;
}
