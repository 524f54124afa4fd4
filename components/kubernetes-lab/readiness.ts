import { modules, sysctlPath, sysctls } from "./prepare";
import { certificatesOf } from "./values";

/**
 * Whether a guest is what a lab's guest is to be: a POSIX shell script for the guest, which needs no root. It waits for
 * cloud-init's end first, then prints one line a check, and exits 0 when all of them pass. Pure.
 */

export interface Expected {
  readonly hostname: string;
  /** Texts of certificates (PEM) that the guest trusts. */
  readonly caCertificates?: readonly string[];
  /** Seconds for cloud-init to come to its end. Default: 600. */
  readonly timeout?: number;
}

const bundles = "/etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/ca-bundle.pem";

interface Check {
  readonly title: string;
  /** A command, without single quotes. */
  readonly command: string;
}

export function readinessScript({ hostname, caCertificates = [], timeout = 600 }: Expected): string {
  const checks = checksOf(hostname, caCertificates.flatMap(certificatesOf), timeout);
  return [
    "failed=0",
    "check() {",
    '  if reason=$(sh -c "$2" 2>&1); then echo "ok      $1"',
    '  else failed=$((failed + 1)); echo "failed  $1$(printf %s "$reason" | tail -n 1 | sed "s/^\\(.\\)/: \\1/")"',
    "  fi",
    "}",
    ...checks.map(({ title, command }) => `check '${title}' '${command}'`),
    'if [ "$failed" -gt 0 ]; then echo "$failed of the checks failed" >&2; exit 1; fi',
    "",
  ].join("\n");
}

function checksOf(hostname: string, certificates: readonly string[], timeout: number): Check[] {
  return [
    {
      title: "cloud-init has come to its end",
      // 2: it ended, with something to remark (cloud-init 23.4 and later).
      command: `timeout ${timeout} cloud-init status --wait; code=$?; [ $code -eq 0 ] || [ $code -eq 2 ]`,
    },
    { title: "cloud-init is disabled from now on", command: "[ -e /etc/cloud/cloud-init.disabled ]" },
    {
      title: `the host name is ${hostname}`,
      command: `name=$(cat /proc/sys/kernel/hostname); [ "\${name%%.*}" = ${hostname} ] || { echo "it is $name"; false; }`,
    },
    { title: "Python runs", command: 'python3 -c "import json"' },
    {
      title: "swap is off",
      command: '[ "$(wc -l < /proc/swaps)" -le 1 ] || { tail -n +2 /proc/swaps | tr "\\n" " "; false; }',
    },
    ...modules.map((name) => ({
      title: `the module ${name} is there, and loaded at each boot`,
      command: `{ [ -d /sys/module/${name} ] || grep -qw ${name} /proc/filesystems; } && grep -qx ${name} /etc/modules-load.d/*.conf`,
    })),
    ...sysctls.map((name) => ({
      title: `${name} is 1, now and after each boot`,
      command: `[ "$(cat ${sysctlPath(name)})" = 1 ] && grep -Eqx "${name.replaceAll(".", "[.]")} = 1" /etc/sysctl.d/99-kubernetes.conf`,
    })),
    ...certificates.map((text, index) => ({
      title: `certificate ${index + 1} is trusted`,
      command: `for file in ${bundles}; do if [ -e $file ] && tr -d "\\n" < $file | grep -qF ${body(text)}; then exit 0; fi; done; false`,
    })),
  ];
}

/** Base64 alone, as it is in a bundle without its line ends. */
const body = (pem: string): string => pem.replace(/-----[A-Z0-9 ]+-----/g, "").replace(/\s+/g, "");
