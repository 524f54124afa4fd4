import type { VolumeDefinition, VolumeState } from "../../model";
import { permissionsView, readPermissions } from "../pools/pool-xml";
import { parseXml, render } from "../xml";

/** What a linked clone is a layer above. */
export interface Backing {
  readonly path: string;
  readonly format: "qcow2" | "raw";
}

/** The definition of a new volume. Nothing of it is allocated but where the whole is to be. */
export function volumeXml(definition: Omit<VolumeDefinition, "pool">, backing?: Backing): string {
  const { name, format, capacity, preallocation } = definition;
  return render("volume", {
    name,
    format,
    capacity,
    allocation: preallocation === "full" ? capacity : 0,
    qcow2: format === "qcow2",
    permissions: permissionsView(definition),
    backing: backing && { ...backing },
  });
}

/** A volume as libvirt reports it: with the file's own owner and mode of now. */
export function readVolume(pool: string, xml: string): VolumeState {
  const volume = parseXml(xml, "The volume's definition");
  const bytes = (name: string) => Number(volume.text(name)?.trim() ?? 0);
  const backingPath = volume.text("backingStore/path");
  return {
    pool,
    name: volume.text("name") ?? "",
    path: volume.text("target/path") ?? "",
    key: volume.text("key") ?? "",
    format: volume.attribute("type", "target/format") ?? "raw",
    capacity: bytes("capacity"),
    allocation: bytes("allocation"),
    ...(backingPath ? { backingPath } : {}),
    ...readPermissions(volume.find("target")),
  };
}
