import assert from "node:assert/strict";
import { allDrivers } from "../../../provider/drivers/registry";
import type { Definition } from "../../../provider/lifecycle/definition";
import { definitions } from "../../../provider/pulumi/definitions";
import { driversText } from "../../../scripts/generate/drivers";
import { withWinds } from "../../fake-driver";

describe("the documentation of drivers", () => {
  withWinds();

  it("has a column for each, and says what each lacks, has and changes live", () => {
    const text = driversText(Object.values(definitions) as unknown as Definition[], allDrivers());
    for (const line of [
      "| driver | libvirt | winds |",
      "| Network | yes | no |",
      "| Snapshot | yes | no |",
      "| disks plugged in and out | `virtio`, `scsi` | no |",
      "| is off | yes | no |",
      "| `mode` | replaces it (`nat`, `routed`, `isolated`) | no: networks of its own |",
      "| `memory` | live up to `maxMemory`, above it after a restart | after a restart |",
      "| `disks.*.bus` | after a restart (`virtio`, `scsi`, `sata`) | after a restart (`virtio`, `sata`) |",
      "| `disks.*.limits.readIops` | live | no: limits of disks |",
    ])
      assert.ok(text.includes(`\n${line}\n`), line);
  });
});
