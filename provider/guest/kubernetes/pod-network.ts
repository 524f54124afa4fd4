import { createHash } from "node:crypto";
import { parseAllDocuments, stringify } from "yaml";
import { WindroseError } from "../../basics/errors";
import { asRecord, isRecord } from "../../basics/record";
import type { Work } from "../../basics/work";
import type { Transport } from "../../transports/transport";
import { routeFiles } from "./routes";
import { ours, runScript } from "./shell";

/** Where a guest has manifests: of its bundle, else of its image. */
const manifestPlaces = [`${ours}/manifests`, "/usr/share/kubernetes/manifests"];

/** flannel's manifest as the guest has it, for these addresses. Errors: `requirement-not-met` where it has none. */
export async function flannelManifest(
  guest: Transport,
  bounds: Work,
  podSubnet: string,
  backend: string,
): Promise<string> {
  const script = `for d in ${manifestPlaces.join(" ")}; do [ -e "$d/flannel.yaml" ] && exec head -c 500000 "$d/flannel.yaml"; done; exit 0`;
  const text = await runScript(guest, bounds, "reading flannel's manifest", script);
  if (text.trim() === "")
    throw new WindroseError(
      "requirement-not-met",
      "neither the bundle nor the image has flannel's manifest (manifests/flannel.yaml)",
      {
        hint: 'Give the manifest yourself: `podNetwork: { plugin: "manifest", manifest }`; or take `plugin: "routes"`.',
      },
    );
  return flannelFor(text, podSubnet, backend);
}

/** The manifest with the pods' subnet and the backend in its `net-conf.json` (flannel's Documentation/configuration.md). */
export function flannelFor(manifest: string, podSubnet: string, backend: string): string {
  const all = parseAllDocuments(manifest).map((document) => document.toJS({ maxAliasCount: 100 }) as unknown);
  let set = false;
  for (const one of all) {
    if (!isRecord(one) || one.kind !== "ConfigMap" || !isRecord(one.data)) continue;
    const text = one.data["net-conf.json"];
    if (typeof text !== "string") continue;
    const before = JSON.parse(text) as unknown;
    one.data["net-conf.json"] = JSON.stringify({
      ...asRecord(before),
      Network: podSubnet,
      Backend: { ...asRecord(asRecord(before).Backend), Type: backend },
    });
    set = true;
  }
  // flannel reads it when it starts: pods of another configuration are other pods.
  const digest = createHash("sha256").update(`${podSubnet} ${backend}`).digest("hex").slice(0, 16);
  for (const one of all) {
    const template = isRecord(one) && one.kind === "DaemonSet" && isRecord(one.spec) ? one.spec.template : undefined;
    if (!isRecord(template)) continue;
    const metadata = asRecord(template.metadata);
    template.metadata = {
      ...metadata,
      annotations: { ...asRecord(metadata.annotations), "windrose.pulumi/network": digest },
    };
  }
  if (!set) throw new WindroseError("requirement-not-met", "flannel's manifest has no net-conf.json in it");
  return all
    .filter((one) => one !== null && one !== undefined)
    .map((one) => stringify(one, { lineWidth: 0 }))
    .join("---\n");
}

const routesScript = `
set -eu
dev=$(ip -4 -o address show | while read -r _ name _ cidr _; do [ "\${cidr%%/*}" = "$ADDRESS" ] && echo "$name"; done | head -n 1)
[ -n "$dev" ] || { echo "no interface of the guest has the address $ADDRESS" >&2; exit 65; }
umask 022
mkdir -p ${ours} /etc/cni/net.d /etc/windrose
IFS= read -r cni
changed=
old=$(cat /etc/cni/net.d/10-windrose.conflist 2>/dev/null || true)
# In place: some releases of containerd do not see a file that is moved in.
[ "$old" = "$cni" ] || { printf '%s\\n' "$cni" > /etc/cni/net.d/10-windrose.conflist; changed=yes; }
sed "s/ DEVICE / $dev /" > /etc/windrose/pod-routes.new
cmp -s /etc/windrose/pod-routes.new /etc/windrose/pod-routes || changed=yes
mv /etc/windrose/pod-routes.new /etc/windrose/pod-routes
cat > /etc/windrose/pod-masquerade.nft <<NFT
table ip windrose_pods
delete table ip windrose_pods
table ip windrose_pods {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr $PODS ip daddr != { $PODS, $GUESTS } masquerade
  }
}
NFT
cat > /etc/systemd/system/windrose-pod-routes.service <<'UNIT'
[Unit]
Description=Routes to the pods of other nodes
After=network-online.target systemd-networkd.service
Wants=network-online.target
PartOf=systemd-networkd.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=ip -force -batch /etc/windrose/pod-routes
ExecStart=-nft -f /etc/windrose/pod-masquerade.nft
[Install]
WantedBy=multi-user.target systemd-networkd.service
UNIT
systemctl daemon-reload
systemctl enable -q windrose-pod-routes.service
if [ -n "$changed" ] || ! systemctl is-active -q windrose-pod-routes.service; then systemctl restart windrose-pod-routes.service; fi
`;

/** A bridge for the node's pods, and a route to those of every other address; also after the next boot. */
export async function writeRoutes(
  guest: Transport,
  bounds: Work,
  { podSubnet, guestSubnet, address }: { podSubnet: string; guestSubnet: string; address: string },
): Promise<void> {
  bounds.progress("routes to pods");
  const { cni, routes } = routeFiles(podSubnet, guestSubnet, address);
  await runScript(guest, bounds, "writing routes to pods", routesScript, {
    environment: { ADDRESS: address, PODS: podSubnet, GUESTS: guestSubnet },
    stdin: `${cni}${routes}`,
  });
}
