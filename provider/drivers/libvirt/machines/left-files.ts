import type { MachineFile } from "../../model";
import { serializeXml, XmlElement } from "../xml";
import { findMetadata, localName, readMetadata } from "./metadata";

/**
 * Files that libvirt makes for a machine beside its volumes: the variables of UEFI, the state of a TPM. It deletes those that
 * the definition names when that is undefined, and no others. What a definition no longer names (one that boots by BIOS now)
 * our metadata remembers until the machine is removed.
 */

/** Files that a definition names. */
function namedIn(domain: XmlElement): MachineFile[] {
  const nvram = domain.text("os/nvram")?.trim();
  const loader = domain.text("os/loader")?.trim();
  const tpm = domain.all("devices/tpm").some((one) => one.attribute("type", "backend") === "emulator");
  // Where libvirt chooses the firmware, it chooses the file too, and some releases don't tell which.
  const variables = domain.attribute("firmware", "os") === "efi" && !nvram;
  return [
    ...(variables ? [{ variables: true }] : []),
    ...(nvram ? [{ nvram, ...(loader ? { loader } : {}) }] : []),
    ...(tpm ? [{ tpm: true }] : []),
  ];
}

/** Files that earlier definitions named, and this one does not. */
export function rememberedIn(domain: XmlElement): MachineFile[] {
  const ours = findMetadata(domain);
  return (ours && readMetadata(ours).left) ?? [];
}

const identity = ({ nvram, variables }: MachineFile) => nvram ?? (variables ? "variables" : "tpm");

/** All files of a machine: those that its definition names, and those that it named once. */
export function filesIn(domain: XmlElement): MachineFile[] {
  const all = [...rememberedIn(domain), ...namedIn(domain)];
  return [...new Map(all.map((file) => [identity(file), file])).values()];
}

/** Has a new definition remember what the stored one names or remembers, and it does not name itself. */
export function keepLeftFiles(domain: XmlElement, stored: XmlElement): void {
  const ours = findMetadata(domain);
  if (!ours) return;
  for (const element of ours.elements()) if (localName(element.name) === "left") ours.remove(element);
  const named = new Set(namedIn(domain).map(identity));
  const prefix = ours.name.includes(":") ? `${ours.name.split(":")[0]}:` : "";
  for (const file of filesIn(stored)) {
    if (named.has(identity(file))) continue;
    ours.children.push(new XmlElement(`${prefix}left`, attributesOf(file)));
  }
}

function attributesOf({ nvram, loader, variables }: MachineFile): Record<string, string> {
  if (nvram !== undefined) return { nvram, ...(loader ? { loader } : {}) };
  return variables ? { variables: "uefi" } : { tpm: "emulator" };
}

/** Debian's name of it. libvirt wants one where there are variables, and does not look at it before a start. */
const anyLoader = "/usr/share/OVMF/OVMF_CODE.fd";

/** The smallest definition that names a file: undefined again, libvirt deletes that. */
export function definitionNaming(
  file: MachineFile,
  machine: { uuid: string; name: string; type: string; arch: string },
): string {
  const os = new XmlElement("os", {}, [new XmlElement("type", { arch: machine.arch }, ["hvm"])]);
  const devices = new XmlElement("devices");
  // UEFI on x86 wants ACPI (`qemuValidateDomainDefBoot`, src/qemu/qemu_validate.c).
  const features = new XmlElement("features", {}, [new XmlElement("acpi")]);
  if (file.variables) os.attributes.set("firmware", "efi");
  else if (file.nvram !== undefined) {
    os.children.push(new XmlElement("loader", { readonly: "yes", type: "pflash" }, [file.loader ?? anyLoader]));
    os.children.push(new XmlElement("nvram", {}, [file.nvram]));
  } else {
    const backend = new XmlElement("backend", { type: "emulator", version: "2.0" });
    devices.children.push(new XmlElement("tpm", { model: "tpm-crb" }, [backend]));
  }
  return serializeXml(
    new XmlElement("domain", { type: machine.type }, [
      new XmlElement("name", {}, [machine.name]),
      new XmlElement("uuid", {}, [machine.uuid]),
      new XmlElement("memory", { unit: "MiB" }, ["64"]),
      os,
      features,
      devices,
    ]),
  );
}
