import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalTransport } from "../../../provider/transports/local";
import type { ExecOptions, ExecResult, Transport } from "../../../provider/transports/transport";

/**
 * Guests as directories: the provider's own scripts run in them, with every path below the directory, and with programs
 * that only pretend. A cluster is a directory beside them.
 */

export const authority = `-----BEGIN CERTIFICATE-----
MIIBgDCCASegAwIBAgIUbnr5K0t1NZ8OADbTVqt8F9bl6fMwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAgFw0yNjExMjExMTU0MzlaGA8yMTI2MTAy
ODExNTQzOVowFTETMBEGA1UEAwwKa3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABO1hMIDy+rY/OIQJPZsfRNelUcuuUjVK7ROfgxx9Lz3g6wvgPxJ6
j6NP2AD+s3J6QqQOCs1Ap1+jY7ZX+9j7G7ujUzBRMB0GA1UdDgQWBBRhah5/Mhnt
WRlHIOXMf50OmVa6ojAfBgNVHSMEGDAWgBRhah5/MhntWRlHIOXMf50OmVa6ojAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIHlu7Qb9An9jKhT7lpeg
fuGzDohy3tRtZqrDek5WHnvnAiA0RdF7R7rJ/C1uam5pkuyUKBiuCgbu6/HwdkJA
jH6k2Q==
-----END CERTIFICATE-----
`;

const programs: Readonly<Record<string, string>> = {
  kubeadm: `
echo "kubeadm $*" >> "$ROOT/calls"
at() { [ "$(cat "$ROOT/cut" 2>/dev/null)" = "$1" ] && { rm "$ROOT/cut"; echo "[cut] at $1"; exit 137; }; return 0; }
k=$ROOT/etc/kubernetes
node() {
  uuid=$(cat "$ROOT/sys/class/dmi/id/product_uuid")
  cat > "$CLUSTER/nodes/$1" <<NODE
{"metadata":{"name":"$1","labels":{},"annotations":{}},"spec":{"podCIDR":"10.244.0.0/24"},"status":{"conditions":[{"type":"Ready","status":"True"}],"nodeInfo":{"kubeletVersion":"v$(cat "$ROOT/kubelet-version")","systemUUID":"$uuid","bootID":"b"}}}
NODE
}
case "$1 $2" in
  "version -o") echo "v$(cat "$ROOT/kubeadm-version")";;
  "init --config")
    cp "$3" "$ROOT/init.yaml"
    case "$*" in *skip-phases=preflight*) ;; *) [ -z "$(ls -A "$k/manifests" 2>/dev/null)" ] || { echo "[ERROR FileAvailable] manifests are there"; exit 1; };; esac
    echo "[certs] Generating certificates"
    mkdir -p "$k/pki" "$k/manifests" "$ROOT/var/lib/kubelet"
    cp "$ROOT/ca.pem" "$k/pki/ca.crt"
    at certs
    touch "$k/admin.conf" "$k/kubelet.conf"
    printf 'clusters:\\n- cluster:\\n    server: https://winds-api:6443\\n  name: winds\\n' > "$k/admin.conf"
    echo "    image: registry.k8s.io/kube-apiserver:v$(cat "$ROOT/kubeadm-version")" > "$k/manifests/kube-apiserver.yaml"
    touch "$k/manifests/etcd.yaml"
    at manifests
    mkdir -p "$CLUSTER/nodes"; touch "$CLUSTER/up"; cp "$ROOT/kubeadm-version" "$CLUSTER/proxy"; cp "$ROOT/ca.pem" "$CLUSTER/ca"
    node "$(sed -n 's/^  name: //p' "$3" | head -n 1)"
    at registered
    touch "$ROOT/kubelet-active";;
  "init phase") cp "$5" "$ROOT/phase.yaml" 2>/dev/null; true;;
  "join --config")
    cp "$3" "$ROOT/join.yaml"
    [ -z "$(ls -A "$k/pki" 2>/dev/null)" ] || { echo "[ERROR] pki is there"; exit 1; }
    token=$(sed -n 's/^ *token: //p' "$3" | head -n 1)
    grep -q "\${token%%.*}" "$CLUSTER/tokens" 2>/dev/null || { echo "[discovery] the token is none"; exit 1; }
    mkdir -p "$k/pki"; cp "$CLUSTER/ca" "$k/pki/ca.crt"; touch "$k/bootstrap-kubelet.conf"
    at bootstrap
    rm "$k/bootstrap-kubelet.conf"; touch "$k/kubelet.conf"
    name=$(sed -n 's/^  name: //p' "$3" | head -n 1)
    [ ! -e "$CLUSTER/nodes/$name" ] || { echo "[kubelet-start] a node of that name exists"; exit 1; }
    node "$name"
    at registered
    touch "$ROOT/kubelet-active";;
  "reset -f") rm -rf "$k/pki" "$k/manifests" "$k"/*.conf "$ROOT/var/lib/etcd" "$ROOT/kubelet-active"; [ ! -e "$ROOT/holds" ] || rm -f "$CLUSTER/up";;
  "upgrade apply"|"upgrade node")
    case "$*" in
      *"addon kube-proxy"*) at proxy; cp "$ROOT/kubeadm-version" "$CLUSTER/proxy"; exit 0;;
      *"addon coredns"*) exit 0;;
    esac
    for c; do :; done
    grep -q -- "- addon$" "$c" || [ ! -e "$CLUSTER/proxy" ] || cp "$ROOT/kubeadm-version" "$CLUSTER/proxy"
    [ ! -e "$k/manifests/kube-apiserver.yaml" ] || echo "    image: registry.k8s.io/kube-apiserver:v$(cat "$ROOT/kubeadm-version")" > "$k/manifests/kube-apiserver.yaml"
    at upgraded;;
  *) ;;
esac`,
  kubelet: `echo kubelet >> "$ROOT/said"; echo "Kubernetes v$(cat "$ROOT/kubelet-version")"`,
  containerd: "echo containerd 1.6.20",
  kubectl: `
server=
while case "$1" in --*) true;; *) false;; esac; do case "$1" in --server=*) server=\${1#--server=https://};; esac; shift; done
address=\${server%:*}
# A member of etcd is a file with its id and address; one that is off has "down" after them.
member() { grep -lx "[0-9]* $1" "$CLUSTER"/etcd/* 2>/dev/null | grep -q .; }
case "$server" in
  *:2379)
    echo "etcd \${3#/v3/cluster/} $server" >> "$CLUSTER/calls"
    if [ "$address" = 127.0.0.1 ]; then [ -e "$CLUSTER/etcd/\${ROOT##*/}" ]; else member "$address"; fi || { echo "connection refused" >&2; exit 1; }
    case "$3" in
      */list)
        for f in "$CLUSTER"/etcd/*; do
          read -r id at state < "$f" || true
          printf '%s{"ID":"%s","name":"%s","peerURLs":["https://%s:2380"],"clientURLs":["https://%s:2379"]}' "\${comma:-}" "$id" "\${f##*/}" "$at" "$at"; comma=,
        done | sed 's/^/{"members":[/; s/$/]}/';;
      */remove) id=$(sed 's/[^0-9]//g'); [ -e "$CLUSTER/stubborn" ] && { echo "etcdserver: unhealthy cluster" >&2; exit 1; }; rm "$(grep -l "^$id " "$CLUSTER"/etcd/*)"; echo "{}";;
      /health) echo '{"health":"true","reason":""}';;
    esac
    exit 0;;
esac
words="$*"
case "$words" in *jsonpath*) words="$1 $2 jsonpath";; esac
echo "$words" >> "$CLUSTER/calls"
# An API server goes with its member of etcd.
if [ -e "$CLUSTER/etcd" ]; then if [ -n "$server" ]; then member "$address"; else [ -e "$CLUSTER/etcd/\${ROOT##*/}" ]; fi || { echo "The connection to the server was refused" >&2; exit 1; }; fi
[ -e "$CLUSTER/up" ] || { echo "The connection to the server was refused" >&2; exit 1; }
case "$1 $2" in
  "get --raw")
    # Its own API server comes back after a few questions.
    if [ -n "$server" ] && [ -s "$ROOT/away" ]; then echo "asked $server" >> "$CLUSTER/calls"; sed 1d "$ROOT/away" > "$ROOT/away.new"; mv "$ROOT/away.new" "$ROOT/away"; exit 1; fi
    echo ok;;
  "get node") cat "$CLUSTER/nodes/$3" 2>/dev/null || true;;
  "get nodes") case "$*" in *kubeletVersion*) sed 's/.*"kubeletVersion":"\\(v[^"]*\\)".*/\\1/' "$CLUSTER"/nodes/*; exit 0;; esac
    for n in boreas $(ls "$CLUSTER/etcd" 2>/dev/null); do [ ! -e "$CLUSTER/nodes/$n" ] || echo "node/$n"; done | sort -u;;
  "get pods") ;;
  "delete --ignore-not-found")
    case "$4" in
      node) rm -f "$CLUSTER/nodes/$5";;
      secret) [ ! -e "$CLUSTER/tokens" ] || { grep -v "\${5#bootstrap-token-}" "$CLUSTER/tokens" > "$CLUSTER/tokens.new" || true; mv "$CLUSTER/tokens.new" "$CLUSTER/tokens"; };;
    esac;;
  "apply --server-side") text=$(cat); printf '%s\\n' "$text" | sed -n 's/^ *token-id: //p' >> "$CLUSTER/tokens"; printf '%s\\n' "$text" | sed -n 's/^kind: /applied /p' >> "$CLUSTER/calls";;
  "patch node")
    text=$(cat)
    case "$text" in
      *windrose.pulumi/drained*)
        case "$text" in *null*) echo "uncordon $3" >> "$CLUSTER/calls"; a=; s=;; *) echo "cordon $3" >> "$CLUSTER/calls"; a='"windrose.pulumi/drained":"true"'; s='"unschedulable":true,';; esac
        sed -E -i 's|"annotations":[{][^}]*[}]|"annotations":{'"$a"'}|; s|"spec":[{]("unschedulable":true,)?|"spec":{'"$s"'|' "$CLUSTER/nodes/$3";;
      *) printf '%s\\n' "$text" >> "$CLUSTER/patches";;
    esac;;
  "drain"*) [ ! -e "$CLUSTER/full" ] || { echo "error when evicting pods: Cannot evict pod as it would violate the pod's disruption budget." >&2; exit 1; };;
  "-n kube-system") case "$*" in *kube-proxy*) [ ! -e "$CLUSTER/proxy" ] || echo "registry.k8s.io/kube-proxy:v$(cat "$CLUSTER/proxy")";; *jsonpath*) echo 2;; *) echo deployment/coredns;; esac;;
esac
exit 0`,
  systemctl: `
for word; do case "$word" in -*) ;; *) [ -n "$verb" ] && unit=\${unit:-$word} || verb=$word;; esac; done
case "$verb" in
  is-active)
    case "$unit" in
      windrose-kubeadm*) p=/proc/$(cat "$ROOT/unit" 2>/dev/null || echo none)/status; [ -e "$p" ] && ! grep -q "^State:.*Z" "$p" && { echo active; exit 0; }; echo inactive; exit 3;;
      kubelet*) [ -e "$ROOT/kubelet-active" ] && { echo active; exit 0; }; echo inactive; exit 3;;
      *) echo active;;
    esac;;
  restart) case "$unit" in kubelet*)
    touch "$ROOT/kubelet-active"
    for f in "$CLUSTER"/nodes/*; do
      [ -e "$f" ] && grep -q "$(cat "$ROOT/sys/class/dmi/id/product_uuid")" "$f" && sed "s/kubeletVersion\\":\\"v[0-9.]*/kubeletVersion\\":\\"v$(cat "$ROOT/kubelet-version")/" "$f" > "$f.new" && mv "$f.new" "$f"
    done;; esac;;
  cat) echo KUBELET_KUBECONFIG_ARGS;;
esac
exit 0`,
  "systemd-run": `
while case "$1" in --*) true;; *) false;; esac; do shift; done
setsid "$@" >/dev/null 2>&1 </dev/null & echo $! > "$ROOT/unit"`,
  ctr: `
case "$*" in
  *"images ls") sed -n 's/^ctr .* images label \\([^ ]*\\) .*/\\1 type digest 1.0MiB linux\\/amd64 io.cri-containerd.image=managed/p' "$ROOT/images" 2>/dev/null;;
  *) echo "ctr $*" >> "$ROOT/images";;
esac`,
  journalctl: 'echo "kubelet: something is wrong"',
  sleep: "exec /bin/sleep 0.05",
  ...Object.fromEntries(["modprobe", "sysctl", "sync", "ip", "nft", "umount", "mount"].map((name) => [name, "exit 0"])),
};

export class FakeGuest {
  readonly root: string;
  readonly cluster: string;
  private readonly bin: string;
  private changes = 0;
  private readonly transport = new LocalTransport();
  /** Every argument of every process, and what was fed to it. */
  readonly arguments: string[] = [];
  /** Called before each call: throws where the way to the guest is cut. */
  before: (input: string) => void = () => {};

  constructor(directory: string, name: string, uuid: string, version = "1.34.3") {
    this.root = join(directory, name);
    this.cluster = join(directory, "cluster");
    this.bin = join(this.root, "bin");
    for (const path of [
      "bin",
      "etc/kubernetes",
      "etc/modules-load.d",
      "etc/sysctl.d",
      "var/lib",
      "run",
      "sys/class/dmi/id",
      "etc/cni/net.d",
      "usr/bin",
    ])
      mkdirSync(join(this.root, path), { recursive: true });
    mkdirSync(join(this.cluster, "nodes"), { recursive: true });
    for (const [program, text] of Object.entries(programs)) {
      const path = join(this.bin, program);
      writeFileSync(path, `#!/bin/sh\nROOT='${this.root}'; CLUSTER='${this.cluster}'\n${text}\n`);
      chmodSync(path, 0o755);
    }
    writeFileSync(join(this.root, "etc/hosts"), "127.0.0.1 localhost\n");
    writeFileSync(join(this.root, "sys/class/dmi/id/product_uuid"), `${uuid}\n`);
    writeFileSync(join(this.root, "ca.pem"), authority);
    this.version(version);
  }

  version(kubeadm: string, kubelet = kubeadm): void {
    writeFileSync(join(this.root, "kubeadm-version"), kubeadm);
    writeFileSync(join(this.root, "kubelet-version"), kubelet);
    // Another version is another file.
    for (const program of ["kubeadm", "kubelet"]) utimesSync(join(this.bin, program), new Date(), ++this.changes);
  }

  /** kubeadm ends at this stage the next time, as if somebody pulled the plug. */
  cut(stage: string): void {
    writeFileSync(join(this.root, "cut"), stage);
  }

  text(path: string): string {
    const file = join(this.root, path);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** Version of the cluster's kube-proxy. */
  proxy(): string {
    return readFileSync(join(this.cluster, "proxy"), "utf8").trim();
  }

  /** What the API has in the metadata of a node. */
  answers(node: string, metadata: object): void {
    const file = join(this.cluster, "nodes", node);
    const facts = JSON.parse(readFileSync(file, "utf8")) as { metadata: object };
    writeFileSync(file, JSON.stringify({ ...facts, metadata: { ...facts.metadata, ...metadata } }));
  }

  /** As somebody does with kubectl. */
  cordon(node: string): void {
    const file = join(this.cluster, "nodes", node);
    const facts = JSON.parse(readFileSync(file, "utf8")) as { spec: object };
    writeFileSync(file, JSON.stringify({ ...facts, spec: { unschedulable: true, ...facts.spec } }));
  }

  /** What the cluster's nodes were patched with. */
  patches(): string {
    const file = join(this.cluster, "patches");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  calls(): string[] {
    return this.text("calls")
      .split("\n")
      .filter((line) => /^kubeadm (init|join|reset|upgrade)/.test(line))
      .map((line) => line.replace(/ --config \S+| --cri-socket \S+| --skip-token-print/g, ""));
  }

  asTransport(): Transport {
    return {
      description: `guest ${this.root}`,
      exec: (argv: readonly string[], options: ExecOptions = {}) => this.exec(argv, options),
      close: async () => {},
    } as unknown as Transport;
  }

  private async exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult> {
    const input = String(options.stdin ?? "");
    this.arguments.push(argv.join(" "));
    this.before(input);
    const inside = (text: string) =>
      text
        .replaceAll("/usr/local/sbin", `${this.bin}:/usr/local/sbin`)
        .replace(/(?<![\w/:])\/(etc|var\/lib|run|sys\/class\/dmi|root|usr\/bin|opt)(?=\/|\b)/g, `${this.root}/$1`);
    const [program = "", ...rest] = argv.map(inside);
    const command = existsSync(join(this.bin, program)) ? join(this.bin, program) : program;
    return this.transport.exec([command, ...rest], { ...options, stdin: inside(input), root: false });
  }

  /** Waits until nothing of a run goes on. */
  async dispose(): Promise<void> {
    await this.transport.close();
  }
}

/** A directory for guests and their cluster, and what takes it away. */
export function guestDirectory(): { directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), "windrose-nodes-"));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

export function clusterCalls(cluster: string, pattern: RegExp): string[] {
  const file = join(cluster, "calls");
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => pattern.test(line))
    : [];
}

export const nodesOf = (cluster: string): string[] => readdirSync(join(cluster, "nodes")).sort();
