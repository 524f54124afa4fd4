import assert from "node:assert/strict";
import fc from "fast-check";
import { WindroseError } from "../../../provider/basics/errors";
import { definitionXml } from "../../../provider/drivers/libvirt/machines/definition-xml";
import { findDevice } from "../../../provider/drivers/libvirt/machines/devices";
import { machineFamily } from "../../../provider/drivers/libvirt/machines/machine-type";
import { freePorts, hasRootPorts } from "../../../provider/drivers/libvirt/machines/ports";
import { reportMachine } from "../../../provider/drivers/libvirt/machines/read";
import { deviceAlias } from "../../../provider/drivers/libvirt/machines/view";
import { parseXml, serializeXml, type XmlElement } from "../../../provider/drivers/libvirt/xml";
import type { MachineDefinition } from "../../../provider/drivers/model";
import { machineDefinition } from "./machines-arbitrary";

const emulation = { type: "qemu", arch: "x86_64", cpuModes: ["maximum"] } as const;
const hardware = { type: "kvm", arch: "x86_64", cpuModes: ["maximum"] } as const;
const isCode = (code: string) => (error: unknown) => error instanceof WindroseError && error.code === code;

function plain(changes: Partial<MachineDefinition> = {}): MachineDefinition {
  return {
    uuid: "6b3c5f0e-5a0b-4f7f-9a53-0d1c8f2f6a01",
    name: "boreas",
    metadata: {},
    vcpus: 1,
    maxVcpus: 2,
    memory: 2 ** 27,
    maxMemory: 2 ** 28,
    cpu: { mode: "default" },
    firmware: "bios",
    boot: {},
    disks: [
      {
        key: "root",
        device: "disk",
        path: "/srv/root.qcow2",
        format: "qcow2",
        bus: "virtio",
        target: "vda",
        readonly: false,
      },
    ],
    interfaces: [{ key: "lan", mac: "52:54:00:00:00:01", source: { network: "winds" }, model: "virtio", link: "up" }],
    hotplugSlots: 3,
    serial: true,
    guestAgent: true,
    rng: true,
    clock: "utc",
    ...changes,
  };
}

function xmlOf(definition: MachineDefinition, stored?: XmlElement): XmlElement {
  return parseXml(definitionXml(definition, emulation, stored), "it");
}

/** What libvirt does to a new definition: an exact machine type, and a root port for each device, in order. */
function filledIn(domain: XmlElement): XmlElement {
  const copy = domain.clone();
  const type = copy.find("os/type")!;
  if (type.attribute("machine") === "q35") type.attributes.set("machine", "pc-q35-7.2");
  if (type.attribute("machine") === "pc") type.attributes.set("machine", "pc-i440fx-7.2");
  const used = new Set(
    copy.all("devices").flatMap((devices) => devices.elements().map((device) => device.attribute("bus", "address"))),
  );
  const ports = copy
    .all("devices/controller")
    .filter((element) => element.attribute("model") === "pcie-root-port")
    .map((element) => `0x${Number(element.attribute("index")).toString(16).padStart(2, "0")}`)
    .filter((bus) => !used.has(bus));
  const homeless = copy
    .find("devices")!
    .elements()
    .filter((device) => {
      if (device.find("address")) return false;
      if (device.name === "disk") return device.attribute("bus", "target") === "virtio";
      if (device.name === "controller")
        return (
          ["virtio-serial", "scsi"].includes(device.attribute("type")!) || device.attribute("model") === "qemu-xhci"
        );
      return ["interface", "memballoon", "rng"].includes(device.name);
    });
  for (const device of homeless) {
    const bus = ports.shift();
    if (bus)
      device.children.push(
        parseXml(`<address type="pci" domain="0x0000" bus="${bus}" slot="0x00" function="0x0"/>`, "it"),
      );
  }
  return copy;
}

function addressOf(domain: XmlElement, alias: string): string | undefined {
  const devices = [...domain.all("devices/disk"), ...domain.all("devices/interface")];
  return devices.find((device) => device.attribute("name", "alias") === alias)?.attribute("bus", "address");
}

/** Without the files that libvirt makes for it, in an order that its devices have by their keys. */
function reported(domain: XmlElement): MachineDefinition {
  const { files: _files, ...machine } = reportMachine(domain, false);
  return byKey({ ...machine, disks: machine.disks.filter(({ target }) => target !== "xvda") });
}

const byKey = (machine: MachineDefinition): MachineDefinition => ({
  ...machine,
  disks: [...machine.disks].sort((one, other) => (one.key < other.key ? -1 : 1)),
  interfaces: [...machine.interfaces].sort((one, other) => (one.key < other.key ? -1 : 1)),
});

/** Parts of a definition that belong to others: what no field has. */
function withOthers(domain: XmlElement): XmlElement {
  const copy = domain.clone();
  const add = (parent: string, xml: string) => (parent ? copy.find(parent)! : copy).children.push(parseXml(xml, "it"));
  add("", "<cputune><shares>512</shares></cputune>");
  add("", "<title>Web</title>");
  add("clock", '<timer name="rtc" tickpolicy="catchup"/>');
  add("devices", '<watchdog model="i6300esb" action="none"/>');
  add("devices", '<disk type="file" device="floppy"><source file="/f.img"/><target dev="fda" bus="fdc"/></disk>');
  add("devices", '<disk type="network" device="disk"><source protocol="rbd" name="a"/><target dev="xvda"/></disk>');
  for (const disk of copy.all("devices/disk"))
    if (disk.find("driver")) disk.find("driver")!.attributes.set("queues", "2");
  return copy;
}

describe("a machine's definition", () => {
  it("reads back as it was written", () => {
    fc.assert(
      fc.property(machineDefinition(), (definition) => {
        assert.deepEqual(reported(xmlOf(definition)), byKey(definition));
        assert.deepEqual(reported(filledIn(xmlOf(definition))), byKey(definition));
      }),
    );
  });

  it("is edited into any other, and what others put into it stays", () => {
    fc.assert(
      fc.property(machineDefinition(), machineDefinition(), (before, after) => {
        const { uuid, name, machineType } = before;
        const { machineType: _other, ...rest } = after;
        const next = { ...rest, uuid, name, ...(machineType === undefined ? {} : { machineType }) };
        const stored = withOthers(filledIn(xmlOf(before)));
        const edited = xmlOf(next, stored);
        assert.deepEqual(reported(edited), byKey(next));
        const [cputune, title] = [edited.text("cputune/shares"), edited.text("title")];
        assert.deepEqual([cputune, title, edited.attribute("name", "clock/timer")], ["512", "Web", "rtc"]);
        assert.ok(edited.find("devices/watchdog"));
        const targets = edited.all("devices/disk/target").map((target) => target.attribute("dev"));
        assert.ok(targets.includes("fda") && targets.includes("xvda"));
        const same = before.disks.filter(({ key }) => next.disks.some((disk) => disk.key === key));
        for (const { key } of same) {
          const disk = edited
            .all("devices/disk")
            .find((one) => one.attribute("name", "alias") === deviceAlias("disk", key));
          assert.equal(disk?.attribute("queues", "driver"), "2", key);
        }
        assert.deepEqual(reported(xmlOf(next, edited)), byKey(next), "and again");
        assert.equal(serializeXml(xmlOf(next, edited)), serializeXml(edited), "which changes nothing");
      }),
    );
  });

  it("leaves as many root ports free as it was asked, and again after devices were added", () => {
    fc.assert(
      fc.property(machineDefinition(), (definition) => {
        if (definition.machineType === "pc") return;
        const conventional = definition.interfaces.some(({ model }) => ["e1000", "rtl8139"].includes(model));
        if (conventional) return;
        const first = filledIn(xmlOf(definition));
        assert.equal(freePorts(first), definition.hotplugSlots);
        const added = {
          ...definition.disks[0]!,
          key: "added",
          bus: "virtio" as const,
          device: "disk" as const,
          path: "/srv/x",
          target: "vdz",
        };
        const second = filledIn(xmlOf({ ...definition, disks: [...definition.disks, added] }, first));
        assert.equal(freePorts(second), definition.hotplugSlots);
      }),
    );
  });

  it("keeps the place of every device that stays, and the exact machine type", () => {
    const before = plain({
      disks: [...plain().disks, { ...plain().disks[0]!, key: "data", path: "/srv/data.qcow2", target: "vdb" }],
    });
    const stored = filledIn(xmlOf(before));
    stored.find("os/type")!.attributes.set("machine", "pc-q35-6.0");
    const data = addressOf(stored, "ua-disk-data");
    const lan = addressOf(stored, "ua-nic-lan");
    assert.ok(data && lan);
    const after = xmlOf({ ...before, disks: before.disks.slice(1), memory: 2 ** 28 }, stored);
    assert.equal(addressOf(after, "ua-disk-data"), data);
    assert.equal(addressOf(after, "ua-nic-lan"), lan);
    assert.equal(after.attribute("machine", "os/type"), "pc-q35-6.0");
    const ports = (domain: XmlElement) =>
      domain.all("devices/controller").filter((element) => element.attribute("type") === "pci").length;
    assert.equal(ports(after), ports(stored));
  });

  it("keeps the hubs and controllers that the places of devices name, also where a patch has it generated", () => {
    const usb = (key: string) => ({
      ...plain().disks[0]!,
      key,
      path: `/srv/${key}`,
      bus: "usb" as const,
      target: `sd${key}`,
    });
    const scsi = { ...plain().disks[0]!, key: "old", path: "/srv/old", bus: "scsi" as const, target: "sdz" };
    const asked = plain({ disks: [usb("a"), usb("b"), scsi] });
    const stored = filledIn(xmlOf(asked));
    const devices = stored.find("devices")!;
    const add = (xml: string) => devices.children.push(parseXml(xml, "it"));
    const place = (key: string, address: string) => {
      const disk = devices.elements("disk").find((each) => each.attribute("name", "alias") === `ua-disk-${key}`)!;
      const before = disk.find("address");
      if (before) disk.remove(before);
      disk.children.push(parseXml(address, "it"));
    };
    add('<hub type="usb"><address type="usb" bus="0" port="1"/></hub>');
    add('<hub type="usb"><address type="usb" bus="0" port="1.8"/></hub>');
    add('<controller type="scsi" index="3" model="lsilogic"/>');
    place("a", '<address type="usb" bus="0" port="1.8.2"/>');
    place("b", '<address type="usb" bus="0" port="4"/>');
    place("old", '<address type="drive" controller="3" bus="0" target="0" unit="4"/>');
    const ports = (domain: XmlElement) =>
      domain
        .all("devices/hub")
        .map((hub) => hub.attribute("port", "address"))
        .sort();
    const controllers = (domain: XmlElement) =>
      domain
        .all("devices/controller")
        .filter((each) => each.attribute("type") === "scsi")
        .map((each) => `${each.attribute("index")} ${each.attribute("model")}`);

    const patch = { set: { "/domain/title": "Web" } };
    for (const patched of [{}, { patch }]) {
      const same = xmlOf({ ...asked, ...patched }, stored);
      assert.deepEqual(ports(same), ["1", "1.8"]);
      assert.deepEqual(controllers(same).sort(), ["0 virtio-scsi", "3 lsilogic"]);
    }
    const fewer = xmlOf(plain({ disks: [usb("b")], patch }), stored);
    assert.deepEqual([ports(fewer), controllers(fewer)], [[], []], "nobody is left on them");
    assert.deepEqual(ports(xmlOf(plain({ disks: [usb("b")] }), stored)), ["1", "1.8"], "an edit touches nothing else");
  });

  it("gives a device on another bus, or with another model, a new place", () => {
    const stored = filledIn(xmlOf(plain()));
    const scsi = xmlOf(plain({ disks: [{ ...plain().disks[0]!, bus: "scsi", target: "sda" }] }), stored);
    assert.equal(addressOf(scsi, "ua-disk-root"), undefined);
    const e1000 = xmlOf(plain({ interfaces: [{ ...plain().interfaces[0]!, model: "e1000e" }] }), stored);
    assert.equal(addressOf(e1000, "ua-nic-lan"), undefined);
  });

  it("carries no addresses over to another family of machine types", () => {
    const stored = filledIn(xmlOf(plain()));
    const after = xmlOf(plain({ machineType: "pc" }), stored);
    assert.equal(after.attribute("machine", "os/type"), "pc");
    assert.equal(addressOf(after, "ua-disk-root"), undefined);
    assert.deepEqual(
      after.all("devices/controller").map((element) => element.attribute("type")),
      ["usb", "virtio-serial"],
    );
  });

  it("takes an exact machine type of the same family, places kept", () => {
    const stored = filledIn(xmlOf(plain()));
    const after = xmlOf(plain({ machineType: "pc-q35-8.0" }), stored);
    assert.equal(after.attribute("machine", "os/type"), "pc-q35-8.0");
    assert.equal(addressOf(after, "ua-disk-root"), addressOf(stored, "ua-disk-root"));
  });

  it("keeps what others wrote into the metadata, and the firmware's files", () => {
    const stored = filledIn(xmlOf(plain({ firmware: "uefi" })));
    stored.find("metadata")!.children.push(parseXml('<x:y xmlns:x="urn:other"><z>1</z></x:y>', "it"));
    stored.find("os")!.children.push(parseXml('<nvram template="/t">/var/nvram</nvram>', "it"));
    const after = xmlOf(plain({ firmware: "uefi" }), stored);
    assert.equal(after.text("metadata/x:y/z"), "1");
    assert.equal(after.text("os/nvram"), "/var/nvram");
    assert.equal(xmlOf(plain({ firmware: "bios" }), stored).find("os/nvram"), undefined);
    assert.equal(after.all("metadata/windrose:machine").length, 1);
  });

  it("knows devices that others made by their target and MAC address", () => {
    const stored = filledIn(xmlOf(plain()));
    const places = ["ua-disk-root", "ua-nic-lan"].map((alias) => addressOf(stored, alias));
    for (const device of stored.find("devices")!.elements()) {
      const alias = device.find("alias");
      if (alias) device.remove(alias);
    }
    const report = reportMachine(stored, false);
    assert.deepEqual(
      report.disks.map(({ key }) => key),
      ["@vda"],
    );
    assert.deepEqual(
      report.interfaces.map(({ key }) => key),
      ["@52:54:00:00:00:01"],
    );
    const after = xmlOf(plain(), stored);
    assert.deepEqual(
      ["ua-disk-root", "ua-nic-lan"].map((alias) => addressOf(after, alias)),
      places,
    );
  });

  it("leaves a disk of others alone whose target is a key of the program", () => {
    const [root] = plain().disks;
    const stored = filledIn(xmlOf(plain()));
    stored
      .find("devices")!
      .children.push(
        parseXml(
          '<disk type="file" device="disk"><source file="/theirs"/><target dev="vdb" bus="virtio"/><alias name="ua-their-disk"/></disk>',
          "it",
        ),
      );
    assert.equal(findDevice(stored, "disk", "vdb"), undefined);
    const added = { ...root!, key: "vdb", path: "/ours", target: "vdc" };
    const more = plain({ disks: [root!, added], others: { disks: ["@vdb"], interfaces: [] } });
    const files = xmlOf(more, stored)
      .all("devices/disk")
      .map((disk) => [disk.attribute("file", "source"), disk.attribute("name", "alias")]);
    assert.deepEqual(files, [
      ["/srv/root.qcow2", "ua-disk-root"],
      ["/theirs", "ua-their-disk"],
      ["/ours", "ua-disk-vdb"],
    ]);
    assert.equal(findDevice(xmlOf(more, stored), "disk", "@vdb")?.attribute("file", "source"), "/theirs");
  });

  it("chooses the CPU by what the host can, and refuses host-passthrough without hardware", () => {
    assert.equal(xmlOf(plain()).attribute("mode", "cpu"), "maximum");
    const passthrough = plain({ cpu: { mode: "host-passthrough" } });
    assert.throws(() => definitionXml(passthrough, emulation), isCode("unsupported"));
    for (const definition of [plain(), passthrough]) {
      const xml = parseXml(definitionXml(definition, hardware), "it");
      assert.equal(xml.attribute("type"), "kvm");
      assert.equal(xml.attribute("mode", "cpu"), "host-passthrough");
      assert.deepEqual(reportMachine(xml, false).cpu, definition.cpu);
    }
    assert.throws(() => xmlOf(plain({ cpu: { mode: "custom" } })), isCode("invalid-input"));
  });

  it("shows a change of CPU, machine type or video by others", () => {
    const stored = filledIn(xmlOf(plain()));
    stored.find("cpu")!.attributes.set("mode", "host-passthrough");
    assert.deepEqual(reportMachine(stored, false).cpu, { mode: "host-passthrough" });
    const withQ35 = filledIn(xmlOf(plain({ machineType: "q35" })));
    assert.equal(reportMachine(withQ35, false).machineType, "q35");
    withQ35.find("os/type")!.attributes.set("machine", "pc-i440fx-7.2");
    assert.equal(reportMachine(withQ35, false).machineType, "pc-i440fx-7.2");
  });

  it("shows the CPU of a running machine as it was asked for, not as what it was made into", () => {
    const asked = plain({ cpu: { mode: "host-model", features: { aes: "require" } } });
    const live = xmlOf(asked);
    const cpu = live.find("cpu")!;
    cpu.attributes.set("mode", "custom");
    cpu.children.push(parseXml("<model>EPYC</model>", "it"), parseXml('<feature policy="disable" name="svm"/>', "it"));
    assert.deepEqual(reportMachine(live, true).cpu, asked.cpu);
    assert.equal(reportMachine(live, false).cpu.mode, "custom");
  });

  it("is told by its mode alone, where that takes no model", () => {
    const asked = plain({ cpu: { mode: "default", model: "qemu64" } });
    assert.deepEqual(reportMachine(xmlOf(asked), false).cpu, asked.cpu);
  });

  it("tells the patch that it was defined with from any other, and from none", () => {
    const patched = (patch?: object) => reportMachine(xmlOf(plain({ patch })), false).patched;
    const one = patched({ set: { "/domain/title": "one" } });
    assert.match(String(one), /^[0-9a-f]{16}$/);
    assert.equal(patched({ set: { "/domain/title": "one" } }), one);
    assert.notEqual(patched({ set: { "/domain/title": "two" } }), one);
    assert.equal(patched(), undefined);
    assert.equal(patched({ set: {}, remove: [] }), undefined);
  });

  it("puts devices into the boot order by key", () => {
    const order = ["interface:lan", "disk:root"];
    const xml = xmlOf(plain({ boot: { order } }));
    assert.equal(xml.attribute("order", "devices/disk/boot"), "2");
    assert.deepEqual(reportMachine(xml, false).boot, { order });
    assert.throws(() => xmlOf(plain({ boot: { order: ["disk:root", "hd"] } })), isCode("invalid-input"));
    assert.throws(() => xmlOf(plain({ boot: { order: ["disk:nothing"] } })), isCode("invalid-input"));
  });

  it("refuses keys that no alias can hold, and current values above their maximum", () => {
    for (const key of ["a b", "a/b", "", "ä", "a'b"])
      assert.throws(() => deviceAlias("disk", key), isCode("invalid-input"), key);
    assert.equal(deviceAlias("nic", "lan-1"), "ua-nic-lan-1");
    assert.throws(() => xmlOf(plain({ memory: 2 ** 29 })), isCode("invalid-input"));
    assert.throws(() => xmlOf(plain({ vcpus: 3 })), isCode("invalid-input"));
  });

  it("uses block devices as such", () => {
    const xml = xmlOf(plain({ disks: [{ ...plain().disks[0]!, path: "/dev/vg/root", format: "raw" }] }));
    assert.equal(xml.attribute("type", "devices/disk"), "block");
    assert.equal(xml.attribute("dev", "devices/disk/source"), "/dev/vg/root");
    assert.equal(reportMachine(xml, false).disks[0]?.path, "/dev/vg/root");
  });

  it("tells families of machine types", () => {
    const families = ["q35", "pc-q35-7.2", "pc", "pc-i440fx-7.2", "virt", "virt-7.2", "microvm"].map(machineFamily);
    assert.deepEqual(families, ["q35", "q35", "pc", "pc", "virt", "virt", "microvm"]);
    assert.deepEqual(["q35", "pc-q35-7.2", "pc", "pc-i440fx-7.2", "virt-7.2"].map(hasRootPorts), [
      true,
      true,
      false,
      false,
      true,
    ]);
  });
});
