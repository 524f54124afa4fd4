import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import fc from "fast-check";
import { hasCode } from "../../../provider/basics/errors";
import { currentXml, storedXml } from "../../../provider/drivers/libvirt/machines/access";
import { definitionXml } from "../../../provider/drivers/libvirt/machines/definition-xml";
import { freePorts } from "../../../provider/drivers/libvirt/machines/ports";
import { parseXml } from "../../../provider/drivers/libvirt/xml";
import type { MachineDefinition, ReportedMachine } from "../../../provider/drivers/model";
import { machineDefinition } from "../../unit/libvirt/machines-arbitrary";
import { disk, images, MachineHost, megabyte, nic, work } from "./machine-fixtures";

describe("libvirt machines", () => {
  let host: MachineHost;

  before(async function () {
    this.timeout(600_000);
    host = await MachineHost.open("boreas");
  });

  afterEach(async function () {
    this.timeout(60_000);
    await host?.removeMade();
  });

  after(async function () {
    this.timeout(60_000);
    await host?.close();
  });

  const find = async (uuid: string) => {
    const state = await host.machines.find(uuid);
    assert.ok(state, "the machine is there");
    return state;
  };

  const stored = async (uuid: string) =>
    storedXml(host.session, (await host.session.call("DOMAIN_LOOKUP_BY_UUID", { uuid })).domain);

  const withoutDisplay = ({ display: _, ...rest }: ReportedMachine): MachineDefinition => rest;

  /** libvirt groups disks by bus; their identity is the key. */
  const byKey = (machine: MachineDefinition): MachineDefinition => ({
    ...machine,
    disks: [...machine.disks].sort((a, b) => a.key.localeCompare(b.key)),
  });

  it("are described by XML that libvirt's own schema takes, in every variant", async function () {
    this.timeout(120_000);
    const definitions = fc.sample(machineDefinition(), { numRuns: 120, seed: 42 });
    await host.host.exec(["mkdir", "-p", "/root/xml"]);
    for (const [index, definition] of definitions.entries()) {
      const xml = definitionXml(definition, {
        type: index % 2 ? "kvm" : "qemu",
        arch: "x86_64",
        cpuModes: ["maximum"],
      });
      await writeFile(host.host.inside(`/root/xml/${index}.xml`), xml);
    }
    const each = 'for file in /root/xml/*.xml; do virt-xml-validate "$file" domain 2>&1 | grep -v " validates$"; done';
    const { stdout } = await host.host.exec(["sh", "-c", each], { check: false, timeout: 100_000 });
    assert.equal(stdout, "");
    await writeFile(host.host.inside("/root/xml/0.xml"), "<domain type='qemu'><nome>a</nome></domain>");
    const wrong = await host.host.exec(["sh", "-c", each], { check: false, timeout: 100_000 });
    assert.match(wrong.stdout, /fails to validate/);
  });

  it("read back as they were defined, and don't move when they are defined again", async function () {
    this.timeout(120_000);
    const variants = machineDefinition({ firmware: ["bios"], graphics: ["vnc"] });
    await fc.assert(
      fc.asyncProperty(variants, async (generated) => {
        // Generated values shrink to the same UUID, which is taken while the machine of the run before is there.
        const uuid = randomUUID();
        const definition = { ...generated, uuid, name: `machine-${uuid}` };
        try {
          await host.machines.define(definition);
          const state = await find(uuid);
          assert.deepEqual(byKey(state.stored), byKey(definition));
          assert.deepEqual([state.power, state.running, state.runId], ["shutoff", undefined, undefined]);
          const before = await stored(uuid);
          const conventional = definition.interfaces.some(({ model }) => ["e1000", "rtl8139"].includes(model));
          if (definition.machineType !== "pc" && !conventional) {
            assert.equal(freePorts(parseXml(before, "it")), definition.hotplugSlots);
          }
          await host.machines.define(definition);
          const sorted = (xml: string) => xml.split("\n").sort();
          assert.deepEqual(sorted(await stored(uuid)), sorted(before));
        } finally {
          await host.machines.remove(uuid);
        }
      }),
      { numRuns: 80 },
    );
  });

  it("keep the place of their devices when others come and go, and show no trace of a machine that is gone", async function () {
    this.timeout(60_000);
    const data = disk({ key: "data", target: "vdb", path: await host.image("keep-data") });
    const definition = host.definition({
      disks: [disk({ key: "root", target: "vda", path: await host.image("keep-root") }), data],
      interfaces: [nic({ key: "lan" })],
    });
    await host.machines.define(definition);
    const place = async (alias: string) => {
      const domain = parseXml(await stored(definition.uuid), "it");
      const devices = [...domain.all("devices/disk"), ...domain.all("devices/interface")];
      return devices.find((device) => device.attribute("name", "alias") === alias)?.attribute("bus", "address");
    };
    const before = [await place("ua-disk-data"), await place("ua-nic-lan")];
    assert.ok(before[0] && before[1]);
    await host.machines.define({
      ...definition,
      disks: [data],
      interfaces: [nic({ key: "dmz" }), ...definition.interfaces],
    });
    assert.deepEqual([await place("ua-disk-data"), await place("ua-nic-lan")], before);
    await host.machines.define({ ...definition, machineType: "pc", disks: [data] });
    assert.equal((await find(definition.uuid)).stored.machineType, "pc");
    await host.machines.remove(definition.uuid);
    await host.machines.remove(definition.uuid);
    assert.equal(await host.machines.find(definition.uuid), undefined);
    assert.equal(await host.machines.findByName(definition.name), undefined);
    assert.equal(await host.machines.mark(definition.uuid), undefined);
  });

  it("are defined side by side, and found by name", async function () {
    this.timeout(60_000);
    const definitions = Array.from({ length: 30 }, () => host.definition());
    await Promise.all(definitions.map((definition) => host.machines.define(definition)));
    const states = await Promise.all(definitions.map(({ name }) => host.machines.findByName(name)));
    assert.deepEqual(
      states.map((state) => state?.uuid),
      definitions.map(({ uuid }) => uuid),
    );
  });

  it("carry mark, description and metadata, which change while they run", async function () {
    this.timeout(60_000);
    const mark = { project: "a<b", stack: "s", urn: "urn:x", incarnation: "1" };
    const definition = host.definition({ mark, metadata: { team: "sea\nwinds" }, description: "one", hotplugSlots: 2 });
    await host.machines.define(definition);
    await host.machines.start(definition.uuid, { paused: true });
    assert.deepEqual(await host.machines.mark(definition.uuid), mark);
    const newMark = { ...mark, urn: "urn:'\"&y", incarnation: "2" };
    await host.machines.setMetadata(definition.uuid, newMark, undefined, { other: "<>" });
    const changed: MachineDefinition = { ...definition, mark: newMark, metadata: { other: "<>" } };
    delete changed.description;
    const state = await find(definition.uuid);
    assert.deepEqual(state.stored, changed);
    assert.deepEqual(withoutDisplay(state.running!), changed);
    await host.machines.setMetadata(definition.uuid, undefined, "two", {});
    assert.equal(await host.machines.mark(definition.uuid), undefined);
    assert.equal((await find(definition.uuid)).running?.description, "two");
  });

  it("boot, grow, take and give devices, and shut down at the guest's own hand", async function () {
    this.timeout(240_000);
    const { machines } = host;
    const definition = await host.guest({
      maxVcpus: 3,
      maxMemory: 256 * megabyte,
      guestAgent: true,
      hotplugSlots: 2,
      disks: [disk({ key: "media", device: "cdrom", bus: "scsi", target: "sda", format: "raw", readonly: true })],
      graphics: { type: "vnc", listen: "127.0.0.1", password: "secret1" },
    });
    const { uuid } = definition;
    await machines.define(definition);
    await machines.start(uuid);
    await machines.start(uuid);
    const first = await find(uuid);
    assert.deepEqual(byKey(withoutDisplay(first.running!)), byKey(definition));
    assert.equal(first.power, "running");
    assert.ok(first.runId && first.running?.display?.port);
    const address = await host.address(uuid);
    const guest = (command: string, check = true) => host.inGuest(address, command, check);
    const until = async (command: string, wanted: RegExp) => {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const answer = await guest(command, false);
        if (wanted.test(answer)) return;
        assert.ok(Date.now() < deadline, `${command}: ${answer}`);
      }
    };

    assert.equal(await machines.agentAnswers(uuid), false);
    await machines.setVcpus(uuid, 2);
    await until("cat /sys/devices/system/cpu/present", /^0-1$/);
    await machines.setVcpus(uuid, 1);
    let state = await find(uuid);
    assert.deepEqual([state.stored.vcpus, state.running?.vcpus], [1, 2]);
    await machines.setMemory(uuid, 160 * megabyte);
    state = await find(uuid);
    assert.equal(state.stored.memory, 160 * megabyte);
    await until("grep MemTotal /proc/meminfo", /:\s*1[0-4]\d{4} kB/);
    await assert.rejects(machines.setMemory(uuid, 512 * megabyte), (error) => hasCode(error, "invalid-input"));

    const data = disk({ key: "data", target: "vdc", path: await host.image("live-data") });
    await machines.attachDisk(uuid, data);
    await machines.attachDisk(uuid, data);
    await until("cat /proc/partitions", /vdc/);
    await assert.rejects(machines.attachDisk(uuid, { ...data, path: "/other" }), (error) => hasCode(error, "in-use"));
    const placeOf = (xml: string, alias: string) =>
      parseXml(xml, "it")
        .all("devices/interface")
        .find((device) => device.attribute("name", "alias") === alias)
        ?.attribute("bus", "address");
    const limited = { ...data, limits: { totalIops: 500 } };
    await machines.updateDisk(uuid, limited);
    const second = nic({ key: "second", source: { network: "tides" } });
    await machines.attachInterface(uuid, second);
    await until("ls /sys/class/net", /eth1/);
    state = await find(uuid);
    assert.deepEqual(
      state.running?.disks.find(({ key }) => key === "data"),
      limited,
    );
    assert.deepEqual(
      state.stored.disks.find(({ key }) => key === "data"),
      limited,
    );
    assert.deepEqual(state.running?.interfaces.at(-1), second);
    assert.equal(state.stored.hotplugSlots, 2);

    const third = nic({ key: "third" });
    await assert.rejects(machines.attachInterface(uuid, third), (error) => {
      assert.ok(hasCode(error, "capacity-exceeded"));
      assert.match(error.message, /hotplugSlots/);
      return true;
    });
    await machines.updateDisk(uuid, { ...data, limits: undefined });
    const down = { ...second, link: "down" as const, source: { network: "winds" } };
    await machines.updateInterface(uuid, down);
    state = await find(uuid);
    assert.equal(state.running?.disks.find(({ key }) => key === "data")?.limits, undefined);
    assert.deepEqual([state.running?.interfaces.at(-1), state.stored.interfaces.at(-1)], [down, down]);

    const media = { ...definition.disks.at(-1)!, path: `${images}/${definition.name}.seed` };
    await machines.updateDisk(uuid, media);
    assert.equal((await find(uuid)).running?.disks.find(({ key }) => key === "media")?.path, media.path);
    await machines.updateDisk(uuid, definition.disks.at(-1)!);
    assert.equal((await find(uuid)).stored.disks.find(({ key }) => key === "media")?.path, undefined);

    await machines.setGraphicsPassword(uuid, { ...definition.graphics!, password: "secret2" });
    state = await find(uuid);
    assert.deepEqual([state.running?.graphics?.password, state.stored.graphics?.password], ["secret2", "secret2"]);

    const places = parseXml(await stored(uuid), "it");
    await machines.detachDisk(uuid, "data", work());
    await machines.detachDisk(uuid, "data", work());
    await machines.detachInterface(uuid, "second", work());
    await until("ls /sys/class/net; cat /proc/partitions", /^(?![\s\S]*(eth1|vdc))/);
    await machines.attachInterface(uuid, third);
    state = await find(uuid);
    assert.deepEqual(
      state.stored.interfaces.map(({ key }) => key),
      ["lan", "third"],
    );
    const { domain } = await host.session.call("DOMAIN_LOOKUP_BY_UUID", { uuid });
    const place = placeOf(await stored(uuid), "ua-nic-third");
    assert.ok(place);
    assert.equal(placeOf(await currentXml(host.session, domain), "ua-nic-third"), place);
    // Stored first, with the rest of a definition, then plugged in: at the same place.
    await machines.detachInterface(uuid, "third", work());
    const fourth = nic({ key: "fourth" });
    const now = (await find(uuid)).stored;
    await machines.define({ ...now, interfaces: [...now.interfaces, nic({ key: "fifth" }), fourth] });
    await machines.attachInterface(uuid, fourth);
    const after = placeOf(await stored(uuid), "ua-nic-fourth");
    assert.ok(after);
    assert.equal(placeOf(await currentXml(host.session, domain), "ua-nic-fourth"), after);
    assert.equal(freePorts(places), 0);

    await machines.shutdown(uuid, { timeout: 60_000, force: false }, work(90_000));
    assert.equal((await find(uuid)).power, "shutoff");
    await machines.shutdown(uuid, { timeout: 60_000, force: false }, work());
    await machines.start(uuid);
    assert.notEqual((await find(uuid)).runId, first.runId);
  });

  it("that ignore the power button are named so, and lose their power where that is allowed", async function () {
    this.timeout(60_000);
    const { machines } = host;
    const definition = host.definition({
      disks: [disk({ key: "root", target: "vda", path: await host.image("deaf") })],
    });
    const { uuid } = definition;
    await machines.define(definition);
    await machines.start(uuid);
    const started = Date.now();
    await assert.rejects(machines.shutdown(uuid, { timeout: 1500, force: false }, work()), (error) =>
      hasCode(error, "guest-still-running"),
    );
    assert.ok(Date.now() - started < 30_000);
    await assert.rejects(machines.detachDisk(uuid, "root", work(1500)), (error) => hasCode(error, "guest-not-ready"));
    assert.equal((await find(uuid)).stored.disks.length, 1);
    await machines.pause(uuid);
    await machines.pause(uuid);
    assert.equal((await find(uuid)).power, "paused");
    await machines.resume(uuid);
    const off = machines.waitForPower(uuid, "shutoff", work());
    await machines.shutdown(uuid, { timeout: 500, force: true }, work());
    await off;
    await assert.rejects(machines.waitForPower(uuid, "running", work(300)), (error) => hasCode(error, "timeout"));
    await machines.setAutostart(uuid, true);
    assert.equal((await find(uuid)).autostart, true);
  });

  it("take changes while they are off, for the next start", async function () {
    this.timeout(60_000);
    const { machines } = host;
    const definition = host.definition({ maxVcpus: 2, maxMemory: 512 * megabyte });
    const { uuid } = definition;
    await machines.define(definition);
    const data = disk({ key: "data", target: "sda", bus: "scsi", path: await host.image("off-data") });
    const lan = nic({ key: "lan" });
    await machines.attachDisk(uuid, data);
    await machines.attachInterface(uuid, lan);
    await machines.setVcpus(uuid, 2);
    await machines.setMemory(uuid, 300 * megabyte);
    const changed = { ...definition, vcpus: 2, memory: 300 * megabyte, disks: [data], interfaces: [lan] };
    assert.deepEqual((await find(uuid)).stored, changed);
    assert.match(await stored(uuid), /model='virtio-scsi'/);
    await machines.detachDisk(uuid, "data", work());
    await machines.detachInterface(uuid, "lan", work());
    assert.deepEqual((await find(uuid)).stored, { ...changed, disks: [], interfaces: [] });
    assert.deepEqual(await machines.addresses(uuid), []);
  });

  it("that are not there are named as such", async () => {
    const uuid = randomUUID();
    const { machines } = host;
    const notFound = (error: unknown) => hasCode(error, "not-found");
    await assert.rejects(machines.start(uuid), notFound);
    await assert.rejects(machines.setMemory(uuid, megabyte), notFound);
    await assert.rejects(machines.attachInterface(uuid, nic({ key: "lan" })), notFound);
    await machines.shutdown(uuid, { timeout: 1, force: false }, work());
    const definition = host.definition();
    await machines.define(definition);
    await assert.rejects(machines.updateInterface(definition.uuid, nic({ key: "lan" })), notFound);
  });

  it("are patched, and refused with the hypervisor's own word where the patch is wrong", async () => {
    const { machines } = host;
    const definition = host.definition({
      patch: { set: { "/domain/title": "<wind>", "/domain/devices/watchdog/@model": "i6300esb" } },
    });
    await machines.define(definition);
    const xml = parseXml(await stored(definition.uuid), "it");
    assert.equal(xml.text("title"), "<wind>");
    assert.equal(xml.attribute("model", "devices/watchdog"), "i6300esb");
    const wrong = host.definition({ patch: { set: { "/domain/vcpu/@placement": "nowhere" } } });
    await assert.rejects(machines.define(wrong), (error) =>
      hasCode(error, "invalid-input", "unsupported", "hypervisor-refused"),
    );
  });
});
