import { isIPv6 } from "node:net";
import { WindroseError } from "../../../basics/errors";
import type { DnsHost, Mark, NetworkAddress, NetworkDefinition, Reservation } from "../../model";
import { parseXml, render, serializeXml, type TemplateValue, XmlElement } from "../xml";

/** The namespace of our element in a network's metadata. libvirt keeps it since 2.1 (https://libvirt.org/formatnetwork.html). */
const networkNamespace = "urn:pulumi-windrose:network:1";

const forwardModes: Readonly<Record<NetworkDefinition["mode"], string>> = {
  nat: "nat",
  routed: "route",
  isolated: "",
  open: "open",
  bridge: "bridge",
};

function addressView(family: string, given: NetworkAddress, reservations: readonly Reservation[]): TemplateValue {
  return {
    family,
    address: given.address,
    prefix: given.prefix,
    dhcp: given.dhcp !== undefined || reservations.length > 0,
    range: given.dhcp && { ...given.dhcp },
    reservations: reservations.map((one) => ({ ...one })),
  };
}

/** A whole network. Fails with `unsupported` where libvirt has no such thing. */
export function networkXml(definition: NetworkDefinition): string {
  const { uuid, name, mark, mode, bridge, mtu, mac, domain, ipv4, ipv6, reservations, dnsHosts, forwarders } =
    definition;
  for (const reservation of reservations) checkReservation(reservation);
  if (reservations.length > 0 && !ipv4) {
    throw new WindroseError("invalid-input", `the network ${name} has reservations and no IPv4 subnet`);
  }
  return render("network", {
    uuid,
    name,
    mark: mark && { ...mark },
    forward: forwardModes[mode],
    bridge,
    hostBridge: mode === "bridge",
    mtu,
    mac: mac?.toLowerCase(),
    domain,
    dns: dnsHosts.length > 0 || forwarders.length > 0,
    forwarders,
    dnsHosts: dnsHosts.map((host) => ({ ...host })),
    addresses: [
      ...(ipv4 ? [addressView("ipv4", ipv4, reservations)] : []),
      ...(ipv6 ? [addressView("ipv6", ipv6, [])] : []),
    ],
  });
}

/** libvirt reserves an IPv6 address for a DUID, not for a MAC address (`virNetworkDHCPHostDefParseXML`, network_conf.c). */
export function checkReservation({ mac, address }: Reservation): void {
  if (isIPv6(address)) {
    throw new WindroseError(
      "unsupported",
      `${address} can't be reserved for ${mac}: libvirt reserves IPv4 addresses alone`,
    );
  }
}

export function reservationXml(reservation: Reservation): string {
  checkReservation(reservation);
  return render("network-dhcp-host", { ...reservation });
}

export function dnsHostXml(host: DnsHost): string {
  return render("network-dns-host", { ...host });
}

/** A network as libvirt reports it, with what it chose by itself: bridge, its MAC address, where they were not asked for. */
export function readNetwork(xml: string): NetworkDefinition {
  const network = parseXml(xml, "The network's definition");
  const forward = network.find("forward");
  const mode = forward ? (forward.attribute("mode") ?? "nat") : "";
  const known = Object.entries(forwardModes).find(([, value]) => value === mode)?.[0];
  const addresses = network.all("ip");
  const ofFamily = (wanted: boolean) => {
    const element = addresses.find((ip) => (ip.attribute("family") === "ipv6") === wanted);
    return element && readAddress(element);
  };
  const mark = readMark(network);
  const mtu = network.attribute("size", "mtu");
  const optional = {
    mark,
    bridge: network.attribute("name", "bridge"),
    mtu: mtu === undefined ? undefined : Number(mtu),
    mac: network.attribute("address", "mac")?.toLowerCase(),
    domain: network.attribute("name", "domain"),
    ipv4: ofFamily(false),
    ipv6: ofFamily(true),
  };
  return {
    uuid: network.text("uuid")?.trim().toLowerCase() ?? "",
    name: network.text("name") ?? "",
    // a mode that is not modelled (hostdev, private …) is told by its own name, and so differs from all of ours
    mode: (known ?? mode) as NetworkDefinition["mode"],
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    reservations: network.all("ip/dhcp/host").flatMap(readReservation),
    dnsHosts: network.all("dns/host").map((host) => ({
      address: host.attribute("ip") ?? "",
      names: host.all("hostname").map((name) => name.text() ?? ""),
    })),
    forwarders: network.all("dns/forwarder").flatMap((one) => one.attribute("addr") ?? []),
  };
}

function readReservation(host: XmlElement): Reservation[] {
  const [mac, address, name] = [host.attribute("mac"), host.attribute("ip"), host.attribute("name")];
  if (!mac || !address) return [];
  return [{ mac: mac.toLowerCase(), address, ...(name ? { name } : {}) }];
}

function readAddress(ip: XmlElement): NetworkAddress {
  const prefix = ip.attribute("prefix");
  const mask = ip.attribute("netmask");
  const bits = (text: string) =>
    text.split(".").reduce((sum, part) => sum + Number(part).toString(2).replace(/0/g, "").length, 0);
  const range = ip.find("dhcp/range");
  const [start, end] = [range?.attribute("start"), range?.attribute("end")];
  return {
    address: ip.attribute("address") ?? "",
    prefix: prefix !== undefined ? Number(prefix) : mask ? bits(mask) : 0,
    ...(start && end ? { dhcp: { start, end } } : {}),
  };
}

function isOurs(element: XmlElement): boolean {
  const [prefix, local] = element.name.includes(":") ? element.name.split(":") : [undefined, element.name];
  const namespace = element.attribute(prefix === undefined ? "xmlns" : `xmlns:${prefix}`);
  return namespace === networkNamespace && local === "network";
}

function readMark(network: XmlElement): Mark | undefined {
  const element = network.find("metadata")?.elements().find(isOurs);
  if (!element) return undefined;
  const get = (name: string) => element.attribute(name) ?? "";
  const mark = { project: get("project"), stack: get("stack"), urn: get("urn"), incarnation: get("incarnation") };
  return mark.project && mark.stack && mark.incarnation ? mark : undefined;
}

const ours: ReadonlySet<string> = new Set([
  ...["name", "uuid", "metadata", "forward", "bridge", "mtu", "mac", "domain", "dns", "ip"],
]);

/**
 * Our definition, with what the stored one has and we don't model (TXT records, TFTP, port groups, metadata of others),
 * and with the bridge and its MAC address that libvirt chose, so that they stay.
 */
export function mergeNetworkXml(definition: NetworkDefinition, storedXml: string): string {
  const stored = parseXml(storedXml, "The network's definition");
  const merged = parseXml(networkXml(definition), "The network's new definition");
  for (const name of ["bridge", "mac"]) {
    const element = stored.find(name);
    if (definition.mode !== "bridge" && element && !merged.find(name)) merged.children.push(element.clone());
  }
  const foreign =
    stored
      .find("metadata")
      ?.elements()
      .filter((element) => !isOurs(element)) ?? [];
  adopt(merged, "metadata", foreign);
  const [from, to] = [stored.find("forward"), merged.find("forward")];
  if (from && to && from.attribute("mode") === to.attribute("mode")) {
    for (const [name, value] of from.attributes) to.attributes.set(name, value);
    to.children.push(...from.elements().map((element) => element.clone()));
  }
  const dns = stored.find("dns")?.elements() ?? [];
  adopt(
    merged,
    "dns",
    dns.filter(({ name, attributes }) => !["host", "forwarder"].includes(name) || attributes.has("domain")),
  );
  for (const ip of merged.all("ip")) {
    const same = stored
      .all("ip")
      .find((one) => (one.attribute("family") ?? "ipv4") === (ip.attribute("family") ?? "ipv4"));
    for (const element of same?.elements() ?? []) if (element.name !== "dhcp") ip.children.push(element.clone());
    const bootp = same?.all("dhcp/bootp") ?? [];
    if (ip.find("dhcp")) adopt(ip, "dhcp", bootp);
  }
  for (const element of stored.elements()) if (!ours.has(element.name)) merged.children.push(element.clone());
  for (const [name, value] of stored.attributes) if (name.startsWith("xmlns")) merged.attributes.set(name, value);
  return serializeXml(merged);
}

function adopt(parent: XmlElement, name: string, children: readonly XmlElement[]): void {
  if (children.length === 0) return;
  let element = parent.find(name);
  if (!element) {
    element = new XmlElement(name);
    parent.children.push(element);
  }
  element.children.push(...children.map((child) => child.clone()));
}
