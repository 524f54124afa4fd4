import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { hasCode } from "../../../provider/basics/errors";
import { storedXml } from "../../../provider/drivers/libvirt/machines/access";
import { definitionXml } from "../../../provider/drivers/libvirt/machines/definition-xml";
import { freePorts } from "../../../provider/drivers/libvirt/machines/ports";
import { parseXml, serializeXml, type XmlElement } from "../../../provider/drivers/libvirt/xml";
import type { DiskDefinition, InterfaceDefinition, MachineDefinition } from "../../../provider/drivers/model";
import { disk, MachineHost, nic } from "./machine-fixtures";

/** Devices that only a patch can ask for: the buses that they sit on are libvirt's to fill in. */
const patches: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  smartcard: {
    "/domain/devices/smartcard/@mode": "passthrough",
    "/domain/devices/smartcard/@type": "tcp",
    "/domain/devices/smartcard/source/@mode": "bind",
    "/domain/devices/smartcard/source/@host": "127.0.0.1",
    "/domain/devices/smartcard/source/@service": "2001",
    "/domain/devices/smartcard/protocol/@type": "raw",
  },
  redirection: {
    "/domain/devices/redirdev/@bus": "usb",
    "/domain/devices/redirdev/@type": "tcp",
    "/domain/devices/redirdev/source/@mode": "connect",
    "/domain/devices/redirdev/source/@host": "127.0.0.1",
    "/domain/devices/redirdev/source/@service": "2002",
    "/domain/devices/redirdev/protocol/@type": "raw",
  },
  "usb sound": { "/domain/devices/sound/@model": "usb" },
  "usb keyboard": { "/domain/devices/input[@type='keyboard']/@bus": "usb" },
  "usb hub": { "/domain/devices/hub/@type": "usb" },
  "usb serial": { "/domain/devices/serial[@type='null']/target/@type": "usb-serial" },
  channel: {
    "/domain/devices/channel[@type='pty']/target/@type": "virtio",
    "/domain/devices/channel[@type='pty']/target/@name": "org.example.0",
  },
  watchdog: { "/domain/devices/watchdog/@model": "i6300esb" },
  vsock: { "/domain/devices/vsock/@model": "virtio", "/domain/devices/vsock/cid/@auto": "yes" },
  "conventional sound": { "/domain/devices/sound/@model": "es1370" },
  "virtio input": { "/domain/devices/input[@type='mouse']/@bus": "virtio" },
  "sata controller": {
    "/domain/devices/controller[@type='sata']/@index": "3",
  },
};

/** Those of them that a machine without a USB controller is refused with. */
const needUsb = new Set(Object.keys(patches).filter((name) => /^usb|smartcard|redirection/.test(name)));

const prefixes = { virtio: "vd", scsi: "sd", sata: "sd", usb: "sd" } as const;
const letters = "abcdefghijklmnopqrstuvwxyz";

const buses = fc.array(fc.constantFrom("virtio" as const, "scsi" as const, "sata" as const, "usb" as const), {
  maxLength: 14,
});

function disksOn(chosen: readonly (keyof typeof prefixes)[]): DiskDefinition[] {
  const counts = { vd: 0, sd: 0 };
  return chosen.map((bus, index) => {
    const prefix = prefixes[bus];
    return disk({ key: `disk-${index}`, path: `/srv/${index}`, bus, target: `${prefix}${letters[counts[prefix]++]}` });
  });
}

const nics = fc
  .array(fc.constantFrom("virtio", "e1000e", "e1000", "rtl8139"), { maxLength: 6 })
  .map((models) =>
    models.map(
      (model, index): InterfaceDefinition => nic({ key: `nic-${index}`, mac: `52:54:00:00:01:0${index}`, model }),
    ),
  );

interface Devices extends Partial<MachineDefinition> {
  readonly disks: DiskDefinition[];
  readonly interfaces: InterfaceDefinition[];
}

const machine = fc
  .record({
    machineType: fc.constantFrom("q35", "pc"),
    disks: fc
      .oneof(
        buses,
        // Enough of one kind for a second controller, or for a hub.
        fc
          .tuple(fc.constantFrom("scsi" as const, "sata" as const, "usb" as const), fc.integer({ min: 4, max: 20 }))
          .map(([bus, count]) => Array.from({ length: count }, () => bus)),
      )
      .map(disksOn),
    interfaces: nics,
    graphics: fc.constantFrom(undefined, { type: "vnc" as const, listen: "127.0.0.1" }),
    guestAgent: fc.boolean(),
    hotplugSlots: fc.integer({ min: 0, max: 4 }),
    extras: fc.subarray(Object.keys(patches)),
  })
  .map(({ extras, graphics, ...rest }): Devices => {
    // The tablet that goes with a display has a USB controller whatever disks there are.
    const chosen = extras.filter((name) => graphics !== undefined || !needUsb.has(name));
    const set = Object.assign({}, ...chosen.map((name) => patches[name])) as Record<string, string>;
    return { ...rest, ...(graphics ? { graphics } : {}), ...(chosen.length > 0 ? { patch: { set } } : {}) };
  });

/** Each device with all that libvirt says of it, in no order. */
function everything(domain: XmlElement): string[] {
  const devices = domain.find("devices")?.elements() ?? [];
  return devices.map((device) => serializeXml(device).replace(/>\s+</g, "><").trim()).sort();
}

/** Addresses of disks and interfaces, by their key. */
function places(domain: XmlElement, type?: string): Record<string, string> {
  const devices = [...domain.all("devices/disk"), ...domain.all("devices/interface")];
  return Object.fromEntries(
    devices.flatMap((device) => {
      const address = device.find("address");
      if (!address || (type !== undefined && address.attribute("type") !== type)) return [];
      return [[device.attribute("name", "alias")!, serializeXml(address).trim()] as const];
    }),
  );
}

/** Some disks and interfaces of a machine, chosen by a number. */
function without<T extends Devices>(definition: T, chosen: number): T {
  const keep = (index: number) => ((chosen >> (index % 16)) & 1) === 0;
  return {
    ...definition,
    disks: definition.disks.filter((_, index) => keep(index)),
    interfaces: definition.interfaces.filter((_, index) => keep(index + 7)),
  };
}

describe("what libvirt has filled in into a machine's definition", function () {
  this.timeout(240_000);
  let host: MachineHost;

  before(async function () {
    this.timeout(600_000);
    host = await MachineHost.open("kept");
  });
  after(() => host?.close());

  const stored = async (uuid: string) =>
    parseXml(await storedXml(host.session, (await host.session.call("DOMAIN_LOOKUP_BY_UUID", { uuid })).domain), "it");

  /** Runs a property for machines that are gone afterwards. */
  const holds = (property: (definition: MachineDefinition, chosen: number) => Promise<void>) =>
    fc.assert(
      fc.asyncProperty(machine, fc.nat(65_535), async (devices, chosen) => {
        // Generated values shrink to the same UUID, which is taken while the machine of the run before is there.
        const uuid = randomUUID();
        try {
          await property(host.definition({ uuid, name: `machine-${uuid}`, ...devices }), chosen);
        } finally {
          await host.machines.remove(uuid);
        }
      }),
      { numRuns: 60 },
    );

  it("is kept whole when it is defined again: controllers, hubs, bridges and addresses of every bus", async () => {
    await holds(async (definition) => {
      await host.machines.define(definition);
      const before = await stored(definition.uuid);
      await host.machines.define(definition);
      assert.deepEqual(everything(await stored(definition.uuid)), everything(before));
      if (definition.machineType === "q35") assert.ok(freePorts(before) >= definition.hotplugSlots);
      const scsi = before.all("devices/controller").filter((each) => each.attribute("type") === "scsi");
      assert.deepEqual(
        new Set(scsi.map((each) => each.attribute("model"))),
        new Set(scsi.length > 0 ? ["virtio-scsi"] : []),
      );
    });
  });

  it("moves no device that stays when others go and come back", async () => {
    await holds(async (definition, chosen) => {
      await host.machines.define(definition);
      const all = places(await stored(definition.uuid));
      await host.machines.define(without(definition, chosen));
      const fewer = places(await stored(definition.uuid));
      for (const [key, place] of Object.entries(fewer)) assert.equal(place, all[key], key);
      await host.machines.define(definition);
      const again = places(await stored(definition.uuid));
      for (const [key, place] of Object.entries(fewer)) assert.equal(again[key], place, key);
    });
  });

  it("takes more devices than there are places, and moves one USB device at most for a hub", async () => {
    await holds(async (definition, chosen) => {
      await host.machines.define(without(definition, chosen));
      const before = await stored(definition.uuid);
      await host.machines.define(definition);
      const after = await stored(definition.uuid);
      const moved = (type?: string) => {
        const now = places(after);
        return Object.entries(places(before, type)).filter(([key, place]) => now[key] !== place);
      };
      assert.ok(moved("usb").length <= 1, JSON.stringify(moved("usb")));
      assert.deepEqual(moved(), moved("usb"));
      await host.machines.define(definition);
      assert.deepEqual(everything(await stored(definition.uuid)), everything(after));
    });
  });

  it("stays as an earlier release had it defined: a USB controller of four ports, and hubs", async () => {
    await holds(async (definition) => {
      const virtualization = { type: "qemu", arch: "x86_64", cpuModes: ["maximum", "host-model"] } as const;
      const earlier = definitionXml(definition, virtualization).replace(' ports="15"', "");
      await host.session.call("DOMAIN_DEFINE_XML_FLAGS", { xml: earlier });
      const before = await stored(definition.uuid);
      await host.machines.define(definition);
      assert.deepEqual(everything(await stored(definition.uuid)), everything(before));
      const usb = definition.disks.some(({ bus }) => bus === "usb");
      if (!usb) return;
      const more = disk({ key: "more", path: "/srv/more", bus: "usb", target: "sdz" });
      await host.machines.define({ ...definition, disks: [...definition.disks, more] });
    });
  });

  it("has room for a disk that is plugged in, on a controller that guests drive, and says where it has none", async () => {
    const many = (bus: "scsi" | "usb", count: number) =>
      disksOn(Array.from({ length: count }, () => bus)).map((each) => ({ ...each, key: `${bus}-${each.key}` }));
    const scsi = host.definition({ disks: many("scsi", 7) });
    await host.machines.define(scsi);
    const eighth = disk({ key: "more", path: "/srv/more", bus: "scsi", target: "sdh" });
    await host.machines.attachDisk(scsi.uuid, eighth);
    const after = await stored(scsi.uuid);
    const controllers = after.all("devices/controller").filter((each) => each.attribute("type") === "scsi");
    assert.deepEqual(
      controllers.map((each) => each.attribute("model")),
      ["virtio-scsi"],
    );
    assert.match(places(after)["ua-disk-more"]!, /controller="0".*unit="7"/);

    const usb = host.definition({ disks: many("usb", 14) });
    await host.machines.define(usb);
    const another = (key: string, target: string) => disk({ key, path: `/srv/${key}`, bus: "usb", target });
    await host.machines.attachDisk(usb.uuid, another("last", "sdo"));
    await assert.rejects(host.machines.attachDisk(usb.uuid, another("more", "sdp")), (error) => {
      assert.ok(hasCode(error, "capacity-exceeded"));
      assert.match(error.message, /no free USB port for the disk more/);
      return true;
    });
    for (const { uuid } of [scsi, usb]) await host.machines.remove(uuid);
  });
});
