import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The daemons of libvirt's modular layout, each with a socket of its name (libvirt.org/daemons.html). */
const daemons = [
  "virtqemud",
  "virtnetworkd",
  "virtstoraged",
  "virtnodedevd",
  "virtinterfaced",
  "virtsecretd",
  "virtnwfilterd",
];

/**
 * Gives a host the sockets of the modular layout and takes `libvirt-sock` away. Debian, 13 included, packages no modular
 * daemon, so behind all of them is the one libvirtd: the layout is real, but each socket answers calls of every driver.
 * The host's own virsh needs `-c qemu:///system?mode=direct`.
 */
export async function layOutModular(root: string): Promise<void> {
  for (const [unit, suffix] of [
    ["libvirtd.socket", "sock"],
    ["libvirtd-ro.socket", "sock-ro"],
  ]) {
    const directory = join(root, "etc/systemd/system", `${unit}.d`);
    await mkdir(directory, { recursive: true });
    const sockets = daemons.map((daemon) => `ListenStream=/run/libvirt/${daemon}-${suffix}`);
    await writeFile(join(directory, "modular.conf"), `[Socket]\nListenStream=\n${sockets.join("\n")}\n`);
  }
}
