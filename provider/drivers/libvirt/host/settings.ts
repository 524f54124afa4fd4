import type { SettingValue } from "../../../host-system/preparation/model";
import type { SettingsProfile } from "../../../host-system/profile";

/**
 * libvirt's own configuration files (/etc/libvirt/*.conf): `key = value`, a value being a number, a string in quotes, or
 * a list of them, which may go over several lines (libvirt's src/util/virconf.c). The first entry of a key counts.
 */

/** A value as it stands in a file; undefined for a text that can't stand there: it has both quotes, or a line's end. */
export function literalOf(value: SettingValue): string | undefined {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : undefined;
  if (typeof value === "string") {
    if (/[\r\n\0]/.test(value)) return undefined;
    if (!value.includes('"')) return `"${value}"`;
    return value.includes("'") ? undefined : `'${value}'`;
  }
  const items = value.map(literalOf);
  return items.includes(undefined) ? undefined : `[ ${items.join(", ")} ]`;
}

/** The value again, where it is written as `literalOf` writes it or nearly so; else the text itself. */
export function valueIn(literal: string): SettingValue {
  const text = literal.trim();
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  const quoted = /^(["'])([^\r\n]*)\1$/.exec(text);
  if (quoted && !quoted[2]!.includes(quoted[1]!)) return quoted[2]!;
  if (/^\[.*\]$/s.test(text)) {
    const items = [...text.slice(1, -1).matchAll(/"([^"\r\n]*)"|'([^'\r\n]*)'|(-?\d+)/g)];
    return items.map(([, double, single, number]) => double ?? single ?? Number(number));
  }
  return text;
}

interface Entry {
  readonly start: number;
  readonly end: number;
  /** The whole of it, its comment and its line's end left out. */
  readonly text: string;
  readonly literal: string;
}

/** The first entry of a key. */
export function findSetting(text: string, key: string): Entry | undefined {
  const begin = new RegExp(`^[ \\t]*${key}[ \\t]*=[ \\t]*`, "gm");
  for (let match = begin.exec(text); match; match = begin.exec(text)) {
    const end = valueEnd(text, begin.lastIndex);
    if (end === undefined) continue;
    return {
      start: match.index,
      end,
      text: text.slice(match.index, end),
      literal: text.slice(begin.lastIndex, end).trim(),
    };
  }
  return undefined;
}

/** Where a value ends: a list at its bracket, everything else with its line or before a comment. */
function valueEnd(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '"' || sign === "'") {
      const close = text.indexOf(sign, at + 1);
      const line = text.indexOf("\n", at);
      if (close < 0 || (line >= 0 && line < close)) return undefined;
      at = close;
    } else if (sign === "[") depth++;
    else if (sign === "]") {
      depth--;
      if (depth <= 0) return at + 1;
    } else if (sign === "#") {
      if (depth === 0) return at;
      at = text.indexOf("\n", at);
      if (at < 0) return undefined;
    } else if (sign === "\n" && depth === 0) return at;
  }
  return depth === 0 ? text.length : undefined;
}

/** At the head of a file that was not there before: it goes with its last setting. */
export const madeHere = "# Made by pulumi-windrose: this file was not there before.\n";

/** The text with a key set, in its place where it has one, else at the end. `text` undefined: there is no file. */
export function withSetting(text: string | undefined, key: string, literal: string): string {
  const all = text ?? madeHere;
  const entry = findSetting(all, key);
  const line = `${key} = ${literal}`;
  if (entry) return all.slice(0, entry.start) + line + all.slice(entry.end);
  return `${all}${all === "" || all.endsWith("\n") ? "" : "\n"}${line}\n`;
}

/** The text with a key as it was before: its old entry in its place, or none. undefined: the file goes. */
export function withoutSetting(text: string, key: string, before: string | undefined): string | undefined {
  const entry = findSetting(text, key);
  if (!entry) return text;
  if (before !== undefined) return text.slice(0, entry.start) + before + text.slice(entry.end);
  const end = text[entry.end] === "\n" ? entry.end + 1 : entry.end;
  const rest = text.slice(0, entry.start) + text.slice(end);
  return rest === madeHere ? undefined : rest;
}

/** Daemons that read a file of /etc/libvirt, by its name (libvirt.org/daemons.html). */
export function readersOf(file: string): string[] {
  const base = file.replace(/\.conf$/, "");
  if (/^(libvirt|libvirt-admin)$/.test(base)) return [];
  if (/^(qemu|qemu-lockd|qemu-sanlock)$/.test(base)) return ["libvirtd.service", "virtqemud.service"];
  if (base === "network") return ["libvirtd.service", "virtnetworkd.service"];
  if (/^(libvirtd|virt[a-z]+)$/.test(base)) return [`${base}.service`];
  return ["libvirtd.service"];
}

/** Guests run on while libvirt's daemons start again; the two that hold their logs and locks take themselves over. */
function rereadBy(unit: string): "try-restart" | "try-reload-or-restart" | undefined {
  if (/^virtl/.test(unit)) return "try-reload-or-restart";
  return /^(libvirtd|virt[a-z]+)\.service$/.test(unit) ? "try-restart" : undefined;
}

export const settings: SettingsProfile = {
  path: (file) => `/etc/libvirt/${file}`,
  literalOf,
  valueIn,
  find: findSetting,
  withSetting,
  withoutSetting,
  readersOf,
  rereadBy,
};
