import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { MachineFile } from "../../../provider/drivers/model";
import { firmware } from "../../conformance/firmware";
import { disk, MachineHost, work } from "./machine-fixtures";

const nvrams = "/var/lib/libvirt/qemu/nvram";

/** What libvirt makes for a machine beside its disks goes with the machine, whatever became of it meanwhile. */
describe("files of a machine", function () {
  this.timeout(120_000);
  let host: MachineHost;

  before(async () => {
    host = await MachineHost.open("leftfiles");
    await host.host.exec(["sh", "-c", firmware]);
  });
  after(async () => {
    await host?.close();
  });

  const files = async () => (await host.host.exec(["sh", "-c", `ls -A ${nvrams} 2>/dev/null || true`])).stdout.trim();

  /** One that was started under UEFI once, so that its variables are there. */
  async function uefi() {
    const definition = host.definition({ firmware: "uefi", uuid: randomUUID() });
    definition.disks = [disk({ key: "root", path: await host.image(definition.name), target: "vda" })];
    await host.machines.define(definition);
    await host.machines.start(definition.uuid);
    await host.machines.shutdown(definition.uuid, { timeout: 1, force: true }, work());
    assert.match(await files(), new RegExp(definition.name));
    return definition;
  }

  const filesOf = async (uuid: string): Promise<MachineFile[]> => (await host.machines.find(uuid))!.stored.files ?? [];

  it("go though it boots by BIOS now, and though its metadata was set since", async () => {
    const definition = await uefi();
    await host.machines.define({ ...definition, firmware: "bios" });
    await host.machines.setMetadata(definition.uuid, undefined, "by BIOS now", { a: "b" });
    await host.machines.define({ ...definition, firmware: "bios", clock: "localtime" });
    assert.equal((await filesOf(definition.uuid)).length, 1);
    await host.machines.remove(definition.uuid);
    assert.equal(await files(), "");
    assert.equal(await host.machines.find(definition.uuid), undefined);
  });

  it("go though somebody undefined it, by what the state knows", async () => {
    const definition = await uefi();
    const left = { name: definition.name, files: await filesOf(definition.uuid) };
    await host.host.exec(["virsh", "-q", "undefine", definition.name, "--keep-nvram"]);
    assert.notEqual(await files(), "");
    await host.machines.remove(definition.uuid, left);
    assert.equal(await files(), "");
    assert.equal((await host.host.exec(["virsh", "-q", "list", "--all", "--name"])).stdout.trim(), "");
  });

  it("stay with one that goes back to UEFI", async () => {
    const definition = await uefi();
    const before = await filesOf(definition.uuid);
    await host.machines.define({ ...definition, firmware: "bios" });
    await host.machines.define(definition);
    assert.deepEqual(await filesOf(definition.uuid), before);
    await host.machines.remove(definition.uuid);
    assert.equal(await files(), "");
  });
});
