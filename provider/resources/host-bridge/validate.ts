import { type Inputs, known, unknown } from "../../basics/record";
import { contains, parseAddress, parseSubnet } from "../../basics/subnet";
import type { Failure } from "../../lifecycle/validate";

/** What can never be right, across fields. Values may be unknown. */
export function validateBridge(inputs: Inputs, _carried: Record<string, Inputs>, failures: Failure[]): void {
  const fail = (property: string, reason: string) => failures.push({ property, reason });
  const { name, nic, type, addresses } = inputs;
  if (known(name) && name === nic) fail("name", "is the NIC's own name: the bridge needs another");
  if (known<number>(inputs.vlan) && known<string>(nic) && `${nic}.${inputs.vlan}`.length > 15) {
    fail("vlan", `${nic}.${inputs.vlan} is too long for a device's name: it has 15 characters at most`);
  }
  if (type === "openvswitch") {
    if (inputs.vlan !== undefined) fail("vlan", "an Open vSwitch bridge has its host's VLAN by `tag`");
    if (inputs.manager === "NetworkManager") {
      fail("type", "Open vSwitch under NetworkManager is not supported: its plugin is missing from most distributions");
    }
  } else if (type === "linux") {
    for (const property of ["tag", "trunks", "datapath"]) {
      const value = inputs[property];
      const given = Array.isArray(value) ? value.length > 0 : value !== undefined && value !== "system";
      if (given && known(value)) fail(property, 'is for `type: "openvswitch"` alone');
    }
  }
  if (inputs.stp === false && known(inputs.forwardDelay)) fail("forwardDelay", "is for a bridge with `stp` alone");
  if (inputs.stp === true && type === "linux" && known<number>(inputs.rollbackAfter)) {
    const delay = known<number>(inputs.forwardDelay) ? inputs.forwardDelay : 15;
    if (inputs.forwardDelay === undefined || known(inputs.forwardDelay)) {
      if (inputs.rollbackAfter < 2 * delay + 10) {
        fail(
          "rollbackAfter",
          `the bridge forwards nothing for ${2 * delay} s with \`stp\`: give it ${2 * delay + 10} s at least`,
        );
      }
    }
  }
  const timeout = known<number>(inputs.timeout) ? inputs.timeout : 300;
  if (inputs.timeout !== unknown && known<number>(inputs.rollbackAfter) && timeout < inputs.rollbackAfter + 100) {
    fail("timeout", `${timeout} s are too few for \`rollbackAfter\`: give it ${inputs.rollbackAfter + 100} s at least`);
  }
  if (addresses === "keep") {
    for (const property of ["dhcp4", "dhcp6", "acceptRa"]) {
      if (inputs[property] === true)
        fail(property, 'contradicts `addresses: "keep"`, by which the NIC\'s own settings are moved');
    }
    for (const property of ["gateway", "gateway6", "dns", "search"]) {
      const value = inputs[property];
      if (known(value) && !(Array.isArray(value) && value.length === 0)) {
        fail(property, 'moves with the NIC\'s own settings under `addresses: "keep"`: give the addresses too');
      }
    }
  }
  if (Array.isArray(addresses)) checkAddresses(inputs, addresses, fail);
}

function checkAddresses(
  inputs: Inputs,
  addresses: readonly unknown[],
  fail: (property: string, reason: string) => void,
): void {
  const given = addresses.filter((each): each is string => typeof each === "string");
  const subnets = given.flatMap((text) => parseSubnet(text, "ipv4") ?? parseSubnet(text, "ipv6") ?? []);
  if (subnets.length !== addresses.length) return;
  const twice = given.find((text, index) => given.indexOf(text) !== index);
  if (twice) fail("addresses", `holds ${twice} twice`);
  for (const [property, kind, dynamic] of [
    ["gateway", "ipv4", inputs.dhcp4],
    ["gateway6", "ipv6", inputs.dhcp6],
  ] as const) {
    const text = inputs[property];
    if (typeof text !== "string") continue;
    const gateway = parseAddress(text, kind);
    if (!gateway || gateway.range() === "linkLocal") continue;
    const near = subnets.filter((subnet) => subnet.address.kind() === kind);
    if (dynamic === true || !known(dynamic)) continue;
    if (!near.some((subnet) => contains(subnet, gateway))) {
      fail(property, `${text} is in the subnet of none of the \`addresses\``);
    } else if (near.some((subnet) => String(subnet.address) === String(gateway))) {
      fail(property, `${text} is the host's own address`);
    }
  }
}
