import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Inputs } from "../../provider/basics/record";
import { closeHypervisors } from "../../provider/connections/hypervisors";
import type { Kind } from "../../provider/lifecycle/schema";
import { connection, initrd, kernel } from "../e2e/guests";
import { variant } from "../integration/libvirt/variant";
import { WebServer } from "../integration/libvirt/web-server";
import { currentLab, ensureMicroGuest, type Lab, type LabHost } from "../lab";
import { firmware } from "./firmware";
import { Look } from "./look";
import type { Place } from "./place";
import type { KindSamples, Sample } from "./sample";
import type { Stage } from "./trial";
import { InProcess, listen, otherStack, stack, stopListening, type Way } from "./way";

/** What samples find on a host beside what the provider makes: files of images, bridges, NICs. */
const furniture = `${firmware}head -c 1M /dev/zero > /srv/a.iso
cp /srv/a.iso /srv/b.iso
qemu-img create -q -f qcow2 /srv/conf.qcow2 4M
head -c 4M /dev/zero > /srv/conf.raw
gzip -c /srv/a.iso > /srv/conf.gz
cp "$1" "$1-2"
cp "$2" "$2-2"
for name in conf-a conf-b; do ip link add "$name" type bridge; ip link set "$name" up; done
for name in conf-c conf-d; do ip link add "$name" type veth peer name "$name-end"; ip link set "$name" up; done
for name in conf-e conf-f; do ip link add "$name" type veth peer name "$name-end"; ip link set "$name-end" up; done
mkdir -p /etc/systemd/network
for file in /lib/systemd/network/*.network; do ln -sf /dev/null "/etc/systemd/network/\${file##*/}"; done
rm -f /etc/systemd/system/systemd-networkd.service /etc/systemd/system/systemd-networkd.socket
systemctl daemon-reload
systemctl start systemd-networkd
`;

/** Two hosts of the lab with what samples refer to, made by the provider itself. */
export class Rig implements Stage {
  private readonly connections = new Map<string, string>();
  private readonly hosts = new Map<string, LabHost>();
  private readonly lineages = new Map<string, string>();
  place!: Place;

  private constructor(
    readonly lab: Lab,
    readonly web: WebServer,
  ) {}

  /** `elsewhere`: with a second host, for the samples that change the machine that a thing is on. */
  static async open(options: { elsewhere: boolean }): Promise<Rig> {
    listen();
    const lab = await currentLab();
    const web = new WebServer(lab.address);
    await web.listen();
    const rig = new Rig(lab, web);
    const micro = await ensureMicroGuest(() => {});
    const content = await readFile(micro.image);
    web.pages.set("/micro.qcow2", { body: content });
    web.pages.set("/same/micro.qcow2", { body: content });
    // Another image: the same with some bytes behind its end, which a qcow2 file does not mind.
    const other = Buffer.concat([content, Buffer.alloc(65_536)]);
    web.pages.set("/other.qcow2", { body: other });
    const place = await rig.furnish([content, other]);
    rig.place = options.elsewhere ? { ...place, elsewhere: await rig.furnish([content, other]) } : place;
    return rig;
  }

  /** What a constructor adds: the way to the host, and the host's lineage. */
  readonly hidden = (inputs: Inputs): Inputs => ({
    __connection: this.connections.get(String(inputs.host)) ?? inputs.connection,
    __lineage: this.lineages.get(String(inputs.host)),
    __accept: inputs.acceptReplacement,
  });

  private guest: InProcess | undefined;

  /** Each sample has a resource of its own, but for the guest, which boots once. */
  way({ kind }: KindSamples, { guest }: Sample): Way {
    if (!guest) return new InProcess(kind, "tried", this.hidden, kind === "Host" ? otherStack : stack);
    this.guest ??= new InProcess(kind, "guest", this.hidden);
    return this.guest;
  }

  companion(): Way {
    return new InProcess("VirtualMachine", "plugged", this.hidden);
  }

  look(inputs: Inputs, state: Inputs): Look {
    const id = typeof inputs.host === "string" ? inputs.host : this.place.host;
    const place = id === this.place.host ? this.place : this.place.elsewhere!;
    return new Look(this.hosts.get(id)!, place, state);
  }

  private async furnish(images: Buffer[]): Promise<Place> {
    const micro = await ensureMicroGuest(() => {});
    const machine = await this.lab.startHost({ name: `c${randomBytes(4).toString("hex")}`, ...variant() });
    await machine.copyIn(micro.kernel, kernel);
    await machine.copyIn(micro.initrd, initrd);
    await machine.exec(["sh", "-c", furniture, "sh", kernel, initrd]);
    const way = connection(machine);
    const host = new InProcess("Host", "host", (inputs) => ({ __connection: inputs.connection }));
    await host.up({ connection: way, requirements: { virtualization: "none" } });
    this.connections.set(host.id, way);
    this.lineages.set(host.id, String(host.state.lineage));
    this.hosts.set(host.id, machine);
    const make = async (kind: Kind, name: string, inputs: Inputs): Promise<string> => {
      const made = new InProcess(kind, name, this.hidden);
      await made.up({ host: host.id, ...inputs });
      return made.id;
    };
    const pool = await make("StoragePool", "pool", {});
    const otherPool = await make("StoragePool", "other-pool", {});
    const [source, otherSource] = [this.web.url("/micro.qcow2"), this.web.url("/other.qcow2")];
    const [digest, otherDigest] = images.map(digestOf) as [string, string];
    const image = await make("Image", "image", { pool, source, checksum: digest });
    const otherImage = await make("Image", "other-image", { pool, source: otherSource, checksum: otherDigest });
    const volume = await make("Volume", "volume", { pool, size: "8MiB" });
    const otherVolume = await make("Volume", "other-volume", { pool, size: "12MiB" });
    const spareVolume = await make("Volume", "spare-volume", { pool, size: "8MiB" });
    const ipv4 = { address: "172.18.1.1/24", dhcp: { start: "172.18.1.100", end: "172.18.1.200" } };
    const network = await make("Network", "network", { mode: "isolated", ipv4 });
    const ipv4Other = { address: "172.18.2.1/24", dhcp: { start: "172.18.2.100", end: "172.18.2.200" } };
    const otherNetwork = await make("Network", "other-network", { mode: "isolated", ipv4: ipv4Other });
    const bare = {
      memory: "64MiB",
      shutdown: { timeout: 1 },
      guestAgent: false,
      disks: { root: { pool, size: "4MiB" } },
    };
    const first = await make("VirtualMachine", "machine", bare);
    const second = await make("VirtualMachine", "other-machine", bare);
    const stopped = await make("VirtualMachine", "stopped", { ...bare, running: false });
    return {
      host: host.id,
      connection: way,
      otherConnection: `${way}&sudo=0`,
      pool,
      otherPool,
      image,
      otherImage,
      volume,
      otherVolume,
      spareVolume,
      network,
      otherNetwork,
      machine: first,
      otherMachine: second,
      stopped,
      source,
      sameSource: this.web.url("/same/micro.qcow2"),
      otherSource,
      digest,
      otherDigest,
      publicKey: await this.lab.publicKey(),
    };
  }

  /** All went with the hosts. */
  async close(): Promise<void> {
    await closeHypervisors();
    await Promise.all([...this.hosts.values()].map((host) => host.destroy()));
    await this.web.close();
    stopListening();
  }
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
