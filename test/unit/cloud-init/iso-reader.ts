/** A reader of ISO 9660 images, written from ECMA-119 apart from the writer: the root directory's files alone. */
export interface ReadIso {
  label: string;
  jolietLabel: string;
  iso: Map<string, Buffer>;
  rockRidge: Map<string, Buffer>;
  joliet: Map<string, Buffer>;
  /** PX modes by Rock Ridge name. */
  modes: Map<string, number>;
}

const SECTOR = 2048;

function ucs2(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2) text += String.fromCharCode(bytes.readUInt16BE(at));
  return text;
}

interface Entry {
  identifier: Buffer;
  content: Buffer;
  system: Buffer;
}

function* directory(image: Buffer, descriptor: Buffer): Generator<Entry> {
  const root = descriptor.subarray(156, 190);
  const start = root.readUInt32LE(2) * SECTOR;
  const size = root.readUInt32LE(10);
  if (root.readUInt32BE(6) !== start / SECTOR || root.readUInt32BE(14) !== size) throw new Error("byte orders differ");
  for (const [order, at] of [
    ["LE", 140],
    ["BE", 148],
  ] as const) {
    const table = descriptor[`readUInt32${order}`](at) * SECTOR;
    if (image[`readUInt32${order}`](table + 2) * SECTOR !== start) throw new Error("path table");
  }
  let at = start;
  while (at < start + size) {
    const length = image[at] ?? 0;
    if (length === 0) {
      at = (Math.floor(at / SECTOR) + 1) * SECTOR;
      continue;
    }
    if (Math.floor(at / SECTOR) !== Math.floor((at + length - 1) / SECTOR)) throw new Error("record across sectors");
    const record = image.subarray(at, at + length);
    const nameLength = record[32] ?? 0;
    const sector = record.readUInt32LE(2);
    const bytes = record.readUInt32LE(10);
    if (sector * SECTOR + bytes > image.length) throw new Error("beyond the end");
    const system = 33 + nameLength + (nameLength % 2 === 0 ? 1 : 0);
    yield {
      identifier: record.subarray(33, 33 + nameLength),
      content: image.subarray(sector * SECTOR, sector * SECTOR + bytes),
      system: record.subarray(system),
    };
    at += length;
  }
}

function* suspEntries(system: Buffer): Generator<{ signature: string; data: Buffer }> {
  let at = 0;
  while (at + 4 <= system.length) {
    const length = system[at + 2] ?? 0;
    if (length < 4) return;
    yield { signature: system.toString("latin1", at, at + 2), data: system.subarray(at + 4, at + length) };
    at += length;
  }
}

export function readIso(image: Buffer): ReadIso {
  const sector = (number: number): Buffer => image.subarray(number * SECTOR, (number + 1) * SECTOR);
  const [primary, joliet, end] = [sector(16), sector(17), sector(18)];
  for (const [part, type] of [
    [primary, 1],
    [joliet, 2],
    [end, 255],
  ] as const)
    if (part[0] !== type || part.toString("latin1", 1, 6) !== "CD001") throw new Error(`no descriptor ${type}`);
  if (primary.readUInt32LE(80) * SECTOR !== image.length) throw new Error("volume size");
  const read: ReadIso = {
    label: primary.toString("latin1", 40, 72).trimEnd(),
    jolietLabel: ucs2(joliet.subarray(40, 72)).trimEnd(),
    iso: new Map(),
    rockRidge: new Map(),
    joliet: new Map(),
    modes: new Map(),
  };
  let first = true;
  for (const entry of directory(image, primary)) {
    const susp = [...suspEntries(entry.system)];
    if (first && susp[0]?.signature !== "SP") throw new Error("no SP");
    first = false;
    if (entry.identifier.length === 1 && (entry.identifier[0] ?? 9) < 2) continue;
    read.iso.set(entry.identifier.toString("latin1"), entry.content);
    const name =
      susp
        .find(({ signature }) => signature === "NM")
        ?.data.subarray(1)
        .toString("latin1") ?? "";
    read.rockRidge.set(name, entry.content);
    read.modes.set(name, susp.find(({ signature }) => signature === "PX")?.data.readUInt32LE(0) ?? 0);
  }
  for (const entry of directory(image, joliet)) {
    if (entry.identifier.length === 1) continue;
    read.joliet.set(ucs2(entry.identifier), entry.content);
  }
  return read;
}
