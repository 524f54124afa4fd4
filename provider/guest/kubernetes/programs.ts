import { WindroseError } from "../../basics/errors";
import { isRecord } from "../../basics/record";
import type { Work } from "../../basics/work";
import type { Transport } from "../../transports/transport";
import { type GuestFacts, versionIn } from "./look";
import { ours, runScript } from "./shell";

/** Brings kubeadm, the kubelet and kubectl into a guest, with what they need: a bundle, packages, or nothing. */

export interface Source {
  readonly from: "image" | "bundle" | "packages";
  readonly path?: string;
  readonly repository?: string;
  readonly key?: string;
  readonly packages?: readonly string[];
}

export interface ProgramsWanted {
  readonly source: Source;
  readonly version: string;
  readonly role: "controlPlane" | "worker";
  /** kubeadm alone: the kubelet's turn comes when the node is drained. */
  readonly kubeadmOnly?: boolean;
}

export async function bringPrograms(
  guest: Transport,
  bounds: Work,
  facts: GuestFacts,
  wanted: ProgramsWanted,
): Promise<void> {
  const { source, version, kubeadmOnly } = wanted;
  const present = facts.kubeadm === version && facts.kubectl && (kubeadmOnly || facts.kubelet === version);
  if (source.from === "image") {
    if (!present) throw imageLacks(facts, version);
  } else if (source.from === "bundle") {
    await fromBundle(guest, bounds, wanted);
  } else if (!present || !facts.containerd) await fromPackages(guest, bounds, wanted);
  const containerd = facts.containerd ?? (source.from === "packages" ? "" : undefined);
  if (containerd === undefined)
    throw new WindroseError("requirement-not-met", "there is no containerd in the guest", {
      hint: 'Take an image with containerd, or install it by `source: { from: "packages" }` or cloud-init.',
    });
}

function imageLacks({ kubeadm, kubelet, kubectl }: GuestFacts, version: string): WindroseError {
  const has = [`kubeadm ${kubeadm ?? "none"}`, `kubelet ${kubelet ?? "none"}`, ...(kubectl ? [] : ["no kubectl"])].join(
    ", ",
  );
  return new WindroseError(
    "requirement-not-met",
    `Kubernetes ${version} is not in the guest's image, which has ${has}`,
    {
      hint: 'Give an image with that version, or `source: { from: "bundle" }` or `"packages"`.',
    },
  );
}

/** The bundle is mounted for as long as the script runs, wherever it ends. */
const mounted = `
set -eu
umask 022
m=
cleanup() { cd /; [ -z "$m" ] || { umount "$m" 2>/dev/null || umount -l "$m" 2>/dev/null || true; rmdir "$m" 2>/dev/null || true; }; }
trap cleanup EXIT
trap 'exit 143' TERM INT HUP
[ -e "$FROM" ] || { echo "there is no $FROM in the guest" >&2; exit 66; }
if [ -d "$FROM" ]; then cd "$FROM"
else
  m=$(mktemp -d /run/windrose-bundle.XXXXXX)
  if [ -b "$FROM" ]; then mount -o ro "$FROM" "$m"; else mount -o ro,loop "$FROM" "$m"; fi
  cd "$m"
fi
`;

const verify = `
sums() { for f in "$@"; do awk -v f="$f" '$2 == f { print; found = 1 } END { exit !found }' SHA256SUMS || { echo "$f is not in SHA256SUMS" >&2; return 1; }; done | sha256sum --quiet --strict -c - >&2; }
`;

const installScript = `${mounted}${verify}
bring() {
  file=$1; shift
  sums "$file"
  ctr -n k8s.io images import "$file" >/dev/null
  for name in "$@"; do ctr -n k8s.io images label "$name" io.cri-containerd.image=managed >/dev/null; done
}
# The label is the last that is done with an image.
have=$(ctr -n k8s.io images ls 2>/dev/null | awk '/io.cri-containerd.image=managed/ { print $1 }' || true)
jobs=
while read -r file names; do
  missing=
  for name in $names; do printf '%s\\n' "$have" | grep -qxF "$name" || missing=yes; done
  [ -n "$missing" ] || continue
  echo "images of $file"
  # Beside each other: most of it is checking and unpacking, by one core each.
  (bring "$file" $names) &
  jobs="$jobs $!"
done <<LIST
$IMAGES
LIST
failed=
for job in $jobs; do wait "$job" || failed=yes; done
[ -z "$failed" ] || exit 70
for name in $PROGRAMS; do
  cmp -s "bin/$name" "/usr/bin/$name" && continue
  echo "$name"
  sums "bin/$name"
  cp "bin/$name" "/usr/bin/.$name.windrose"
  chmod 755 "/usr/bin/.$name.windrose"
  mv -f "/usr/bin/.$name.windrose" "/usr/bin/$name"
done
if [ -d cni ]; then
  mkdir -p /opt/cni/bin
  for f in cni/*; do
    [ -f "$f" ] && [ ! -e "/opt/cni/bin/\${f#cni/}" ] || continue
    sums "$f"
    cp "$f" /opt/cni/bin/ && chmod 755 "/opt/cni/bin/\${f#cni/}"
  done
fi
if [ -d manifests ]; then
  mkdir -p ${ours}/manifests
  for f in manifests/*; do [ -f "$f" ] && { sums "$f"; cp "$f" ${ours}/manifests/; }; done
fi
exit 0
`;

/** kubelet.service and its drop-in as Kubernetes' own packages have them (github.com/kubernetes/release, `kubelet.service`). */
const unitScript = `
set -eu
written=
if ! systemctl cat kubelet.service >/dev/null 2>&1; then
written=yes
cat > /etc/systemd/system/kubelet.service <<'UNIT'
[Unit]
Description=kubelet: The Kubernetes Node Agent
Wants=network-online.target
After=network-online.target containerd.service
[Service]
ExecStart=/usr/bin/kubelet
Restart=always
StartLimitInterval=0
RestartSec=10
[Install]
WantedBy=multi-user.target
UNIT
fi
if ! systemctl cat kubelet.service 2>/dev/null | grep -q KUBELET_KUBECONFIG_ARGS; then
written=yes
mkdir -p /etc/systemd/system/kubelet.service.d
cat > /etc/systemd/system/kubelet.service.d/10-kubeadm.conf <<'UNIT'
[Service]
Environment="KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf"
Environment="KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml"
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
EnvironmentFile=-/etc/default/kubelet
ExecStart=
ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS
UNIT
fi
[ -z "$written" ] || systemctl daemon-reload
# Each of these reads all units anew: seconds in a slow guest.
for unit in kubelet.service containerd.service; do
  systemctl is-enabled -q "$unit" 2>/dev/null || systemctl enable -q "$unit" 2>/dev/null || true
done
systemctl start containerd.service
`;

/** What any node's units are, whatever its programs came from. */
export async function enableUnits(guest: Transport, bounds: Work): Promise<void> {
  await runScript(guest, bounds, "enabling the kubelet", unitScript);
}

async function fromBundle(guest: Transport, bounds: Work, wanted: ProgramsWanted): Promise<void> {
  const { source, version, role, kubeadmOnly } = wanted;
  const from = source.path ?? `/dev/disk/by-label/kubernetes-${version}`;
  bounds.progress(`bringing Kubernetes ${version} from ${from}`);
  const text = await runScript(guest, bounds, "reading the bundle", `${mounted}head -c 65536 bundle.json`, {
    environment: { FROM: from },
  });
  const images = bundleImages(text, version, role);
  await runScript(guest, bounds, "bringing Kubernetes from the bundle", installScript, {
    environment: {
      FROM: from,
      IMAGES: images.map(({ file, names }) => [file, ...names].join(" ")).join("\n"),
      PROGRAMS: kubeadmOnly ? "kubeadm kubectl" : "kubeadm kubectl kubelet",
    },
    timeout: 1_800_000,
    onLine: (line) => bounds.progress(`bringing ${line.slice(0, 80)} from the bundle`),
  });
}

export interface BundleImages {
  readonly file: string;
  readonly names: readonly string[];
}

/** What a bundle's list says for a role. What is not as it should be is refused: names become arguments. */
export function bundleImages(text: string, version: string, role: "controlPlane" | "worker"): BundleImages[] {
  const bad = (why: string) =>
    new WindroseError("requirement-not-met", `the bundle ${why}`, {
      hint: "Bring the bundle of the version that is asked for.",
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw bad("has a bundle.json that is none");
  }
  if (!isRecord(parsed)) throw bad("has a bundle.json that is none");
  if (versionIn(String(parsed.version)) !== version)
    throw bad(`is of ${String(parsed.version).slice(0, 40)}, not of ${version}`);
  const list = Array.isArray(parsed.images) ? parsed.images : [];
  return list.flatMap((entry) => {
    const { file, for: whom, names } = isRecord(entry) ? entry : ({} as Record<string, unknown>);
    if (typeof file !== "string" || !/^images\/[\w.-]{1,100}$/.test(file))
      throw bad("names a file of images that is none");
    const all = Array.isArray(names) ? names.map(String) : [];
    if (all.some((name) => !/^[\w][\w./:@-]{0,250}$/.test(name))) throw bad("names an image that is none");
    return whom === "all" || whom === role ? [{ file, names: all }] : [];
  });
}

const aptScript = `
set -eu
export DEBIAN_FRONTEND=noninteractive
command -v apt-get >/dev/null 2>&1 || { echo "there is no apt in the guest: only its packages are known" >&2; exit 69; }
if [ -n "$REPOSITORY" ]; then
  mkdir -p /etc/apt/keyrings
  cat > /etc/apt/keyrings/windrose-kubernetes.asc
  printf 'deb [signed-by=/etc/apt/keyrings/windrose-kubernetes.asc] %s\\n' "$REPOSITORY" > /etc/apt/sources.list.d/windrose-kubernetes.list
fi
apt-get update -q >&2
set --
for name in $PACKAGES; do
  case $name in
    kubeadm|kubelet|kubectl)
      found=$(apt-cache madison "$name" | tr -d ' ' | cut -d '|' -f 2 | grep -E "^$PATTERN([-+~]|\\$)" | head -n 1 || true)
      [ -n "$found" ] || { echo "no repository has $name $VERSION" >&2; exit 69; }
      set -- "$@" "$name=$found";;
    *) set -- "$@" "$name";;
  esac
done
command -v containerd >/dev/null 2>&1 || set -- "$@" containerd
apt-get install -y -q --no-install-recommends --allow-change-held-packages "$@"
for name in $PACKAGES; do case $name in kubeadm|kubelet|kubectl) apt-mark -q hold "$name" >/dev/null;; esac; done
f=/etc/containerd/config.toml
mkdir -p /etc/containerd
if ! grep -qs 'SystemdCgroup *= *true' "$f"; then
  # A file of the user's own is kept, but for the one key that the kubelet's cgroups need.
  if grep -qs 'SystemdCgroup *= *false' "$f"; then sed 's/SystemdCgroup *= *false/SystemdCgroup = true/' "$f" > "$f.new"
  elif grep -qs 'runtimes' "$f"; then
    echo "$f names runtimes without SystemdCgroup = true, which the kubelet's cgroups need: set it there" >&2
    exit 69
  elif grep -qs '^ *\\[' "$f"; then
    { cat "$f"; printf '\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\n  runtime_type = "io.containerd.runc.v2"\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]\n  SystemdCgroup = true\n'; } > "$f.new"
  else containerd config default | sed 's/SystemdCgroup = false/SystemdCgroup = true/' > "$f.new"
  fi
  mv "$f.new" "$f"
  systemctl restart containerd
fi
`;

async function fromPackages(guest: Transport, bounds: Work, wanted: ProgramsWanted): Promise<void> {
  const { source, version, kubeadmOnly } = wanted;
  bounds.progress(`installing packages of Kubernetes ${version}`);
  const all = source.packages ?? ["kubeadm", "kubelet", "kubectl"];
  const packages = kubeadmOnly ? all.filter((name) => name !== "kubelet") : all;
  await runScript(guest, bounds, "installing packages", aptScript, {
    environment: {
      REPOSITORY: source.repository?.replace(/^deb /, "") ?? "",
      PACKAGES: packages.join(" "),
      VERSION: version,
      PATTERN: version.replaceAll(".", "\\."),
    },
    stdin: source.key ?? "",
    timeout: 1_800_000,
    onLine: (line) => bounds.progress(line.slice(0, 100)),
  });
}
