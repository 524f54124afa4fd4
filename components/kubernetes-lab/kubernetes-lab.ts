import * as pulumi from "@pulumi/pulumi";
import { Command, Host, Image, Network, StoragePool, VirtualMachine } from "../../provider/index";
import { type Access, inventoryText, knownHostsText, sshCommand, sshConfigText, tableText } from "./access";
import type { GuestAccess, KubernetesLabArgs, LabHostArgs, Transform } from "./arguments";
import { type Capacity, demandOf, shortfalls } from "./capacity";
import { checkArgs, type Ground, hostArgs, machineArgs, networkArgs, poolArgs, type Texts } from "./children";
import { textOrFile } from "./files";
import { type LabPlan, plan } from "./plan";
import { PlanError, type Problem } from "./problems";

/**
 * Guests that are ready for a Kubernetes cluster, on one host or several. What they stand on (hosts, pools, networks, images)
 * is passed in, or made as its children: hosts, pools and networks are named `<lab>-<host>`, images
 * `<lab>-<host>-<image>`, guests `<lab>-<guest>` with the host name `<guest>`.
 *
 * @throws pulumi.RunError with each argument that is wrong, at preview: `KubernetesLab "winds": guests.boreas.address: …`
 */
export class KubernetesLab extends pulumi.ComponentResource {
  /** The hosts by key. */
  readonly hosts: Readonly<Record<string, Host>>;
  /** The pools by host. */
  readonly pools: Readonly<Record<string, StoragePool>>;
  /** The networks by host. */
  readonly networks: Readonly<Record<string, Network>>;
  /** The images by host and key; those that guests use. */
  readonly images: Readonly<Record<string, Readonly<Record<string, Image>>>>;
  /** The machines by the guests' names, control planes first. */
  readonly machines: Readonly<Record<string, VirtualMachine>>;
  /** What has looked, from inside, whether a guest is ready, by the guests' names: depend on it to use a guest. */
  readonly checks: Readonly<Record<string, Command>>;
  /** Name, role, host, address and ssh command by the guests' names. */
  readonly guests: pulumi.Output<Record<string, GuestAccess>>;
  /** The same as a table for people. */
  readonly table: pulumi.Output<string>;
  /** A piece of ssh_config(5) with a `Host` for each guest. */
  readonly sshConfig: pulumi.Output<string>;
  /** The guests' host keys as lines of known_hosts, under their names and addresses. */
  readonly knownHosts: pulumi.Output<string>;
  /** An inventory for Ansible, in YAML, with the groups `control_plane` and `workers`. */
  readonly inventory: pulumi.Output<string>;

  constructor(name: string, args: KubernetesLabArgs, options?: pulumi.ComponentResourceOptions) {
    super("windrose:components:KubernetesLab", name, {}, options);
    const refusing = <T>(make: () => T): T => {
      try {
        return make();
      } catch (error) {
        throw error instanceof PlanError ? refusal(name, error.problems) : error;
      }
    };
    const texts = refusing(() => textsOf(args));
    const planned = refusing(() => planOf(name, args, texts));

    const grounds = Object.entries(planned.hosts).map(([key]) => [key, this.ground(name, key, args, planned)] as const);
    const each = <T>(pick: (ground: Ground) => T) =>
      Object.fromEntries(grounds.map(([key, ground]) => [key, pick(ground)]));
    this.hosts = each(({ host }) => host);
    this.pools = each(({ pool }) => pool);
    this.networks = each(({ network }) => network);
    this.images = each(({ images }) => images);
    const made = this.makeGuests(name, args, texts, planned, Object.fromEntries(grounds));
    this.machines = made.machines;
    this.checks = made.checks;

    const access = planned.guests.map(
      ({ name, address, role, host }): Access => ({
        name,
        address,
        role,
        host,
        user: args.user ?? "root",
        proxyJump: args.hosts[host]?.proxyJump,
        hostKeys: [],
      }),
    );
    this.guests = pulumi.output(
      Object.fromEntries(
        access.map((guest) => {
          const { name, role, host, address } = guest;
          return [name, { name, role, host, address, ssh: sshCommand(guest) }];
        }),
      ),
    );
    this.table = pulumi.output(tableText(access));
    this.sshConfig = pulumi.output(sshConfigText(access));
    this.knownHosts = pulumi
      .all(access.map((guest) => this.machines[guest.name]!.sshHostKeys))
      .apply((keys) => knownHostsText(access.map((guest, index) => ({ ...guest, hostKeys: keys[index] ?? [] }))));
    this.inventory = pulumi.output(inventoryText(access));
    this.registerOutputs({
      guests: this.guests,
      table: this.table,
      sshConfig: this.sshConfig,
      knownHosts: this.knownHosts,
      inventory: this.inventory,
    });
  }

  /** What the guests of one host stand on, made where it is not passed in. */
  private ground(lab: string, key: string, args: KubernetesLabArgs, planned: LabPlan): Ground {
    const given = args.hosts[key]!;
    const { transform = {} } = args;
    const child = { parent: this };
    const name = `${lab}-${key}`;
    const host =
      given.host instanceof Host ? given.host : new Host(name, last(transform.host, hostArgs(key, given), name), child);
    const pool =
      given.pool instanceof StoragePool
        ? given.pool
        : new StoragePool(name, last(transform.pool, poolArgs(host, given), name), child);
    const network =
      given.network ?? new Network(name, last(transform.network, networkArgs(key, host, args, planned), name), child);
    const used = new Set(planned.guests.filter((guest) => guest.host === key).map((guest) => guest.image));
    const images = Object.fromEntries(
      [...used].map((image) => {
        const there = given.images?.[image];
        if (there) return [image, there];
        const own = `${name}-${image}`;
        return [image, new Image(own, last(transform.image, { ...args.images[image]!, host, pool }, own), child)];
      }),
    );
    return { host, pool, network, images };
  }

  private makeGuests(
    lab: string,
    args: KubernetesLabArgs,
    texts: Texts,
    planned: LabPlan,
    grounds: Readonly<Record<string, Ground>>,
  ): { machines: Record<string, VirtualMachine>; checks: Record<string, Command> } {
    const room = Object.fromEntries(
      Object.entries(grounds).map(([key, ground]) => [key, this.room(lab, key, args, planned, ground)]),
    );
    const machines: Record<string, VirtualMachine> = {};
    const checks: Record<string, Command> = {};
    let before: pulumi.Resource[] = [];
    for (const guest of planned.guests) {
      const { name, resource, host } = guest;
      const ground = grounds[host]!;
      const previous = args.rolling ? before : [];
      const dependsOn = room[host]!.apply((resources) => [...resources, ...previous]);
      const own = last(args.transform?.guest, machineArgs(args, texts, guest, ground), resource);
      const machine = new VirtualMachine(resource, own, { parent: this, dependsOn });
      machines[name] = machine;
      before = [machine];
      const look = checkArgs(args, texts, guest, ground.host, machine);
      if (!look) continue;
      checks[name] = new Command(resource, last(args.transform?.check, look, resource), { parent: this });
      before.push(checks[name]);
    }
    return { machines, checks };
  }

  /** What the host and its pool turn out to have is enough for its guests, or none of them is made. */
  private room(
    lab: string,
    key: string,
    args: KubernetesLabArgs,
    planned: LabPlan,
    { host, pool, images }: Ground,
  ): pulumi.Output<pulumi.Resource[]> {
    const guests = planned.guests.filter((guest) => guest.host === key);
    const compare = (capacity: Capacity, imageSizes?: Record<string, string>): pulumi.Resource[] => {
      const short = shortfalls(demandOf(guests, imageSizes), capacity, args.overcommit);
      if (short.length === 0) return [];
      throw refusal(
        lab,
        short.map(({ of, reason }) => ({ property: `hosts.${key}`, reason: `too little ${of}: ${reason}` })),
      );
    };
    // What the program declares is known at previews in which nothing else is.
    const declared = host.capacity.apply((capacity) => compare({ cpus: capacity?.cpus, memory: capacity?.memory }));
    const sizes = Object.fromEntries(Object.entries(images).map(([image, resource]) => [image, resource.size]));
    const found = pulumi
      .all([host.cpus, host.memory, pool.capacity, pulumi.all(sizes)])
      .apply(([cpus, memory, disk, imageSizes]) => compare({ cpus, memory, disk }, imageSizes));
    return pulumi.all([declared, found]).apply(() => []);
  }
}

function refusal(name: string, problems: readonly Problem[]): pulumi.RunError {
  const lines = problems.map(({ property, reason }) => `${property}: ${reason}`);
  const error = new pulumi.RunError(`KubernetesLab "${name}": ${lines.join("\n  ")}`);
  // It is the program's mistake, told without a stack. With one, the SDK inspects the error and all promises that it has
  // reached (cmd/run/error.js, defaultErrorMessage): most of a minute.
  error.stack = undefined;
  return error;
}

function textsOf({ sshKeys, caCertificates = [] }: KubernetesLabArgs): Texts {
  return {
    sshKeys: Array.isArray(sshKeys)
      ? sshKeys.map((key, index) => (typeof key === "string" ? textOrFile(key, `sshKeys[${index}]`).trim() : key))
      : sshKeys,
    caCertificates: caCertificates.map((text, index) => textOrFile(text, `caCertificates[${index}]`)),
  };
}

function planOf(name: string, args: KubernetesLabArgs, { sshKeys, caCertificates }: Texts): LabPlan {
  const { images, hosts } = args;
  const made = plan({
    ...args,
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([key, host]) => [key, { ...host, capacity: declaredCapacity(host) }]),
    ),
    name,
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    images: [
      ...new Set([...Object.keys(images), ...Object.values(hosts).flatMap((host) => Object.keys(host.images ?? {}))]),
    ],
    sshKeys: Array.isArray(sshKeys) ? sshKeys.map((key) => (typeof key === "string" ? key : undefined)) : [],
    caCertificates,
  });
  const missing = made.guests.filter(({ host, image }) => !hosts[host]?.images?.[image] && !images[image]);
  if (missing.length > 0) {
    throw new PlanError(
      missing.map(({ name, host, image }) => ({
        property: `guests.${name}.image`,
        reason: `its host "${host}" has no image "${image}": add it to the lab's \`images\``,
      })),
    );
  }
  if (args.network?.mode === "bridge") {
    throw new PlanError([
      { property: "network.mode", reason: '"bridge" can be planned, but there is no network of that mode to make yet' },
    ]);
  }
  return made;
}

/** What is said beside a host goes before what it is made with. */
function declaredCapacity({ host, capacity }: LabHostArgs): Capacity | undefined {
  const own = host instanceof Host ? undefined : host?.capacity;
  if (own === undefined || pulumi.Output.isInstance(own) || own instanceof Promise) return capacity;
  const { cpus, memory } = own;
  return {
    ...(typeof cpus === "number" ? { cpus } : {}),
    ...(typeof memory === "string" ? { memory } : {}),
    ...capacity,
  };
}

function last<Args>(transform: Transform<Args> | undefined, args: Args, name: string): Args {
  return transform ? transform(args, name) : args;
}
