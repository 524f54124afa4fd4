import { freemem } from "node:os";
import { join } from "node:path";
import { itsOwn, startBareHost } from "../e2e/bare-host";
import { connection, inGuest, keyOn } from "../e2e/guests";
import { killAll } from "../e2e/kill";
import { Stack } from "../e2e/stack";
import {
  currentLab,
  ensureKubernetesBundle,
  ensureKubernetesNode,
  ensureKubernetesPrograms,
  type GuestImage,
  type KubernetesBundle,
  kubernetesProcessor,
  kubernetesVersions,
  type Lab,
  type LabHost,
  until,
} from "../lab";
import { Kubectl } from "./kubectl";
import { tunedKubeadm } from "./tuning";

const gibibyte = 1 << 30;
const [kernel, initrd] = ["/srv/vmlinuz", "/srv/initrd"];

export interface Outputs {
  readonly guests: Readonly<Record<string, { readonly address: string; readonly role: string }>>;
  readonly knownHosts: string;
  readonly kubeconfig: string;
  readonly endpoint: string;
  readonly caCertificate: string;
}

interface Step {
  readonly op: string;
  readonly urn: string;
}

/** With two CPUs, as a kubelet that starts has its pods start beside it. */
export const worker = (address: string) => ({ vcpus: 2, memory: "1280MiB", address });

export const controlPlane = (address: string) => ({ role: "controlPlane", vcpus: 2, memory: "2300MiB", address });

/** One cluster of Debian guests on a host that had nothing but Linux and ssh, and the ways into it. */
export class Cluster {
  /** The guests by name, as the next `ask` says them. */
  readonly winds: Record<string, Record<string, unknown>> = {
    boreas: controlPlane("172.17.2.2"),
    zephyrus: worker("172.17.2.3"),
    notus: worker("172.17.2.4"),
  };

  private constructor(
    readonly lab: Lab,
    readonly host: LabHost,
    readonly stack: Stack,
    private readonly node: GuestImage,
    readonly bundle: KubernetesBundle,
    private readonly publicKey: string,
  ) {}

  /** Says what it takes, builds what is not built yet, and starts the host. */
  static async create(say: (line: string) => void, minutes = 30): Promise<Cluster> {
    say(
      `takes ${minutes} minutes on two cores, and 30 more where Kubernetes has to be built; 9 GB of memory, and 20 GB of disk`,
    );
    const free = freemem() / gibibyte;
    if (free < 6) throw new Error(`4 guests need 6 GiB of memory, and ${free.toFixed(1)} GiB are free.`);
    const lab = await currentLab();
    const bundle = await ensureKubernetesBundle(kubernetesVersions.second, say);
    const node = await ensureKubernetesNode(kubernetesVersions.first, say);
    const host = await startBareHost();
    await host.copyIn(node.kernel, kernel);
    await host.copyIn(node.initrd, initrd);
    const stack = await Stack.create({ program: join(__dirname, "program") });
    return new Cluster(lab, host, stack, node, bundle, await lab.publicKey());
  }

  async dispose(): Promise<void> {
    killAll(this.stack.directory);
    await this.host.destroy();
    await this.stack.dispose();
  }

  /** What the next `up` is to make. `kubernetes`: what differs from the first cluster. */
  async ask(kubernetes: object = {}): Promise<void> {
    const args = {
      hosts: {
        anemoi: {
          host: {
            requirements: { virtualization: "none" },
            packages: "auto",
            forwarding: { ipv4: true },
            firewall: { bridges: { kvmbr0: { subnets: ["172.17.2.0/24"] } } },
          },
        },
      },
      network: { domain: "aeolia", bridge: "kvmbr0" },
      subnet: "172.17.2.0/24",
      images: { first: { source: this.node.image }, second: { source: this.node.image } },
      image: "first",
      // The guests boot beside each other; the nodes are made one after another all the same.
      rolling: false,
      guests: Object.entries(this.winds).map(([name, guest]) => ({ name, ...guest })),
      sshKeys: [this.publicKey],
      check: { identityFile: this.lab.privateKeyPath, timeout: 900 },
      machine: {
        boot: { kernel, initrd, cmdline: this.node.commandLine },
        cpu: kubernetesProcessor,
        wait: { for: "ssh", timeout: 900 },
        shutdown: { timeout: 10 },
      },
      kubernetes: {
        version: kubernetesVersions.first,
        proxyMode: "nftables",
        kubeadm: tunedKubeadm,
        timeout: 1800,
        ...kubernetes,
      },
    };
    await this.stack.ask({ anemoi: connection(this.host) }, [{ kind: "KubernetesLab", name: "winds", args }]);
  }

  /** `up` of a whole cluster takes longer than other tests' do. */
  up(args: readonly string[] = []): Promise<{ output: string }> {
    return this.stack.run(["up", "--yes", "--skip-preview", ...args], { timeout: 1_500_000 });
  }

  outputs(): Promise<Outputs> {
    return this.stack.outputs<Outputs>();
  }

  /** kubectl on this side, at a control plane's own API. */
  async kubectl(name: string, say: (line: string) => void): Promise<Kubectl> {
    const { guests, kubeconfig } = await this.outputs();
    const programs = await ensureKubernetesPrograms(kubernetesVersions.first, say);
    return Kubectl.create(this.host, join(programs, "kubectl"), guests[name]!.address, kubeconfig);
  }

  /** Runs a command in a guest. */
  async inside(name: string, command: string): Promise<string> {
    const { guests, knownHosts } = await this.outputs();
    const key = knownHosts.split("\n").find((line) => line.startsWith(`${name},`))!;
    return inGuest(this.host, guests[name]!.address, key.split(" ").slice(1).join(" "), command);
  }

  /**
   * Whether a command succeeds within 50 seconds in a guest whose host key nobody knows yet. It is asked for over one
   * connection: a login takes a slow guest seconds, which the work that is waited for has not.
   */
  private async succeeds(name: string, command: string): Promise<boolean> {
    const key = await keyOn(this.host);
    const options = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=20"];
    const way = ["ssh", "-i", key, ...options.flatMap((each) => ["-o", each]), `root@${this.winds[name]!.address}`];
    const asking = `for turn in $(seq 50); do { ${command}; } > /dev/null && exit 0; sleep 1; done; exit 1`;
    return (await this.host.exec([...way, asking], { check: false, timeout: 90_000 })).code === 0;
  }

  /** Starts an `up`, and kills all that works for it as soon as a command succeeds in a guest. */
  async upKilledWhen(name: string, command: string): Promise<void> {
    const child = this.stack.spawn(["up", "--yes", "--skip-preview"], { detached: true });
    let output = "";
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    const ended = new Promise<void>((done) => child.on("exit", () => done()));
    const moment = async () => {
      if (child.exitCode !== null) throw new Error(`up had come to its end before that:\n${output}`);
      return this.succeeds(name, command);
    };
    try {
      await until(`\`${command}\` in ${name}`, moment, 1_200_000, 1000);
    } finally {
      killAll(this.stack.directory);
      await ended;
    }
    await this.stack.run(["cancel", "--yes"], { check: false });
  }

  /** What an `up` would do, by resource: `KubernetesNode winds-boreas` → update. */
  async steps(): Promise<Record<string, string>> {
    const { output } = await this.stack.run(["preview", "--json"]);
    const { steps } = JSON.parse(output) as { steps: Step[] };
    const changes = steps.filter(({ op }) => op !== "same" && op !== "read");
    const named = (urn: string) =>
      urn
        .split("::")
        .slice(2)
        .join(" ")
        .replace(/^.*windrose:/, "");
    return Object.fromEntries(changes.map(({ op, urn }) => [named(urn), op]));
  }

  /** Which boot each guest is in: another one after a restart. */
  async boots(names: readonly string[]): Promise<Record<string, string>> {
    const boot = async (name: string) =>
      [name, await this.inside(name, "cat /proc/sys/kernel/random/boot_id")] as const;
    return Object.fromEntries(await Promise.all(names.map(boot)));
  }
}

export { itsOwn };
