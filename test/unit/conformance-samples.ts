import type { Inputs, Kind, Leaf } from "../../provider/schema";

/** For the conformance test: one valid resource of each kind, and another value for each field. */

const uuid = "11111111-2222-8333-8444-555555555555";
const pool = "aaaaaaaa-2222-8333-8444-555555555555";
const other = "bbbbbbbb-2222-8333-8444-555555555555";
const sha = (digit: string) => `sha256:${digit.repeat(64)}`;

export const bases: Readonly<Record<Kind, Inputs>> = {
  Host: { connection: "anemoi" },
  StoragePool: { host: "h1" },
  Image: { host: "h1", pool, source: "https://images.example/debian-12.qcow2", checksum: sha("a") },
  Volume: { host: "h1", pool, size: "1GiB" },
  Network: { host: "h1", ipv4: { address: "172.17.2.1/24" } },
  VirtualMachine: {
    host: "h1",
    maxVcpus: 8,
    maxMemory: "8GiB",
    disks: { root: { pool, size: "1GiB" } },
    interfaces: { lan: { network: uuid } },
  },
  Snapshot: { host: "h1", machine: uuid },
  Command: { host: "h1", machine: uuid, create: "true" },
};

/** What stands beside a field in its group or entry. */
export const beside: Readonly<Record<string, Inputs>> = {
  "disks.*": { pool, size: "1GiB" },
  "interfaces.*": { network: uuid },
  "reservations.*": { address: "172.17.2.10" },
  "ipv4.dhcp": { start: "172.17.2.100", end: "172.17.2.200" },
  ipv6: { address: "fd00::1/64" },
  "ipv6.dhcp": { start: "fd00::100", end: "fd00::200" },
};

/** [before, after] by kind and path; entries of keyed fields stand under `*`. What is missing is made from the type. */
export const samples: Readonly<Record<string, readonly [unknown, unknown]>> = {
  host: ["h1", "h2"],
  name: ["one", "two"],
  uuid: [uuid, other],
  "Host.connection": ["anemoi", "boreas"],
  "Host.acceptReplacement": ["0".repeat(32), "1".repeat(32)],
  "Host.requirements.freeDisk": [{ "/": "1GiB" }, { "/": "2GiB" }],
  "Host.requirements.hypervisorVersion": ["7.2", "8.0"],
  "StoragePool.path": ["/srv/one", "/srv/two"],
  "Image.pool": [pool, other],
  "Image.source": ["https://images.example/debian-12.qcow2", "https://mirror.example/debian-12.qcow2"],
  "Image.checksum": [sha("a"), sha("b")],
  "Image.volumeName": ["one.qcow2", "two.qcow2"],
  "Volume.pool": [pool, other],
  "Volume.volumeName": ["one.qcow2", "two.qcow2"],
  "Volume.image": [`${pool}/a.qcow2`, `${pool}/b.qcow2`],
  "Volume.from": [`${pool}/a.qcow2`, `${pool}/b.qcow2`],
  "Network.bridge": ["br-one", "br-two"],
  "Network.domain": ["lab.example", "other.example"],
  "Network.ipv4.address": ["172.17.2.1/24", "172.17.2.2/24"],
  "Network.ipv4.dhcp.start": ["172.17.2.100", "172.17.2.101"],
  "Network.ipv4.dhcp.end": ["172.17.2.200", "172.17.2.201"],
  "Network.ipv6.address": ["fd00::1/64", "fd00::2/64"],
  "Network.ipv6.dhcp.start": ["fd00::100", "fd00::101"],
  "Network.ipv6.dhcp.end": ["fd00::200", "fd00::201"],
  "Network.reservations.*.address": ["172.17.2.10", "172.17.2.11"],
  "Network.reservations.*.interface": ["lan", "wan"],
  "Network.reservations.*.mac": ["52:54:00:00:00:01", "52:54:00:00:00:02"],
  "Network.dns.hosts": [{ "a.example": "172.17.2.5" }, { "a.example": "172.17.2.6" }],
  "Network.dns.forwarders": [["9.9.9.9"], ["1.1.1.1"]],
  "Snapshot.machine": [uuid, other],
  "Command.machine": [uuid, other],
  "Command.connection.address": ["172.17.2.10", "172.17.2.11"],
  "Command.connection.hostKey": ["ssh-ed25519 AAAA", "ssh-ed25519 AAAB"],
  "Command.connection.agent": [false, "/run/agent"],
  "Command.create": ["true", ["touch", "/tmp/a"]],
  "Command.update": ["true", ["touch", "/tmp/a"]],
  "Command.delete": ["true", ["touch", "/tmp/a"]],
  "Command.interpreter": [["python3"], ["python3", "-u"]],
  "Command.triggers": [[1], [{ a: [2] }]],
  "Command.workingDirectory": ["/srv", "/tmp"],
  "VirtualMachine.disks.*.volume": [`${pool}/a.qcow2`, `${pool}/b.qcow2`],
  "VirtualMachine.disks.*.pool": [pool, other],
  "VirtualMachine.disks.*.image": [`${pool}/a.qcow2`, `${pool}/b.qcow2`],
  "VirtualMachine.disks.*.iso": ["/srv/a.iso", "/srv/b.iso"],
  "VirtualMachine.disks.*.target": ["vdb", "vdc"],
  "VirtualMachine.disks.*.format": ["qcow2", "raw"],
  "VirtualMachine.interfaces.*.network": [uuid, other],
  "VirtualMachine.interfaces.*.mac": ["52:54:00:00:00:01", "52:54:00:00:00:02"],
  "VirtualMachine.interfaces.*.address": ["172.17.2.10", "172.17.2.11"],
  "VirtualMachine.interfaces.*.bridge": ["br0", "br1"],
  "VirtualMachine.interfaces.*.direct": ["eth0", "eth1"],
  "VirtualMachine.boot.order": [["root"], ["lan"]],
  "VirtualMachine.boot.kernel": ["/srv/a", "/srv/b"],
  "VirtualMachine.boot.initrd": ["/srv/a", "/srv/b"],
  "VirtualMachine.cpu.features": [{ vmx: "disable" }, { vmx: "require" }],
  "VirtualMachine.cloudInit.users": [["ada"], ["grace"]],
  "VirtualMachine.cloudInit.networkConfig": [{ version: 2 }, { version: 2, ethernets: {} }],
  "VirtualMachine.cloudInit.pool": [pool, other],
  "VirtualMachine.cloudInit.userData": ["#!/bin/sh\n", "#!/bin/sh\ntrue\n"],
  "VirtualMachine.cloudInit.sshKeys": [
    ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA a"],
    ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB b"],
  ],
  "VirtualMachine.graphics.listen": ["127.0.0.1", "::1"],
  "VirtualMachine.graphics.keymap": ["en-us", "fr"],
  "VirtualMachine.graphics.port": [5901, 5902],
  "VirtualMachine.xml.set": [{ "/domain/title": "a" }, { "/domain/title": "b" }],
  "VirtualMachine.xml.remove": [["/domain/title"], ["/domain/description"]],
};

/** What a change of the sample does, where the rule is a function. */
export const effects: Readonly<Record<string, string>> = {
  "StoragePool.path": "replace",
  "Image.source": "local",
  "Image.checksum": "replace",
  "Volume.size": "live",
  "Network.domain": "live",
  "Network.dns.forwarders": "live",
  "Network.ipv4.address": "live",
  "Network.ipv4.dhcp.start": "live",
  "Network.ipv4.dhcp.end": "live",
  "Network.ipv6.address": "live",
  "Network.ipv6.dhcp.start": "live",
  "Network.ipv6.dhcp.end": "live",
  "Snapshot.restore": "live",
  "Command.create": "live",
  "Command.update": "live",
  "Command.interpreter": "live",
  "Command.environment": "live",
  "Command.stdin": "live",
  "Command.triggers": "live",
  "Command.workingDirectory": "live",
  "Command.root": "live",
  "VirtualMachine.vcpus": "live",
  "VirtualMachine.memory": "live",
  "VirtualMachine.disks.*.size": "live",
  "VirtualMachine.interfaces.*.bridge": "live",
  "VirtualMachine.interfaces.*.direct": "live",
  "VirtualMachine.interfaces.*.mac": "live",
  "VirtualMachine.interfaces.*.model": "live",
  "VirtualMachine.interfaces.*.mtu": "live",
};

/** Two values of a field by its type alone. */
export function fromType(spec: Leaf): readonly [unknown, unknown] | undefined {
  const { typeText, type } = spec;
  if (typeText === "boolean") return [true, false];
  if (typeText === "number") {
    const { minValue = 0 } = type as { minValue?: number };
    return [minValue + 1, minValue + 2];
  }
  const choice = typeText.match(/"[^"]*"/g);
  if (choice && choice.length > 1) return [JSON.parse(choice[0]!), JSON.parse(choice[1]!)];
  if (typeText === "{ [key: string]: string }") return [{ a: "1" }, { a: "2" }];
  if (typeText.endsWith("[]")) return [["a"], ["b"]];
  for (const pair of [
    ["2GiB", "3GiB"],
    ["0700", "0711"],
    ["one", "two"],
  ] as const) {
    if (pair.every((value) => type.safeParse(value).success)) return pair;
  }
  return undefined;
}
