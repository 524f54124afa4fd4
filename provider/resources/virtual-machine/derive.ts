import { isIP } from "node:net";
import { asRecord, type Inputs, isRecord, known, unknown } from "../../basics/record";
import { sizeInBytes } from "../../basics/sizes";
import { contains, parseAddress, parseSubnet } from "../../basics/subnet";
import { shown } from "../../basics/texts";
import { checkCloudInit } from "../../cloud-init/check";
import { pathProblem } from "../../drivers/patch-path";
import type { Identity } from "../../lifecycle/definition";
import type { Exclusive } from "../../lifecycle/exclusives";
import { derivedMac, derivedSuffix, physicalName } from "../../lifecycle/ownership";
import type { Failure } from "../../lifecycle/validate";
import { deriveName, deriveUuid, keep, ownFile, ownNames, placeOf, splitVolumeId, thingOf } from "../common";
import { busOf } from "./device-fields";

/** Entries of a keyed field that are known. */
export function entries(value: unknown): [string, Inputs][] {
  return isRecord(value) ? Object.entries(value).filter((entry): entry is [string, Inputs] => isRecord(entry[1])) : [];
}

/** Whether a disk's volume is made with the machine. */
export function madeWithMachine(disk: Inputs): boolean {
  return disk.volume === undefined && disk.device !== "cdrom";
}

/** Whether a volume is of the seed, or of an earlier one, by its key among those that were made with the machine. */
export const isSeed = (key: string): boolean => /^seed(-[0-9a-f]{6})?$/.test(key);

/**
 * What is derived once and then kept. Of a machine that is to be adopted the devices have names already: those are left open,
 * here and from then on, and are found on the host (adoption.ts).
 */
export function derive(inputs: Inputs, olds: Inputs | undefined, identity: Identity): void {
  const nameLeft = olds === undefined ? inputs.adopt === true && inputs.uuid !== undefined : olds.name === undefined;
  if (!nameLeft) deriveName(inputs, olds, identity);
  deriveUuid(inputs, olds, identity);
  const oldDisks = asRecord(olds?.disks);
  const used = new Set(
    entries(inputs.disks).flatMap(([key, disk]) => [
      disk.target,
      isRecord(oldDisks[key]) ? (oldDisks[key] as Inputs).target : undefined,
    ]),
  );
  const left = (old: Inputs | undefined, name: string) =>
    olds === undefined ? inputs.adopt === true : old !== undefined && old[name] === undefined;
  // A new disk of an adopted machine stands beside those of others, which only the host knows.
  const adopted = Object.values(oldDisks).some((old) => isRecord(old) && old.target === undefined);
  const leftVolume = (old: Inputs | undefined) => left(old, "volumeName") && (!old || madeWithMachine(old));
  for (const [key, disk] of inOrder(inputs)) {
    const old = isRecord(oldDisks[key]) ? (oldDisks[key] as Inputs) : undefined;
    if (madeWithMachine(disk) && !leftVolume(old)) {
      const suffix = identity.lineage && derivedSuffix(identity.lineage, identity.urn);
      keep(disk, old, "volumeName", () =>
        suffix && known<string>(inputs.name) ? derivedVolumeName(inputs.name, key, suffix, disk) : unknown,
      );
    }
    const prefix = busOf(disk) === "virtio" ? "vd" : "sd";
    if (disk.target === undefined && typeof old?.target === "string" && old.target.startsWith(prefix))
      disk.target = old.target;
    if (disk.target === undefined && !left(old, "target") && !adopted) {
      disk.target = firstFree(prefix, used);
      used.add(disk.target);
    }
  }
  const oldInterfaces = asRecord(olds?.interfaces);
  for (const [key, nic] of entries(inputs.interfaces)) {
    const old = isRecord(oldInterfaces[key]) ? (oldInterfaces[key] as Inputs) : undefined;
    if (!left(old, "mac"))
      keep(nic, old, "mac", () => derivedMac(identity.project, identity.stack, identity.name, key));
  }
  if (isRecord(inputs.cloudInit)) {
    const old = isRecord(olds?.cloudInit) ? olds.cloudInit : undefined;
    keep(inputs.cloudInit, old, "hostname", () =>
      physicalName("", identity.name).replace(/[._]+/g, "-").toLowerCase().slice(0, 63).replace(/-+$/, ""),
    );
  }
}

export function derivedVolumeName(machine: string, key: string, suffix: string, disk: Readonly<Inputs>): string {
  return `${machine}-${key}-${suffix}.${disk.format === "raw" ? "img" : "qcow2"}`;
}

/** The disk that it boots from first: one made of an image, else by key. The engine has lost the program's order. */
export function inOrder(inputs: Inputs): [string, Inputs][] {
  const rank = ([, disk]: [string, Inputs]) => (disk.device === "cdrom" ? 2 : disk.image !== undefined ? 0 : 1);
  return entries(inputs.disks).sort((a, b) => rank(a) - rank(b) || (a[0] < b[0] ? -1 : 1));
}

export function firstFree(prefix: string, used: ReadonlySet<unknown>): string {
  for (let i = 0; ; i++) {
    const letter = String.fromCharCode(97 + (i % 26));
    const name = i < 26 ? prefix + letter : `${prefix}${String.fromCharCode(96 + Math.floor(i / 26))}${letter}`;
    // vdz is the seed's.
    if (!used.has(name) && name !== "vdz") return name;
  }
}

/** Of UTF-8: what libvirt and QEMU take (`VNC_PASSWORD_MAX_LENGTH`, src/qemu/qemu_driver.c; `SPICE_MAX_PASSWORD_LENGTH`). */
const passwordBytes = { vnc: 8, spice: 60 } as const;

export function validateMachine(
  inputs: Inputs,
  carried: Record<string, Inputs>,
  failures: Failure[],
  _olds: Inputs | undefined,
  identity: Identity,
): void {
  const fail = (property: string, reason: string) => failures.push({ property, reason });
  if (known<number>(inputs.vcpus) && known<number>(inputs.maxVcpus) && inputs.vcpus > inputs.maxVcpus)
    fail("vcpus", `is more than maxVcpus (${inputs.maxVcpus})`);
  if (
    known<string>(inputs.memory) &&
    known<string>(inputs.maxMemory) &&
    sizeInBytes(inputs.memory) > sizeInBytes(inputs.maxMemory)
  ) {
    fail("memory", `is more than maxMemory (${inputs.maxMemory})`);
  }
  if (inputs.paused === true && inputs.running === false) fail("paused", "a machine that does not run can't be paused");
  const targets = new Map<unknown, string>();
  for (const [key, disk] of entries(inputs.disks)) {
    const at = `disks.${key}`;
    if (isSeed(key)) fail(at, `the key \`${key}\` is kept for cloud-init seeds`);
    if (disk.device === "cdrom") {
      for (const name of ["volume", "pool", "image", "size"])
        if (disk[name] !== undefined) fail(`${at}.${name}`, "a cdrom takes `iso`");
      if (disk.bus === "virtio") fail(`${at}.bus`, 'a cdrom needs the bus "sata" or "scsi"');
    } else if (disk.volume !== undefined) {
      for (const name of ["pool", "image", "size"])
        if (disk[name] !== undefined) fail(`${at}.${name}`, "belongs to the volume that is given");
    } else {
      if (disk.pool === undefined) fail(at, "needs `volume`, or a `pool` to make one in");
      if (
        known<string>(disk.image) &&
        known(disk.pool) &&
        disk.clone === "linked" &&
        splitVolumeId(disk.image).pool !== disk.pool
      ) {
        fail(`${at}.image`, 'is in another pool: a linked clone stands in its image\'s pool. Set `clone: "full"`');
      }
      if (disk.image === undefined && disk.size === undefined && inputs.adopt !== true)
        fail(at, "needs a `size`, or an `image` to take it from");
      if (disk.iso !== undefined) fail(`${at}.iso`, 'needs `device: "cdrom"`');
    }
    if (disk.target === "vdz" && inputs.cloudInit !== undefined)
      fail(`${at}.target`, "vdz is kept for the cloud-init seed");
    if (known(disk.target) && targets.has(disk.target))
      fail(`${at}.target`, `is the same as that of ${targets.get(disk.target)}`);
    targets.set(disk.target, at);
  }
  const macs = new Map<unknown, string>();
  for (const [key, nic] of entries(inputs.interfaces)) {
    const at = `interfaces.${key}`;
    const sources = ["network", "bridge", "direct"].filter((name) => nic[name] !== undefined);
    if (sources.length !== 1) fail(at, "needs just one of `network`, `bridge` and `direct`");
    if (known(nic.mac) && macs.has(nic.mac)) fail(`${at}.mac`, `is the same as that of ${macs.get(nic.mac)}`);
    macs.set(nic.mac, at);
    if (known<string>(nic.mac) && (Number.parseInt(nic.mac.slice(0, 2), 16) & 1) === 1)
      fail(`${at}.mac`, "is a multicast address");
    if (nic.address !== undefined) checkAddress(`${at}.address`, nic, carried[`${at}.network`], fail);
  }
  takeAddresses(inputs, carried, identity, fail);
  const bootable = [...Object.keys(asRecord(inputs.disks)), ...Object.keys(asRecord(inputs.interfaces))];
  const boot = asRecord(inputs.boot);
  if (Array.isArray(boot.order))
    for (const key of boot.order)
      if (known(key) && !bootable.includes(String(key))) fail("boot.order", `there is no disk or interface "${key}"`);
  if (boot.kernel === undefined && (boot.initrd !== undefined || boot.cmdline !== undefined))
    fail("boot.kernel", "is needed with `initrd` or `cmdline`");
  checkPatch(asRecord(inputs.xml), fail);
  const graphics = isRecord(inputs.graphics) ? inputs.graphics : undefined;
  if (known<string>(graphics?.listen) && isIP(graphics.listen) === 0) fail("graphics.listen", "must be an IP address");
  if (known<string>(graphics?.password) && known<string>(graphics.type)) {
    const most = passwordBytes[graphics.type as keyof typeof passwordBytes];
    if (Buffer.byteLength(graphics.password) > most)
      fail("graphics.password", `${graphics.type.toUpperCase()} takes ${most} bytes at most`);
  }
  if (isRecord(inputs.cloudInit)) {
    if (seedPool(inputs) === undefined) fail("cloudInit.pool", "is needed where no disk names a pool");
    const { pool: _pool, ...seed } = inputs.cloudInit;
    for (const { path, reason } of checkCloudInit(seed as never, { isUnknown: (value: unknown) => value === unknown }))
      fail(`cloudInit.${path}`, reason);
  }
  const wait = asRecord(inputs.wait);
  if (
    (wait.for === "ssh" || wait.for === "address") &&
    entries(inputs.interfaces).length === 0 &&
    inputs.interfaces !== unknown
  )
    fail("wait.for", "a machine without interfaces has no address");
  if (wait.for === "agent" && inputs.guestAgent === false) fail("wait.for", "needs `guestAgent`");
}

function checkPatch({ set, remove }: Inputs, fail: (property: string, reason: string) => void): void {
  const check = (property: string, paths: readonly unknown[]) => {
    for (const path of paths) {
      const reason = known<string>(path) ? pathProblem(path) : undefined;
      if (reason) fail(property, `the path ${shown(path as string)} ${reason}`);
    }
  };
  check("xml.set", Object.keys(asRecord(set)));
  check("xml.remove", Array.isArray(remove) ? remove : []);
}

/** Names, files and what it is known by on the networks of its host. */
export function ownOfMachine(inputs: Inputs, carried: Record<string, Inputs>, identity: Identity): Exclusive[] {
  const place = placeOf(inputs, identity);
  const shares = inputs.adopt === true;
  const files = entries(inputs.disks).flatMap(([key, disk]) => {
    const at = `disks.${key}`;
    return madeWithMachine(disk) ? [ownFile(disk, carried[`${at}.pool`], place, `${at}.volumeName`, shares)] : [];
  });
  const plugs = entries(inputs.interfaces).map(([key, nic]): Exclusive => {
    const at = `interfaces.${key}`;
    const network = nic.network !== undefined && thingOf(nic.network, carried[`${at}.network`], place);
    return {
      key: ["mac", place, network || [nic.bridge ?? nic.direct], nic.mac],
      at: `${at}.mac`,
      what: "the MAC address",
    };
  });
  const { listen, port } = asRecord(inputs.graphics);
  const screen: Exclusive = { key: ["screen", place, listen, port], at: "graphics.port", what: "the port" };
  return [...ownNames("VirtualMachine", inputs, identity), ...files, ...plugs, screen];
}

/** Two machines with one address would be found only by the second one's reservation, in the middle of an `up`. */
function takeAddresses(
  inputs: Inputs,
  carried: Record<string, Inputs>,
  { urn, name, connection, exclusives }: Identity,
  fail: (property: string, reason: string) => void,
): void {
  const hostname = isRecord(inputs.cloudInit) ? inputs.cloudInit.hostname : name;
  for (const [key, nic] of entries(inputs.interfaces)) {
    const at = `interfaces.${key}`;
    // One that is yet to be made has a name already, and no id.
    const network = known(nic.network) ? nic.network : carried[`${at}.network`]?.name;
    if (nic.network === undefined || !known(network)) continue;
    refuseOthersReservation(carried[`${at}.network`], { machine: name, key, nic, at, fail });
    if (!known(nic.address)) continue;
    const place = [nic.network === network ? "" : connection, network];
    const holder = { urn, who: `VirtualMachine "${name}"`, at };
    const other = exclusives?.take(JSON.stringify(["address", ...place, nic.address]), holder);
    if (other) {
      const who = other.urn === urn ? other.at : other.who;
      fail(`${at}.address`, `${nic.address} is the address of ${who} in the same network`);
    }
    // The network's DHCP server knows one machine by each name.
    const named = known(hostname) && exclusives?.take(JSON.stringify(["hostname", ...place, hostname]), holder);
    if (named && named.urn !== urn)
      fail(
        `${at}.address`,
        `can't be reserved: ${named.who} has the host name "${hostname}" in the same network too. Set another \`cloudInit.hostname\``,
      );
  }
}

/** The network's own reservations: this address may be another machine's there, or this machine's with another MAC address. */
function refuseOthersReservation(
  network: Inputs | undefined,
  {
    machine,
    key,
    nic,
    at,
    fail,
  }: { machine: string; key: string; nic: Inputs; at: string; fail: (property: string, reason: string) => void },
): void {
  for (const [name, entry] of entries(network?.reservations)) {
    if (!known(entry.mac) || !known(nic.mac) || entry.mac === nic.mac) continue;
    const its = name === machine && (entry.interface ?? "lan") === key;
    if (its)
      fail(
        `${at}.mac`,
        `is ${nic.mac}, and the network reserves ${entry.address} for ${entry.mac} under this machine's name. Set \`reservations.${name}.mac: "${nic.mac}"\` there; if the machine was renamed, with an alias, rename the reservation's key in the same update`,
      );
    else if (known(nic.address) && entry.address === nic.address)
      fail(`${at}.address`, `${nic.address} is reserved for "${name}" (${entry.mac}) in the network`);
  }
}

export function seedPool(inputs: Inputs): unknown {
  const own = isRecord(inputs.cloudInit) ? inputs.cloudInit.pool : undefined;
  return (
    own ??
    entries(inputs.disks).find(([, disk]) => disk.pool !== undefined)?.[1].pool ??
    (inputs.disks === unknown ? unknown : undefined)
  );
}

function checkAddress(
  property: string,
  nic: Inputs,
  network: Inputs | undefined,
  fail: (property: string, reason: string) => void,
): void {
  const reason = known<string>(nic.address) ? addressProblem(nic.address, nic, network) : undefined;
  if (reason) fail(property, reason);
}

function addressProblem(address: string, nic: Inputs, network: Inputs | undefined): string | undefined {
  const own = parseAddress(address, "ipv4");
  if (!own) return "must be an IPv4 address";
  if (nic.network === undefined) return "is reserved in a `network`; there is none";
  const ipv4 = network?.ipv4;
  if (!isRecord(ipv4) || !known<string>(ipv4.address)) return undefined;
  const subnet = parseSubnet(ipv4.address, "ipv4");
  if (!subnet) return undefined;
  if (!contains(subnet, own)) return `is outside its network's subnet ${ipv4.address}`;
  return address === subnet.address.toString() ? "is the network's own address" : undefined;
}
