import type { HostSection } from "../../hypervisor";
import type { HostStatus, HypervisorFacts } from "../../model";
import { attempt } from "../errors";
import type { LibvirtSession } from "../session";
import { parseXml, type XmlElement } from "../xml";

export class LibvirtHost implements HostSection {
  constructor(private readonly session: LibvirtSession) {}

  facts(): Promise<HypervisorFacts> {
    return attempt("reading what the hypervisor is", async () => {
      const session = this.session;
      const [type, version, library, capabilities] = await Promise.all([
        session.call("CONNECT_GET_TYPE"),
        session.call("CONNECT_GET_VERSION"),
        session.call("CONNECT_GET_LIB_VERSION"),
        session.call("CONNECT_GET_CAPABILITIES"),
      ]);
      return {
        hypervisor: type.type,
        version: dotted(version.version),
        libraryVersion: dotted(library.version),
        virtualization: hasKvm(parseXml(capabilities.xml, "libvirt's capabilities")) ? "kvm" : "emulation",
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
}

/** 9,000,000 → `9.0.0`. */
export function dotted(version: bigint | number): string {
  const number = Number(version);
  return `${Math.floor(number / 1_000_000)}.${Math.floor(number / 1000) % 1000}.${number % 1000}`;
}

/** libvirt lists the type `kvm` only where the daemon can use /dev/kvm. */
function hasKvm(capabilities: XmlElement): boolean {
  const arch = capabilities.text("host/cpu/arch");
  return capabilities
    .all("guest/arch")
    .some(
      (element) =>
        element.attribute("name") === arch && element.all("domain").some((one) => one.attribute("type") === "kvm"),
    );
}
