import { WindroseError } from "../basics/errors";
import { both16, both32, isoName, jolietName, packRecords, recordBytes, rockRidge } from "./iso9660-records";

/**
 * A small writer of ISO 9660 images (ECMA-119) with one directory of plain files, for NoCloud seeds. Each file has its
 * very name twice over: as Rock Ridge (RRIP 1.10 over SUSP 1.12), which Linux prefers, and as Joliet.
 */

export interface IsoFile {
  /** 1 to 64 of `A-Z a-z 0-9 . _ -`; no two that differ in case alone. */
  name: string;
  /** Text is written as UTF-8. At most 16 MiB. */
  content: Buffer | string;
}

export interface IsoInput {
  /** Volume label, 1 to 16 of `A-Z a-z 0-9 _ -`. cloud-init looks for `cidata`. */
  label: string;
  /** At most 64 files, 64 MiB in all. */
  files: readonly IsoFile[];
}

const SECTOR = 2048;
/** 128 KiB: what looks for file systems (util-linux, busybox's findfs) gives up on a device that ends before their superblocks. */
const LEAST_SECTORS = 64;
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 64;

const SYSTEM_AREA = 16;
const PRIMARY = SYSTEM_AREA;
const JOLIET = SYSTEM_AREA + 1;
const TERMINATOR = SYSTEM_AREA + 2;
const PRIMARY_PATHS_LITTLE = SYSTEM_AREA + 3;
const PRIMARY_PATHS_BIG = SYSTEM_AREA + 4;
const JOLIET_PATHS_LITTLE = SYSTEM_AREA + 5;
const JOLIET_PATHS_BIG = SYSTEM_AREA + 6;
const FIRST_FREE = SYSTEM_AREA + 7;
const PATH_TABLE_BYTES = 10;

interface Extent {
  name: string;
  content: Buffer;
  sector: number;
}

/**
 * The image, a whole number of 2048-byte sectors. The same input gives the same bytes: all dates are fixed. Files
 * belong to root with mode 0400, since a seed holds secrets. Throws `invalid-input` for a bad name, label or size.
 */
export function writeIso({ label, files }: IsoInput): Buffer {
  checkInput(label, files);
  const contents = files.map((file) => ({ name: file.name, content: Buffer.from(file.content) }));
  const total = contents.reduce((sum, file) => sum + file.content.length, 0);
  if (total > MAX_TOTAL_BYTES) throw invalid(`The image's files have more than ${MAX_TOTAL_BYTES} bytes in all`);

  // The records' sizes do not depend on the sectors, so a first pass with zeros tells where the files begin.
  const unplaced = contents.map((file) => ({ ...file, sector: 0 }));
  const primaryBytes = primaryDirectory(unplaced, 0, 0).length;
  const jolietBytes = jolietDirectory(unplaced, 0, 0).length;
  const primaryRoot = FIRST_FREE;
  const jolietRoot = primaryRoot + primaryBytes / SECTOR;
  let next = jolietRoot + jolietBytes / SECTOR;
  const extents: Extent[] = contents.map((file) => {
    const sector = next;
    next += Math.ceil(file.content.length / SECTOR);
    return { ...file, sector };
  });

  next = Math.max(next, LEAST_SECTORS);
  const image = Buffer.alloc(next * SECTOR);
  const put = (sector: number, bytes: Buffer): void => {
    bytes.copy(image, sector * SECTOR);
  };
  put(PRIMARY, descriptor({ label, sectors: next, root: primaryRoot, rootBytes: primaryBytes, joliet: false }));
  put(JOLIET, descriptor({ label, sectors: next, root: jolietRoot, rootBytes: jolietBytes, joliet: true }));
  put(TERMINATOR, Buffer.from([255, ...Buffer.from("CD001"), 1]));
  put(PRIMARY_PATHS_LITTLE, pathTable(primaryRoot, "little"));
  put(PRIMARY_PATHS_BIG, pathTable(primaryRoot, "big"));
  put(JOLIET_PATHS_LITTLE, pathTable(jolietRoot, "little"));
  put(JOLIET_PATHS_BIG, pathTable(jolietRoot, "big"));
  put(primaryRoot, primaryDirectory(extents, primaryRoot, primaryBytes));
  put(jolietRoot, jolietDirectory(extents, jolietRoot, jolietBytes));
  for (const extent of extents) put(extent.sector, extent.content);
  return image;
}

function checkInput(label: string, files: readonly IsoFile[]): void {
  if (!/^[A-Za-z0-9_-]{1,16}$/.test(label)) throw invalid("The image's label is not 1 to 16 of A-Z a-z 0-9 _ -");
  if (files.length > MAX_FILES) throw invalid(`The image has more than ${MAX_FILES} files`);
  const seen = new Set<string>();
  for (const { name, content } of files) {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(name) || name === "." || name === "..")
      throw invalid("A file's name in the image is not 1 to 64 of A-Z a-z 0-9 . _ -");
    if (seen.has(name.toLowerCase())) throw invalid(`The image has two files of the name ${name}`);
    seen.add(name.toLowerCase());
    if (Buffer.byteLength(content) > MAX_FILE_BYTES)
      throw invalid(`The file ${name} of the image has more than ${MAX_FILE_BYTES} bytes`);
  }
}

function invalid(why: string): WindroseError {
  return new WindroseError("invalid-input", why);
}

function primaryDirectory(files: readonly Extent[], root: number, bytes: number): Buffer {
  const names = new Set<string>();
  const records = files
    .map((file) => ({ file, identifier: isoName(file.name, names) }))
    .sort((a, b) => Buffer.compare(a.identifier, b.identifier))
    .map(({ file, identifier }) =>
      recordBytes({ identifier, sector: file.sector, bytes: file.content.length, system: rockRidge.file(file.name) }),
    );
  return packRecords(
    [
      recordBytes({ identifier: Buffer.from([0]), sector: root, bytes, directory: true, system: rockRidge.root() }),
      recordBytes({ identifier: Buffer.from([1]), sector: root, bytes, directory: true, system: rockRidge.parent() }),
      ...records,
    ],
    SECTOR,
  );
}

function jolietDirectory(files: readonly Extent[], root: number, bytes: number): Buffer {
  const records = files
    .map((file) => ({ file, identifier: jolietName(file.name) }))
    .sort((a, b) => Buffer.compare(a.identifier, b.identifier))
    .map(({ file, identifier }) => recordBytes({ identifier, sector: file.sector, bytes: file.content.length }));
  return packRecords(
    [
      recordBytes({ identifier: Buffer.from([0]), sector: root, bytes, directory: true }),
      recordBytes({ identifier: Buffer.from([1]), sector: root, bytes, directory: true }),
      ...records,
    ],
    SECTOR,
  );
}

interface DescriptorInput {
  label: string;
  sectors: number;
  root: number;
  rootBytes: number;
  joliet: boolean;
}

/** A primary (ECMA-119 8.4) or supplementary (8.5) volume descriptor; both have their fields at the same offsets. */
function descriptor({ label, sectors, root, rootBytes, joliet }: DescriptorInput): Buffer {
  const sector = Buffer.alloc(SECTOR);
  const text = (start: number, length: number, value: string): void => {
    if (joliet) {
      for (let at = start; at + 1 < start + length; at += 2) sector.writeUInt16BE(0x20, at);
      jolietName(value).copy(sector, start);
    } else {
      sector.fill(0x20, start, start + length);
      sector.write(value, start, "latin1");
    }
  };
  sector[0] = joliet ? 2 : 1;
  sector.write("CD001", 1, "latin1");
  sector[6] = 1;
  text(8, 32, "");
  text(40, 32, label);
  both32(sectors).copy(sector, 80);
  // UCS-2 level 3 (Joliet specification, escape sequences).
  if (joliet) sector.write("%/E", 88, "latin1");
  both16(1).copy(sector, 120);
  both16(1).copy(sector, 124);
  both16(SECTOR).copy(sector, 128);
  both32(PATH_TABLE_BYTES).copy(sector, 132);
  sector.writeUInt32LE(joliet ? JOLIET_PATHS_LITTLE : PRIMARY_PATHS_LITTLE, 140);
  sector.writeUInt32BE(joliet ? JOLIET_PATHS_BIG : PRIMARY_PATHS_BIG, 148);
  recordBytes({ identifier: Buffer.from([0]), sector: root, bytes: rootBytes, directory: true }).copy(sector, 156);
  text(190, 623, "");
  const date = Buffer.from("2000010100000000\0", "latin1");
  const never = Buffer.from("0000000000000000\0", "latin1");
  date.copy(sector, 813);
  date.copy(sector, 830);
  never.copy(sector, 847);
  never.copy(sector, 864);
  sector[881] = 1;
  return sector;
}

/** One entry, the root (ECMA-119 9.4). */
function pathTable(root: number, order: "little" | "big"): Buffer {
  const table = Buffer.alloc(PATH_TABLE_BYTES);
  table[0] = 1;
  if (order === "little") {
    table.writeUInt32LE(root, 2);
    table.writeUInt16LE(1, 6);
  } else {
    table.writeUInt32BE(root, 2);
    table.writeUInt16BE(1, 6);
  }
  return table;
}
