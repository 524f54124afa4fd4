import { device, first, type Look } from "../look";
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

/** Its device name in the definition. */
const target = async (look: Look) => String(await inDisk(/<target dev='(\w+)'/)(look, "stored"));

const defined: Sample["seen"] = async (look, which) => Boolean(device(await look.domain(which), "disk", key));

/** The guest has a root and a seed beside it. */
const plugged: Sample["seen"] = async (look, which) =>
  which === "stored" ? defined(look, which) : (await look.inGuest("ls -d /sys/block/vd* | wc -l")) === "3";

export const diskSamples: Record<string, Sample> = {
  "disks.* added": {
    values: (place) => [undefined, { pool: place.pool, size: "4MiB" }],
    shows: () => [false, true],
    effect: "live",
    guest: true,
    seen: plugged,
    drift: async (look) => look.virsh("detach-disk", look.name, await target(look), "--config"),
  },
  "disks.* added (on a bus that takes none while it runs)": {
    values: (place) => [undefined, { pool: place.pool, size: "4MiB", bus: "sata" }],
    shows: () => [false, true],
    seen: defined,
    drift: async (look) => look.virsh("detach-disk", look.name, await target(look), "--config"),
  },
  "disks.* removed": {
    values: (place) => [{ pool: place.pool, size: "4MiB" }, undefined],
    shows: () => [true, false],
    effect: "live",
    guest: true,
    seen: plugged,
    unobserved: "what somebody else plugs in stays",
  },
  "disks.* removed (on a bus that gives none while it runs)": {
    values: (place) => [{ pool: place.pool, size: "4MiB", bus: "sata" }, undefined],
    shows: () => [true, false],
    seen: defined,
    unobserved: "what somebody else plugs in stays",
  },
  "disks.*.volume": {
    values: (place) => [place.volume, place.otherVolume],
    shows: (place) => [nameOf(place.volume), nameOf(place.otherVolume)],
    effect: "live",
    guest: true,
    seen: file,
    drift: async (look) => look.virsh("detach-disk", look.name, await target(look), "--config"),
  },
  "disks.*.volume (on a bus that gives none while it runs)": {
    values: (place) => [place.volume, place.spareVolume],
    shows: (place) => [nameOf(place.volume), nameOf(place.spareVolume)],
    beside: () => ({ disks: { [key]: { bus: "sata" } } }),
    seen: file,
    drift: async (look) => look.virsh("detach-disk", look.name, await target(look), "--config"),
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
    beside: disk({ serial: "tried" }),
    seen: async (look, which) =>
      which === "running"
        ? look.inGuest("cd /sys/block && for d in vd*; do grep -q tried $d/serial && cat $d/size; done; true")
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
    drift: editDisk(
      /device='cdrom'([\s\S]*?)(<target[\s\S]*?)<readonly\/>/,
      "device='disk'$1<source file='/srv/a.iso'/>$2",
    ),
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
    drift: editDisk(/<target [^>]*>([\s\S]*?)<address[^>]*>/, "<target dev='vdq' bus='virtio'/>$1"),
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
