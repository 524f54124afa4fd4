import * as pulumi from "@pulumi/pulumi";
import {
  Host,
  Image,
  Network,
  type NetworkArgs,
  StoragePool,
  type StoragePoolArgs,
  VirtualMachine,
  type VirtualMachineArgs,
} from "../../provider/index";
import { type Access, knownHostsText, sshCommand, sshConfigText, tableText } from "./access";
import type { GuestAccess, GuestArgs, GuestGroupArgs, Transform } from "./arguments";
import { type GroupPlan, PlanError, type PlannedGuest, plan } from "./plan";

/**
 * Guests of one image on one host and one network. What it stands on (host, pool, image, network) is passed in, or made
 * as its children, which are named after it; guests are named `<group>-<guest>`, and have the host name `<guest>`.
 */
export class GuestGroup extends pulumi.ComponentResource {
  readonly host: Host;
  readonly pool: StoragePool;
  readonly image: Image;
  readonly network: Network;
  /** The machines by the guests' names. */
  readonly machines: Readonly<Record<string, VirtualMachine>>;
  /** Name, address and ssh command by the guests' names. */
  readonly guests: pulumi.Output<Record<string, GuestAccess>>;
  /** The same as a table for people. */
  readonly table: pulumi.Output<string>;
  /** A piece of ssh_config(5) with a `Host` for each guest. */
  readonly sshConfig: pulumi.Output<string>;
  /** The guests' host keys as lines of known_hosts, under their names and addresses. */
  readonly knownHosts: pulumi.Output<string>;

  constructor(name: string, args: GuestGroupArgs, options?: pulumi.ComponentResourceOptions) {
    super("windrose:components:GuestGroup", name, {}, options);
    const planned = planOf(name, args);
    const child = { parent: this };
    const { transform = {} } = args;

    this.host =
      args.host instanceof Host ? args.host : new Host(name, last(transform.host, { ...args.host }, name), child);
    this.pool =
      args.pool instanceof StoragePool
        ? args.pool
        : new StoragePool(name, last(transform.pool, poolArgs(this.host, args), name), child);
    this.image =
      args.image instanceof Image
        ? args.image
        : new Image(name, last(transform.image, { ...args.image, host: this.host, pool: this.pool }, name), child);
    this.network =
      args.network instanceof Network
        ? args.network
        : new Network(name, last(transform.network, networkArgs(this.host, args, planned), name), child);
    this.machines = Object.fromEntries(
      planned.guests.map((guest) => {
        const own = last(transform.guest, this.machineArgs(args, guest), guest.resource);
        return [guest.name, new VirtualMachine(guest.resource, own, child)];
      }),
    );

    const user = args.user ?? "root";
    const plain: Access[] = planned.guests.map(({ name, address }) => ({ name, address, user, hostKeys: [] }));
    this.guests = pulumi.output(
      Object.fromEntries(
        plain.map((guest) => [
          guest.name,
          { name: guest.name, address: guest.address, ssh: sshCommand(guest, args.proxyJump) },
        ]),
      ),
    );
    this.table = pulumi.output(tableText(plain, args.proxyJump));
    this.sshConfig = pulumi.output(sshConfigText(plain, args.proxyJump));
    this.knownHosts = pulumi
      .all(plain.map((guest) => this.machines[guest.name]!.sshHostKeys))
      .apply((keys) => knownHostsText(plain.map((guest, index) => ({ ...guest, hostKeys: keys[index] ?? [] }))));
    this.registerOutputs({
      guests: this.guests,
      table: this.table,
      sshConfig: this.sshConfig,
      knownHosts: this.knownHosts,
    });
  }

  private machineArgs(args: GuestGroupArgs, guest: PlannedGuest<GuestArgs>): VirtualMachineArgs {
    const { request } = guest;
    const size = request.diskSize ?? args.diskSize;
    const cloudInit = { hostname: guest.name, ...(args.sshKeys === undefined ? {} : { sshKeys: args.sshKeys }) };
    return {
      ...args.machine,
      ...given("vcpus", request, args),
      ...given("maxVcpus", request, args),
      ...given("memory", request, args),
      ...given("maxMemory", request, args),
      host: this.host,
      disks: { root: { pool: this.pool, image: this.image, ...(size === undefined ? {} : { size }) } },
      interfaces: { lan: { network: this.network, address: guest.address } },
      cloudInit: withMore(cloudInit, args.machine?.cloudInit),
    };
  }
}

/** A plan that can't be made is the program's mistake: it is told without a stack. */
function planOf(name: string, args: GuestGroupArgs): GroupPlan<GuestArgs> {
  try {
    return plan({ name, subnet: args.subnet, guests: args.guests, ...(args.gateway ? { gateway: args.gateway } : {}) });
  } catch (error) {
    if (error instanceof PlanError) throw new pulumi.RunError(`GuestGroup "${name}": ${error.message}`);
    throw error;
  }
}

type CloudInit = VirtualMachineArgs["cloudInit"];

/** What is plain stays plain, so that its secret fields are wrapped one by one. */
function withMore(own: object, more: CloudInit): CloudInit {
  if (pulumi.Output.isInstance(more) || more instanceof Promise) {
    return pulumi.output(more).apply((plain) => ({ ...own, ...plain })) as CloudInit;
  }
  return { ...own, ...more };
}

function last<Args>(transform: Transform<Args> | undefined, args: Args, name: string): Args {
  return transform ? transform(args, name) : args;
}

function poolArgs(host: Host, args: GuestGroupArgs): StoragePoolArgs {
  return { type: "dir", ...(args.pool as Omit<StoragePoolArgs, "host"> | undefined), host };
}

/** All reservations are in the network's first definition: adding them one by one costs the better part of a second each. */
function networkArgs(host: Host, args: GuestGroupArgs, planned: GroupPlan): NetworkArgs {
  return {
    mode: "nat",
    ...(args.network as Omit<NetworkArgs, "host" | "ipv4" | "reservations"> | undefined),
    host,
    ipv4: { address: planned.networkAddress, dhcp: { ...planned.dhcp } },
    reservations: Object.fromEntries(
      planned.guests.map((guest) => [guest.resource, { address: guest.address, hostname: guest.name }]),
    ),
  };
}

/** A size of the guest's own, else the group's, else none at all. */
function given<Key extends "vcpus" | "maxVcpus" | "memory" | "maxMemory">(
  key: Key,
  guest: Pick<GuestArgs, Key>,
  group: Pick<GuestGroupArgs, Key>,
): Pick<VirtualMachineArgs, Key> | Record<string, never> {
  const value = guest[key] ?? group[key];
  return value === undefined ? {} : ({ [key]: value } as Pick<VirtualMachineArgs, Key>);
}
