import { WindroseError } from "../../basics/errors";
import { ownVlan } from "./kernel-bridge";
import type { Addressing, BridgeDefinition, HostFile, Layout, Original } from "./model";
import { macOf, switchGone, switchUp } from "./openvswitch";
import { deleteDevice, header, line } from "./shell";

const main = "/etc/network/interfaces";
/** What begins a stanza (interfaces(5)). */
const keyword = /^\s*(iface|mapping|auto|allow-\S+|source|source-directory|no-auto-down|no-scripts|rename)(\s|$)/;

export interface Stanza {
  readonly head: string;
  readonly lines: readonly string[];
}

/** A file of interfaces(5) cut into stanzas; what stands before the first is one without a head. */
function stanzasOf(text: string): Stanza[] {
  const stanzas: { head: string; lines: string[] }[] = [{ head: "", lines: [] }];
  let continued = false;
  for (const raw of text.split("\n")) {
    if (!continued && keyword.test(raw)) stanzas.push({ head: raw, lines: [] });
    else stanzas.at(-1)!.lines.push(raw);
    continued = raw.endsWith("\\");
  }
  return stanzas;
}

/** The text without what is about the device, and the device's own stanzas. */
export function takeOut(text: string, device: string): { text: string; taken: Stanza[] } {
  const taken: Stanza[] = [];
  const kept: string[] = [];
  for (const { head, lines } of stanzasOf(text)) {
    const [word = "", ...rest] = head.trim().split(/\s+/);
    if (word === "iface" && (rest[0] === device || rest[0]?.startsWith(`${device}:`))) {
      // Comments and blank lines at a stanza's end belong to the next one.
      const own = lines.filter((each) => !/^\s*(#.*)?$/.test(each));
      const last = lines.findLastIndex((each) => !/^\s*(#.*)?$/.test(each));
      taken.push({ head, lines: own });
      kept.push(...lines.slice(last + 1));
      continue;
    }
    if (word === "auto" || word.startsWith("allow-")) {
      const others = rest.filter((each) => each !== device && !each.startsWith(`${device}:`));
      if (others.length === 0 && rest.length > 0) {
        kept.push(...lines);
        continue;
      }
      kept.push(others.length === rest.length ? head : [word, ...others].join(" "), ...lines);
      continue;
    }
    if (head !== "") kept.push(head);
    kept.push(...lines);
  }
  return { text: kept.join("\n"), taken };
}

/** The stanza for the bridge: the device's name is replaced where it stands as a word of its own. */
export function renamed(stanza: Stanza, device: string, name: string): Stanza {
  const escaped = device.replace(/[.]/g, "\\.");
  const word = new RegExp(`(?<![\\w.:/-])${escaped}(?![\\w./-])`, "g");
  return { head: stanza.head.replace(word, name), lines: stanza.lines.map((each) => each.replace(word, name)) };
}

function addressed(name: string, addressing: Addressing): Stanza[] {
  const { addresses, dhcp4, dhcp6, acceptRa, dns, search } = addressing;
  const servers = [
    ...(dns.length > 0 ? [`    dns-nameservers ${dns.join(" ")}`] : []),
    ...(search.length > 0 ? [`    dns-search ${search.join(" ")}`] : []),
  ];
  const stanzas: Stanza[] = [];
  if (dhcp4) stanzas.push({ head: `iface ${name} inet dhcp`, lines: [] });
  addresses
    .filter((address) => !address.includes(":"))
    .forEach((address, index) => {
      const gateway = index === 0 && addressing.gateway ? [`    gateway ${addressing.gateway}`] : [];
      stanzas.push({ head: `iface ${name} inet static`, lines: [`    address ${address}`, ...gateway] });
    });
  if (dhcp6) stanzas.push({ head: `iface ${name} inet6 dhcp`, lines: [`    accept_ra ${acceptRa ? 2 : 0}`] });
  else if (acceptRa) stanzas.push({ head: `iface ${name} inet6 auto`, lines: [] });
  addresses
    .filter((address) => address.includes(":"))
    .forEach((address, index) => {
      const gateway = index === 0 && addressing.gateway6 ? [`    gateway ${addressing.gateway6}`] : [];
      const advertised = dhcp6 || acceptRa ? [] : ["    accept_ra 0"];
      stanzas.push({
        head: `iface ${name} inet6 static`,
        lines: [`    address ${address}`, ...gateway, ...advertised],
      });
    });
  if (stanzas.length === 0) stanzas.push({ head: `iface ${name} inet manual`, lines: [] });
  return stanzas.map((stanza, index) => (index === 0 ? { ...stanza, lines: [...stanza.lines, ...servers] } : stanza));
}

/** Commands that make the bridge and its port, one each for a `pre-up` line: no package but iproute2 is needed. */
function making(definition: BridgeDefinition, original: Original): string[] {
  const { name, nic } = definition;
  const { port } = original;
  const vlan = ownVlan(definition, original);
  const make = (device: string, ...words: string[]) =>
    `test -e /sys/class/net/${device} || ${line("ip", "link", "add", ...words)}`;
  const commands = vlan
    ? [
        line("ip", "link", "set", "dev", nic, "up"),
        make(vlan, "link", nic, "name", vlan, "type", "vlan", "id", String(definition.vlan)),
      ]
    : [];
  if (definition.openvswitch)
    return [
      ...commands,
      ...switchUp(definition, original)
        .replace(/ \|\| exit 1/g, "")
        .split("\n"),
    ];
  const stp = ["type", "bridge", "stp_state", definition.stp ? "1" : "0"];
  if (definition.stp) stp.push("forward_delay", String((definition.forwardDelay ?? 15) * 100));
  const mtu =
    definition.mtu === undefined ? [] : [line("ip", "link", "set", "dev", name, "mtu", String(definition.mtu))];
  return [
    ...commands,
    make(name, "name", name, "type", "bridge"),
    line("ip", "link", "set", "dev", name, "address", macOf(definition, original), ...stp),
    line("ip", "link", "set", "dev", port, "master", name, "up"),
    ...mtu,
  ];
}

export function ifupdownBridge(definition: BridgeDefinition, original: Original): Layout {
  const { name } = definition;
  const vlan = ownVlan(definition, original);
  const edited = new Map<string, HostFile>();
  const taken: Stanza[] = [];
  if (!vlan) {
    for (const file of original.files) {
      if (file.content === undefined) continue;
      const result = takeOut(file.content, original.port);
      if (result.text === file.content) continue;
      taken.push(...result.taken);
      edited.set(file.path, { ...file, content: result.text, edited: true });
    }
  }
  const carried = taken.map((stanza) => renamed(stanza, original.port, name));
  const none: Stanza = { head: `iface ${name} inet manual`, lines: [] };
  const stanzas = definition.addressing
    ? addressed(name, definition.addressing)
    : carried.length > 0
      ? carried
      : [none];
  if (stanzas.some((stanza) => /\sinherits\s/.test(stanza.head))) {
    throw new WindroseError("unsupported", `the stanza of ${original.port} inherits from another`, {
      hint: "Write its options out in /etc/network/interfaces.",
    });
  }
  const block = [
    header(name),
    `auto ${name}`,
    ...stanzas.flatMap((stanza, index) => [
      stanza.head,
      ...(index === 0 ? making(definition, original).map((command) => `    pre-up ${command}`) : []),
      ...stanza.lines,
      "",
    ]),
  ].join("\n");
  const first = original.files.find((file) => file.path === main);
  const sourced = /^\s*source(-directory)?\s+\/etc\/network\/interfaces\.d(\/\*)?\s*$/m.test(first?.content ?? "");
  if (sourced) edited.set("own", { path: `/etc/network/interfaces.d/windrose-${name}`, content: block, mode: "0644" });
  else {
    const base = edited.get(main) ?? {
      path: main,
      content: first?.content ?? "",
      mode: first?.mode ?? "0644",
      edited: true,
    };
    edited.set(main, { ...base, content: `${base.content!.replace(/\n*$/, "\n")}\n${block}`, edited: true });
  }
  const gone = [
    definition.openvswitch ? switchGone(definition) : deleteDevice(name),
    ...(vlan ? [deleteDevice(vlan)] : []),
  ];
  return {
    files: [...edited.values()],
    down: `ifdown --force ${line(name)} || :`,
    // Where the kernel lost the file of what is up, ifup would say that it is up already.
    up: `ifup --force ${line(name)} || exit 1`,
    gone: gone.join("\n"),
    boot: ":",
  };
}

export function ifupdownPlain(definition: BridgeDefinition, original: Original, bridge: Layout): Layout {
  const { port } = original;
  const up = ownVlan(definition, original) ? ":" : `ifup --force ${line(port)} || exit 1`;
  return {
    files: bridge.files.map(({ path, mode }) => original.files.find((file) => file.path === path) ?? { path, mode }),
    down: ownVlan(definition, original) ? ":" : `ifdown --force ${line(port)} || :`,
    up,
    gone: ":",
    boot: ":",
  };
}

/** Without the bridge's own stanzas. */
function withoutOwn(now: string, name: string): string {
  const { text } = takeOut(now, name);
  return text
    .split("\n")
    .filter((each) => each !== header(name))
    .join("\n")
    .replace(/\n*$/, "\n");
}

/** Of a file that was edited since: the bridge's stanzas go, and the NIC's come back at its end. */
export function ifupdownPutBack(
  now: string,
  before: HostFile,
  definition: BridgeDefinition,
  original: Original,
): string {
  const { port } = original;
  const { taken } = takeOut(before.content ?? "", port);
  const starts = stanzasOf(before.content ?? "").flatMap(({ head }) => {
    const [word = "", ...devices] = head.trim().split(/\s+/);
    return (word === "auto" || word.startsWith("allow-")) && devices.includes(port) ? [`${word} ${port}`] : [];
  });
  const own = withoutOwn(now, definition.name);
  const there = takeOut(own, port).taken.length > 0;
  const back = there ? [] : [...starts, ...taken.flatMap((stanza) => [stanza.head, ...stanza.lines, ""])];
  return [own, ...back].join("\n");
}

/** Of a file that was edited since: the bridge's stanzas are as they now should be, and all else stays. */
export function ifupdownPutIn(now: string, asked: HostFile, definition: BridgeDefinition): string {
  const start = asked.content?.indexOf(header(definition.name)) ?? -1;
  return start < 0 ? now : `${withoutOwn(now, definition.name)}\n${asked.content!.slice(start)}`;
}
