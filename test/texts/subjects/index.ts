import type { Kind } from "../../../provider/lifecycle/schema";
import type { Subject } from "../subject";
import { contents } from "./contents";
import { machines } from "./machines";
import { places, plugged } from "./places";

export const subjects: readonly Subject[] = [...machines, ...plugged, ...places, ...contents];

/** Text fields that no subject has, with the reason. A star at the end stands for all that begin so. */
export const elsewhere: Readonly<Partial<Record<Kind, Readonly<Record<string, string>>>>> = {
  Host: {
    connection: "never leaves this machine",
    acceptReplacement: "compared, and sent nowhere",
    lineage: "compared, and sent nowhere",
    "requirements.*": "compared, and sent nowhere",
    "capacity.*": "compared, and sent nowhere",
    packages: "names by a pattern of ASCII; each would be installed",
    packageNames: "names by a pattern of ASCII; each would be installed",
    services: "names by a pattern of ASCII, of units that are there",
    users: "names by a pattern of ASCII, of users that are there",
    sysctl: "plain ASCII; a kernel takes most values of few parameters only",
    modules: "names by a pattern of ASCII, of modules that are there",
    "firewall.bridges.*": "names and subnets by patterns of ASCII",
    apparmorPaths: "paths by a pattern of ASCII",
  },
  HostBridge: { "*": "names and addresses by patterns of ASCII; each would cut the host off for seconds" },
  StoragePool: { uuid: "a pattern", mode: "a pattern" },
  Image: { checksum: "a digest, or a URL" },
  Volume: { size: "a size", mode: "a pattern" },
  Network: {
    uuid: "a pattern",
    "ipv4.*": "as those of IPv6",
    "ipv6.dhcp.*": "as the address",
    "reservations.*.interface": "a pattern",
    "reservations.*.mac": "a pattern",
  },
  VirtualMachine: {
    uuid: "a pattern",
    memory: "a size",
    maxMemory: "a size",
    "cpu.*": "patterns, and names that the host must know",
    machineType: "a pattern, and names that the host must know",
    "boot.order": "keys of its devices",
    "disks.*.size": "a size",
    "disks.*.target": "a pattern",
    "interfaces.*.direct": "as the bridge",
    "cloudInit.networkConfig": "as the vendor data",
  },
  Command: {
    "connection.*": "never leaves this machine",
    update: "as `create`",
    delete: "as `create`",
    interpreter: "as `create`",
    triggers: "compared, and sent nowhere",
    workingDirectory: "must be there; quoted as variables are",
  },
  KubernetesNode: { "*": "needs a cluster; names by patterns of ASCII, or documents that are written as YAML" },
};
