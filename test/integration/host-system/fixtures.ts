import { randomBytes } from "node:crypto";
import { hostProfile } from "../../../provider/drivers/libvirt/host/profile";
import type { SystemFacts } from "../../../provider/host-system/facts";
import { type Holder, nothingWanted, type WantedPreparation } from "../../../provider/host-system/preparation/model";
import { createSystem, type HostSystem } from "../../../provider/host-system/system";
import { SshTransport } from "../../../provider/transports/ssh";
import type { ExecOptions } from "../../../provider/transports/transport";
import { currentLab, type HostForm, type LabHost } from "../../lab/index.js";

/** A host of its own, prepared by its system alone: no resource, no engine. */
export class PreparedHost {
  readonly system: HostSystem;
  readonly transport: CountingTransport;
  facts!: SystemFacts;

  private constructor(
    readonly host: LabHost,
    user = "root",
  ) {
    this.transport = new CountingTransport({
      address: host.address,
      user,
      identityFile: host.privateKeyPath,
      knownHosts: host.knownHostsPath,
      sshConfig: false,
      agent: false,
    });
    this.system = createSystem(this.transport, { own: hostProfile, all: [hostProfile] });
  }

  static async open(options: { form?: HostForm; share?: Record<string, string> } = {}): Promise<PreparedHost> {
    const lab = await currentLab();
    const host = await lab.startHost({ name: `p${randomBytes(4).toString("hex")}`, ...options });
    const prepared = new PreparedHost(host);
    prepared.facts = await prepared.system.facts();
    return prepared;
  }

  /** The same host, reached by another user or another process. */
  async again(user = "root"): Promise<PreparedHost> {
    const other = new PreparedHost(this.host, user);
    other.facts = await other.system.facts();
    return other;
  }

  async apply(
    wanted: Partial<WantedPreparation>,
    holder: Holder = alone,
    extra: {
      previous?: Partial<WantedPreparation>;
      creating?: boolean;
      signal?: AbortSignal;
      progress?: (text: string) => void;
    } = {},
  ): Promise<string[]> {
    const { previous, creating = false, signal, progress = () => {} } = extra;
    return this.system.preparation.apply(
      {
        wanted: { ...nothingWanted, ...wanted },
        previous: previous && { ...nothingWanted, ...previous },
        holder,
        system: this.facts,
        removePackages: false,
        creating,
      },
      { progress, deadline: Date.now() + 120_000, signal },
    );
  }

  read(wanted: Partial<WantedPreparation>, holder: Holder = alone) {
    return this.system.preparation.read({ ...nothingWanted, ...wanted }, holder, this.facts);
  }

  release(
    previous: Partial<WantedPreparation> = {},
    holder: Holder = alone,
    removePackages = false,
  ): Promise<string[]> {
    return this.system.preparation.release(
      { previous: { ...nothingWanted, ...previous }, holder, system: this.facts, removePackages },
      { progress: () => {}, deadline: Date.now() + 120_000 },
    );
  }

  async text(script: string, ...argv: string[]): Promise<string> {
    return (await this.host.exec(["sh", "-c", script, "sh", ...argv])).stdout.trim();
  }

  async close(): Promise<void> {
    await this.transport.close();
    await this.host.destroy();
  }
}

/** Where a script of a change dies by itself, as in a power cut: at its n-th line for people, or in the midst of its n-th file. */
export interface Death {
  readonly at: "line" | "file begun" | "file in place";
  readonly nth: number;
}

/** By its place: the text of the script after which it is counted, and the one before which it dies. */
const deathPlaces: Readonly<Record<Death["at"], readonly [counted: string, dies: string]>> = {
  line: ["say() { ", "printf 'progress"],
  "file begun": ["put() { ", "( put_in "],
  "file in place": ["put() { ", 'rmdir -- "./$1"'],
};

/** Counts the commands that are run on the host. */
class CountingTransport extends SshTransport {
  commands = 0;
  death: Death | undefined;

  override exec(argv: readonly string[], options?: ExecOptions) {
    this.commands++;
    return super.exec(argv, this.death ? { ...options, stdin: this.deadly(options?.stdin) } : options);
  }

  private deadly(script: ExecOptions["stdin"]): ExecOptions["stdin"] {
    const { at, nth } = this.death!;
    const [counted, dies] = deathPlaces[at];
    if (typeof script !== "string" || !script.includes(dies)) return script;
    // A subshell dies with its shell.
    const die = `{ [ $seen -ne ${nth} ] || { kill -9 $$; exit; }; }`;
    return `seen=0\n${script
      .replace(counted, () => `${counted}seen=$((seen + 1)); `)
      .replace(dies, () => `${die} && ${dies}`)}`;
  }
}

/** A host of the lab shares its kernel, which has no modules: this stands in for modprobe(8) and for /sys/module. */
export const standInForModules = `
mount -o remount,rw /sys && mkdir -p /sys/module
cat > /usr/local/sbin/modprobe <<'END'
#!/bin/sh
if [ "$1" = -r ]; then rmdir "/sys/module/$3"; else mkdir "/sys/module/$2"; fi
END
chmod 755 /usr/local/sbin/modprobe`;

/** One holder of a stack's name; its lineage is its own. */
export function holder(stack: string, lineage = randomBytes(16).toString("hex")): Holder {
  return {
    lineage,
    project: "winds",
    stack,
    urn: `urn:pulumi:${stack}::winds::pulumi-nodejs:dynamic/windrose:Host::anemoi`,
  };
}

const alone = holder("dev");
