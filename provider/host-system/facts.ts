import { WindroseError } from "../basics/errors";
import type { Transport } from "../transports/transport";
import type { VirtualizationLack, VirtualizationProfile } from "./profile";
import { partFunction, partsOf } from "./script-parts";

const scriptFor = ({ script }: VirtualizationProfile) =>
  [
    partFunction,
    "part machine-id; cat /etc/machine-id",
    "part hostname; uname -n",
    "part arch; uname -m",
    "part system; cat /etc/os-release",
    "part cpus; getconf _NPROCESSORS_ONLN",
    "part memory; sed -n '/^MemTotal:/p' /proc/meminfo",
    "part claimed; if test -d /var/lib/windrose; then echo yes; fi",
    `part virtualization; ( ${script}\n)`,
    ":",
  ].join("\n");

/** What the machine is, whether or not it has a hypervisor yet. */
export interface SystemFacts {
  /** /etc/machine-id, 32 hexadecimal digits. */
  machineId: string;
  hostname: string;
  /** `debian 12`. */
  os: string;
  /** ID and ID_LIKE of os-release(5), the nearest first: `["ubuntu", "debian"]`. */
  distributions: string[];
  /** As `uname -m` has it: `x86_64`. */
  arch: string;
  /** Logical CPUs online. */
  cpus: number;
  /** Bytes. */
  memory: number;
  /** What the host lacks for guests to run on its own CPU; absent where that is nothing. */
  virtualizationLack?: VirtualizationLack;
  /** Whether anything on the host was put there by a Host resource, of whatever stack. */
  claimed?: boolean;
}

export async function readFacts(transport: Transport, virtualization: VirtualizationProfile): Promise<SystemFacts> {
  const { stdout } = await transport.exec(["sh", "-c", scriptFor(virtualization)], { root: false });
  return factsOf(partsOf(stdout), virtualization);
}

/**
 * The id in the text of /etc/machine-id (machine-id(5)).
 * @throws WindroseError `requirement-not-met` where it has none
 */
export function machineIdOf(text: string): string {
  const id = /^[0-9a-f]{32}$/.exec(text.trim())?.[0];
  if (id) return id;
  throw new WindroseError("requirement-not-met", "the host has no /etc/machine-id", {
    hint: "Make one on the host with `systemd-machine-id-setup`.",
  });
}

/** @throws WindroseError `requirement-not-met` where the machine has no id. */
export function factsOf(parts: ReadonlyMap<string, string>, virtualization: VirtualizationProfile): SystemFacts {
  const lack = virtualization.lack(parts.get("virtualization") ?? "");
  const text = (name: string) => (parts.get(name) ?? "").trim();
  const machineId = machineIdOf(text("machine-id"));
  const release = parts.get("system") ?? "";
  return {
    machineId,
    hostname: text("hostname"),
    os: operatingSystem(release),
    distributions: [releaseField(release, "ID"), ...(releaseField(release, "ID_LIKE")?.split(/\s+/) ?? [])].flatMap(
      (name) => (name ? [name] : []),
    ),
    arch: text("arch"),
    cpus: Number(/^\d+$/.exec(text("cpus"))?.[0] ?? 0),
    memory: Number(/^MemTotal:\s+(\d+) kB/.exec(text("memory"))?.[1] ?? 0) * 1024,
    ...(lack ? { virtualizationLack: lack } : {}),
    ...(text("claimed") === "yes" ? { claimed: true } : {}),
  };
}

function releaseField(text: string, name: string): string | undefined {
  return new RegExp(`^${name}=["']?([^"'\\n]*)["']?\\s*$`, "m").exec(text)?.[1];
}

/** `debian 12` of os-release(5); `linux` where it says nothing. */
export function operatingSystem(release: string): string {
  return [releaseField(release, "ID") ?? "linux", releaseField(release, "VERSION_ID")].filter(Boolean).join(" ");
}
