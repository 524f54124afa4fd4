import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import type { Inputs } from "../../../provider/basics/record";
import { closeHypervisors } from "../../../provider/connections/hypervisors";
import type { Kind } from "../../../provider/lifecycle/schema";
import { Look } from "../../conformance/look";
import { nowhere } from "../../conformance/place";
import { InProcess, listen, stopListening } from "../../conformance/way";
import { connection, initrd, kernel } from "../../e2e/guests";
import { currentLab, ensureMicroGuest, type LabHost } from "../../lab";

/** A host with a pool and a network, made by the provider, and machines that others have made with virsh. */
describe("taking over a machine that others made", function () {
  this.timeout(180_000);
  let host: LabHost;
  let look: Look;
  let hostId: string;
  let lineage: string;
  let pool: string;
  let network: string;
  const directory = "/srv/others";

  const hidden = () => ({ __connection: connection(host), __lineage: lineage });
  const way = (kind: Kind, name = "web") => new InProcess(kind, name, hidden);

  before(async () => {
    listen();
    const lab = await currentLab();
    const micro = await ensureMicroGuest(() => {});
    host = await lab.startHost({ name: `a${randomBytes(4).toString("hex")}` });
    await host.copyIn(micro.kernel, kernel);
    await host.copyIn(micro.initrd, initrd);
    look = new Look(host, nowhere, {});
    const one = new InProcess("Host", "host", (inputs) => ({ __connection: inputs.connection }));
    await one.up({ connection: connection(host), requirements: { virtualization: "none" } });
    hostId = one.id;
    lineage = String(one.state.lineage);
    await look.shell("mkdir -p $1", directory);
    const dir = way("StoragePool", "others");
    await dir.up({ host: hostId, path: directory });
    pool = dir.id;
    const lan = way("Network", "lan");
    const ipv4 = { address: "172.18.1.1/24", dhcp: { start: "172.18.1.100", end: "172.18.1.200" } };
    await lan.up({ host: hostId, name: "lan", mode: "isolated", ipv4 });
    network = lan.id;
    await look.shell("ip link add outside type bridge && ip link set outside up");
  });

  after(async () => {
    await closeHypervisors();
    await host?.destroy();
    stopListening();
  });

  interface Foreign {
    readonly name: string;
    readonly uuid: string;
    readonly macs: readonly [string, string];
  }

  /** What an administrator may have: several buses, a cdrom, a floppy, tuning, a display with a password, devices of no field. */
  async function foreign(running: boolean): Promise<Foreign> {
    const name = `others-${randomBytes(3).toString("hex")}`;
    const uuid = randomUUID();
    const mac = () => `52:54:00:${[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`;
    const macs = [mac(), mac()] as const;
    const file = (suffix: string) => `${directory}/${name}-${suffix}`;
    await look.shell(
      'qemu-img create -q -f qcow2 "$1-root.qcow2" 8M; qemu-img create -q -f qcow2 "$1-data.qcow2" 12M; head -c 4M /dev/urandom > "$1-old.raw"; head -c 2M /dev/zero > "$1-scsi.raw"; head -c 1M /dev/zero > "$1-cd.iso"; head -c 1440K /dev/zero > "$1-floppy.img"',
      file("").slice(0, -1),
    );
    const disk = (device: string, format: string, source: string, target: string, bus: string, more = "") =>
      `<disk type='file' device='${device}'><driver name='qemu' type='${format}'${more}/><source file='${source}'/><target dev='${target}' bus='${bus}'/></disk>`;
    const xml = `<domain type='qemu'>
  <name>${name}</name><uuid>${uuid}</uuid><title>Web server</title><description>Made by hand</description>
  <metadata><app:note xmlns:app='urn:other:app' rack='7'/></metadata>
  <memory unit='MiB'>256</memory><currentMemory unit='MiB'>192</currentMemory>
  <vcpu placement='static' current='1'>2</vcpu>
  <cputune><shares>512</shares></cputune>
  <os><type arch='x86_64' machine='pc'>hvm</type><kernel>${kernel}</kernel><initrd>${initrd}</initrd><cmdline>console=ttyS0 quiet</cmdline></os>
  <features><acpi/><apic/><vmport state='off'/></features>
  <cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model><topology sockets='2' cores='1' threads='1'/></cpu>
  <clock offset='utc'><timer name='rtc' tickpolicy='catchup'/></clock>
  <on_reboot>destroy</on_reboot>
  <devices>
    ${disk("disk", "qcow2", file("root.qcow2"), "vda", "virtio", " cache='none' queues='2'")}
    ${disk("disk", "qcow2", file("data.qcow2"), "vdb", "virtio")}
    ${disk("disk", "raw", file("old.raw"), "sda", "sata")}
    ${disk("disk", "raw", file("scsi.raw"), "sdb", "scsi")}
    ${disk("cdrom", "raw", file("cd.iso"), "sdc", "sata", "").replace("</disk>", "<readonly/></disk>")}
    ${disk("floppy", "raw", file("floppy.img"), "fda", "fdc")}
    <controller type='scsi' index='0' model='virtio-scsi'/>
    <controller type='usb' index='0' model='ich9-ehci1'/>
    <interface type='network'><mac address='${macs[0]}'/><source network='lan'/><model type='virtio'/><tune><sndbuf>1600</sndbuf></tune></interface>
    <interface type='bridge'><mac address='${macs[1]}'/><source bridge='outside'/><model type='e1000'/></interface>
    <serial type='pty'><target port='0'/></serial><console type='pty'><target type='serial' port='0'/></console>
    <input type='tablet' bus='usb'/>
    <graphics type='vnc' port='-1' autoport='yes' passwd='geheim12'><listen type='address' address='127.0.0.1'/></graphics>
    <video><model type='cirrus' vram='16384' heads='1'/></video>
    <watchdog model='i6300esb' action='none'/>
    <memballoon model='virtio'><stats period='10'/></memballoon>
  </devices>
</domain>`;
    await look.virshWithFile(xml, "define", "FILE");
    if (running) await look.virsh("start", name);
    return { name, uuid, macs };
  }

  const stored = (name: string) => look.virsh("dumpxml", name, "--inactive", "--security-info");

  /** A definition without what taking over writes: our metadata, and aliases of devices. */
  const bare = (xml: string) =>
    xml
      .replace(/\s*<windrose:machine[\s\S]*?(<\/windrose:machine>|\/>)/g, "")
      .replace(/\s*<alias name='ua-[^']*'\/>/g, "")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .sort();

  const contents = (name: string) => look.shell('cd "$1" && sha256sum "$2"-* | sort -k2', directory, name);

  /** What a program says of it: files, networks, and nothing of the rest. */
  const program = ({ name, uuid }: Foreign, more: Inputs = {}): Inputs => ({
    host: hostId,
    adopt: true,
    uuid,
    name,
    guestAgent: false,
    shutdown: { timeout: 1 },
    disks: {
      root: { pool, volumeName: `${name}-root.qcow2` },
      store: { pool, volumeName: `${name}-old.raw`, format: "raw" },
      fast: { pool, volumeName: `${name}-scsi.raw`, format: "raw" },
      cd: { device: "cdrom", iso: `${directory}/${name}-cd.iso` },
    },
    interfaces: { lan: { network }, out: { bridge: "outside" } },
    ...more,
  });

  for (const running of [true, false]) {
    it(`leaves one that ${running ? "runs" : "is off"} as it is, and then works on it`, async () => {
      const there = await foreign(running);
      const [xml, files] = [await stored(there.name), await contents(there.name)];
      const process = await look.process(there.name);
      const taken = way("VirtualMachine", there.name);
      const inputs = program(there, { running });
      await taken.up(inputs);

      assert.deepEqual(bare(await stored(there.name)), bare(xml), "its definition");
      assert.equal(await contents(there.name), files, "its files");
      assert.equal(await look.process(there.name), process, "its process");
      const aliases = (await stored(there.name)).match(/ua-(disk|nic)-\w+/g)!.sort();
      assert.deepEqual(aliases, [
        ...["ua-disk-cd", "ua-disk-fast", "ua-disk-root", "ua-disk-store", "ua-nic-lan", "ua-nic-out"],
      ]);
      assert.equal((await taken.preview(inputs)).changes, false);
      await taken.refresh();
      assert.equal((await taken.preview(inputs)).changes, false, "after a refresh");
      assert.deepEqual(taken.state.restartPending, []);
      assert.deepEqual(taken.state.macAddresses, { lan: there.macs[0], out: there.macs[1] });

      const larger: Inputs = {
        ...inputs,
        memory: "224MiB",
        maxMemory: "256MiB",
        description: "Made by hand, kept by us",
      };
      const found = await taken.preview(larger);
      assert.match(`${found.info}${found.warnings}`, /memory 192MiB → 224MiB: live/);
      await taken.up(larger);
      assert.equal(await look.process(there.name), process);
      // The key is the target of a disk that the program leaves to others.
      const spare = { ...(larger.disks as Inputs), vdb: { pool, size: "4MiB" } };
      await taken.up({ ...larger, disks: spare });
      assert.equal(await look.process(there.name), process);
      const lines = new Set(bare(await stored(there.name)));
      const kept = bare(xml).filter((line) => !/(urrentM|<m)emory|<description|unit='KiB'/.test(line));
      assert.deepEqual(
        kept.filter((line) => !lines.has(line)),
        [],
        "what is not asked for stays",
      );

      const restarted = { ...larger, disks: spare, running: true, restart: "now", cpu: { mode: "maximum" } };
      await taken.up(restarted);
      assert.notEqual(await look.process(there.name), process);
      assert.equal((await taken.preview(restarted)).changes, false, "after its next start");
      assert.match(await look.virsh("dumpxml", there.name), /ua-disk-store/);

      await taken.destroy();
      assert.equal(await contents(there.name), files, "files of others stay");
      assert.doesNotMatch(await look.virsh("list", "--all", "--name"), new RegExp(there.name));
    });
  }

  it("refuses what would need a restart or another file, with the values that fit, and touches nothing", async () => {
    const there = await foreign(true);
    const xml = await stored(there.name);
    const taken = way("VirtualMachine", there.name);
    const disks = {
      root: { pool, volumeName: `${there.name}-root.qcow2`, bus: "scsi" },
      store: { pool, volumeName: `${there.name}-old.raw` },
      more: { pool, size: "64MiB" },
      fast: { pool, volumeName: "typing-error.raw", target: "sdb", bus: "scsi", size: "2MiB", format: "raw" },
    };
    const wrong = program(there, { disks, clock: "localtime", firmware: "uefi", cloudInit: { hostname: "web" } });
    await assert.rejects(taken.up(wrong), (error: Error) => {
      for (const words of [
        '`disks.store.format: "raw"`',
        '`disks.root.bus: "virtio"`',
        '`clock: "utc"`',
        '`firmware: "bios"`',
        "leave `cloudInit` out",
        "set the `volumeName` or `target` of `disks.more` to one of: ",
        `vdb: "${there.name}-data.qcow2"`,
        `disks.fast.volumeName: "${there.name}-scsi.raw"`,
      ])
        assert.ok(error.message.includes(words), `${words} is not in: ${error.message}`);
      return true;
    });
    assert.equal(await stored(there.name), xml);
    await look.virsh("destroy", there.name);
    await look.virsh("undefine", there.name);
  });

  it("finds disks by their sizes, where that leaves no doubt", async () => {
    const there = await foreign(false);
    const xml = await stored(there.name);
    const taken = way("VirtualMachine", there.name);
    const disks = { data: { pool, size: "12MiB" }, root: { pool, size: "8MiB" } };
    const inputs = program(there, { disks, running: false });
    await taken.up(inputs);
    assert.deepEqual(bare(await stored(there.name)), bare(xml));
    assert.match(await stored(there.name), /<target dev='vda' bus='virtio'\/>\s*<alias name='ua-disk-root'\/>/);
    assert.equal((await taken.preview(inputs)).changes, false);
    await taken.destroy();
  });
});
