import type { VolumeNote, VolumeState } from "../../model";

/** A pool's volume carries no mark in libvirt, so an empty hidden volume beside it says what is to be remembered of it. */

const endings: Readonly<Record<VolumeNote, string>> = { condemned: ".condemned", unfinished: ".unfinished" };

/** Bytes of a note: the smallest volume that libvirt makes. */
export const noteSize = 512;

export const nameOfNote = (name: string, note: VolumeNote): string => `.${name}${endings[note]}`;

export const isNote = (name: string): boolean =>
  name.startsWith(".") && Object.values(endings).some((ending) => name.endsWith(ending));

/** The volumes of a pool without the notes, which each has of itself. */
export function withNotes(volumes: readonly VolumeState[]): VolumeState[] {
  const names = new Set(volumes.map(({ name }) => name));
  const notes = Object.keys(endings) as VolumeNote[];
  return volumes
    .filter(({ name }) => !isNote(name))
    .map((volume) => {
      const own = notes.filter((note) => names.has(nameOfNote(volume.name, note)));
      return own.length > 0 ? { ...volume, notes: own } : volume;
    });
}
