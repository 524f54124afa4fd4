import { addressText, type Subnet } from "../subnet";

/**
 * The pods' addresses in a network of routes: the n-th address of the guests' subnet has the n-th block of the pods'
 * subnet. So a node's block and the way to it follow from its address alone, and no node's configuration changes when
 * another comes or goes. Pure.
 */

/** Blocks of the guests' whole subnet, at most: each is a route on each node. */
const mostBits = 10;
/** A node has 110 pods at most (the kubelet's `maxPods`), and a bridge besides. */
const longestBlock = 25;

/** Length of the prefix of each node's block; or why there can be none. */
export function blockPrefix(pods: Subnet, guests: Subnet): number | string {
  const bits = 32 - guests.prefix;
  if (bits > mostBits) {
    return `"routes" needs a route for each address of the guests' subnet: ${guests.text} has too many, /${32 - mostBits} is the largest`;
  }
  if (pods.prefix + bits > longestBlock) {
    return `${pods.text} has no 126 addresses for the pods of each address in ${guests.text}: it must be /${longestBlock - bits} or larger`;
  }
  return pods.prefix + bits;
}

/** The block of the node that has this address. */
export function podBlock(pods: Subnet, guests: Subnet, address: number): string | undefined {
  const prefix = blockPrefix(pods, guests);
  if (typeof prefix === "string") return undefined;
  return `${addressText(pods.first - 1 + (address - (guests.first - 1)) * 2 ** (32 - prefix))}/${prefix}`;
}
