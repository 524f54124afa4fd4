import type { Role } from "../request";

/** What people and programs take from a cluster: texts made of what is known about it. Pure. */

export interface NodeRow {
  readonly name: string;
  readonly role: Role;
  /** Key of its host. */
  readonly host: string;
  readonly address: string;
  /** `1.34.4`; not there of a node that is half made. */
  readonly version?: string;
  readonly ready: boolean;
}

/** Name, role, version, host and address, in columns. */
export function nodeTableText(nodes: readonly NodeRow[]): string {
  const rows = [
    ["NODE", "ROLE", "VERSION", "READY", "HOST", "ADDRESS"],
    ...nodes.map(({ name, role, version, ready, host, address }) => [
      name,
      role === "controlPlane" ? "control plane" : "worker",
      version ?? "-",
      ready ? "yes" : "no",
      host,
      address,
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Port on this machine of a way through the host. */
const usualPort = 6443;

/**
 * How kubectl gets to a cluster whose guests are reached through their host alone: the tunnel, and a command that uses it.
 * The certificate is still looked at, under the server's own name.
 */
export function kubectlText(server: string, proxyJump: string | undefined, port: number = usualPort): string {
  if (proxyJump === undefined) return "kubectl --kubeconfig kubeconfig get nodes";
  const { destination, options } = jump(proxyJump);
  return [
    `ssh -f -N -o ExitOnForwardFailure=yes -L 127.0.0.1:${port}:${server}${options} ${destination}`,
    `kubectl --kubeconfig kubeconfig --server https://127.0.0.1:${port} --tls-server-name ${nameOf(server)} get nodes`,
  ].join("\n");
}

/** ssh_config(5)'s ProxyJump as ssh's own arguments: the last hop is the destination, those before it are jumped over. */
function jump(proxyJump: string): { destination: string; options: string } {
  const hops = proxyJump.split(",");
  const last = hops.pop()!;
  const [, destination = last, port] = /^(.*?)(?::(\d+))?$/.exec(last) ?? [];
  const bare = destination.replace(/\[|\]/g, "");
  return {
    destination: bare,
    options: `${hops.length > 0 ? ` -J ${hops.join(",")}` : ""}${port === undefined ? "" : ` -p ${port}`}`,
  };
}

const nameOf = (server: string): string => server.replace(/:\d+$/, "");

/**
 * A kubeconfig that goes through a tunnel on this machine, as `ssh -L 6443:172.17.2.2:6443 root@anemoi` makes one: for
 * kubectl, and for the Kubernetes provider of Pulumi.
 */
export function tunnelledKubeconfig(kubeconfig: string, port: number = usualPort): string {
  // Loaded for the first text, long after the import of a program.
  const { parse, stringify } = require("yaml") as typeof import("yaml");
  const document = parse(kubeconfig) as { clusters?: { cluster?: Record<string, unknown> }[] };
  for (const { cluster } of document.clusters ?? []) {
    if (typeof cluster?.server !== "string") continue;
    cluster["tls-server-name"] ??= new URL(cluster.server).hostname;
    cluster.server = `https://127.0.0.1:${port}`;
  }
  return stringify(document, { lineWidth: 0 });
}
