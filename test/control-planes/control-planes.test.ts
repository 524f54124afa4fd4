import assert from "node:assert/strict";
import { inOrder } from "../e2e/in-order";
import { Cluster, controlPlane } from "../kubernetes/cluster";
import { elapsed } from "../kubernetes/elapsed";
import { type Conditions, isReady } from "../kubernetes/kubectl";
import { electedKubeadm } from "../kubernetes/tuning";

const three = ["boreas", "notus", "zephyrus"];

/** What is read of the API's nodes and pods. */
interface Found extends Conditions {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName: string; readonly unschedulable?: boolean };
}

/** From one control plane to three, and the first one replaced. Each step stands on the one before. */
describe("a cluster's control planes", function () {
  this.timeout(2_400_000);
  inOrder();

  let cluster: Cluster;
  const say = elapsed();

  before(async () => {
    cluster = await Cluster.create(say, 40);
    for (const name of Object.keys(cluster.winds)) delete cluster.winds[name];
    cluster.winds.boreas = controlPlane("172.17.2.2");
  });
  after(async () => {
    await cluster?.dispose();
  });

  const ask = (more: object = {}) => cluster.ask({ network: { plugin: "routes" }, kubeadm: electedKubeadm, ...more });

  /** What a control plane's own API says: the control planes that are Ready, and on which of them etcd is Ready. */
  const seenBy = async (name: string): Promise<{ ready: string[]; etcd: string[] }> => {
    const kubectl = await cluster.kubectl(name, say);
    try {
      const nodes = await kubectl.json("get", "nodes", "-l", "node-role.kubernetes.io/control-plane");
      const etcd = await kubectl.json("get", "pods", "-n", "kube-system", "-l", "component=etcd");
      const ready = (found: { items: Found[] }) => found.items.filter((one) => isReady(one) && !one.spec.unschedulable);
      return {
        ready: ready(nodes)
          .map(({ metadata }) => metadata.name)
          .sort(),
        etcd: ready(etcd)
          .map(({ spec }) => spec.nodeName)
          .sort(),
      };
    } finally {
      await kubectl.dispose();
    }
  };

  it("are one at first, whose pods are reached by routes", async () => {
    await ask();
    await cluster.up();
    assert.deepEqual(await seenBy("boreas"), { ready: ["boreas"], etcd: ["boreas"] });
  });

  it("become three, without a restart of the first", async () => {
    const before = await cluster.boots(["boreas"]);
    cluster.winds.zephyrus = controlPlane("172.17.2.3");
    cluster.winds.notus = controlPlane("172.17.2.4");
    await ask();
    const steps = await cluster.steps();
    assert.equal(steps["VirtualMachine winds-boreas"], undefined);
    assert.equal(steps["KubernetesNode winds-boreas"], "update");
    assert.equal(steps["KubernetesNode winds-zephyrus"], "create");
    assert.equal(steps["KubernetesNode winds-notus"], "create");
    await cluster.up();
    assert.deepEqual(await seenBy("notus"), { ready: three, etcd: three });
    assert.deepEqual(await cluster.boots(["boreas"]), before);
  });

  it("have nothing to do the second time", async () => {
    await cluster.stack.preview({ args: ["--expect-no-changes"] });
  });

  it("get new certificates, and nothing restarts", async () => {
    const before = await cluster.boots(three);
    const certificate = (name: string) => cluster.inside(name, "sha256sum /etc/kubernetes/pki/apiserver.crt");
    const old = await Promise.all(three.map(certificate));
    await ask({ renewal: "second" });
    await cluster.up();
    const renewed = await Promise.all(three.map(certificate));
    for (const [index, name] of three.entries()) assert.notEqual(renewed[index], old[index], name);
    assert.deepEqual(await seenBy("notus"), { ready: three, etcd: three });
    assert.deepEqual(await cluster.boots(three), before);
  });

  it("have one made larger than it can be live: drained, restarted, and taken back", async () => {
    const { zephyrus, ...others } = await cluster.boots(three);
    const memory = async () =>
      Number(await cluster.inside("zephyrus", "sed -n 's/^MemTotal: *\\([0-9]*\\).*/\\1/p' /proc/meminfo"));
    const before = await memory();
    cluster.winds.zephyrus!.memory = "2500MiB";
    await ask({ renewal: "second" });
    const steps = await cluster.steps();
    assert.equal(steps["VirtualMachine winds-zephyrus"], "update");
    assert.equal(steps["KubernetesNode winds-zephyrus"], "update");
    await cluster.up();
    assert.deepEqual(await seenBy("boreas"), { ready: three, etcd: three });
    assert.ok((await memory()) > before + 150_000);
    const { zephyrus: after, ...same } = await cluster.boots(three);
    assert.notEqual(after, zephyrus);
    assert.deepEqual(same, others);
  });

  it("have another one first, and nothing is done to a machine", async () => {
    const before = await cluster.boots(three);
    const { boreas } = cluster.winds;
    delete cluster.winds.boreas;
    cluster.winds.boreas = boreas!;
    await ask({ renewal: "second" });
    const steps = await cluster.steps();
    for (const name of three) {
      assert.equal(steps[`VirtualMachine winds-${name}`], undefined);
      assert.notEqual(steps[`KubernetesNode winds-${name}`], "create");
    }
    await cluster.up();
    assert.deepEqual(await seenBy("zephyrus"), { ready: three, etcd: three });
    assert.deepEqual(await cluster.boots(three), before);
  });

  it("have the one that was first replaced", async () => {
    const { boreas, ...others } = await cluster.boots(three);
    cluster.winds.boreas!.image = "second";
    await ask({ renewal: "second" });
    const steps = await cluster.steps();
    assert.match(steps["VirtualMachine winds-boreas"]!, /replace/);
    assert.match(steps["KubernetesNode winds-boreas"]!, /replace/);
    await cluster.up();
    assert.deepEqual(await seenBy("zephyrus"), { ready: three, etcd: three });
    assert.deepEqual(await cluster.boots(["notus", "zephyrus"]), others);
    assert.notEqual((await cluster.boots(["boreas"])).boreas, boreas);
    await cluster.stack.preview({ args: ["--expect-no-changes"] });
  });

  it("are gone with the stack", async () => {
    await cluster.stack.destroy();
    // libvirt is stopped again, as it was before: what it would know of machines, and what runs.
    const left = "ls /etc/libvirt/qemu/*.xml /run/libvirt/qemu/*.xml 2>/dev/null; pgrep -a qemu-system || true";
    const { stdout } = await cluster.host.exec(["sh", "-c", left]);
    assert.equal(stdout.trim(), "");
  });
});
