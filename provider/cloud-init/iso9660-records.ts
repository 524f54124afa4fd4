/** Directory records of ISO 9660 (ECMA-119 9.1) and their Rock Ridge entries (SUSP 1.12, RRIP 1.10). */

/** A number in both byte orders, as ECMA-119 7.2.3 and 7.3.3 have it. */
export function both16(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(value, 0);
  bytes.writeUInt16BE(value, 2);
  return bytes;
}

export function both32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}

/** 2000-01-01 00:00:00 UTC: years since 1900, month, day, hour, minute, second, offset. */
const FIXED_DATE = Buffer.from([100, 1, 1, 0, 0, 0, 0]);

export interface RecordInput {
  identifier: Buffer;
  sector: number;
  bytes: number;
  directory?: boolean;
  /** What follows the identifier: Rock Ridge entries. */
  system?: Buffer;
}

export function recordBytes({ identifier, sector, bytes, directory = false, system }: RecordInput): Buffer {
  const named = 33 + identifier.length;
  const start = named + (named % 2);
  const used = start + (system?.length ?? 0);
  const record = Buffer.alloc(used + (used % 2));
  record[0] = record.length;
  both32(sector).copy(record, 2);
  both32(bytes).copy(record, 10);
  FIXED_DATE.copy(record, 18);
  record[25] = directory ? 2 : 0;
  both16(1).copy(record, 28);
  record[32] = identifier.length;
  identifier.copy(record, 33);
  system?.copy(record, start);
  return record;
}

/** Records one after the other, none across the border of a sector, filled up to a whole number of sectors. */
export function packRecords(records: readonly Buffer[], sector: number): Buffer {
  const parts: Buffer[] = [];
  let size = 0;
  const fill = (count: number): void => {
    parts.push(Buffer.alloc(count));
    size += count;
  };
  for (const record of records) {
    const room = sector - (size % sector);
    if (room < record.length) fill(room);
    parts.push(record);
    size += record.length;
  }
  if (size % sector !== 0) fill(sector - (size % sector));
  return Buffer.concat(parts);
}

/** A level 1 name (eight and three of A-Z 0-9 _) that is none of `taken` yet; it is added to them. */
export function isoName(name: string, taken: Set<string>): Buffer {
  const dot = name.lastIndexOf(".");
  const plain = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, "_");
  const stem = plain(dot > 0 ? name.slice(0, dot) : name);
  const extension = plain(dot > 0 ? name.slice(dot + 1) : "").slice(0, 3);
  let candidate = `${stem.slice(0, 8)}.${extension}`;
  for (let number = 0; taken.has(candidate); number++) {
    const suffix = String(number);
    candidate = `${stem.slice(0, 8 - suffix.length)}${suffix}.${extension}`;
  }
  taken.add(candidate);
  return Buffer.from(`${candidate};1`, "latin1");
}

/** UCS-2, big-endian. */
export function jolietName(name: string): Buffer {
  return Buffer.from(name, "utf16le").swap16();
}

function entry(signature: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(signature, "latin1"), Buffer.from([4 + data.length, 1]), data]);
}

/** PX: mode, links, user and group. */
function posix(mode: number, links: number): Buffer {
  return entry("PX", Buffer.concat([both32(mode), both32(links), both32(0), both32(0)]));
}

/** TF: times of modification, access and change. */
const times = entry("TF", Buffer.concat([Buffer.from([0x0e]), FIXED_DATE, FIXED_DATE, FIXED_DATE]));
const FILE_MODE = 0o100400;
const DIRECTORY_MODE = 0o040500;

export const rockRidge = {
  /** SP says that SUSP is in use (it must come first in the root's own record); ER names Rock Ridge. */
  root(): Buffer {
    const identifier = Buffer.from("RRIP_1991A", "latin1");
    return Buffer.concat([
      entry("SP", Buffer.from([0xbe, 0xef, 0])),
      posix(DIRECTORY_MODE, 2),
      times,
      entry("ER", Buffer.concat([Buffer.from([identifier.length, 0, 0, 1]), identifier])),
    ]);
  },
  parent(): Buffer {
    return Buffer.concat([posix(DIRECTORY_MODE, 2), times]);
  },
  file(name: string): Buffer {
    return Buffer.concat([
      posix(FILE_MODE, 1),
      times,
      entry("NM", Buffer.concat([Buffer.from([0]), Buffer.from(name, "latin1")])),
    ]);
  },
};
