import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { GuestGroup, type GuestGroupArgs } from "../../../components/index";

interface Made {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const dynamic = "pulumi-nodejs:dynamic/windrose:";

/** Makes a group under Pulumi's mocks, and gives it with all that was registered on the way. */
async function make(args: Partial<GuestGroupArgs> = {}): Promise<{ group: GuestGroup; made: Made[] }> {
  const made: Made[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        made.push({ type, name, inputs });
        return { id: `${name}-id`, state: { ...inputs, sshHostKeys: ["ssh-ed25519 AAAA"] } };
      },
      call: () => ({}),
    },
    "four-winds",
    "unit",
  );
  const group = new GuestGroup("winds", {
    image: { source: "/images/micro.qcow2" },
    subnet: "172.17.2.0/24",
    guests: [{ name: "boreas" }, { name: "notus", memory: "2GiB" }],
    memory: "1GiB",
    ...args,
  });
  await value(group.knownHosts);
  await value(group.urn);
  return { group, made };
}

const value = <T>(output: pulumi.Output<T>): Promise<T> => new Promise((resolve) => output.apply((it) => resolve(it)));

const kinds = (made: Made[]) => made.map(({ type, name }) => `${type.replace(dynamic, "")} ${name}`).sort();
const one = (made: Made[], name: string) => {
  const found = made.find((each) => `${each.type.replace(dynamic, "")} ${each.name}` === name);
  assert.ok(found, name);
  return found;
};

describe("a group of guests", function () {
  this.timeout(20_000);

  it("makes what it stands on, and its guests, as children named after it", async () => {
    const { group, made } = await make();
    assert.deepEqual(kinds(made), [
      "Host winds",
      "Image winds",
      "Network winds",
      "StoragePool winds",
      "VirtualMachine winds-boreas",
      "VirtualMachine winds-notus",
      "windrose:components:GuestGroup winds",
    ]);
    const { host, pool, image, network, machines } = group;
    for (const child of [host, pool, image, network, ...Object.values(machines)]) {
      assert.match(await value(child.urn), /::windrose:components:GuestGroup\$pulumi-nodejs:/);
    }
  });

  it("puts all reservations into the network's first definition", async () => {
    const { made } = await make();
    const { ipv4, reservations, mode } = one(made, "Network winds").inputs;
    assert.equal(mode, "nat");
    assert.deepEqual(ipv4, { address: "172.17.2.1/24", dhcp: { start: "172.17.2.2", end: "172.17.2.254" } });
    assert.deepEqual(reservations, {
      "winds-boreas": { address: "172.17.2.2", hostname: "boreas" },
      "winds-notus": { address: "172.17.2.3", hostname: "notus" },
    });
  });

  it("gives a guest its own sizes before the group's, and its short host name", async () => {
    const { made } = await make({ sshKeys: ["ssh-ed25519 AAAA me"], machine: { cloudInit: { packages: ["tmux"] } } });
    const [boreas, notus] = ["boreas", "notus"].map((name) => one(made, `VirtualMachine winds-${name}`).inputs);
    assert.equal(boreas!.memory, "1GiB");
    assert.equal(notus!.memory, "2GiB");
    assert.deepEqual(boreas!.cloudInit, {
      hostname: "boreas",
      sshKeys: ["ssh-ed25519 AAAA me"],
      packages: ["tmux"],
    });
    assert.equal((boreas!.interfaces as { lan: { address: string } }).lan.address, "172.17.2.2");
  });

  it("takes what is passed in, and makes no other", async () => {
    const { group } = await make();
    const { host, pool, image, network } = group;
    const { made } = await make({ host, pool, image, network });
    assert.deepEqual(kinds(made), [
      "VirtualMachine winds-boreas",
      "VirtualMachine winds-notus",
      "windrose:components:GuestGroup winds",
    ]);
  });

  it("lets a transform have the last word on each kind of child", async () => {
    const seen: string[] = [];
    const { made } = await make({
      transform: {
        network: (args, name) => {
          seen.push(`network ${name}`);
          return { ...args, mode: "isolated" };
        },
        guest: (args, name) => {
          seen.push(`guest ${name}`);
          return { ...args, vcpus: 7 };
        },
      },
    });
    assert.deepEqual(seen, ["network winds", "guest winds-boreas", "guest winds-notus"]);
    assert.equal(one(made, "Network winds").inputs.mode, "isolated");
    assert.equal(one(made, "VirtualMachine winds-notus").inputs.vcpus, 7);
  });

  it("says how its guests are reached", async () => {
    const { group } = await make({ proxyJump: "root@anemoi" });
    assert.deepEqual((await value(group.guests)).notus, {
      name: "notus",
      address: "172.17.2.3",
      ssh: "ssh -J root@anemoi root@172.17.2.3",
    });
    assert.match(await value(group.table), /^boreas {2}172\.17\.2\.2 {2}ssh -J root@anemoi root@172\.17\.2\.2$/m);
    assert.match(await value(group.sshConfig), /^Host notus$/m);
    assert.equal(
      await value(group.knownHosts),
      "boreas,172.17.2.2 ssh-ed25519 AAAA\nnotus,172.17.2.3 ssh-ed25519 AAAA\n",
    );
  });

  it("tells a plan that can't be made as the program's mistake, by the group's name", async () => {
    await assert.rejects(make({ subnet: "172.17.2.0/30" }), (error: Error) => {
      return pulumi.RunError.isInstance(error) && /^GuestGroup "winds": the subnet/.test(error.message);
    });
  });
});
