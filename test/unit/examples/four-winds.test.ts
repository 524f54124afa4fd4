import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { parseConfiguration } from "../../../examples/four-winds/read-configuration";
import { projectText } from "../../../scripts/generate/project";

const root = resolve(__dirname, "../../..");
const read = (name: string) => readFileSync(join(root, name), "utf8");

/** A stack's file as the engine hands it to the program: texts, and JSON for what is none. */
function stackOf(name: string): Record<string, string> {
  const { config } = parse(read(`Pulumi.${name}.yaml`)) as { config: Record<string, unknown> };
  return raw(config);
}

function raw(config: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

const good = { "windrose:hosts": { anemoi: "qemu:///system" }, "four-winds:image": "/srv/image.qcow2" };
const problemsOf = (config: Record<string, unknown>, base: Record<string, unknown> = good) =>
  parseConfiguration("four-winds", raw({ ...base, ...config })).problems;

describe("the configuration of four-winds", () => {
  for (const name of ["lab", "dev", "prod"]) {
    it(`is right in Pulumi.${name}.yaml`, () => {
      const { problems } = parseConfiguration("four-winds", stackOf(name));
      // The lab's image is known when the lab is there.
      assert.deepEqual(
        problems.filter((problem) => name !== "lab" || !problem.startsWith("four-winds:image is missing")),
        [],
      );
    });
  }

  it("has its defaults in Pulumi.yaml and in code alike", () => {
    const { config } = parse(read("Pulumi.yaml")) as { config: Record<string, { default?: unknown }> };
    const { values } = parseConfiguration("four-winds", raw(good));
    assert.ok(values);
    assert.deepEqual(
      Object.keys(config).sort(),
      Object.keys(values)
        .map((name) => `four-winds:${name}`)
        .sort(),
    );
    for (const [name, value] of Object.entries(values)) {
      if (name === "image") continue;
      assert.deepEqual(config[`four-winds:${name}`]!.default, value, name);
    }
  });

  it("leaves the rest of Pulumi.yaml as it is, and writes the same again", () => {
    const text = read("Pulumi.yaml");
    assert.equal(projectText(text), text);
    const other = text.replace("runtime:", "# kept\nauthor: me\nruntime:").replace(/ {4}default: 300\n/, "");
    const made = projectText(other);
    assert.match(made, /# kept\nauthor: me\n/);
    assert.match(made, / {4}default: 300\n/);
  });

  it("names each key that is wrong, all at once, and the command that sets it", () => {
    assert.deepEqual(
      problemsOf(
        {
          "four-winds:vcpus": 0,
          "four-winds:memory": "2",
          "four-winds:virtualization": "sometimes",
          "four-winds:sizes": { boreas: { memory: "much" } },
          "four-winds:guests": ["boreas", "Notus!"],
          "four-winds:sshKeys": ["AAAA"],
          "windrose:hosts": { other: "qemu:///system" },
        },
        {},
      ),
      [
        'four-winds:virtualization is wrong: expected one of "required"|"preferred"|"none" (set it: pulumi config set four-winds:virtualization preferred)',
        "four-winds:image is missing (set it: pulumi config set four-winds:image https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2)",
        "four-winds:guests[1] must be a host name: 1 to 20 small letters, digits and dashes (set it: pulumi config set --path 'four-winds:guests[1]' boreas)",
        "four-winds:sizes.boreas.memory must be a size with its unit, as 2GiB (set it: pulumi config set --path four-winds:sizes.boreas.memory 2GiB)",
        "four-winds:vcpus must be 1 or more (set it: pulumi config set four-winds:vcpus 2)",
        "four-winds:memory must be a size with its unit, as 2GiB (set it: pulumi config set four-winds:memory 2GiB)",
        "four-winds:sshKeys[0] must be an OpenSSH public key: the one line of a .pub file (set it: pulumi config set --path 'four-winds:sshKeys[0]' 'ssh-ed25519 AAAA… you@example.org')",
        'windrose:hosts has no "anemoi", which four-winds:host names; it has other (set it: pulumi config set --path windrose:hosts.anemoi qemu+ssh://root@ADDRESS/system)',
      ],
    );
  });

  it("refuses a key that there is none of, at the top and within", () => {
    const [top] = problemsOf({ "four-winds:memroy": "2GiB" });
    assert.match(
      top!,
      /^four-winds:memroy is no key; there are: host, .*memory, .*pulumi config rm four-winds:memroy\)$/,
    );
    const [inner] = problemsOf({ "four-winds:sizes": { boreas: { cpus: 2 } } });
    assert.match(
      inner!,
      /^four-winds:sizes\.boreas\.cpus is no key; there are: vcpus, .*rm --path four-winds:sizes\.boreas\.cpus\)$/,
    );
    // Another package's keys are its own.
    assert.deepEqual(problemsOf({ "other:memroy": "2GiB" }), []);
  });

  it("refuses a guest named twice, sizes of no guest, and an initrd without a kernel", () => {
    assert.match(
      problemsOf({ "four-winds:guests": ["boreas", "boreas"] })[0]!,
      /^four-winds:guests\[1\] names "boreas"/,
    );
    assert.match(
      problemsOf({ "four-winds:sizes": { borea: { vcpus: 2 } } })[0]!,
      /^four-winds:sizes\.borea is of no guest/,
    );
    assert.match(problemsOf({ "four-winds:initrd": "/boot/initrd" })[0]!, /^four-winds:kernel is missing/);
  });

  it("takes what is no JSON as wrong by its key, and repeats no value", () => {
    const { problems } = parseConfiguration("four-winds", {
      ...raw(good),
      "four-winds:vcpus": "hunter2",
      "four-winds:sizes": "{hunter2",
      "four-winds:user": "hunter2 !",
      "windrose:hosts": "hunter2",
    });
    assert.deepEqual(problems.map((problem) => problem.split(" ")[0]).sort(), [
      "four-winds:sizes",
      "four-winds:user",
      "four-winds:vcpus",
      "windrose:hosts",
    ]);
    assert.doesNotMatch(problems.join("\n"), /hunter2/);
  });

  it("asks for nothing in windrose:hosts where the host is a URI", () => {
    assert.deepEqual(problemsOf({ "four-winds:host": "qemu:///system" }, { "four-winds:image": "/a" }), []);
  });
});
