import { WindroseError } from "../basics/errors";
import type { SystemFacts } from "../drivers/model";
import type { Transport } from "../transports/transport";
import { partFunction, partsOf } from "./script-parts";

const script = [
  partFunction,
  "part machine-id; cat /etc/machine-id",
  "part hostname; uname -n",
  "part arch; uname -m",
  "part system; cat /etc/os-release",
  "part cpus; getconf _NPROCESSORS_ONLN",
  "part memory; sed -n '/^MemTotal:/p' /proc/meminfo",
  "part flags; grep -m1 -owE 'vmx|svm' /proc/cpuinfo",
  "part kvm; if test -c /dev/kvm; then echo yes; fi",
  "part claimed; if test -d /var/lib/windrose; then echo yes; fi",
  ":",
].join("\n");

export interface ReadFacts extends SystemFacts {
  /** Whether anything on the host was put there by a Host resource, of whatever stack. */
  readonly claimed?: boolean;
}

export async function readFacts(transport: Transport): Promise<ReadFacts> {
  const { stdout } = await transport.exec(["sh", "-c", script], { root: false });
  return factsOf(partsOf(stdout));
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
export function factsOf(parts: ReadonlyMap<string, string>): ReadFacts {
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
    cpuVirtualization: text("flags") !== "",
    kvmDevice: text("kvm") === "yes",
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
