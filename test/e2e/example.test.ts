import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const project = resolve(__dirname, "../..");

/** The example and its stacks as they are in the checkout, with a backend of their own; previews alone reach no host. */
describe("the example's stacks", function () {
  this.timeout(300_000);

  const preview = async (name: string, values: Record<string, unknown> = {}) => {
    const { DemoStack } = await import(join(project, "scripts/lib/demo-stack.mjs"));
    const { ensureToolchain } = await import(join(project, "scripts/toolchain.mjs"));
    const toolchain = await ensureToolchain({ log: () => {} });
    const stack = new DemoStack(await mkdtemp(join(tmpdir(), "windrose-example-")), { stack: name, toolchain });
    try {
      const key = await stack.prepare();
      await stack.configure(`Pulumi.${name}.yaml`, { "four-winds:sshKeys": [key] }, values);
      const { code, stdout, stderr } = await stack.capture(["preview"]);
      return { code, output: `${stdout}${stderr}` };
    } finally {
      await stack.remove();
    }
  };

  for (const [name, values] of [
    ["lab", { "four-winds:image": "host:/var/lib/libvirt/boot/micro.qcow2" }],
    ["dev", {}],
    ["prod", {}],
  ] as const) {
    it(`previews ${name} without a way to any host`, async () => {
      const { code, output } = await preview(name, values);
      assert.equal(code, 0, output);
      for (const wind of ["boreas", "zephyrus", "notus", "eurus"])
        assert.match(output, new RegExp(`winds-${wind} create`));
    });
  }

  it("names all keys that are wrong in one preview, and how to set them", async () => {
    const { code, output } = await preview("prod", {
      "four-winds:memroy": "2GiB",
      "four-winds:vcpus": 0,
      "four-winds:sizes": { boreas: { memory: "2" } },
      "windrose:hosts": { eurus: "qemu:///system" },
    });
    assert.notEqual(code, 0);
    assert.match(output, /four-winds:memroy is not a key; valid keys: .*pulumi config rm four-winds:memroy/);
    assert.match(output, /four-winds:vcpus must be 1 or more \(set it: pulumi config set four-winds:vcpus 2\)/);
    assert.match(output, /four-winds:sizes\.boreas\.memory must be a size with its unit/);
    assert.match(
      output,
      /windrose:hosts has no "anemoi", which is one of four-winds:hosts; it has eurus.*pulumi config set --path windrose:hosts\.anemoi qemu/,
    );
    // It is told as a mistake in the configuration, without the program's own stack of calls.
    assert.doesNotMatch(output, /\bat .*read-configuration/);
  });

  it("names what the plan refuses, by the arguments that the keys go to", async () => {
    const { code, output } = await preview("prod", {
      "four-winds:subnet": "172.17.9.0/24",
      "four-winds:guests": [{ name: "boreas", address: "172.17.2.2" }],
    });
    assert.notEqual(code, 0);
    assert.match(output, /guests\.boreas\.address: 172\.17\.2\.2 is not in 172\.17\.9\.0\/24/);
  });

  it("is refused by the engine where a key is missing or of another type", async () => {
    assert.match((await preview("lab")).output, /missing configuration value 'four-winds:image'/);
    assert.match(
      (await preview("prod", { "four-winds:vcpus": "two" })).output,
      /configuration key 'four-winds:vcpus' must be of type 'integer'/,
    );
  });
});
