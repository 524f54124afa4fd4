import assert from "node:assert/strict";
import fc from "fast-check";
import { WindroseError } from "../../../provider/basics/errors";
import { sortAddresses } from "../../../provider/drivers/libvirt/machines/guest";
import { readMachine } from "../../../provider/drivers/libvirt/machines/read";
import { compareDisks, refuseFirmware, snapshotDisks } from "../../../provider/drivers/libvirt/snapshots/disks";
import { readSnapshot } from "../../../provider/drivers/libvirt/snapshots/snapshots";
import { parseXml } from "../../../provider/drivers/libvirt/xml";

const isCode = (code: string) => (error: unknown) => error instanceof WindroseError && error.code === code;

/** As virt-install leaves one on a host with KVM; nothing of it is ours. */
const foreign = `<domain type='kvm' id='7'>
  <name>zephyrus</name><uuid>0A0B0C0D-1111-4222-8333-444455556666</uuid>
  <metadata><libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0"/></metadata>
  <memory unit='GiB'>2</memory><currentMemory>1048576</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <os><type arch='x86_64' machine='pc-q35-8.2'>hvm</type><loader readonly='yes' type='pflash'>/x</loader><boot dev='hd'/></os>
  <cpu mode='custom' match='exact'><model fallback='forbid'>EPYC</model><feature policy='require' name='x2apic'/></cpu>
  <clock offset='utc'><timer name='rtc'/></clock>
  <devices>
    <disk type='block' device='lun'><source dev='/dev/sdb'/><target dev='sda' bus='scsi'/></disk>
    <disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='rbd' name='p/i'/><target dev='vdb' bus='virtio'/></disk>
    <disk type='file' device='disk'><source file='/a&amp;b' index='1'/><backingStore type='file'><source file='/base'/></backingStore><target dev='vda'/></disk>
    <controller type='pci' index='1' model='pcie-root-port'/><controller type='pci' index='2' model='pcie-root-port'/>
    <interface type='network'><mac address='52:54:00:AA:BB:CC'/><source network='default' portid='x' bridge='virbr0'/><model type='virtio'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></interface>
    <interface type='user'><mac address='52:54:00:aa:bb:cd'/></interface>
    <graphics type='egl-headless'/>
    <graphics type='spice' port='5901' tlsPort='5902' autoport='yes' listen='0.0.0.0'/>
    <video><model type='qxl'/></video>
    <hostdev mode='subsystem' type='pci'/><unheard-of/>
  </devices>
</domain>`;

describe("the reader of definitions", () => {
  it("reads what others defined", () => {
    const { disks, interfaces, ...rest } = readMachine(foreign, true);
    assert.deepEqual(rest, {
      uuid: "0a0b0c0d-1111-4222-8333-444455556666",
      name: "zephyrus",
      metadata: {},
      vcpus: 2,
      maxVcpus: 2,
      memory: 2 ** 30,
      maxMemory: 2 ** 31,
      cpu: { mode: "custom", model: "EPYC", features: { x2apic: "require" } },
      machineType: "pc-q35-8.2",
      firmware: "uefi",
      boot: {},
      hotplugSlots: 1,
      graphics: { type: "spice", listen: "0.0.0.0" },
      video: "qxl",
      serial: false,
      guestAgent: false,
      rng: false,
      clock: "utc",
      display: { type: "spice", listen: "0.0.0.0", port: 5901 },
    });
    assert.deepEqual(
      disks.map(({ key, path }) => [key, path]),
      [
        ["@vdb", undefined],
        ["@vda", "/a&b"],
      ],
    );
    assert.deepEqual(
      interfaces.map(({ key, source }) => [key, source]),
      [
        ["@52:54:00:aa:bb:cc", { network: "default" }],
        ["@52:54:00:aa:bb:cd", { direct: "" }],
      ],
    );
  });

  it("answers odd definitions with a report or with protocol, never otherwise", () => {
    const hostile = fc.constantFrom(
      "",
      "x",
      "-1",
      "1e99",
      "9999999999999999999999",
      "NaN",
      "\u00a0",
      "yes",
      "<x/>",
      "0x10",
    );
    const lines = foreign.split(/(?=<)/);
    fc.assert(
      fc.property(fc.array(fc.nat(lines.length - 1), { maxLength: 6 }), fc.nat(400), hostile, (dropped, at, value) => {
        const cut = lines.filter((_, index) => !dropped.includes(index)).join("");
        const quoted = [...cut.matchAll(/'[^']*'|>[^<]+</g)];
        const hit = quoted[at % quoted.length];
        const xml = hit ? `${cut.slice(0, hit.index + 1)}${value}${cut.slice(hit.index + hit[0].length - 1)}` : cut;
        try {
          readMachine(xml, true);
        } catch (error) {
          assert.ok(isCode("protocol")(error), String(error));
        }
      }),
      { numRuns: 2000 },
    );
    for (const xml of ["<network/>", "<domain/>", "<domain><memory unit='parsec'>1</memory><vcpu>1</vcpu></domain>"]) {
      assert.throws(() => readMachine(xml, false), isCode("protocol"), xml);
    }
  });

  it("takes no mark from metadata of another namespace or without its parts", () => {
    const withMetadata = (metadata: string) =>
      readMachine(
        `<domain><name>a</name><metadata>${metadata}</metadata><memory>1</memory><vcpu>1</vcpu></domain>`,
        false,
      );
    const attributes = `project="p" stack="s" urn="u" incarnation="i"`;
    const uri = "urn:pulumi-windrose:domain:1";
    const mark = { project: "p", stack: "s", urn: "u", incarnation: "i" };
    assert.deepEqual(withMetadata(`<w:machine xmlns:w="${uri}" ${attributes}/>`).mark, mark);
    assert.deepEqual(withMetadata(`<machine xmlns="${uri}" ${attributes}/>`).mark, mark);
    assert.equal(withMetadata(`<w:machine xmlns:w="urn:other" ${attributes}/>`).mark, undefined);
    assert.equal(withMetadata(`<w:machine xmlns:w="${uri}" project="p" stack="s"/>`).mark, undefined);
    const odd = withMetadata(
      `<w:machine xmlns:w="${uri}"><w:entry/><entry key="__proto__" value="1"/><asked cpu="x" hotplugSlots="-4"/></w:machine>`,
    );
    assert.equal(odd.hotplugSlots, 0);
    assert.equal(({} as Record<string, unknown>)["1"], undefined);
  });
});

describe("a guest's addresses", () => {
  it("come IPv4 first, once each, without those that nobody can reach", () => {
    const mac = "52:54:00:00:00:01";
    const entry = (address: string, source: "lease" | "agent" | "arp", of = mac) => ({ mac: of, address, source });
    const sorted = sortAddresses(
      [
        entry("2001:db8::5", "lease"),
        entry("192.168.1.9", "arp"),
        entry("192.168.1.5", "agent", mac.toUpperCase()),
        entry("192.168.1.5", "lease"),
        entry("127.0.0.1", "agent"),
        entry("169.254.3.4", "agent"),
        entry("fe80::1", "agent"),
        entry("::1", "agent"),
        entry("not an address", "arp"),
        entry("172.17.0.1", "agent", "02:42:00:00:00:00"),
      ],
      new Set([mac]),
    );
    assert.deepEqual(sorted, [
      entry("192.168.1.5", "lease"),
      entry("192.168.1.9", "arp"),
      entry("2001:db8::5", "lease"),
    ]);
  });
});

describe("the disks of a snapshot", () => {
  const domain = (disks: string, os = "") =>
    parseXml(`<domain><os>${os}</os><devices>${disks}</devices></domain>`, "it");
  const disk = (target: string, path: string, format = "qcow2", rest = "") =>
    `<disk type='file' device='disk'><driver type='${format}'/><source file='${path}'/><target dev='${target}'/>${rest}</disk>`;
  const empty = "<disk type='file' device='cdrom'><target dev='sda'/><readonly/></disk>";

  it("are the writable qcow2 ones; another writable one is refused", () => {
    const fine = domain(disk("vda", "/a") + disk("vdb", "/seed", "raw", "<readonly/>") + empty);
    assert.deepEqual(
      snapshotDisks(fine, "m").map(({ target, kind }) => [target, kind]),
      [
        ["vda", "internal"],
        ["vdb", "no"],
        ["sda", "no"],
      ],
    );
    assert.throws(
      () => snapshotDisks(domain(disk("vda", "/a") + disk("vdb", "/b", "raw")), "m"),
      isCode("unsupported"),
    );
    assert.throws(() => snapshotDisks(domain(empty), "m"), isCode("unsupported"));
  });

  it("must be the same for a roll-back", () => {
    const now = domain(disk("vda", "/a") + empty);
    const snapshot = (disks: string) =>
      parseXml(`<domainsnapshot><domain><devices>${disks}</devices></domain></domainsnapshot>`, "it");
    assert.equal(compareDisks(snapshot(disk("vda", "/a")), now, "s", "m").length, 1);
    for (const then of [disk("vda", "/b"), disk("vda", "/a") + disk("vdb", "/c"), disk("vdb", "/a")]) {
      assert.throws(() => compareDisks(snapshot(then), now, "s", "m"), isCode("replace-refused"), then);
    }
    assert.throws(() => compareDisks(parseXml("<domainsnapshot/>", "it"), now, "s", "m"), isCode("protocol"));
  });

  it("are out of reach under UEFI", () => {
    assert.throws(() => refuseFirmware(domain("", "<loader type='pflash'>/x</loader>"), "m"), isCode("unsupported"));
    assert.throws(() => refuseFirmware(domain("", "<nvram>/x</nvram>"), "m"), isCode("unsupported"));
    refuseFirmware(domain("", "<loader type='rom'>/x</loader>"), "m");
  });

  it("tell an external snapshot", () => {
    const xml = (memory: string, kind: string) =>
      parseXml(
        `<domainsnapshot><name>s</name><state>running</state><creationTime>1700000000</creationTime><parent><name>p</name></parent>
<memory snapshot='${memory}'/><disks><disk name='vda' snapshot='${kind}'/></disks></domainsnapshot>`,
        "it",
      );
    const { external, memory, created, parent, power } = readSnapshot(xml("internal", "internal"), "m", true);
    assert.deepEqual([external, memory, created, parent, power], [false, true, 1_700_000_000_000, "p", "running"]);
    assert.equal(readSnapshot(xml("no", "external"), "m", true).external, true);
    assert.throws(() => readSnapshot(parseXml("<domainsnapshot/>", "it"), "m", true), isCode("protocol"));
  });
});
