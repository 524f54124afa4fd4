import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import type { Inputs } from "../../provider/basics/record";
import { inGuest } from "../e2e/guests";
import type { LabHost } from "../lab";
import type { Place } from "./place";

/**
 * A machine has two definitions. `running`: what is in force; `stored`: what is in force from the next start on. Any other
 * kind has only one.
 */
export type Which = "stored" | "running";

/** Looks at a host without the provider's help: virsh, files, the guest itself. */
export class Look {
  constructor(
    readonly host: LabHost,
    readonly place: Place,
    /** The resource that is looked at, as the state has it. */
    readonly state: Inputs,
  ) {}

  of(state: Inputs): Look {
    return new Look(this.host, this.place, state);
  }

  get name(): string {
    return String(this.state.name);
  }

  async virsh(...argv: string[]): Promise<string> {
    return (await this.host.exec(["virsh", "-q", "-c", "qemu:///system", ...argv])).stdout.trim();
  }

  /** A script of the host's shell, with its arguments as $1 and so on. */
  async shell(script: string, ...argv: string[]): Promise<string> {
    return (await this.host.exec(["sh", "-c", script, "sh", ...argv])).stdout.trim();
  }

  /** `virsh … FILE`: it reads no pipe. */
  async virshWithFile(text: string, ...argv: string[]): Promise<string> {
    const path = `/root/${randomBytes(6).toString("hex")}.xml`;
    await writeFile(this.host.inside(path), text, { mode: 0o600 });
    try {
      return await this.virsh(...argv.map((word) => (word === "FILE" ? path : word)));
    } finally {
      await this.host.exec(["rm", "-f", path]);
    }
  }

  /** A machine's definition, with its secrets. */
  domain(which: Which = "stored"): Promise<string> {
    const flags = which === "stored" ? ["--inactive"] : [];
    return this.virsh("dumpxml", this.name, "--security-info", ...flags);
  }

  network(): Promise<string> {
    return this.virsh("net-dumpxml", this.name);
  }

  /** Changes a machine's stored definition behind our back. */
  async redefine(change: (xml: string) => string): Promise<void> {
    const before = await this.domain();
    const after = change(before);
    if (after === before) throw new Error(`the drift changed nothing in:\n${before}`);
    await this.virshWithFile(after, "define", "FILE");
  }

  /** The process that a machine runs in, with the time of its start; empty where it is off. */
  process(name = this.name): Promise<string> {
    return this.shell(
      'pid=$(cat "/run/libvirt/qemu/$1.pid" 2>/dev/null) && test -d "/proc/$pid" && echo "$pid $(cut -d" " -f22 "/proc/$pid/stat")" || true',
      name,
    );
  }

  /** Runs a command in the machine's guest. */
  inGuest(command: string): Promise<string> {
    const [hostKey] = this.state.sshHostKeys as string[];
    return inGuest(this.host, String(this.state.ipAddress), String(hostKey), command);
  }
}

/** The first group of a pattern in a text. */
export function first(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1];
}

/** The element with a device's alias: `<disk …>…</disk>`. */
export function device(xml: string, element: "disk" | "interface", name: string): string | undefined {
  const alias = `<alias name='ua-${element === "disk" ? "disk" : "nic"}-${name}'/>`;
  return [...xml.matchAll(new RegExp(`<${element} [\\s\\S]*?</${element}>`, "g"))]
    .map(([text]) => text)
    .find((text) => text.includes(alias));
}
