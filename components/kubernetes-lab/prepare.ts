import { certificatesOf } from "./values";

/**
 * What makes a guest ready for kubeadm: commands for cloud-init's last stage. What kubeadm asks for is in its pre-flight
 * checks (cmd/kubeadm/app/preflight/checks.go: SwapCheck; FileContentCheck of bridge-nf-call-iptables and ip_forward)
 * and in Kubernetes' page on container runtimes (modules overlay and br_netfilter). Pure.
 */

/** Kernel modules that are loaded now and at each boot. */
export const modules = ["overlay", "br_netfilter"] as const;

/** Settings of the kernel that are 1, now and after each boot. */
export const sysctls = [
  "net.ipv4.ip_forward",
  "net.bridge.bridge-nf-call-iptables",
  "net.bridge.bridge-nf-call-ip6tables",
] as const;

export const sysctlPath = (name: string): string => `/proc/sys/${name.replaceAll(".", "/")}`;

const kernel = `
mkdir -p /etc/modules-load.d /etc/sysctl.d
printf '%s\\n' ${modules.join(" ")} > /etc/modules-load.d/kubernetes.conf
for module in ${modules.join(" ")}; do modprobe "$module"; done
{
${sysctls.map((name) => `  echo '${name} = 1'`).join("\n")}
} > /etc/sysctl.d/99-kubernetes.conf
${sysctls.map((name) => `echo 1 > ${sysctlPath(name)}`).join("\n")}
`;

const swap = `
swapoff -a
if [ -e /etc/fstab ]; then sed -i -E '/^[^#[:space:]][^[:space:]]*[[:space:]]+[^[:space:]]+[[:space:]]+swap([[:space:]]|$)/s/^/#/' /etc/fstab; fi
if command -v systemctl > /dev/null; then systemctl mask swap.target; fi
`;

const python = `
if ! command -v python3 > /dev/null; then
  if command -v apt-get > /dev/null; then
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3
  elif command -v dnf > /dev/null; then dnf install -y python3
  elif command -v zypper > /dev/null; then zypper --non-interactive install python3
  else echo "python3 is missing, and no package manager is known" >&2; exit 1
  fi
fi
`;

/** Each certificate is a file of its own: update-ca-certificates(8) takes one from each. */
const trust = (certificates: readonly string[]): string => `
if command -v update-ca-certificates > /dev/null; then
  anchors=/usr/local/share/ca-certificates ending=crt update=update-ca-certificates
elif command -v update-ca-trust > /dev/null; then
  anchors=/etc/pki/ca-trust/source/anchors ending=pem update=update-ca-trust
else echo "the guest has no tool for its trust store" >&2; exit 1
fi
mkdir -p "$anchors"
${certificates
  .map((text, index) => `cat > "$anchors/lab-ca-${index + 1}.$ending" <<'CERTIFICATE'\n${text.trim()}\nCERTIFICATE`)
  .join("\n")}
"$update"
`;

/** The steps, each by itself, so that one that fails leaves no other undone. */
export function preparation({ caCertificates = [] }: { caCertificates?: readonly string[] }): string[][] {
  const certificates = caCertificates.flatMap(certificatesOf);
  const steps = [swap, kernel, ...(certificates.length === 0 ? [] : [trust(certificates)]), python];
  return steps.map((text) => ["/bin/sh", "-euc", text.trim()]);
}

/** The last command of all: the guest is its owner's from here on, and no later seed changes it. */
export const disableCloudInit: readonly string[] = ["/bin/sh", "-c", "touch /etc/cloud/cloud-init.disabled"];
