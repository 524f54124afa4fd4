import { bracketed } from "../../basics/addresses";
import { WindroseError } from "../../basics/errors";
import { asRecord, isRecord } from "../../basics/record";
import type { Work } from "../../basics/work";
import type { ExecResult, Transport } from "../../transports/transport";
import { lastLines, limit } from "./shell";

/**
 * The members of a cluster's etcd, as a control plane's certificates let one ask: by kubectl over etcd's own HTTP
 * interface (etcd's api/etcdserverpb/rpc.proto, `/v3/cluster/member/…`), since its image may lack etcdctl.
 */

export interface EtcdMember {
  readonly id: string;
  /** Empty until it has started. */
  readonly name: string;
  readonly peers: readonly string[];
  readonly clients: readonly string[];
  /** It has no vote. */
  readonly learner: boolean;
}

const pki = "/etc/kubernetes/pki/etcd";
const credentials = [
  "--kubeconfig=/dev/null",
  `--certificate-authority=${pki}/ca.crt`,
  `--client-certificate=${pki}/healthcheck-client.crt`,
  `--client-key=${pki}/healthcheck-client.key`,
];
/** kubeadm's constants.go: EtcdListenClientPort, EtcdListenPeerPort. */
const [clientPort, peerPort] = [2379, 2380];

export class Etcd {
  private server: string;

  /** Through a guest that has a control plane's certificates; `address` is that of a member, by default its own. */
  constructor(
    private readonly guest: Transport,
    private readonly bounds: Work,
    address = "127.0.0.1",
  ) {
    this.server = `https://${bracketed(address)}:${clientPort}`;
  }

  /**
   * Whether the cluster keeps its data without the member at this address: asked before anything of it is touched.
   *
   * @throws WindroseError `guest-not-ready` where those that would be left are no majority of themselves
   */
  async canLeave(address: string): Promise<void> {
    await this.withoutThe(address);
  }

  /**
   * Takes the member at this address out, and looks whether it is. One that is none is no error.
   *
   * @throws WindroseError `guest-not-ready`, `command-failed`
   */
  async leave(address: string): Promise<void> {
    const { going, left } = await this.withoutThe(address);
    if (going.length === 0) return;
    this.bounds.progress("leaving etcd");
    // Through one that stays: it answers after the other has gone.
    const url = left[0]?.clients[0];
    if (url !== undefined) this.server = url;
    for (const { id } of going) {
      const { code, stderr } = await this.ask("/v3/cluster/member/remove", { ID: id });
      // Whatever it says, the list is what counts.
      if ((await this.members()).every((member) => member.id !== id)) continue;
      const said = code === 0 ? "it says so, and still lists it" : lastLines(stderr, 3);
      throw new WindroseError("command-failed", `etcd does not let its member at ${address} go: ${said}`, {
        hint: "Look at the cluster's etcd (`kubectl -n kube-system logs etcd-NODE`); then run the command again.",
      });
    }
  }

  private async withoutThe(address: string): Promise<{ going: EtcdMember[]; left: EtcdMember[] }> {
    const own = `https://${bracketed(address)}:${peerPort}`;
    const members = await this.members();
    const going = members.filter(({ peers }) => peers.includes(own));
    if (going.length === 0) return { going, left: [] };
    const rest = members.filter((member) => !going.includes(member) && !member.learner);
    const left: EtcdMember[] = [];
    for (const member of rest) if (await this.answers(member)) left.push(member);
    const needed = Math.floor(rest.length / 2) + 1;
    if (left.length >= needed) return { going, left };
    const silent = rest.filter((member) => !left.includes(member)).map(({ name, peers }) => `"${name || peers[0]}"`);
    throw new WindroseError(
      "guest-not-ready",
      `without it the cluster would lose its data: etcd would have ${rest.length} other members; ${needed} of them must answer, and ${silent.join(", ") || "there is none"}${silent.length === 0 ? "" : silent.length === 1 ? " does not" : " do not"}`,
      { hint: "Start those control planes, or take them out of the cluster first; then run the command again." },
    );
  }

  private async members(): Promise<EtcdMember[]> {
    const { code, stdout, stderr } = await this.ask("/v3/cluster/member/list", { linearizable: true });
    if (code !== 0)
      throw new WindroseError("guest-not-ready", `the cluster's etcd does not answer: ${lastLines(stderr, 3)}`, {
        hint: "Start its control planes; then run the command again.",
      });
    return parseMembers(stdout);
  }

  private async answers({ clients: [url] }: EtcdMember): Promise<boolean> {
    if (url === undefined) return false;
    const args = [...credentials, `--server=${url}`, "--request-timeout=10s", "get", "--raw", "/health"];
    const { code, stdout } = await this.kubectl(args);
    return code === 0 && /"health"\s*:\s*"true"/.test(stdout);
  }

  private ask(path: string, body: object): Promise<ExecResult> {
    const args = [...credentials, `--server=${this.server}`, "--request-timeout=30s"];
    return this.kubectl([...args, "create", "--raw", path, "-f", "-"], JSON.stringify(body));
  }

  private kubectl(args: readonly string[], stdin = ""): Promise<ExecResult> {
    const { signal } = this.bounds;
    const timeout = limit(this.bounds, 60_000);
    return this.guest.exec(["kubectl", ...args], { root: true, stdin, timeout, signal, maxOutput: 1 << 20 });
  }
}

/** What etcd answers is read with bounds. Addresses that are no `https://` ones are left out. */
function parseMembers(json: string): EtcdMember[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new WindroseError("protocol", "etcd's answer about its members is no JSON");
  }
  const { members } = asRecord(parsed) as { members?: unknown };
  if (!Array.isArray(members) || members.length === 0 || members.length > 64)
    throw new WindroseError("protocol", "etcd's answer has no list of members");
  const urls = (value: unknown) =>
    Array.isArray(value) ? value.map(String).filter((url) => /^https:\/\/[\w.:[\]-]{1,300}$/.test(url)) : [];
  return members.filter(isRecord).map(({ ID, name, peerURLs, clientURLs, isLearner }) => {
    if (typeof ID !== "string" || !/^\d{1,20}$/.test(ID))
      throw new WindroseError("protocol", "etcd's answer has a member without an id");
    return {
      id: ID,
      name: typeof name === "string" ? name.replace(/[^\w.-]/g, "").slice(0, 253) : "",
      peers: urls(peerURLs),
      clients: urls(clientURLs),
      learner: isLearner === true,
    };
  });
}
