import { createHash, randomBytes } from "node:crypto";

/**
 * Who made what. Everything here is a pure function of a lineage and a name, but for the two random ones.
 *
 * - A `Host` makes a lineage when it is created, before anything on it exists. The UUIDs of what stands on the host, and
 *   a suffix of volumes' names, derive from the lineage and the resource's URN at its creation. So where `create` finds
 *   an object of just that UUID without any state, it is ours and is finished; any other of its name is foreign, and
 *   refused unless `adopt` is set.
 * - Derived values are made once and then kept from the old inputs.
 */

/** A random lineage: 32 hexadecimal digits. */
export function newLineage(): string {
  return randomBytes(16).toString("hex");
}

/** A random token, new for each object that is made; compared before the object is destroyed. */
export function newIncarnation(): string {
  return randomBytes(8).toString("hex");
}

function digest(...parts: string[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest();
}

/** A UUID of version 8 (RFC 9562: the maker's own scheme). */
export function derivedUuid(lineage: string, urn: string): string {
  const bytes = digest("uuid", lineage, urn).subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Whether a UUID says by its version that it is derived: the host gives none of version 8. */
export function isDerivedUuid(uuid: string | undefined): boolean {
  return uuid?.[14] === "8";
}

/** Eight hexadecimal digits that tell our volumes from others of the same name. */
export function derivedSuffix(lineage: string, urn: string): string {
  return digest("suffix", lineage, urn).toString("hex").slice(0, 8);
}

/**
 * A MAC address with QEMU's prefix 52:54:00. It derives from project, stack, the machine's name and the interface's key,
 * so it is known at the first preview, when no host has been reached.
 */
export function derivedMac(project: string, stack: string, machine: string, key: string): string {
  const hex = digest("mac", project, stack, machine, key).toString("hex");
  return `52:54:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}`;
}

/**
 * Physical names default to `<stack>-<name>`, so that two stacks of one program live on one host. A name with no letter or digit
 * in it that hosts take has a digest in its place.
 */
export function physicalName(stack: string, name: string): string {
  const plain = /[A-Za-z0-9]/.test(name) ? name : digest("name", name).toString("hex").slice(0, 8);
  const text = `${stack}-${plain}`.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-._]+/, "");
  return text.length <= 60 ? text : `${text.slice(0, 51)}-${digest("name", text).toString("hex").slice(0, 8)}`;
}

/** The parts of `urn:pulumi:<stack>::<project>::<type>::<name>`; the name may itself hold `::`. */
export function parseUrn(urn: string): { stack: string; project: string; type: string; name: string } {
  const [head = "", project = "", type = "", ...name] = urn.split("::");
  return { stack: head.replace(/^urn:pulumi:/, ""), project, type, name: name.join("::") };
}
