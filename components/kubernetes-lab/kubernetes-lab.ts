import * as pulumi from "@pulumi/pulumi";
import {
  Command,
  Host,
  Image,
  KubernetesNode,
  type KubernetesNodeArgs,
  Network,
  StoragePool,
  VirtualMachine,
} from "../../provider/index";
import { type Access, inventoryText, knownHostsText, sshCommand, sshConfigText, tableText } from "./access";
import type { GuestAccess, KubernetesLabArgs } from "./arguments";
import { last, planOf, refusal, textsOf } from "./asked";
import { type Capacity, demandOf, shortfalls } from "./capacity";
import { checkArgs, type Ground, hostArgs, machineArgs, networkArgs, poolArgs, type Texts } from "./children";
import { bundleArgs, bundleName, clusterMark, nodeArgs, withRestart } from "./kubernetes/children";
import { type ClusterOutputs, clusterOutputs } from "./kubernetes/cluster";
import { loginOf } from "./login";
import type { LabPlan } from "./plan";
import { PlanError } from "./problems";

/**
 * Guests that are ready for a Kubernetes cluster, on one host or several, and the cluster, where `kubernetes` asks for it.
 * What they stand on (hosts, pools, networks, images) is passed in, or made as its children: hosts, pools and networks are
 * named `<lab>-<host>`, images `<lab>-<host>-<image>`, guests and their nodes `<lab>-<guest>` with the host name `<guest>`.
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
  /** The nodes of the cluster by the guests' names, control planes first; none without `kubernetes`. */
  readonly nodes: Readonly<Record<string, KubernetesNode>>;
  /** What `kubectl`, and the Kubernetes provider of Pulumi, reach the cluster with, as its administrator. */
  readonly kubeconfig?: pulumi.Output<string>;
  /** Where the nodes reach the cluster's API: `winds-api:6443`. */
  readonly endpoint?: pulumi.Output<string>;
  /** Certificate of the cluster's authority (PEM). */
  readonly caCertificate?: pulumi.Output<string>;
  /** Name, role, version, host and address of the nodes, as a table for people. */
  readonly nodeTable?: pulumi.Output<string>;
  /** Commands that reach the cluster from this machine, through the host where the guests are behind it. */
  readonly kubectl?: pulumi.Output<string>;
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
    const texts = refusing(() => textsOf(name, args));
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
    this.nodes = made.nodes;
    const cluster: Partial<ClusterOutputs> = planned.kubernetes
      ? clusterOutputs(planned.kubernetes, this.nodes, args.hosts)
      : {};
    Object.assign(this, cluster);

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
      ...cluster,
    });
  }

  /** What the guests of one host stand on, made where it is not passed in. */
  private ground(lab: string, key: string, args: KubernetesLabArgs, planned: LabPlan): Ground {
    const given = args.hosts[key]!;
    const { transform = {} } = args;
    const child = { parent: this };
    const name = `${lab}-${key}`;
    const cluster = clusterMark(lab, args.kubernetes);
    const host =
      given.host instanceof Host
        ? given.host
        : new Host(name, { ...last(transform.host, hostArgs(key, given), name), ...cluster }, child);
    const pool =
      given.pool instanceof StoragePool
        ? given.pool
        : new StoragePool(name, { ...last(transform.pool, poolArgs(host, given), name), ...cluster }, child);
    const network =
      given.network ??
      new Network(name, { ...last(transform.network, networkArgs(key, host, args, planned), name), ...cluster }, child);
    const used = new Set(planned.guests.filter((guest) => guest.host === key).map((guest) => guest.image));
    const images = Object.fromEntries(
      [...used].map((image) => {
        const there = given.images?.[image];
        if (there) return [image, there];
        const own = `${name}-${image}`;
        return [
          image,
          new Image(own, { ...last(transform.image, { ...args.images[image]!, host, pool }, own), ...cluster }, child),
        ];
      }),
    );
    const { kubernetes } = planned;
    const brought =
      kubernetes && used.size > 0 && args.kubernetes ? bundleArgs(args.kubernetes, host, pool) : undefined;
    if (!kubernetes || !brought) return { host, pool, network, images };
    const own = bundleName(lab, key, kubernetes);
    return { host, pool, network, images, bundle: new Image(own, last(transform.image, brought, own), child) };
  }

  private makeGuests(
    lab: string,
    args: KubernetesLabArgs,
    texts: Texts,
    planned: LabPlan,
    grounds: Readonly<Record<string, Ground>>,
  ): Made {
    const room = Object.fromEntries(
      Object.entries(grounds).map(([key, ground]) => [key, this.room(lab, key, args, planned, ground)]),
    );
    const { kubernetes: cluster } = planned;
    const { rolling = cluster !== undefined, transform } = args;
    const made: Made = { machines: {}, checks: {}, nodes: {} };
    let before: pulumi.Resource[] = [];
    const mark = clusterMark(lab, args.kubernetes);
    for (const guest of planned.guests) {
      const { name, resource, host } = guest;
      const ground = grounds[host]!;
      const previous = rolling ? before : [];
      const dependsOn = room[host]!.apply((resources) => [...resources, ...previous]);
      const whole = last(transform?.guest, machineArgs(args, texts, guest, ground, cluster), resource);
      const { machine: own, definition } = cluster ? withRestart(whole) : { machine: whole, definition: undefined };
      const machine = new VirtualMachine(resource, { ...own, ...mark }, { parent: this, dependsOn });
      made.machines[name] = machine;
      before = [machine];
      const look = checkArgs(args, texts, guest, ground.host, machine);
      if (look) {
        made.checks[name] = new Command(resource, last(transform?.check, look, resource), { parent: this });
        before.push(made.checks[name]);
      }
      if (!cluster || !args.kubernetes) continue;
      const all = Object.values(made.nodes);
      const wanted = nodeArgs(
        lab,
        args.kubernetes,
        cluster,
        cluster.nodes.find((node) => node.name === name)!,
        texts.cluster,
        {
          host: ground.host,
          machine,
          definition,
          through: all[0],
          login: loginOf(args),
        },
      );
      const asked = last(transform?.node, wanted, resource);
      // What the nodes stand on says it too, and long before: two of them would let a cluster go that nobody gave up.
      if (anotherGeneration(asked, wanted))
        throw refusal(lab, [
          { property: "transform.node", reason: "has another `cluster.generation`: set `kubernetes.generation`" },
        ]);
      const node = new KubernetesNode(resource, asked, {
        parent: this,
        // One after another, whatever happens to them.
        dependsOn: [...before, ...all.slice(-1)],
        // A cluster that goes as a whole is not emptied node by node.
        deletedWith: this,
      });
      made.nodes[name] = node;
      before.push(node);
    }
    return made;
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

interface Made {
  readonly machines: Record<string, VirtualMachine>;
  readonly checks: Record<string, Command>;
  readonly nodes: Record<string, KubernetesNode>;
}

function anotherGeneration({ cluster: asked }: KubernetesNodeArgs, { cluster }: KubernetesNodeArgs): boolean {
  const of = (given: unknown) => String((given as { generation?: unknown }).generation);
  return !pulumi.Output.isInstance(asked) && of(asked) !== of(cluster);
}
