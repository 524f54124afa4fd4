import { initrd, kernel } from "../../e2e/guests";
import { until } from "../../lab";
import { device, first, type Look, type Which } from "../look";
import type { Place } from "../place";
import { key, type Sample } from "../sample";

/** Ways to see a machine, and to change it behind our back. */

type See = Sample["seen"];

/** The first group of a pattern in its definition. */
export const xml =
  (pattern: RegExp): See =>
  async (look, which) =>
    first(await look.domain(which), pattern);

/** Whether its definition has it. */
export const has =
  (pattern: RegExp): See =>
  async (look, which) =>
    pattern.test(await look.domain(which));

export const inDisk =
  (pattern: RegExp): See =>
  async (look, which) =>
    first(device(await look.domain(which), "disk", key) ?? "", pattern);

export const inInterface =
  (pattern: RegExp): See =>
  async (look, which) =>
    first(device(await look.domain(which), "interface", key) ?? "", pattern);

export const edit = (from: RegExp | string, to: string) => (look: Look) =>
  look.redefine((text) => text.replace(from, to));

const editDevice = (element: "disk" | "interface", from: RegExp | string, to: string) => (look: Look) =>
  look.redefine((text) => {
    const present = device(text, element, key) ?? "";
    return text.replace(present, () => present.replace(from, to));
  });

export const editDisk = (from: RegExp | string, to: string) => editDevice("disk", from, to);
export const editInterface = (from: RegExp | string, to: string) => editDevice("interface", from, to);

/** The text of the seed that a machine has; empty without one. */
export async function seed(look: Look, which: Which): Promise<string> {
  const path = first(device(await look.domain(which), "disk", "seed") ?? "", /<source file='([^']+)'/);
  return path ? look.shell('cat "$1" | tr -d "\\000"', path) : "";
}

export const inSeed =
  (pattern: RegExp): See =>
  async (look, which) =>
    first(await seed(look, which), pattern);

/** What the guest's balloon driver has come to, once that is what is stored. */
export async function memory(look: Look, which: Which): Promise<string> {
  const stored = first(await look.domain(), /<currentMemory unit='KiB'>(\d+)</)!;
  if (which === "stored") return stored;
  let actual: string | undefined;
  await until("the guest's memory", async () => {
    actual = first(await look.virsh("dommemstat", look.name), /actual (\d+)/);
    return actual === stored;
  });
  return actual!;
}

/** A disk of its own beside the root. */
export const disk =
  (extra: object = {}): NonNullable<Sample["beside"]> =>
  (place) => ({ disks: { [key]: { pool: place.pool, size: "4MiB", ...extra } } });

export const nic =
  (extra: object = {}): NonNullable<Sample["beside"]> =>
  (place) => ({ interfaces: { [key]: { network: place.network, ...extra } } });

/** A machine that boots nothing: its firmware alone. */
export const bare = (place: Place) => ({
  host: place.host,
  name: "conf-bare",
  memory: "64MiB",
  guestAgent: false,
  hotplugSlots: 2,
  shutdown: { timeout: 1 },
  disks: { root: { pool: place.pool, size: "4MiB" } },
});

/** A machine with an operating system, which lets go of devices and powers off when asked. */
export const guest = (place: Place) => ({
  host: place.host,
  name: "conf-guest",
  memory: "192MiB",
  maxMemory: "320MiB",
  vcpus: 1,
  maxVcpus: 4,
  boot: { kernel, initrd, cmdline: "console=ttyS0 quiet net.ifnames=0 mitigations=off no_timer_check" },
  disks: { root: { pool: place.pool, size: "16MiB" } },
  interfaces: { lan: { network: place.network, address: "172.18.1.2" } },
  cloudInit: { hostname: "conf-guest", sshKeys: [place.publicKey] },
  wait: { for: "ssh", timeout: 120 },
  shutdown: { timeout: 60 },
});
