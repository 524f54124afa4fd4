import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../../../provider/host-system");
const names = /libvirt|qemu|kvm|virsh/i;

describe("the host's system", () => {
  it("names no hypervisor: what it has to know of one is in the driver's HostProfile", () => {
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    assert.ok(files.length > 40);
    const lines = files.flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .flatMap((line, index) => (names.test(line) ? [`${file}:${index + 1} ${line}`] : [])),
    );
    assert.deepEqual(lines, []);
  });
});
