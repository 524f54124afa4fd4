import type { PoolDefinition } from "../../model";
import { parseXml, render, type XmlElement } from "../xml";

export interface Permissions {
  owner?: number;
  group?: number;
  /** Octal, four digits. */
  mode?: string;
}

/** Four octal digits, whatever was written: libvirt reports `0711` for `711`. */
export function octal(mode: string): string {
  return mode.replace(/^0+(?=.)/, "").padStart(4, "0");
}

/** Values of the template `permissions`; libvirt takes -1 for "as it comes". */
export function permissionsView(given: Permissions): { mode: string; owner: number; group: number } | undefined {
  if (given.mode === undefined && given.owner === undefined && given.group === undefined) return undefined;
  return {
    mode: given.mode === undefined ? "" : octal(given.mode),
    owner: given.owner ?? -1,
    group: given.group ?? -1,
  };
}

export function readPermissions(target: XmlElement | undefined): Permissions {
  const permissions = target?.find("permissions");
  const id = (name: string) => {
    const text = permissions?.text(name)?.trim();
    return text && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const mode = permissions?.text("mode")?.trim();
  return { owner: id("owner"), group: id("group"), mode: mode ? octal(mode) : undefined };
}

/** `/a//b/` → `/a/b`, as libvirt keeps it. */
export function plainPath(path: string): string {
  return path.replace(/\/+/g, "/").replace(/(.)\/$/, "$1");
}

export function poolXml(definition: PoolDefinition): string {
  const { uuid, name, type, path } = definition;
  return render("pool", { uuid, name, type, path: plainPath(path), permissions: permissionsView(definition) });
}

/** A pool as libvirt reports it. Sizes are those of its last refresh. */
export function readPool(xml: string): PoolDefinition {
  const pool = parseXml(xml, "The storage pool's definition");
  return {
    uuid: pool.text("uuid")?.trim().toLowerCase() ?? "",
    name: pool.text("name") ?? "",
    type: (pool.attribute("type") ?? "") as PoolDefinition["type"],
    path: pool.text("target/path") ?? "",
    ...readPermissions(pool.find("target")),
  };
}
