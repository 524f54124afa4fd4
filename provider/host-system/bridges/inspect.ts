import { WindroseError } from "../../basics/errors";
import type { Transport } from "../../transports/transport";
import { partFunction, partsOf } from "../script-parts";
import { base } from "./change-script";
import type { BridgeRecord, BridgeState, HostFile } from "./model";

/** One look at the host as root. */
const script = `
${partFunction}
name=$1 nic=$2 port=$3
part systemd; test -d /run/systemd/system && echo yes
part links; ip -j -d link
part addresses; ip -j addr
part routes; ip -j -4 route show default; echo; ip -j -6 route show default
part record; cat "${base}/$name/record.json" 2>/dev/null
part change; ls -d ${base}/*/change/armed ${base}/*/change/rolling 2>/dev/null
part tools; for tool in ovs-vsctl; do command -v $tool; done
part switch; ovs-vsctl --timeout=10 br-exists "$name" 2>/dev/null && ovs-vsctl --timeout=10 list-ports "$name"
for device in $port $nic; do
  index=$(cat "/sys/class/net/$device/ifindex" 2>/dev/null) || continue
  part "networkd $device"; systemctl -q is-active systemd-networkd && cat "/run/systemd/netif/links/$index" 2>/dev/null
  part "lease $device"; cat "/run/systemd/netif/leases/$index" 2>/dev/null
  part "nm $device"; systemctl -q is-active NetworkManager && nmcli -g GENERAL.STATE,GENERAL.CON-UUID,GENERAL.CONNECTION device show "$device" 2>/dev/null
  part "ifupdown $device"; grep -x "$device=.*" /run/network/ifstate 2>/dev/null
done
part active; for unit in systemd-networkd NetworkManager networking; do systemctl -q is-active $unit && echo $unit; done
part profiles; systemctl -q is-active NetworkManager && nmcli -t -f UUID,FILENAME connection show 2>/dev/null
part done
`;

/** Files, with their modes: \`mode path\`, then the text. */
const readScript = `
for path in "$@"; do
  test -f "$path" || continue
  printf '\\000%s %s\\n' "$(stat -L -c %a "$path")" "$path"
  cat "$path"
done
`;

interface Link {
  readonly ifname: string;
  readonly address?: string;
  readonly permaddr?: string;
  readonly mtu: number;
  readonly master?: string;
  readonly link?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: Readonly<Record<string, unknown>> };
}

interface Route {
  readonly dev?: string;
  readonly gateway?: string;
}

export interface Inspection {
  readonly systemd: boolean;
  readonly links: readonly Link[];
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly routes4: readonly Route[];
  readonly routes6: readonly Route[];
  readonly record?: BridgeRecord;
  /** The directory of an unconfirmed change, of any bridge. */
  readonly underWay?: string;
  /** Ports of an Open vSwitch bridge of the name. */
  readonly switchPorts?: readonly string[];
  readonly parts: ReadonlyMap<string, string>;
}

export async function inspect(transport: Transport, name: string, nic: string, port: string): Promise<Inspection> {
  const argv = ["sh", "-c", script, "sh", name, nic, port];
  const { code, stdout, stderr } = await transport.exec(argv, { root: true, timeout: 60_000 });
  const parts = partsOf(stdout);
  if (code !== 0 || !parts.has("done")) {
    throw new WindroseError("command-failed", `the host's network can't be looked at: ${stderr.trim().slice(-300)}`);
  }
  const [routes4 = "[]", routes6 = "[]"] = (parts.get("routes") ?? "")
    .split("\n")
    .filter((each) => each.startsWith("["));
  const addressed = json<{ ifname?: string; addr_info?: { local: string; prefixlen: number; scope: string }[] }[]>(
    parts.get("addresses"),
    "ip addr",
  );
  const switchText = parts.get("switch");
  const links = json<Link[]>(parts.get("links"), "ip link").filter((link) => link.ifname);
  return {
    systemd: parts.get("systemd")?.trim() === "yes",
    links,
    addresses: new Map(
      addressed
        .filter((each) => each.ifname)
        .map((each) => [
          each.ifname!,
          (each.addr_info ?? [])
            .filter((address) => address.scope === "global")
            .map((address) => `${address.local}/${address.prefixlen}`),
        ]),
    ),
    routes4: json<Route[]>(routes4, "ip route"),
    routes6: json<Route[]>(routes6, "ip route"),
    record: recordOf(parts.get("record"), name),
    underWay: /^(.+)\/(armed|rolling)$/m.exec(parts.get("change") ?? "")?.[1],
    ...(links.some((link) => link.ifname === name && isSwitchPort(link)) && switchText !== undefined
      ? { switchPorts: switchText.split("\n").filter(Boolean) }
      : {}),
    parts,
  };
}

/** The host's own port of a switch: `openvswitch` in the kernel, a tap in user space. */
const isSwitchPort = (link: Link) => ["openvswitch", "tun", undefined].includes(link.linkinfo?.info_kind);

function json<T>(text: string | undefined, what: string): T {
  try {
    return JSON.parse(text?.trim() || "[]") as T;
  } catch (error) {
    throw new WindroseError("command-failed", `what ${what} says can't be read`, { cause: error });
  }
}

function recordOf(text: string | undefined, name: string): BridgeRecord | undefined {
  if (!text?.trim()) return undefined;
  const record = json<BridgeRecord>(text, `the record of ${name}`);
  if (record.version === 1) return record;
  throw new WindroseError("unsupported", `the record of ${name} on the host is of a later release`);
}

/** Files of the host, as text; what is not there is left out. Names may be patterns of the shell's. */
export async function readFiles(transport: Transport, paths: readonly string[]): Promise<HostFile[]> {
  if (paths.length === 0) return [];
  const argv = ["sh", "-c", readScript, "sh", ...paths];
  const { code, stdout, stderr } = await transport.exec(argv, { root: true });
  if (code !== 0) throw new WindroseError("command-failed", `files can't be read: ${stderr.trim().slice(-300)}`);
  return [...partsOf(stdout)].map(([head, content]) => {
    const space = head.indexOf(" ");
    return { mode: head.slice(0, space).padStart(4, "0"), path: head.slice(space + 1), content };
  });
}

/** Files that patterns of the shell's stand for, in the shell's order. */
export async function findFiles(transport: Transport, patterns: readonly string[]): Promise<string[]> {
  const text = `for path in ${patterns.join(" ")}; do test -f "$path" && printf '%s\\n' "$path"; done; :`;
  const { stdout } = await transport.exec(["sh", "-c", text], { root: true });
  return stdout.split("\n").filter(Boolean);
}

export function stateOf(found: Inspection, name: string): BridgeState | undefined {
  const link = found.links.find((each) => each.ifname === name);
  if (!link) return undefined;
  const data = link.linkinfo?.info_data;
  const kernel = link.linkinfo?.info_kind === "bridge";
  const gateway = (routes: readonly Route[]) => routes.find((route) => route.dev === name)?.gateway;
  return {
    name,
    record: found.record,
    ports: kernel
      ? found.links.filter((each) => each.master === name).map((each) => each.ifname)
      : (found.switchPorts ?? []),
    mac: link.address ?? "",
    mtu: link.mtu,
    ...(kernel && data ? { stp: Number(data.stp_state ?? 0) !== 0 } : {}),
    addresses: found.addresses.get(name) ?? [],
    gateway: gateway(found.routes4),
    gateway6: gateway(found.routes6),
    openvswitch: found.switchPorts !== undefined,
  };
}
