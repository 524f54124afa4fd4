import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import sinon from "sinon";
import type { Inputs } from "../../../provider/basics/record";
import type { Hypervisor } from "../../../provider/drivers/hypervisor";
import { hashOf } from "../../../provider/guest/kubernetes/look";
import type { Context } from "../../../provider/lifecycle/context";
import { apply, remove } from "../../../provider/lifecycle/lifecycle";
import { forgetClusters } from "../../../provider/resources/kubernetes-node/asked";
import { kubernetesNode } from "../../../provider/resources/kubernetes-node/definition";
import { door } from "../../../provider/resources/reach-machine";
import { anyOf, checked, contextOf, FakeHost } from "../../unit/fakes";
import { authority, clusterCalls, FakeGuest, guestDirectory, nodesOf } from "./fake-guest";

const definition = anyOf(kubernetesNode as never);
const names = ["boreas", "notus", "eurus", "zephyrus"] as const;
type Name = (typeof names)[number];
const uuidOf = (name: Name) => `${names.indexOf(name)}1111111-2222-8333-8444-555555555555`;
const addressOf = (name: Name) => `172.17.2.1${names.indexOf(name)}`;
const controlPlanes = names.slice(0, 3);

/** Three control planes and a worker, on guests that are directories. */
describe("a node that goes", function () {
  this.timeout(60_000);
  const host = new FakeHost();
  let place: ReturnType<typeof guestDirectory>;
  let guests: Record<Name, FakeGuest>;
  let states: Record<Name, Inputs>;
  let told: string[];
  /** Machines that are not running. */
  let off: Set<Name>;

  const context = (name: Name, more: Partial<Context> = {}): Context => ({
    ...contextOf(host, "KubernetesNode", name),
    hypervisor: async () => ({ ...host.hypervisor, machines }) as unknown as Hypervisor,
    tell: (_severity, text) => told.push(text),
    deadline: Date.now() + 50_000,
    ...more,
  });
  const machines = {
    wayTo: async () => ({}),
    find: async (uuid: string) => {
      const name = names.find((one) => uuidOf(one) === uuid)!;
      return { uuid, name, power: off.has(name) ? "shutoff" : "running", stored: {}, running: {} };
    },
  };
  const inputsOf = async (name: Name, more: Inputs = {}): Promise<Inputs> => {
    const first = name === "boreas";
    const inputs = await checked(kubernetesNode as never, {
      host: "h1",
      machine: uuidOf(name),
      nodeName: name,
      role: name === "zephyrus" ? "worker" : "controlPlane",
      address: addressOf(name),
      ...(first ? {} : { through: `${uuidOf("boreas")}/boreas` }),
      cluster: { name: "winds", version: "1.34.3", endpoint: "winds-api:6443" },
      endpointAddresses: controlPlanes.map(addressOf),
      source: { from: "image" },
      podNetwork: { plugin: "none" },
      ...more,
    });
    const through = {
      host: "h1",
      machine: uuidOf("boreas"),
      nodeName: "boreas",
      address: addressOf("boreas"),
      urn: "u",
    };
    return first ? inputs : { ...inputs, __through: through };
  };
  const cluster = () => guests.boreas.cluster;
  const members = () => readdirSync(join(cluster(), "etcd")).sort();
  const member = (name: Name, state = "") =>
    writeFileSync(join(cluster(), "etcd", name), `${names.indexOf(name) + 7} ${addressOf(name)}${state}\n`);
  const gone = (name: Name, more?: Partial<Context>) => remove(definition, states[name], context(name, more));
  const resets = (name: Name) => guests[name].calls().filter((line) => line.startsWith("kubeadm reset")).length;
  const calls = (pattern: RegExp) => clusterCalls(cluster(), pattern);

  beforeEach(async () => {
    place = guestDirectory();
    guests = Object.fromEntries(
      names.map((name) => [name, new FakeGuest(place.directory, name, uuidOf(name))]),
    ) as Record<Name, FakeGuest>;
    told = [];
    off = new Set();
    states = {} as Record<Name, Inputs>;
    sinon
      .stub(door, "reach")
      .callsFake(async ({ uuid }) => guests[names.find((one) => uuidOf(one) === uuid)!].asTransport());
    mkdirSync(join(cluster(), "etcd"));
    writeFileSync(join(cluster(), "up"), "");
    for (const name of names) await standing(name);
  });

  /** A node as kubeadm leaves it. */
  const standing = async (name: Name) => {
    const write = (path: string, text = "") => {
      mkdirSync(dirname(join(guests[name].root, path)), { recursive: true });
      writeFileSync(join(guests[name].root, path), text);
    };
    const { project, stack } = context(name);
    write("etc/kubernetes/pki/ca.crt", authority);
    write("etc/kubernetes/kubelet.conf");
    write("kubelet-active");
    write("var/lib/windrose-kubernetes/owner", `${project}/${stack}/winds/1\n`);
    write("var/lib/windrose-kubernetes/done", "join\n");
    if (name !== "zephyrus") {
      member(name);
      write("etc/kubernetes/manifests/etcd.yaml");
      write("etc/kubernetes/admin.conf", "clusters: []\n");
    }
    writeFileSync(
      join(cluster(), "nodes", name),
      JSON.stringify({
        metadata: { name, labels: {}, annotations: {} },
        status: {
          conditions: [{ type: "Ready", status: "True" }],
          nodeInfo: { systemUUID: uuidOf(name) },
          addresses: [{ type: "InternalIP", address: addressOf(name) }],
        },
      }),
    );
    states[name] = { ...(await inputsOf(name)), caHash: hashOf(authority), __schema: 1 };
  };

  afterEach(async () => {
    sinon.restore();
    forgetClusters();
    for (const guest of Object.values(guests)) await guest.dispose();
    place.remove();
  });

  it("as a control plane leaves etcd before its guest is reset", async () => {
    await gone("notus");
    assert.deepEqual(members(), ["boreas", "eurus"]);
    assert.equal(resets("notus"), 1);
    assert.deepEqual(nodesOf(cluster()), ["boreas", "eurus", "zephyrus"]);
  });

  it("as a control plane stays whole where etcd would have no majority without it", async () => {
    member("eurus", " down");
    await assert.rejects(gone("notus"), /2 other members; 2 of them must answer, and "eurus" does not/);
    assert.deepEqual(members(), ["boreas", "eurus", "notus"]);
    assert.equal(resets("notus"), 0);
    assert.deepEqual(calls(/^(drain|cordon)/), []);
    // The one that is off can go, and is taken out of etcd as well.
    off.add("eurus");
    await gone("eurus");
    assert.deepEqual(members(), ["boreas", "notus"]);
  });

  it("as a control plane is not reset where etcd does not let it go", async () => {
    writeFileSync(join(cluster(), "stubborn"), "");
    await assert.rejects(gone("notus"), /etcd does not let its member at 172\.17\.2\.11 go: etcdserver: unhealthy/);
    assert.equal(resets("notus"), 0);
    assert.deepEqual(nodesOf(cluster()), ["boreas", "eurus", "notus", "zephyrus"]);
    rmSync(join(cluster(), "stubborn"));
    await gone("notus");
    assert.deepEqual(members(), ["boreas", "eurus"]);
  });

  it("as a worker has nothing to do with etcd", async () => {
    await gone("zephyrus");
    assert.deepEqual(calls(/^etcd/), []);
    assert.deepEqual(nodesOf(cluster()), ["boreas", "eurus", "notus"]);
  });

  it("back to a bare guest, to join anew, leaves etcd before it is reset as well", async () => {
    // A join that was cut off: a member of etcd already, and not yet brought to its end.
    rmSync(join(guests.notus.root, "var/lib/windrose-kubernetes/done"));
    member("eurus", " down");
    const again = async () => apply(definition, await inputsOf("notus"), states.notus, context("notus"));
    await assert.rejects(again(), /"eurus" does not/);
    assert.equal(resets("notus"), 0);
    member("eurus");
    await again();
    assert.deepEqual(calls(/^etcd member\/remove/).length, 1);
    assert.deepEqual(guests.notus.calls(), ["kubeadm reset -f", "kubeadm join"]);
  });

  it("as the first control plane leaves etcd and the cluster through another one", async () => {
    await gone("boreas");
    assert.deepEqual(members(), ["eurus", "notus"]);
    assert.deepEqual(nodesOf(cluster()), ["eurus", "notus", "zephyrus"]);
    assert.equal(resets("boreas"), 1);
    assert.equal(calls(/^drain boreas/).length, 1);
    // Cut off after that: nothing is left to be done.
    await gone("boreas");
    assert.deepEqual(members(), ["eurus", "notus"]);
  });

  it("as the first control plane, cut off after it has left etcd, goes on through another one", async () => {
    rmSync(join(cluster(), "etcd/boreas"));
    await gone("boreas");
    assert.deepEqual(nodesOf(cluster()), ["eurus", "notus", "zephyrus"]);
    assert.equal(resets("boreas"), 1);
  });

  it("as the first control plane stays where no other one answers, and goes as the last one", async () => {
    member("notus", " down");
    member("eurus", " down");
    await assert.rejects(
      gone("boreas"),
      /no other control plane of the cluster answers \(172\.17\.2\.11, 172\.17\.2\.12\)/,
    );
    assert.equal(resets("boreas"), 0);
    for (const name of ["notus", "eurus"]) {
      rmSync(join(cluster(), "etcd", name));
      rmSync(join(cluster(), "nodes", name));
    }
    await gone("boreas");
    assert.equal(resets("boreas"), 1);
  });
});
