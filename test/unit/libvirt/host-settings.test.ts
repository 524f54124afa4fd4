import assert from "node:assert/strict";
import fc from "fast-check";
import {
  findSetting,
  literalOf,
  madeHere,
  readersOf,
  settings,
  valueIn,
  withoutSetting,
  withSetting,
} from "../../../provider/drivers/libvirt/host/settings";
import type { SettingValue } from "../../../provider/host-system/preparation/model";

const file = `# max_core = "unlimited"
user = "root"   # who
  cgroup_controllers = [ "cpu", # the first
    "memory]"
  ]
max_files=1024
`;

describe("libvirt's own settings", function () {
  this.timeout(20_000);

  it("are found with their lists, and not in comments", () => {
    assert.equal(findSetting(file, "max_core"), undefined);
    assert.equal(findSetting(file, "user")!.literal, '"root"');
    assert.match(findSetting(file, "cgroup_controllers")!.literal, /^\[[\s\S]*memory[\s\S]*\]$/);
    assert.equal(findSetting(file, "max_files")!.literal, "1024");
    assert.equal(findSetting(file, "max"), undefined);
  });

  it("are changed in their place, and put back to the letter", () => {
    for (const [key, literal] of [
      ["user", '"qemu"'],
      ["cgroup_controllers", "[ ]"],
      ["max_files", "7"],
      ["new_key", '"x"'],
    ] as const) {
      const before = findSetting(file, key)?.text;
      const changed = withSetting(file, key, literal);
      assert.equal(findSetting(changed, key)!.literal, literal);
      assert.equal(withoutSetting(changed, key, before), file, key);
    }
  });

  it("make a file that was not there, which goes with its last setting", () => {
    const first = withSetting(undefined, "firewall_backend", '"iptables"');
    assert.equal(first, `${madeHere}firewall_backend = "iptables"\n`);
    const both = withSetting(first, "other", "1");
    assert.equal(withoutSetting(both, "other", undefined), first);
    assert.equal(withoutSetting(first, "firewall_backend", undefined), undefined);
  });

  it("read back as they were written, whatever they hold", () => {
    const item = fc.oneof(fc.string({ unit: "binary" }), fc.integer());
    const value = fc.oneof(item, fc.array(item, { maxLength: 4 }));
    fc.assert(
      fc.property(value, fc.constantFrom(file, undefined, "", "x = 1"), (one, text) => {
        const literal = literalOf(one as SettingValue);
        if (literal === undefined) return;
        const changed = withSetting(text, "tried", literal);
        assert.equal(findSetting(changed, "tried")!.literal, literal);
        if (typeof one !== "object") assert.deepEqual(valueIn(literal), one);
        if (text !== undefined && (text === "" || text.endsWith("\n")))
          assert.equal(withoutSetting(changed, "tried", undefined), text);
      }),
      { numRuns: 1000 },
    );
    assert.equal(literalOf("a\"b'c"), undefined);
    assert.equal(literalOf("a\nb"), undefined);
    assert.deepEqual([literalOf(true), literalOf([1, "a"]), literalOf(1.5)], ["1", '[ 1, "a" ]', undefined]);
  });

  it("have their daemons start again, and no others", () => {
    assert.deepEqual(readersOf("network.conf"), ["libvirtd.service", "virtnetworkd.service"]);
    assert.deepEqual(readersOf("virtqemud.conf"), ["virtqemud.service"]);
    assert.deepEqual(readersOf("libvirt.conf"), []);
    const verbs = ["libvirtd.service", "virtlockd.service", "winds.service"].map(settings.rereadBy);
    assert.deepEqual(verbs, ["try-restart", "try-reload-or-restart", undefined]);
  });
});
