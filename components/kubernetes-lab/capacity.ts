import { sizeInBytes } from "../../provider/index";

/** What the guests of one host ask of it, and whether it has that. Pure. */

export interface Capacity {
  /** Logical CPUs. */
  readonly cpus?: number;
  /** Memory: `64GiB`. */
  readonly memory?: string;
  /** Size of the file system for the guests' disks: `1TiB`. */
  readonly disk?: string;
}

/** How many times what the host has may be promised to guests. */
export interface Overcommit {
  /** vCPUs for each logical CPU. Default: 4. */
  readonly cpus?: number;
  /** Default: 1. Less than 1 keeps some for the host itself. */
  readonly memory?: number;
  /** Default: 2, for disks are written on demand. */
  readonly disk?: number;
}

export const usualOvercommit = { cpus: 4, memory: 1, disk: 2 } as const satisfies Required<Overcommit>;

export interface Demand {
  readonly vcpus: number;
  /** Bytes. */
  readonly memory: number;
  /** Bytes of all root disks whose size is known. */
  readonly disk: number;
}

interface Sized {
  readonly vcpus: number;
  readonly memory: string;
  /** Absent: as large as its image. */
  readonly diskSize?: string;
  readonly image: string;
}

/** `imageSizes`: what guests have that ask for no size of their own, by image; those of unknown images count nothing. */
export function demandOf(guests: readonly Sized[], imageSizes: Readonly<Record<string, string>> = {}): Demand {
  const sum = (amount: (guest: Sized) => number) => guests.reduce((total, guest) => total + amount(guest), 0);
  return {
    vcpus: sum((guest) => guest.vcpus),
    memory: sum((guest) => sizeInBytes(guest.memory)),
    disk: sum((guest) => {
      const size = guest.diskSize ?? (Object.hasOwn(imageSizes, guest.image) ? imageSizes[guest.image] : undefined);
      return size === undefined ? 0 : sizeInBytes(size);
    }),
  };
}

export interface Shortfall {
  readonly of: keyof Capacity;
  /** Follows the name of what there is too little of. */
  readonly reason: string;
}

export function shortfalls(demand: Demand, capacity: Capacity, overcommit: Overcommit = {}): Shortfall[] {
  const ratio = (of: keyof Capacity) => overcommit[of] ?? usualOvercommit[of];
  const found: Shortfall[] = [];
  const compare = (of: keyof Capacity, asked: number, has: number, words: (amount: number) => string) => {
    if (asked <= has * ratio(of)) return;
    const reason = `the guests ask for ${words(asked)} together, the host has ${words(has)}, and overcommit.${of} = ${ratio(of)} makes that ${words(has * ratio(of))}`;
    found.push({ of, reason });
  };
  if (capacity.cpus !== undefined) {
    compare("cpus", demand.vcpus, capacity.cpus, (count) => `${Number(count.toFixed(2))} CPUs`);
  }
  if (capacity.memory !== undefined) compare("memory", demand.memory, sizeInBytes(capacity.memory), inGibibytes);
  if (capacity.disk !== undefined) compare("disk", demand.disk, sizeInBytes(capacity.disk), inGibibytes);
  return found;
}

const inGibibytes = (bytes: number): string => `${Number((bytes / 2 ** 30).toFixed(2))}GiB`;
