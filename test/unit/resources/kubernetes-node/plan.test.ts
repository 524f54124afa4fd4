import assert from "node:assert/strict";
import fc from "fast-check";
import type { GuestFacts, NodeFile } from "../../../../provider/guest/kubernetes/look";
import type { NodeFacts } from "../../../../provider/guest/kubernetes/node-facts";
import {
  type ClusterFacts,
  type NodeStep,
  nextSteps,
  type Observed,
  type Plan,
  upgradePlan,
  type WantedNode,
} from "../../../../provider/resources/kubernetes-node/plan";

const uuid = "11111111-2222-8333-8444-555555555555";

const wanted: WantedNode = {
  first: false,
  role: "worker",
  nodeName: "zephyrus",
  address: "172.17.2.11",
  version: "1.34.4",
  owner: "project/dev/winds/1",
};
const first: WantedNode = { ...wanted, first: true, role: "controlPlane", nodeName: "boreas", address: "172.17.2.10" };

const bare: GuestFacts = {
  kubeadm: "1.34.4",
  kubelet: "1.34.4",
  kubectl: true,
  containerd: "1.6.20",
  containerdActive: true,
  kubeletActive: true,
  busy: false,
  files: new Set(),
  boot: "boot",
  systemUuid: uuid,
  hosts: "",
};
const node: NodeFacts = {
  name: "zephyrus",
  ready: true,
  message: "kubelet is posting ready status",
  version: "1.34.4",
  labels: {},
  taints: [],
  annotations: {},
  unschedulable: false,
  address: "172.17.2.11",
  systemUuid: uuid,
};
const up: ClusterFacts = { state: "up", caHash: "sha256:a" };
const owned = (files: NodeFile[], more: Partial<GuestFacts> = {}): GuestFacts => ({
  ...bare,
  owner: wanted.owner,
  files: new Set(files),
  ...more,
});

const steps = (plan: Plan): readonly NodeStep[] => {
  assert.ok("steps" in plan, JSON.stringify(plan));
  return plan.steps;
};
const refusal = (plan: Plan): string => {
  assert.ok("refused" in plan, JSON.stringify(plan));
  return plan.refused.code;
};
const plan = (guest: GuestFacts, cluster: ClusterFacts, what = wanted, tried: NodeStep[] = []) =>
  nextSteps({ guest, cluster }, what, new Set(tried));

describe("what a guest lacks to be a node", function () {
  this.timeout(60_000);
  it("a bare one is prepared, and inits or joins", () => {
    assert.deepEqual(steps(plan(bare, { state: "none" }, first)), ["programs", "init"]);
    assert.deepEqual(steps(plan(bare, up)), ["programs", "join"]);
    assert.equal(refusal(plan(bare, { state: "none" })), "guest-not-ready");
    assert.equal(refusal(plan(bare, { state: "silent" })), "guest-not-ready");
  });

  it("waits for a kubeadm that goes on from an earlier run, whatever else is there", () => {
    const busy = owned(["admin.conf", "etcd"], { busy: true });
    assert.deepEqual(steps(plan(busy, { state: "none" }, first)), ["wait"]);
    assert.deepEqual(steps(plan(busy, up)), ["wait"]);
  });

  it("takes a half-made init back, and finishes one whose API serves the node", () => {
    const half = owned(["ca.crt", "admin.conf", "apiserver", "etcd", "etcd-data"]);
    assert.deepEqual(steps(plan(half, { state: "silent" }, first)), ["reset", "programs", "init"]);
    assert.deepEqual(steps(plan(half, up, first)), ["reset", "programs", "init"]);
    assert.deepEqual(steps(plan(half, { ...up, node }, first)), ["programs", "init again"]);
  });

  it("never resets a cluster that was once made, whatever it is in", () => {
    const made = owned(["kubelet.conf", "admin.conf", "ca.crt", "apiserver", "etcd", "etcd-data"], { done: "init" });
    assert.deepEqual(steps(plan(made, { ...up, node }, first)), []);
    for (const cluster of [{ state: "none" }, { state: "silent" }, up] as ClusterFacts[]) {
      assert.deepEqual(steps(plan(made, cluster, first)), ["kubelet"]);
      assert.equal(refusal(plan(made, cluster, first, ["kubelet"])), "guest-not-ready");
    }
  });

  it("never makes a cluster anew in the place of one that the state knows", () => {
    const known = { ...first, made: true };
    assert.equal(refusal(plan(bare, { state: "none" }, known)), "not-found");
    assert.equal(refusal(plan(owned(["kubelet.conf", "etcd"]), { state: "silent" }, known)), "not-found");
    const old = owned(["kubelet.conf"], { owner: "project/dev/winds/0", done: "init" });
    assert.equal(refusal(plan(old, { state: "silent" }, known)), "not-found");
    const made = owned(["kubelet.conf", "admin.conf"], { done: "init" });
    assert.deepEqual(steps(plan(made, { ...up, node }, known)), []);
  });

  it("takes a half-made join back, and forgets its node", () => {
    const half = owned(["bootstrap-kubelet.conf", "ca.crt"], { caHash: "sha256:a" });
    assert.deepEqual(steps(plan(half, up)), ["reset", "programs", "join"]);
    const late = { ...node, ready: false };
    assert.deepEqual(steps(plan(half, { ...up, node: late })), ["reset", "forget", "programs", "join"]);
  });

  it("takes a worker for whole that serves the cluster, though it was cut off before it could say so", () => {
    const served = owned(["kubelet.conf", "ca.crt", "kubelet-config"], { caHash: "sha256:a" });
    assert.deepEqual(steps(plan(served, { ...up, node })), ["mark"]);
    const control = { ...wanted, role: "controlPlane" as const };
    assert.deepEqual(steps(plan(served, { ...up, node }, control)), ["reset", "forget", "programs", "join"]);
  });

  it("asks the kubelet of a member that the cluster does not know, and joins a worker anew at last", () => {
    const member = owned(["kubelet.conf", "ca.crt"], { done: "join", caHash: "sha256:a" });
    assert.deepEqual(steps(plan(member, up)), ["kubelet"]);
    assert.deepEqual(steps(plan(member, up, wanted, ["kubelet"])), ["reset", "programs", "join"]);
    const control = { ...wanted, role: "controlPlane" as const };
    assert.equal(refusal(plan(member, up, control, ["kubelet"])), "guest-not-ready");
  });

  it("starts a kubelet that stands still", () => {
    const member = owned(["kubelet.conf"], { done: "join", caHash: "sha256:a", kubeletActive: false });
    assert.deepEqual(steps(plan(member, { ...up, node })), ["kubelet"]);
  });

  it("leaves a node that somebody else made, and one of the name that lives elsewhere", () => {
    const foreign = { ...bare, files: new Set<NodeFile>(["kubelet.conf"]) };
    assert.equal(refusal(plan(foreign, up)), "foreign");
    assert.equal(refusal(plan({ ...foreign, owner: "project/prod/winds/1" }, up)), "foreign");
    const other = { ...node, systemUuid: "other", address: "172.17.2.99" };
    assert.equal(refusal(plan(bare, { ...up, node: other })), "already-exists");
    assert.equal(
      refusal(plan(bare, { ...up, node: { ...other, ready: false } })),
      "already-exists",
      "one that reboots",
    );
    const stale = { ...other, address: wanted.address };
    assert.deepEqual(steps(plan(bare, { ...up, node: stale })), ["forget", "programs", "join"]);
  });

  it("of an earlier generation of its cluster it takes a node over, and of another cluster none", () => {
    const old = owned(["kubelet.conf", "ca.crt"], { owner: "project/dev/winds/0", done: "join", caHash: "sha256:b" });
    assert.deepEqual(steps(plan(old, up)), ["reset", "programs", "join"]);
    assert.equal(refusal(plan({ ...old, owner: wanted.owner }, up)), "foreign");
    const control = { ...wanted, role: "controlPlane" as const };
    assert.equal(refusal(plan({ ...old, owner: wanted.owner }, up, control)), "foreign");
    assert.deepEqual(steps(plan({ ...old, done: "init" }, { state: "silent" }, first)), ["reset", "programs", "init"]);
  });
});

/** A guest and a cluster in which each step does what it says, as far as it comes. */
class World {
  constructor(
    public guest: GuestFacts,
    public cluster: ClusterFacts,
    private readonly what: WantedNode,
  ) {}

  do(step: NodeStep): void {
    const { what } = this;
    const set = (more: Partial<GuestFacts>) => {
      this.guest = { ...this.guest, ...more };
    };
    const mine: NodeFacts = { ...node, name: what.nodeName, address: what.address, systemUuid: this.guest.systemUuid };
    if (step === "wait") set({ busy: false });
    else if (step === "reset") {
      set({ files: new Set(), done: undefined, caHash: undefined, kubeletActive: false });
      if (what.first) this.cluster = { state: "none" };
      else if (this.cluster.node) this.cluster = { ...this.cluster, node: { ...this.cluster.node, ready: false } };
    } else if (step === "forget") this.cluster = { ...this.cluster, node: undefined };
    else if (step === "programs") set({ owner: what.owner, kubeletActive: true, containerdActive: true });
    else if (step === "init" || step === "init again") {
      assert.ok(step === "init again" || this.guest.files.size === 0, "init over what is there");
      this.cluster = { state: "up", caHash: "sha256:a", node: mine };
      set({ done: "init", files: new Set(["kubelet.conf", "admin.conf", "ca.crt", "etcd"]), caHash: "sha256:a" });
    } else if (step === "join") {
      assert.equal(this.guest.files.size, 0, "join over what is there");
      assert.equal(this.cluster.node, undefined, "join beside a node of the name");
      this.cluster = { ...this.cluster, node: mine };
      set({ done: "join", files: new Set(["kubelet.conf", "ca.crt"]), caHash: this.cluster.caHash });
    } else if (step === "mark") set({ done: what.first ? "init" : "join" });
    else if (step === "kubelet") {
      set({ kubeletActive: true, containerdActive: true });
      if (this.guest.done && this.cluster.state !== "none") this.cluster = { ...this.cluster, state: "up", node: mine };
    }
  }
}

describe("from any state of a guest", function () {
  this.timeout(60_000);
  const files = fc.subarray<NodeFile>([
    ...(["kubelet.conf", "bootstrap-kubelet.conf", "admin.conf", "ca.crt"] as const),
    ...(["apiserver", "etcd", "etcd-data", "kubelet-config"] as const),
  ]);
  const guests: fc.Arbitrary<GuestFacts> = fc
    .record({
      files: files.map((list) => new Set(list)),
      owner: fc.constantFrom(undefined, wanted.owner, "project/dev/winds/0", "project/prod/winds/1"),
      done: fc.constantFrom<(GuestFacts["done"] | undefined)[]>(undefined, "init", "join"),
      caHash: fc.constantFrom(undefined, "sha256:a", "sha256:b"),
      busy: fc.boolean(),
      kubeletActive: fc.boolean(),
      containerdActive: fc.boolean(),
    })
    .map((some) => ({ ...bare, ...some }));
  const nodes = fc.option(
    fc
      .record({
        ready: fc.boolean(),
        systemUuid: fc.constantFrom(uuid, "other", undefined),
        address: fc.constantFrom("172.17.2.11", "172.17.2.99", undefined),
      })
      .map((some) => ({ ...node, ...some })),
    { nil: undefined },
  );
  const clusters: fc.Arbitrary<ClusterFacts> = fc.record({
    state: fc.constantFrom("none" as const, "silent" as const, "up" as const),
    caHash: fc.constant("sha256:a"),
    node: nodes,
  });
  const all = fc.constantFrom<WantedNode[]>(first, { ...first, made: true }, wanted, {
    ...wanted,
    role: "controlPlane",
  });

  /** Walks as the resource does, cut off after `cut` steps and begun again; answers how it ended. */
  const walk = (start: Observed, what: WantedNode, cut: number): "member" | "refused" => {
    const world = new World(start.guest, start.cluster, what);
    let left = cut;
    for (let attempt = 0; attempt < 2; attempt++) {
      const tried = new Set<NodeStep>();
      for (let round = 0; round < 6; round++) {
        const plan = nextSteps({ guest: world.guest, cluster: world.cluster }, what, tried);
        if ("refused" in plan) return "refused";
        if (plan.steps.length === 0) {
          assert.equal(world.cluster.state, "up");
          assert.ok(world.cluster.node);
          return "member";
        }
        let stopped = false;
        for (const step of plan.steps) {
          if (attempt === 0 && left-- === 0) {
            stopped = true;
            break;
          }
          world.do(step);
          tried.add(step);
        }
        if (stopped) break;
      }
    }
    assert.fail("it does not settle");
  };

  it("it ends as a member, or is refused, also when it is cut off after any step", () => {
    fc.assert(
      fc.property(guests, clusters, all, fc.integer({ min: 0, max: 12 }), (guest, cluster, what, cut) => {
        walk({ guest, cluster }, what, cut);
      }),
      { numRuns: 3000 },
    );
  });

  it("nothing of a working member is reset, and nothing of somebody else's touched", () => {
    fc.assert(
      fc.property(guests, clusters, all, (guest, cluster, what) => {
        const plan = nextSteps({ guest, cluster }, what, new Set());
        const planned = "steps" in plan ? plan.steps : [];
        if (guest.busy) return;
        if (what.first && guest.done && guest.owner === what.owner && guest.files.size > 0)
          assert.ok(!planned.includes("reset"));
        const foreign = guest.files.size > 0 && !guest.owner?.startsWith("project/dev/winds/");
        if (foreign) assert.ok("refused" in plan);
        const serves =
          guest.done &&
          guest.owner === what.owner &&
          cluster.state === "up" &&
          cluster.node &&
          guest.caHash === cluster.caHash;
        if (what.made) assert.ok(!planned.includes("reset") && !planned.includes("init"));
        if (serves && guest.files.size > 0) assert.ok(!planned.includes("reset"), JSON.stringify(planned));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("what of a member has another version", function () {
  this.timeout(60_000);
  const member = owned(["kubelet.conf"], { done: "join", caHash: "sha256:a", at: "1.34.3" });
  const at = (version: string | undefined) => ({ ...up, node: { ...node, version } });
  it("kubeadm and the kubelet, each as it is", () => {
    assert.deepEqual(upgradePlan({ guest: member, cluster: at("1.34.3") }, wanted), { kubeadm: true, kubelet: true });
    const half = { ...member, at: "1.34.4" };
    assert.deepEqual(upgradePlan({ guest: half, cluster: at("1.34.3") }, wanted), { kubeadm: false, kubelet: true });
    assert.deepEqual(upgradePlan({ guest: half, cluster: at("1.34.4") }, wanted), { kubeadm: false, kubelet: false });
    assert.deepEqual(upgradePlan({ guest: half, cluster: at(undefined) }, wanted), { kubeadm: false, kubelet: false });
    const control = { ...half, controlPlane: "1.34.3" };
    const what = { ...wanted, role: "controlPlane" as const };
    assert.deepEqual(upgradePlan({ guest: control, cluster: at("1.34.3") }, what), { kubeadm: true, kubelet: true });
  });

  it("refuses to go back, and over a minor version", () => {
    assert.ok("refused" in upgradePlan({ guest: member, cluster: at("1.34.3") }, { ...wanted, version: "1.34.2" }));
    assert.ok("refused" in upgradePlan({ guest: member, cluster: at("1.34.3") }, { ...wanted, version: "1.36.0" }));
    assert.ok(!("refused" in upgradePlan({ guest: member, cluster: at("1.34.3") }, { ...wanted, version: "1.35.0" })));
  });
});
