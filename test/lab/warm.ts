import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
// biome-ignore lint/suspicious/noImportCycles: the root of a host is warmed up in a lab of its own, which takes it as it is
import type { Release } from "./build.js";
import type { Log } from "./install.js";
// biome-ignore lint/suspicious/noImportCycles: the root of a host is warmed up in a lab of its own, which takes it as it is
import { createLab } from "./lab.js";

const capabilities = "var/cache/libvirt/qemu/capabilities";

/**
 * Lets libvirt probe QEMU once and keeps what it found in the root file system: its first call takes 7 s otherwise. Libvirt
 * looks at the change times of QEMU and of itself before it trusts this cache, so the root must not be copied afterwards.
 */
export async function warm(root: string, release: Release, log: Log): Promise<void> {
  const lab = await createLab();
  try {
    const host = await lab.startHost({ name: "warm", root, release });
    const started = Date.now();
    await host.exec(["virsh", "-q", "capabilities"]);
    await host.exec(["virsh", "-q", "domcapabilities", "--virttype", "qemu"]);
    log(`libvirt has probed QEMU in ${Date.now() - started} ms`);
    const target = join(root, capabilities);
    await rm(target, { recursive: true, force: true });
    await cp(join(host.root, capabilities), target, { recursive: true, preserveTimestamps: true });
  } finally {
    await lab.destroy();
  }
}
