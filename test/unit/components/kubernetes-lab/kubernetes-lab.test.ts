import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { KubernetesLab, type KubernetesLabArgs } from "../../../../components/index";
import { certificate } from "./certificate";

interface Made {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** The wire's mark of a secret (pulumi's runtime/rpc.ts, specialSecretSig). */
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const dynamic = "pulumi-nodejs:dynamic/windrose:";
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA me";

const host = { cpus: 8, memory: "16GiB", capacity: "200GiB", size: "2GiB" };

/** Makes a lab under Pulumi's mocks, and gives it with all that was registered on the way. */
async function make(args: Partial<KubernetesLabArgs> = {}): Promise<{ lab: KubernetesLab; made: Made[] }> {
  const made: Made[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        made.push({ type, name, inputs: plain(inputs) as Record<string, unknown> });
        return { id: `${name}-id`, state: { ...inputs, ...host, sshHostKeys: ["ssh-ed25519 AAAA"] } };
      },
      call: () => ({}),
    },
    "four-winds",
    "unit",
  );
  const lab = new KubernetesLab("winds", {
    hosts: { anemoi: {} },
    images: { "debian-12": { source: "/images/debian-12.qcow2" } },
    subnet: "172.17.2.0/24",
    guests: [
      { name: "boreas", role: "controlPlane", address: "172.17.2.2" },
      { name: "notus", address: "172.17.2.4", memory: "2GiB" },
    ],
    ...args,
  });
  await value(lab.knownHosts);
  await Promise.all(Object.values(lab.checks).map((check) => value(check.urn)));
  await value(lab.urn);
  return { lab, made };
}

const value = <T>(output: pulumi.Output<T>): Promise<T> => new Promise((resolve) => output.apply((it) => resolve(it)));
const kinds = (made: Made[]) => made.map(({ type, name }) => `${type.replace(dynamic, "")} ${name}`).sort();
const one = (made: Made[], name: string) => {
  const found = made.find(({ type, name: own }) => `${type.replace(dynamic, "")} ${own}` === name);
  assert.ok(found, `${name} in ${kinds(made).join(", ")}`);
  return found.inputs;
};
/** A copy in which secrets are what they wrap: the mocks hand on a whole argument as secret for what is secret in it. */
function plain(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plain);
  const entries = Object.entries(value);
  if (entries.length === 2 && "value" in value && Object.values(value).includes(secretSignature))
    return plain(value.value);
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]));
}
const refusal = (message: RegExp) => (error: Error) => pulumi.RunError.isInstance(error) && message.test(error.message);

describe("a lab", function () {
  this.timeout(20_000);

  it("makes what it stands on, its guests and their checks as children named after it", async () => {
    const { lab, made } = await make();
    assert.deepEqual(kinds(made), [
      "Command winds-boreas",
      "Command winds-notus",
      "Host winds-anemoi",
      "Image winds-anemoi-debian-12",
      "Network winds-anemoi",
      "StoragePool winds-anemoi",
      "VirtualMachine winds-boreas",
      "VirtualMachine winds-notus",
      "windrose:components:KubernetesLab winds",
    ]);
    for (const child of [lab.hosts.anemoi!, lab.pools.anemoi!, lab.networks.anemoi!, ...Object.values(lab.machines)]) {
      assert.match(await value(child.urn), /::windrose:components:KubernetesLab\$pulumi-nodejs:/);
    }
    assert.equal(one(made, "Host winds-anemoi").connection, "anemoi");
  });

  it("puts all reservations of a host into its network's first definition", async () => {
    const { made } = await make();
    const { ipv4, reservations, mode } = one(made, "Network winds-anemoi");
    assert.equal(mode, "nat");
    assert.deepEqual(ipv4, { address: "172.17.2.1/24", dhcp: { start: "172.17.2.2", end: "172.17.2.254" } });
    assert.deepEqual(reservations, {
      "winds-boreas": { address: "172.17.2.2", hostname: "boreas", interface: "lan" },
      "winds-notus": { address: "172.17.2.4", hostname: "notus", interface: "lan" },
    });
  });

  it("spreads over hosts, each with a network, a pool and the images that its guests use", async () => {
    const { made } = await make({
      hosts: { anemoi: { subnet: "172.17.2.0/24" }, aeolus: { subnet: "172.17.3.0/24" } },
      subnet: undefined,
      images: { old: { source: "/images/old.qcow2" }, new: { source: "/images/new.qcow2" } },
      image: "old",
      guests: [
        { name: "boreas", host: "anemoi" },
        { name: "notus", host: "aeolus", image: "new" },
      ],
    });
    assert.deepEqual(
      kinds(made).filter((name) => /^(Image|Network)/.test(name)),
      ["Image winds-aeolus-new", "Image winds-anemoi-old", "Network winds-aeolus", "Network winds-anemoi"],
    );
    assert.equal(one(made, "VirtualMachine winds-notus").host, "winds-aeolus-id");
  });

  it("prepares guests by cloud-init, which is disabled as the very last", async () => {
    const { made } = await make({
      sshKeys: [key],
      caCertificates: [certificate],
      machine: { cloudInit: { packages: ["tmux"], runCommands: ["echo mine"] } },
    });
    const cloudInit = one(made, "VirtualMachine winds-boreas").cloudInit as Record<string, unknown>;
    assert.equal(cloudInit.hostname, "boreas");
    assert.deepEqual(cloudInit.sshKeys, [key]);
    assert.deepEqual(cloudInit.packages, ["tmux"]);
    const commands = cloudInit.runCommands as (string | string[])[];
    assert.equal(commands.at(-2), "echo mine");
    assert.deepEqual(commands.at(-1), ["/bin/sh", "-c", "touch /etc/cloud/cloud-init.disabled"]);
    assert.ok(
      commands.some(
        (command) => command.includes(certificate.split("\n")[1]!) || String(command).includes("CERTIFICATE"),
      ),
    );
  });

  it("lets a user in, and not root, where one is named", async () => {
    const { made } = await make({ sshKeys: [key], user: "wind" });
    const cloudInit = one(made, "VirtualMachine winds-boreas").cloudInit as Record<string, unknown>;
    assert.equal(cloudInit.sshKeys, undefined);
    const [user] = cloudInit.users as Record<string, unknown>[];
    assert.equal(user!.name, "wind");
    assert.deepEqual(user!.ssh_authorized_keys, [key]);
    assert.equal((one(made, "Command winds-boreas").connection as { user: string }).user, "wind");
  });

  it("leaves guests without cloud-init as they are", async () => {
    const { lab, made } = await make({ prepare: false });
    assert.deepEqual(one(made, "VirtualMachine winds-boreas").cloudInit, { hostname: "boreas" });
    assert.deepEqual(lab.checks, {});
  });

  it("takes what is passed in, and makes no other", async () => {
    const { lab } = await make();
    const ground = {
      host: lab.hosts.anemoi!,
      pool: lab.pools.anemoi!,
      network: lab.networks.anemoi!,
      images: lab.images.anemoi!,
    };
    const { made } = await make({ hosts: { anemoi: ground }, images: {}, check: false });
    assert.deepEqual(kinds(made), [
      "VirtualMachine winds-boreas",
      "VirtualMachine winds-notus",
      "windrose:components:KubernetesLab winds",
    ]);
  });

  it("lets a transform have the last word on each kind of child", async () => {
    const seen: string[] = [];
    const note =
      (kind: string) =>
      <Args>(args: Args, name: string): Args => {
        seen.push(`${kind} ${name}`);
        return args;
      };
    const { made } = await make({
      guests: [{ name: "boreas" }],
      transform: {
        host: note("host"),
        pool: note("pool"),
        image: note("image"),
        network: (args, name) => note("network")({ ...args, mode: "isolated" as const }, name),
        guest: (args, name) => note("guest")({ ...args, vcpus: 7 }, name),
        check: note("check"),
      },
    });
    assert.deepEqual(seen, [
      "host winds-anemoi",
      "pool winds-anemoi",
      "network winds-anemoi",
      "image winds-anemoi-debian-12",
      "guest winds-boreas",
      "check winds-boreas",
    ]);
    assert.equal(one(made, "Network winds-anemoi").mode, "isolated");
    assert.equal(one(made, "VirtualMachine winds-boreas").vcpus, 7);
  });

  it("makes one guest after another where it is asked to", async () => {
    const { made } = await make({ rolling: true });
    const order = made.map(({ type, name }) => `${type.replace(dynamic, "")} ${name}`);
    assert.ok(order.indexOf("Command winds-boreas") < order.indexOf("VirtualMachine winds-notus"), order.join(", "));
  });

  it("says how its guests are reached", async () => {
    const { lab } = await make({ hosts: { anemoi: { proxyJump: "root@anemoi" } } });
    assert.deepEqual((await value(lab.guests)).notus, {
      name: "notus",
      role: "worker",
      host: "anemoi",
      address: "172.17.2.4",
      ssh: "ssh -J root@anemoi root@172.17.2.4",
    });
    assert.match(await value(lab.table), /^boreas +control plane +anemoi +172\.17\.2\.2 +ssh -J root@anemoi root@/m);
    assert.match(await value(lab.sshConfig), /^Host notus$/m);
    assert.match(await value(lab.inventory), /^ {4}workers:$/m);
    assert.equal(
      await value(lab.knownHosts),
      "boreas,172.17.2.2 ssh-ed25519 AAAA\nnotus,172.17.2.4 ssh-ed25519 AAAA\n",
    );
  });

  it("reads keys and certificates from files, and names those that it can't read", async () => {
    const directory = mkdtempSync(join(tmpdir(), "lab-files-"));
    try {
      writeFileSync(join(directory, "key.pub"), `${key}\n`);
      writeFileSync(join(directory, "ca.crt"), "not a certificate");
      const { made } = await make({ sshKeys: [join(directory, "key.pub")] });
      const cloudInit = one(made, "VirtualMachine winds-boreas").cloudInit as Record<string, unknown>;
      assert.deepEqual(cloudInit.sshKeys, [key]);
      await assert.rejects(
        make({ caCertificates: [join(directory, "ca.crt")] }),
        refusal(/^KubernetesLab "winds": caCertificates\[0\]: is not a certificate/),
      );
      await assert.rejects(make({ sshKeys: ["/nowhere/key.pub"] }), refusal(/sshKeys\[0\]: the file .* \(ENOENT\)/));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("tells a plan that can't be made as the program's mistake, on its argument, without a stack", async () => {
    const guests = [{ name: "boreas", address: "10.0.0.1" }];
    await assert.rejects(make({ guests }), (error: Error) => {
      assert.match(error.message, /^KubernetesLab "winds": guests\.boreas\.address: 10\.0\.0\.1 is not in/);
      return pulumi.RunError.isInstance(error) && error.stack === undefined;
    });
  });

  it("counts on the capacity that a host is made with", async () => {
    await assert.rejects(
      make({ hosts: { anemoi: { host: { capacity: { memory: "2GiB" } } } } }),
      refusal(/hosts\.anemoi\.capacity\.memory: the guests ask for 3GiB together, the host has 2GiB/),
    );
  });

  it("says that a bridged lab can't be made yet", async () => {
    await assert.rejects(make({ network: { mode: "bridge" } }), refusal(/network\.mode: "bridge" can be planned/));
  });
});
