import type { BridgeDefinition, Original } from "./model";
import { line } from "./shell";

/**
 * Makes the switch and its ports, or brings them to what is asked for (ovs-vsctl(8); the columns are those of
 * ovs-vswitchd.conf.db(5)). The database keeps it over a restart. `tag` is the VLAN of the host's own port, and the NIC
 * carries `trunks`.
 */
export function switchUp(definition: BridgeDefinition, original: Original): string {
  const { name } = definition;
  const { datapath, tag, trunks } = definition.openvswitch!;
  const words = ["ovs-vsctl", "--timeout=15", "--may-exist", "add-br", name];
  words.push(
    "--",
    "set",
    "bridge",
    name,
    `datapath_type=${datapath}`,
    `other-config:hwaddr="${macOf(definition, original)}"`,
  );
  words.push(`stp_enable=${definition.stp}`, "external-ids:windrose=host-bridge");
  if (definition.forwardDelay !== undefined) words.push(`other-config:stp-forward-delay=${definition.forwardDelay}`);
  words.push("--", "--may-exist", "add-port", name, original.port);
  words.push("--", ...column("port", original.port, "trunks", trunks.join(",")));
  words.push("--", ...column("port", name, "tag", tag === undefined ? "" : String(tag)));
  if (definition.mtu !== undefined) words.push("--", "set", "interface", name, `mtu_request=${definition.mtu}`);
  // The NIC's own addresses would still answer in its place.
  const port = `${line("ip", "address", "flush", "dev", original.port)} scope global; ${line("ip", "link", "set", "dev", original.port, "up")}`;
  return `${line(...words)} || exit 1\n${port}\n${line("ip", "link", "set", "dev", name, "up")}`;
}

const column = (table: string, record: string, name: string, value: string): string[] =>
  value === "" ? ["clear", table, record, name] : ["set", table, record, `${name}=${value}`];

export const switchGone = (definition: BridgeDefinition): string =>
  line("ovs-vsctl", "--timeout=15", "--if-exists", "del-br", definition.name);

export const macOf = (definition: BridgeDefinition, original: Original): string => definition.mac ?? original.mac;
