import { WindroseError } from "../../../errors";
import type { HostSection } from "../../hypervisor";
import type { HostFacts, HostStatus } from "../../model";
import { attempt } from "../errors";
import type { LibvirtSession } from "../session";
import { parseXml, type XmlElement } from "../xml";

export class LibvirtHost implements HostSection {
  constructor(private readonly session: LibvirtSession) {}

  /** One command on the host for what libvirt does not know, and RPC for the rest, all at once. */
  facts(): Promise<HostFacts> {
    return attempt("reading the host's facts", async () => {
      const session = this.session;
      const [files, type, version, library, hostname, node, capabilities] = await Promise.all([
        session.transport.exec(["cat", "/etc/machine-id", "/etc/os-release"]),
        session.call("CONNECT_GET_TYPE"),
        session.call("CONNECT_GET_VERSION"),
        session.call("CONNECT_GET_LIB_VERSION"),
        session.call("CONNECT_GET_HOSTNAME"),
        session.call("NODE_GET_INFO"),
        session.call("CONNECT_GET_CAPABILITIES"),
      ]);
      const tree = parseXml(capabilities.xml, "libvirt's capabilities");
      const arch = tree.text("host/cpu/arch") ?? node.model;
      const hostUuid = tree.text("host/uuid")?.replaceAll("-", "");
      const machineId = machineIdOf(files.stdout) ?? hostUuid;
      if (!machineId) {
        throw new WindroseError(
          "requirement-not-met",
          "The host has no /etc/machine-id, and libvirt knows no UUID of it",
          {
            hint: "Make one on the host with `systemd-machine-id-setup`.",
          },
        );
      }
      return {
        machineId,
        hostname: hostname.hostname,
        os: operatingSystem(files.stdout),
        arch,
        cpus: node.cpus,
        memory: Number(node.memory) * 1024,
        hypervisor: type.type,
        version: dotted(version.version),
        libraryVersion: dotted(library.version),
        virtualization: hasKvm(tree, arch) ? "kvm" : "emulation",
      };
    });
  }

  status(): Promise<HostStatus> {
    return attempt("reading the host's status", async () => {
      const [memory, domains] = await Promise.all([
        this.session
          .call("NODE_GET_MEMORY_STATS", { count: 0, cell: -1 })
          .then(({ count }) => this.session.call("NODE_GET_MEMORY_STATS", { count, cell: -1 })),
        this.session.call("CONNECT_LIST_ALL_DOMAINS", {}),
      ]);
      // the page cache is given back when a guest wants it
      const free = memory.stats
        .filter(({ field }) => field === "free" || field === "buffers" || field === "cached")
        .reduce((sum, { value }) => sum + Number(value), 0);
      return {
        memoryFree: free * 1024,
        machinesRunning: domains.domains.filter(({ id }) => id !== -1).length,
        machinesDefined: domains.domains.length,
      };
    });
  }

  async freeSpace(path: string): Promise<number> {
    return freeSpace(this.session, path);
  }
}

/** Bytes free for users on the file system that holds the path, or its nearest parent that is there. One command. */
export async function freeSpace(session: LibvirtSession, path: string): Promise<number> {
  if (!path.startsWith("/")) throw new WindroseError("invalid-input", `${path} is not an absolute path`);
  const parents: string[] = [];
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) parents.push(path.slice(0, end));
  // it tells of all that are there, in this order, and fails for the rest
  const { stdout, stderr } = await session.transport.exec(["df", "-P", "-k", "--", ...parents, "/"]);
  for (const line of stdout.split("\n").slice(1)) {
    const match = /\s\d+\s+-?\d+\s+(-?\d+)\s+(?:\d+%|-)\s+\//.exec(line);
    if (match) return Math.max(0, Number(match[1]) * 1024);
  }
  throw new WindroseError("command-failed", `The free space of ${path} can't be read: ${stderr.trim().slice(-200)}`);
}

/** 9,000,000 → `9.0.0`. */
export function dotted(version: bigint | number): string {
  const number = Number(version);
  return `${Math.floor(number / 1_000_000)}.${Math.floor(number / 1000) % 1000}.${number % 1000}`;
}

/** The machine id is the first line, where that file could be read. */
export function machineIdOf(text: string): string | undefined {
  return /^([0-9a-f]{32})\n/.exec(text)?.[1];
}

/** `debian 12` of os-release(5); `linux` where it says nothing. */
export function operatingSystem(text: string): string {
  const field = (name: string) => new RegExp(`^${name}=["']?([^"'\\n]*)["']?\\s*$`, "m").exec(text)?.[1];
  return [field("ID") ?? "linux", field("VERSION_ID")].filter(Boolean).join(" ");
}

/** libvirt lists the type `kvm` only where the daemon can use /dev/kvm. */
function hasKvm(capabilities: XmlElement, arch: string): boolean {
  return capabilities
    .all("guest/arch")
    .some(
      (element) =>
        element.attribute("name") === arch && element.all("domain").some((one) => one.attribute("type") === "kvm"),
    );
}
