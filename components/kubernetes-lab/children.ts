import * as pulumi from "@pulumi/pulumi";
import type {
  CommandArgs,
  Host,
  HostArgs,
  Image,
  Network,
  NetworkArgs,
  StoragePool,
  StoragePoolArgs,
  VirtualMachine,
  VirtualMachineArgs,
} from "../../provider/index";
import type { KubernetesLabArgs, LabHostArgs } from "./arguments";
import { bundleDisk } from "./kubernetes/children";
import type { PlannedCluster } from "./kubernetes/plan";
import type { ClusterTexts } from "./kubernetes/texts";
import { loginOf } from "./login";
import { guestInterface, type LabPlan } from "./plan";
import type { PlannedGuest } from "./planned-guest";
import { disableCloudInit, preparation } from "./prepare";
import { readinessScript } from "./readiness";

/** Arguments of a lab's children. */

export function hostArgs(key: string, { host, capacity }: LabHostArgs): HostArgs {
  const { cpus, memory } = capacity ?? {};
  const declared = cpus === undefined && memory === undefined ? {} : { capacity: { cpus, memory } };
  return { connection: key, ...declared, ...(host as HostArgs | undefined) };
}

export function poolArgs(host: Host, { pool }: LabHostArgs): StoragePoolArgs {
  return { type: "dir", ...(pool as Omit<StoragePoolArgs, "host"> | undefined), host };
}

/** All reservations are in the network's first definition: adding them one by one costs the better part of a second each. */
export function networkArgs(key: string, host: Host, args: KubernetesLabArgs, planned: LabPlan): NetworkArgs {
  const { networkAddress, dhcp } = planned.hosts[key]!;
  return {
    mode: "nat",
    ...(args.network as Omit<NetworkArgs, "host">),
    host,
    ipv4: { address: networkAddress, dhcp: { ...dhcp } },
    reservations: Object.fromEntries(
      planned.guests
        .filter((guest) => guest.host === key)
        .map((guest) => [guest.resource, { address: guest.address, hostname: guest.name, interface: guestInterface }]),
    ),
  };
}

/** What a guest stands on. */
export interface Ground {
  readonly host: Host;
  readonly pool: StoragePool;
  readonly network: Network;
  readonly images: Readonly<Record<string, Image>>;
  /** What guests that are nodes have their programs from, where that is brought to them. */
  readonly bundle?: Image;
}

/** Texts that were files are texts here. */
export interface Texts {
  readonly sshKeys: KubernetesLabArgs["sshKeys"];
  readonly caCertificates: readonly string[];
  readonly cluster: ClusterTexts;
}

export function machineArgs(
  args: KubernetesLabArgs,
  texts: Texts,
  guest: PlannedGuest,
  { host, pool, network, images, bundle }: Ground,
  cluster?: PlannedCluster,
): VirtualMachineArgs {
  const { vcpus, maxVcpus, memory, maxMemory, diskSize } = guest;
  return {
    wait: { for: "ssh" },
    ...args.machine,
    ...defined({ vcpus, maxVcpus, memory, maxMemory }),
    host,
    disks: {
      root: { pool, image: images[guest.image]!, ...defined({ size: diskSize }) },
      ...(cluster && bundle ? bundleDisk(cluster, bundle) : {}),
    },
    interfaces: { [guestInterface]: { network, address: guest.address } },
    cloudInit: withMore(args.machine?.cloudInit, (theirs) => ({
      hostname: guest.name,
      ...access(args.user ?? "root", texts.sshKeys),
      ...theirs,
      ...commands(args, texts, theirs?.runCommands),
    })),
  };
}

/** Nothing where nothing was prepared, or nobody is to look. */
export function checkArgs(
  { prepare = true, check = true, user }: KubernetesLabArgs,
  { caCertificates }: Texts,
  guest: PlannedGuest,
  host: Host,
  machine: VirtualMachine,
): CommandArgs | undefined {
  if (!prepare || check === false) return undefined;
  const { timeout = 900 } = check === true ? {} : check;
  return {
    host,
    machine,
    connection: { ...loginOf({ check, user }), address: guest.address },
    create: readinessScript({ hostname: guest.name, caCertificates, timeout }),
    timeout: timeout + 300,
  };
}

type CloudInit = VirtualMachineArgs["cloudInit"];
type PlainCloudInit = Exclude<CloudInit, undefined | pulumi.OutputInstance<unknown> | Promise<unknown>>;

/** What is plain stays plain, so that its secret fields are wrapped one by one. */
function withMore(theirs: CloudInit, whole: (theirs: PlainCloudInit | undefined) => PlainCloudInit): CloudInit {
  if (pulumi.Output.isInstance(theirs) || theirs instanceof Promise) {
    return pulumi.output(theirs).apply((plain) => whole(plain as PlainCloudInit)) as CloudInit;
  }
  return whole(theirs);
}

/** Root's keys are the seed's; another user has the keys alone, and root none. */
function access(user: string, sshKeys: Texts["sshKeys"]): PlainCloudInit {
  if (user === "root") return defined({ sshKeys });
  const keys = pulumi.output(sshKeys ?? []);
  return {
    users: [
      keys.apply((keys) => ({
        name: user,
        shell: "/bin/bash",
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        lock_passwd: true,
        ssh_authorized_keys: keys,
      })),
    ],
  };
}

/** The preparation, what the program adds, and cloud-init's own end, in this order. */
function commands(
  { prepare = true }: KubernetesLabArgs,
  { caCertificates }: Texts,
  theirs: PlainCloudInit["runCommands"],
): Pick<PlainCloudInit, "runCommands"> {
  if (!prepare) return {};
  const before = preparation({ caCertificates });
  if (theirs === undefined) return { runCommands: [...before, [...disableCloudInit]] };
  if (Array.isArray(theirs)) return { runCommands: [...before, ...theirs, [...disableCloudInit]] };
  return {
    runCommands: pulumi.output(theirs).apply((more) => [...before, ...(more as string[]), [...disableCloudInit]]),
  };
}

/** The entries that have a value: an absent one is no value at all for the engine. */
function defined<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Values>;
}
