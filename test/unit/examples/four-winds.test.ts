import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { parseConfiguration } from "../../../examples/four-winds/read-configuration";
import { projectText } from "../../../scripts/generate/project";
import { tunedKubeadm } from "../../kubernetes/tuning";

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
  for (const name of ["lab", "kubernetes", "dev", "prod"]) {
    it(`is right in Pulumi.${name}.yaml`, () => {
      const { problems } = parseConfiguration("four-winds", stackOf(name));
      // The lab's image is known when the lab is there.
      assert.deepEqual(
        problems.filter(
          (problem) => !["lab", "kubernetes"].includes(name) || !problem.startsWith("four-winds:image is missing"),
        ),
        [],
      );
    });
  }

  it("has the cluster of the lab tuned as the one that is tried", () => {
    const { values } = parseConfiguration("four-winds", { ...stackOf("kubernetes"), ...raw(good) });
    assert.deepEqual(values?.kubernetes.kubeadm, tunedKubeadm);
    assert.equal(values?.kubernetes.version, "1.34.3");
  });

  it("asks for what a cluster needs", () => {
    const kubernetes = (all: object, more: object = {}) => problemsOf({ "four-winds:kubernetes": all, ...more });
    assert.deepEqual(kubernetes({ version: "1.34.4", source: { from: "image" }, generation: "second" }), []);
    assert.deepEqual(kubernetes({ podSubnet: "10.1.0.0/16" }), [
      "four-winds:kubernetes.version is missing (set it: pulumi config set --path four-winds:kubernetes.version 1.34.4)",
    ]);
    assert.match(
      kubernetes({ version: "stable" })[0]!,
      /^four-winds:kubernetes\.version must be a version, such as 1\.34\.4/,
    );
    assert.match(kubernetes({ version: "1.34.4", subnet: "x" })[0]!, /^four-winds:kubernetes\.subnet is not a key/);
    assert.match(
      kubernetes({ version: "1.34.4", network: {} })[0]!,
      /^four-winds:kubernetes\.network\.plugin is missing .*network\.plugin flannel/,
    );
    assert.match(kubernetes({ version: "1.34.4" }, { "four-winds:check": false })[0]!, /^four-winds:check is needed/);
    const tainted = (taint: string) => ({ "four-winds:guests": [{ name: "boreas", taints: [taint] }] });
    assert.match(problemsOf(tainted("a=b:NoSchedule"))[0]!, /^four-winds:guests\[0\]\.taints is a node's/);
    assert.match(
      kubernetes({ version: "1.34.4" }, tainted("a"))[0]!,
      /^four-winds:guests\[0\]\.taints\[0\] must be a taint/,
    );
  });

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
          "four-winds:guests": [{ name: "boreas" }, { name: "Notus!" }],
          "four-winds:sshKeys": ["AAAA"],
          "windrose:hosts": { other: "qemu:///system" },
        },
        {},
      ),
      [
        'four-winds:virtualization is wrong: expected one of "required"|"preferred"|"none" (set it: pulumi config set four-winds:virtualization preferred)',
        "four-winds:image is missing (set it: pulumi config set four-winds:image https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2)",
        "four-winds:guests[1].name must be a host name: 1 to 20 lowercase letters, digits and dashes (set it: pulumi config set --path 'four-winds:guests[1].name' boreas)",
        "four-winds:sizes.boreas.memory must be a size with its unit, as 2GiB (set it: pulumi config set --path four-winds:sizes.boreas.memory 2GiB)",
        "four-winds:vcpus must be 1 or more (set it: pulumi config set four-winds:vcpus 2)",
        "four-winds:memory must be a size with its unit, as 2GiB (set it: pulumi config set four-winds:memory 2GiB)",
        "four-winds:sshKeys[0] must be an OpenSSH public key: the one line of a .pub file, or the path of one (set it: pulumi config set --path 'four-winds:sshKeys[0]' 'ssh-ed25519 AAAA… you@example.org')",
        'windrose:hosts has no "anemoi", which is one of four-winds:hosts; it has other (set it: pulumi config set --path windrose:hosts.anemoi qemu+ssh://root@ADDRESS/system)',
      ],
    );
  });

  it("refuses a key that there is none of, at the top and within", () => {
    const [top] = problemsOf({ "four-winds:memroy": "2GiB" });
    assert.match(
      top!,
      /^four-winds:memroy is not a key; valid keys: hosts, .*memory, .*pulumi config rm four-winds:memroy\)$/,
    );
    const [inner] = problemsOf({ "four-winds:sizes": { boreas: { cpus: 2 } } });
    assert.match(
      inner!,
      /^four-winds:sizes\.boreas\.cpus is not a key; valid keys: vcpus, .*rm --path four-winds:sizes\.boreas\.cpus\)$/,
    );
    // Another package's keys are its own.
    assert.deepEqual(problemsOf({ "other:memroy": "2GiB" }), []);
  });

  it("refuses what does not go together", () => {
    const guests = (...all: object[]) => ({ "four-winds:guests": all });
    const boreas = { name: "boreas" };
    const one = (config: Record<string, unknown>) => problemsOf(config)[0]!;
    assert.match(one(guests(boreas, boreas)), /^four-winds:guests\[1\]\.name names "boreas" a second time/);
    assert.match(
      one(guests({ ...boreas, host: "euros" })),
      /^four-winds:guests\[0\]\.host is none of the hosts: anemoi/,
    );
    assert.match(
      one(guests({ ...boreas, image: "sid" })),
      /^four-winds:guests\[0\]\.image is none of the images: base/,
    );
    const at = { address: "172.17.2.9" };
    assert.match(
      one(guests({ ...boreas, ...at }, { name: "notus", ...at })),
      /^four-winds:guests\[1\]\.address is that of boreas/,
    );
    assert.match(one({ "four-winds:sizes": { borea: { vcpus: 2 } } }), /^four-winds:sizes\.borea is of no guest/);
    assert.match(one({ "four-winds:images": { base: { source: "/a" } } }), /^four-winds:images\.base is the one of/);
    assert.match(one({ "four-winds:initrd": "/boot/initrd" }), /^four-winds:kernel is missing/);
    assert.deepEqual(problemsOf(guests({ ...boreas, ...at, host: "anemoi", image: "base", role: "worker" })), []);
  });

  it("gives a command that can be pasted for what is no single value", () => {
    assert.match(
      problemsOf({ "four-winds:guests": "x" })[0]!,
      /pulumi config set --path 'four-winds:guests\[0\]\.name' boreas\)$/,
    );
    assert.match(
      problemsOf({ "four-winds:hosts": { anemoi: 1 } })[0]!,
      /pulumi config set --path four-winds:hosts\.anemoi\.subnet 172/,
    );
    assert.match(
      problemsOf({ "four-winds:sizes": { boreas: 1 } })[0]!,
      /set --path four-winds:sizes\.boreas\.vcpus 2\)$/,
    );
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

  it("asks for each host's way in windrose:hosts", () => {
    const two = {
      "four-winds:hosts": { anemoi: { subnet: "172.17.2.0/24" }, "aeolus-2": { subnet: "172.17.3.0/24" } },
    };
    assert.deepEqual(problemsOf(two), [
      'windrose:hosts has no "aeolus-2", which is one of four-winds:hosts; it has anemoi (set it: pulumi config set --path windrose:hosts.aeolus-2 qemu+ssh://root@ADDRESS/system)',
    ]);
  });
});
