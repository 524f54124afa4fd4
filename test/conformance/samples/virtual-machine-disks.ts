import { device, first } from "../look";
import { key, type Sample } from "../sample";
import { disk, editDisk, inDisk } from "./machine-look";

/** Disks: what is looked at is the one named `data`. */

const source = inDisk(/<source file='([^']*)'/);

const nameOf = (id: string) => id.slice(id.indexOf("/") + 1);

/** The end of the path of its file. */
const file: Sample["seen"] = async (look, which) =>
  ((await source(look, which)) as string | undefined)?.replace(/.*\//, "");

const cdrom = { pool: undefined, size: undefined, device: "cdrom", bus: "sata" };

/** The path of its volume's file. */
const info =
  (what: RegExp): Sample["seen"] =>
  async (look, which) => {
    const path = String(await source(look, which));
    return first(await look.shell('qemu-img info -U "$1"; stat -c "inode %i" "$1"', path), what);
  };

const limit = (name: string, element: string): Record<string, Sample> => ({
  [`disks.*.limits.${name}`]: {
    values: () => [100_000, 200_000],
    beside: disk(),
    seen: inDisk(new RegExp(`<${element}>(\\d+)<`)),
    drift: editDisk(`<${element}>200000<`, `<${element}>300000<`),
    driftPath: "disks",
  },
});

export const diskSamples: Record<string, Sample> = {
  "disks.* added": {
    values: (place) => [undefined, { pool: place.pool, size: "4MiB" }],
    shows: () => ["no", "yes"],
    effect: "live",
    guest: true,
    seen: async (look, which) =>
      which === "running"
        ? look.inGuest("test -e /sys/block/vdb && echo yes || echo no")
        : device(await look.domain(), "disk", key)
          ? "yes"
          : "no",
    drift: (look) => look.virsh("detach-disk", look.name, "vdb", "--config"),
  },
  "disks.* removed": {
    values: (place) => [{ pool: place.pool, size: "4MiB" }, undefined],
    shows: () => ["yes", "no"],
    effect: "live",
    guest: true,
    seen: async (look, which) =>
      which === "running"
        ? look.inGuest("test -e /sys/block/vdb && echo yes || echo no")
        : device(await look.domain(), "disk", key)
          ? "yes"
          : "no",
    unobserved: "what somebody else plugs in stays",
  },
  "disks.*.volume": {
    values: (place) => [place.volume, place.otherVolume],
    shows: (place) => [nameOf(place.volume), nameOf(place.otherVolume)],
    effect: "live",
    guest: true,
    seen: file,
    drift: (look) => look.virsh("detach-disk", look.name, "vdb", "--config"),
  },
  "disks.*.pool": {
    values: (place) => [place.pool, place.otherPool],
    shows: () => ["conf-pool", "conf-other-pool"],
    beside: disk(),
    seen: inDisk(/<source file='[^']*\/([^/']*)\/[^/']*'/),
    unobserved: "a disk of another file is another disk",
  },
  "disks.*.image": {
    values: (place) => [place.image, place.otherImage],
    shows: (place) => [nameOf(place.image), nameOf(place.otherImage)],
    beside: disk({ size: undefined }),
    seen: info(/backing file: \S*\/(\S+)/),
    unobserved: "it is made from it once",
  },
  "disks.*.clone": {
    values: () => ["linked", "full"],
    shows: () => ["backing file", "none"],
    beside: (place, index) => disk({ size: undefined, image: place.image })(place, index),
    seen: info(/(backing file):/),
    unobserved: "it is made from it once",
  },
  "disks.*.size": {
    values: () => ["4MiB", "12MiB"],
    shows: () => [8192, 24_576],
    effect: "live",
    guest: true,
    beside: disk(),
    seen: async (look, which) =>
      which === "running"
        ? look.inGuest("cat /sys/block/vdb/size")
        : Number(await info(/virtual size: .*\((\d+) bytes/)(look, which)) / 512,
    // A file is not made smaller, by nobody: what was made larger behind our back is a size that the program asks for less than.
    unobserved: "a file that was made larger is not made smaller again: tried in test/e2e",
  },
  "disks.*.format": {
    values: () => ["qcow2", "raw"],
    beside: disk(),
    seen: inDisk(/<driver name='qemu' type='(\w+)'/),
    unobserved: "a disk of another format is another disk",
  },
  "disks.*.volumeName": {
    values: () => ["one.qcow2", "two.qcow2"],
    beside: disk(),
    seen: file,
    unobserved: "a disk of another file is another disk",
  },
  "disks.*.device": {
    values: () => ["disk", "cdrom"],
    // A cdrom takes no volume: an empty one.
    beside: (place, index) => ({
      disks: { [key]: index === 0 ? { volume: place.volume, bus: "sata" } : { bus: "sata" } },
    }),
    seen: inDisk(/device='(\w+)'/),
    drift: editDisk("device='cdrom'", "device='floppy'"),
    driftPath: "disks",
  },
  "disks.*.iso": {
    values: () => ["/srv/a.iso", "/srv/b.iso"],
    effect: "live",
    beside: disk(cdrom),
    seen: source,
    drift: editDisk("/srv/b.iso", "/srv/a.iso"),
  },
  "disks.*.bus": {
    values: () => ["virtio", "sata"],
    beside: (place, index) => disk({ target: index === 0 ? "vdb" : "sdb" })(place, index),
    seen: inDisk(/<target [^>]*bus='(\w+)'/),
    drift: editDisk(/bus='sata'\/>[\s\S]*?<address[^>]*>/, "bus='usb'/>"),
  },
  "disks.*.target": {
    values: () => ["vdb", "vdc"],
    beside: disk(),
    seen: inDisk(/<target dev='(\w+)'/),
    drift: editDisk("dev='vdc'", "dev='vdd'"),
  },
  "disks.*.readonly": {
    values: () => [false, true],
    shows: () => ["none", "readonly"],
    beside: disk(),
    seen: inDisk(/<(readonly)\/>/),
    drift: editDisk(/<readonly\/>/, ""),
  },
  "disks.*.serial": {
    values: () => ["one", "two"],
    beside: disk(),
    seen: inDisk(/<serial>([^<]*)</),
    drift: editDisk("<serial>two<", "<serial>three<"),
  },
  "disks.*.cache": {
    values: () => ["writeback", "unsafe"],
    beside: disk(),
    seen: inDisk(/cache='(\w+)'/),
    drift: editDisk("cache='unsafe'", "cache='writethrough'"),
  },
  "disks.*.discard": {
    values: () => ["ignore", "unmap"],
    beside: disk(),
    seen: inDisk(/discard='(\w+)'/),
    drift: editDisk("discard='unmap'", "discard='ignore'"),
  },
  "disks.*.io": {
    values: () => [undefined, "threads"],
    beside: disk(),
    seen: inDisk(/ io='(\w+)'/),
    drift: editDisk(" io='threads'", ""),
  },
  ...limit("totalIops", "total_iops_sec"),
  ...limit("readIops", "read_iops_sec"),
  ...limit("writeIops", "write_iops_sec"),
  ...limit("totalBytes", "total_bytes_sec"),
  ...limit("readBytes", "read_bytes_sec"),
  ...limit("writeBytes", "write_bytes_sec"),
};
