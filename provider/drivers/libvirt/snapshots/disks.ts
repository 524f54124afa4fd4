import { hasCode, WindroseError } from "../../../basics/errors";
import type { Transport } from "../../../transports/transport";
import type { XmlElement } from "../xml";

/** A disk as a snapshot sees it. */
export interface SnapshotDisk {
  target: string;
  path?: string;
  /** `internal`: the snapshot lies in the disk's own file; `no`: the disk has no part in it. */
  kind: "internal" | "no";
}

function pathOf(disk: XmlElement): string | undefined {
  const source = disk.find("source");
  return source?.attribute("file") ?? source?.attribute("dev");
}

/** Which disks of a definition take part in a snapshot. Refuses one that would have to and can't. */
export function snapshotDisks(domain: XmlElement, name: string): SnapshotDisk[] {
  const disks = domain.all("devices/disk").map((disk): SnapshotDisk => {
    const target = disk.attribute("dev", "target") ?? "";
    const path = pathOf(disk);
    const device = disk.attribute("device") ?? "disk";
    // A CD-ROM, a floppy without a medium, or what the guest can't write: nothing of it to keep.
    if (device === "cdrom" || disk.find("readonly") || path === undefined) return { target, path, kind: "no" };
    const format = disk.attribute("type", "driver") ?? "raw";
    if (format !== "qcow2") {
      throw new WindroseError(
        "unsupported",
        `The disk ${target} of ${name} is ${format}, and only a qcow2 disk can hold a snapshot`,
        { hint: "Make the disk qcow2, or readonly, or detach it." },
      );
    }
    return { target, path, kind: "internal" };
  });
  if (!disks.some(({ kind }) => kind === "internal")) {
    throw new WindroseError("unsupported", `The machine ${name} has no disk that can hold a snapshot`, {
      hint: "A snapshot needs a writable qcow2 disk.",
    });
  }
  return disks;
}

/** QEMU 7.2 and libvirt 9.0 save no pflash: the firmware's variables would not be rolled back with the disks. */
export function refuseFirmware(domain: XmlElement, name: string): void {
  const pflash = domain.attribute("type", "os/loader") === "pflash" || domain.find("os/nvram") !== undefined;
  if (!pflash && domain.attribute("firmware", "os") !== "efi") return;
  throw new WindroseError("unsupported", `The machine ${name} boots by UEFI, whose variables a snapshot can't hold`, {
    hint: "Use the firmware bios for machines that need snapshots.",
  });
}

/** Refuses a roll-back to disks other than those that the machine has now. Disks without a part in it don't matter. */
export function compareDisks(snapshot: XmlElement, now: XmlElement, name: string, machine: string): SnapshotDisk[] {
  const then = snapshot.find("domain");
  if (!then) throw new WindroseError("protocol", `The snapshot ${name} holds no definition`);
  const describe = (disks: SnapshotDisk[]) =>
    disks
      .filter(({ kind }) => kind === "internal")
      .map(({ target, path }) => `${target} ${path}`)
      .sort();
  const present = snapshotDisks(now, machine);
  const before = describe(snapshotDisks(then, machine));
  const after = describe(present);
  const gone = before.filter((disk) => !after.includes(disk));
  const added = after.filter((disk) => !before.includes(disk));
  if (gone.length > 0 || added.length > 0) {
    const parts = [
      ...(gone.length > 0 ? [`it had ${gone.join(", ")} when the snapshot was made`] : []),
      ...(added.length > 0 ? [`${added.join(", ")} came since`] : []),
    ];
    throw new WindroseError(
      "replace-refused",
      `The machine ${machine} can't go back to the snapshot ${name}: ${parts.join("; ")}`,
      { hint: "Bring the disks back to what they were, then restore." },
    );
  }
  return present.filter(({ kind }) => kind === "internal");
}

/**
 * A copy of a snapshot's description without the disks that the running machine no longer has, or has another in place of;
 * nothing where it has them all.
 */
export function withoutGoneDisks(snapshot: XmlElement, running: XmlElement): XmlElement | undefined {
  const targetOf = (disk: XmlElement) => disk.attribute("dev", "target");
  const now = new Map(running.all("devices/disk").map((disk) => [targetOf(disk), pathOf(disk)]));
  const isThere = (disk: XmlElement) =>
    now.has(targetOf(disk)) && (isMedia(disk) || now.get(targetOf(disk)) === pathOf(disk));
  const gone = new Set(
    snapshot
      .all("domain/devices/disk")
      .filter((disk) => !isThere(disk))
      .map(targetOf),
  );
  if (gone.size === 0) return undefined;
  const kept = snapshot.clone();
  for (const [path, nameOf] of [
    ["disks", (disk: XmlElement) => disk.attribute("name")],
    ["domain/devices", targetOf],
    ["inactiveDomain/devices", targetOf],
  ] as const) {
    const parent = kept.find(path);
    for (const disk of parent?.all("disk") ?? []) if (gone.has(nameOf(disk))) parent!.remove(disk);
  }
  return kept;
}

/** Whether each disk of the other snapshot is in this one too, by its target. */
export function hasAllDisksOf(snapshot: XmlElement, other: XmlElement): boolean {
  const targets = new Set(snapshot.all("disks/disk").map((disk) => disk.attribute("name")));
  return other.all("disks/disk").every((disk) => targets.has(disk.attribute("name")));
}

/** Whether the medium of a disk may be another at any time. */
const isMedia = (disk: XmlElement) => ["cdrom", "floppy"].includes(disk.attribute("device") ?? "disk");

/** Whether each disk's file really holds the snapshot: one that was copied over or made anew does not. */
export async function checkDisksHold(
  transport: Transport,
  disks: readonly SnapshotDisk[],
  name: string,
  machine: string,
): Promise<void> {
  for (const { target, path } of disks) {
    if (path === undefined) continue;
    const names = await snapshotNames(transport, path);
    if (names && !names.includes(name)) {
      throw new WindroseError("not-found", `The disk ${target} of ${machine} does not hold the snapshot ${name}`, {
        hint: "The disk was replaced since. Delete the snapshot, or bring the disk back.",
      });
    }
  }
}

/** Names of the snapshots within a qcow2 file; undefined where the host has no program to tell. */
async function snapshotNames(transport: Transport, path: string): Promise<string[] | undefined> {
  const argv = ["qemu-img", "info", "--force-share", "--output=json", "--", path];
  try {
    const { code, stdout } = await transport.exec(argv, { root: true, timeout: 30_000 });
    if (code !== 0) return undefined;
    const information = JSON.parse(stdout) as { snapshots?: { name?: unknown }[] };
    return (information.snapshots ?? []).map((snapshot) => String(snapshot.name));
  } catch (error) {
    if (hasCode(error, "command-missing") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
