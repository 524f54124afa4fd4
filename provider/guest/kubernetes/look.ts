import { createHash, X509Certificate } from "node:crypto";
import { WindroseError } from "../../basics/errors";
import type { Work } from "../../basics/work";
import type { Transport } from "../../transports/transport";
import { adminConfiguration, lastLines, ours, running, runScript, tryScript } from "./shell";

/** What a guest is as a node: found by one script, which changes nothing. */
export interface GuestFacts {
  /** Versions as `1.34.4`; absent where the program is not there. */
  readonly kubeadm?: string;
  readonly kubelet?: string;
  readonly kubectl: boolean;
  readonly containerd?: string;
  readonly containerdActive: boolean;
  readonly kubeletActive: boolean;
  /** A kubeadm of this or an earlier run goes on there. */
  readonly busy: boolean;
  /** Files of a node: names as in `files` below. */
  readonly files: ReadonlySet<NodeFile>;
  /** Whose node it is, as the mark says that is written before anything of it is made. */
  readonly owner?: string;
  /** What kubeadm has brought to its end here. */
  readonly done?: "init" | "join";
  /** The version to which kubeadm has brought it to its end. */
  readonly at?: string;
  /** The pinned public key of the authority that it trusts. */
  readonly caHash?: string;
  readonly caCertificate?: string;
  /** Version of its API server, by its manifest. */
  readonly controlPlane?: string;
  /** `/proc/sys/kernel/random/boot_id` */
  readonly boot: string;
  /** UUID by which the cluster knows the machine. */
  readonly systemUuid?: string;
  /** The block of /etc/hosts that is ours. */
  readonly hosts: string;
}

const files = {
  "kubelet.conf": "/etc/kubernetes/kubelet.conf",
  "bootstrap-kubelet.conf": "/etc/kubernetes/bootstrap-kubelet.conf",
  "admin.conf": adminConfiguration,
  "ca.crt": "/etc/kubernetes/pki/ca.crt",
  apiserver: "/etc/kubernetes/manifests/kube-apiserver.yaml",
  etcd: "/etc/kubernetes/manifests/etcd.yaml",
  "etcd-data": "/var/lib/etcd/member",
  "kubelet-config": "/var/lib/kubelet/config.yaml",
} as const;
export type NodeFile = keyof typeof files;

const hostsBegin = "# windrose kubernetes: begin";
const hostsEnd = "# windrose kubernetes: end";

/** Programs whose versions are asked for, with the arguments that make them say it. */
const programs = { kubeadm: "version -o short", kubelet: "--version", containerd: "--version" } as const;

/**
 * What a program says of itself is kept in the guest until its file is another one, or the guest starts anew: programs take
 * seconds to start on a slow machine. Only in a guest that is ours, where `prepareGuest` has made the directory.
 */
const lookScript = `
program() {
  path=$(command -v "$1" 2>/dev/null) || return 0
  file=$(stat -Lc '%d.%i.%s.%.9Y.%.9Z' "$path" 2>/dev/null)
  kept=${running}/version.$1
  if [ -n "$file" ] && [ "$(sed -n 1p "$kept" 2>/dev/null)" = "$file" ]; then said=$(sed -n 2p "$kept")
  else
    said=$("$@" 2>/dev/null | tr '\\n\\t' '  ' | head -c 1000)
    if [ -n "$file" ] && [ -n "$said" ] && [ -d ${running} ]; then
      { printf '%s\\n%s\\n' "$file" "$said" > "$kept.new" && mv "$kept.new" "$kept"; } 2>/dev/null
    fi
  fi
  say "$1" "$said"
}
say() { printf '%s\\t%s\\n' "$1" "$(printf %s "$2" | tr '\\n\\t' '  ' | head -c 20000)"; }
${Object.entries(programs)
  .map(([name, words]) => `program ${name} ${words}`)
  .join("\n")}
command -v kubectl >/dev/null 2>&1 && say kubectl yes
for unit in containerd kubelet windrose-kubeadm; do say "unit.$unit" "$(systemctl is-active $unit.service 2>/dev/null)"; done
${Object.entries(files)
  .map(([name, path]) => `[ -e ${path} ] && say file ${name}`)
  .join("\n")}
say owner "$(cat ${ours}/owner 2>/dev/null)"
say done "$(cat ${ours}/done 2>/dev/null)"
say at "$(cat ${ours}/version 2>/dev/null)"
[ -e ${files["ca.crt"]} ] && say ca "$(base64 -w0 ${files["ca.crt"]})"
say apiserver "$(sed -n 's/^ *image: .*:v\\([0-9.]*\\).*/\\1/p' ${files.apiserver} 2>/dev/null | head -n 1)"
say boot "$(cat /proc/sys/kernel/random/boot_id)"
say uuid "$(cat /sys/class/dmi/id/product_uuid 2>/dev/null)"
say hosts "$(sed -n '/^${hostsBegin}$/,/^${hostsEnd}$/p' /etc/hosts | base64 -w0)"
say end yes
`;

export async function lookAtGuest(guest: Transport, bounds: Work): Promise<GuestFacts> {
  return parseGuest(await runScript(guest, bounds, "looking at the node", lookScript, { timeout: 180_000 }));
}

/** Lines `name<TAB>value`; whatever else is there is none of ours. */
export function parseGuest(text: string): GuestFacts {
  const values = new Map<string, string>();
  const found = new Set<NodeFile>();
  for (const line of text.split("\n")) {
    const [name = "", value = ""] = line.split("\t", 2);
    if (name === "file") {
      if (Object.hasOwn(files, value)) found.add(value as NodeFile);
    } else if (!values.has(name)) values.set(name, value.trim());
  }
  if (values.get("end") !== "yes")
    throw new WindroseError("protocol", "the guest's answer about the node is incomplete");
  const get = (name: string) => values.get(name) || undefined;
  const certificate = decoded(get("ca"));
  const done = get("done");
  return {
    kubeadm: versionIn(get("kubeadm")),
    kubelet: versionIn(get("kubelet")),
    kubectl: get("kubectl") === "yes",
    containerd: versionIn(get("containerd")),
    containerdActive: get("unit.containerd") === "active",
    kubeletActive: get("unit.kubelet") === "active" || get("unit.kubelet") === "activating",
    busy: ["active", "activating", "deactivating", "reloading"].includes(get("unit.windrose-kubeadm") ?? ""),
    files: found,
    owner: get("owner"),
    done: done === "init" || done === "join" ? done : undefined,
    at: versionIn(get("at")),
    caCertificate: certificate,
    caHash: certificate === undefined ? undefined : hashOf(certificate),
    controlPlane: versionIn(get("apiserver")),
    boot: get("boot") ?? "",
    systemUuid: get("uuid")?.toLowerCase(),
    hosts: decoded(get("hosts")) ?? "",
  };
}

export function versionIn(text: string | undefined): string | undefined {
  return /(?:^|[^\d.])v?(\d{1,3}\.\d{1,3}\.\d{1,4})/.exec(text ?? "")?.[1];
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, "base64").toString("utf8");
}

/** As `kubeadm join --discovery-token-ca-cert-hash` takes it: of the subject's public key. Nothing for what is no certificate. */
export function hashOf(pem: string): string | undefined {
  try {
    const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
    return `sha256:${createHash("sha256").update(key).digest("hex")}`;
  } catch {
    return undefined;
  }
}

/** The last words of a node's services, for an error. Never fails. */
export async function kubeletWords(guest: Transport, bounds: Work): Promise<string> {
  try {
    const script = "journalctl -u kubelet -n 12 --no-pager -o cat 2>/dev/null; exit 0";
    const late = { ...bounds, deadline: Math.max(bounds.deadline, Date.now() + 20_000) };
    const { stdout } = await tryScript(guest, late, script, { timeout: 20_000 });
    return stdout.trim() === "" ? "" : `; the kubelet's log ends with: ${lastLines(stdout, 8)}`;
  } catch {
    return "";
  }
}

/** Writes whose node this guest is to be, before anything of it is made, and what has to be there for any node. */
export async function prepareGuest(
  guest: Transport,
  bounds: Work,
  wanted: { owner: string; hosts: string; patches: Readonly<Record<string, string>> },
): Promise<void> {
  await runScript(guest, bounds, "preparing the guest", prepareScript, {
    environment: {
      OWNER: wanted.owner,
      HOSTS: wanted.hosts,
      PATCHES: Object.keys(wanted.patches).join(" "),
    },
    stdin: Object.values(wanted.patches)
      .map((text) => `${Buffer.from(text).toString("base64")}\n`)
      .join(""),
  });
}

const prepareScript = `
set -eu
umask 077
mkdir -p ${ours} ${running}
rm -rf ${ours}/patches.new
mkdir ${ours}/patches.new
for name in $PATCHES; do IFS= read -r text; printf %s "$text" | base64 -d > "${ours}/patches.new/$name"; done
rm -rf ${ours}/patches
mv ${ours}/patches.new ${ours}/patches
printf '%s\\n' "$OWNER" > ${ours}/owner.new
mv ${ours}/owner.new ${ours}/owner
umask 022
present=$(sed -n '/^${hostsBegin}$/,/^${hostsEnd}$/p' /etc/hosts)
if [ "$present" != "$HOSTS" ]; then
  { sed '/^${hostsBegin}$/,/^${hostsEnd}$/d' /etc/hosts; [ -z "$HOSTS" ] || printf '%s\\n' "$HOSTS"; } > /etc/hosts.windrose
  chmod 644 /etc/hosts.windrose
  mv /etc/hosts.windrose /etc/hosts
fi
printf 'overlay\\nbr_netfilter\\n' > /etc/modules-load.d/windrose-kubernetes.conf
printf 'net.ipv4.ip_forward = 1\\nnet.bridge.bridge-nf-call-iptables = 1\\nnet.bridge.bridge-nf-call-ip6tables = 1\\n' > /etc/sysctl.d/90-windrose-kubernetes.conf
modprobe -a overlay br_netfilter 2>/dev/null || true
sysctl -q -p /etc/sysctl.d/90-windrose-kubernetes.conf || true
sync
`;

/** Takes away what is ours of a guest that is no node any more. Programs and images stay. */
export async function cleanGuest(guest: Transport, bounds: Work): Promise<void> {
  await runScript(guest, bounds, "cleaning the guest", cleanScript);
}

const cleanScript = `
set -eu
if [ -e /etc/systemd/system/windrose-pod-routes.service ]; then
  systemctl disable -q --now windrose-pod-routes.service 2>/dev/null || true
  [ ! -e /etc/windrose/pod-routes ] || sed -n 's/^route replace \\([^ ]*\\) .*/route delete \\1/p' /etc/windrose/pod-routes | ip -force -batch - 2>/dev/null || true
  nft delete table ip windrose_pods 2>/dev/null || true
  rm -f /etc/systemd/system/windrose-pod-routes.service
  systemctl daemon-reload
fi
rm -rf /etc/windrose/pod-routes /etc/windrose/pod-masquerade.nft
rmdir /etc/windrose 2>/dev/null || true
if grep -q '^${hostsBegin}$' /etc/hosts; then
  sed '/^${hostsBegin}$/,/^${hostsEnd}$/d' /etc/hosts > /etc/hosts.windrose
  chmod 644 /etc/hosts.windrose
  mv /etc/hosts.windrose /etc/hosts
fi
rm -f /etc/modules-load.d/windrose-kubernetes.conf /etc/sysctl.d/90-windrose-kubernetes.conf
rm -rf ${ours} ${running}
sync
`;

/** Lines for /etc/hosts that lead the endpoint's name to all control planes. */
export function hostsBlock(endpoint: string, addresses: readonly string[] | undefined): string {
  const name = endpoint.replace(/:\d+$/, "");
  if (!addresses || addresses.length === 0) return "";
  return [hostsBegin, ...addresses.map((address) => `${address} ${name}`), hostsEnd].join("\n");
}
