/**
 * A network for pods of a bridge and static routes: the n-th address of the nodes' subnet has the n-th block of the pods'
 * subnet. So each node's routes are the same whatever other nodes there are, and a further one changes nothing on them.
 */

/** Of the pods' subnet, the block of a node by its address. */
export function blockOf(podSubnet: string, guestSubnet: string, address: string): string {
  const [guests, guestPrefix] = parse(guestSubnet);
  const [pods, podPrefix] = parse(podSubnet);
  const prefix = podPrefix + 32 - guestPrefix;
  const index = (number(address) - guests) >>> 0;
  return `${text((pods + index * 2 ** (32 - prefix)) >>> 0)}/${prefix}`;
}

/** Every block but the node's own, with the address that it is behind. */
export function routesOf(podSubnet: string, guestSubnet: string, address: string): { block: string; via: string }[] {
  const [guests, prefix] = parse(guestSubnet);
  const count = 2 ** (32 - prefix);
  const result: { block: string; via: string }[] = [];
  // The first address names the subnet, the last is broadcast.
  for (let index = 1; index < count - 1; index++) {
    const via = text((guests + index) >>> 0);
    if (via !== address) result.push({ block: blockOf(podSubnet, guestSubnet, via), via });
  }
  return result;
}

/** What a node's files say; names of CNI plugins by github.com/containernetworking/plugins. */
export interface RouteFiles {
  /** CNI's configuration list. */
  readonly cni: string;
  /** Lines for `ip -batch`. `DEVICE` stands for the interface with the node's address. */
  readonly routes: string;
  readonly block: string;
}

export function routeFiles(podSubnet: string, guestSubnet: string, address: string): RouteFiles {
  const block = blockOf(podSubnet, guestSubnet, address);
  const cni = {
    cniVersion: "0.4.0",
    name: "windrose",
    plugins: [
      {
        type: "bridge",
        bridge: "cni0",
        isGateway: true,
        ipMasq: false,
        hairpinMode: true,
        ipam: { type: "host-local", ranges: [[{ subnet: block }]], routes: [{ dst: "0.0.0.0/0" }] },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
  const routes = routesOf(podSubnet, guestSubnet, address)
    .map((route) => `route replace ${route.block} via ${route.via} dev DEVICE onlink\n`)
    .join("");
  return { cni: `${JSON.stringify(cni)}\n`, routes, block };
}

function parse(subnet: string): [number, number] {
  const [address = "", prefix = "32"] = subnet.split("/");
  const bits = Number(prefix);
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return [(number(address) & mask) >>> 0, bits];
}

function number(address: string): number {
  return address.split(".").reduce((sum, part) => ((sum << 8) | Number(part)) >>> 0, 0);
}

function text(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}
