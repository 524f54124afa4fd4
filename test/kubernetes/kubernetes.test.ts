import assert from "node:assert/strict";
import { packagesAlone } from "../e2e/bare-host";
import { inOrder } from "../e2e/in-order";
import { kubernetesVersions, until } from "../lab";
import { differences, type HostSnapshot, snapshotOfHost } from "../lab/snapshot-of-host";
import { askAllTheWhile } from "./answering";
import { Cluster, itsOwn, worker } from "./cluster";
import { elapsed } from "./elapsed";
import { isReady, type Kubectl } from "./kubectl";
import { nodePort, workloads } from "./workloads";

const { first, second } = kubernetesVersions;
const workers = ["zephyrus", "notus"];

/** One cluster from a bare host to a bare host. Each step stands on the one before. */
describe("a cluster on a bare host", function () {
  this.timeout(1_500_000);
  inOrder();

  let cluster: Cluster;
  let kubectl: Kubectl;
  let bare: HostSnapshot;
  const say = elapsed();

  before(async () => {
    cluster = await Cluster.create(say);
    bare = await snapshotOfHost(cluster.host);
    await cluster.ask();
  });
  after(async () => {
    await kubectl?.dispose();
    await cluster?.dispose();
  });

  /** Names of nodes that are Ready, with the kubelet's version. */
  const ready = async (): Promise<Record<string, string>> => {
    const { items } = await kubectl.json("get", "nodes");
    return Object.fromEntries(
      items
        // biome-ignore lint/suspicious/noExplicitAny: objects of the API
        .filter((node: any) => isReady(node) && !node.spec.unschedulable)
        // biome-ignore lint/suspicious/noExplicitAny: objects of the API
        .map(({ metadata, status }: any) => [metadata.name, status.nodeInfo.kubeletVersion]),
    );
  };
  const all = (names: readonly string[], version: string) =>
    Object.fromEntries([...names].sort().map((name) => [name, `v${version}`]));
  /** Names, nodes and addresses of the running pods of an application. */
  const pods = async (app: string): Promise<{ name: string; node: string; address: string }[]> => {
    const { items } = await kubectl.json("get", "pods", "-l", `app=${app}`, "--field-selector=status.phase=Running");
    return (
      items
        // biome-ignore lint/suspicious/noExplicitAny: objects of the API
        .filter(({ metadata }: any) => !metadata.deletionTimestamp)
        // biome-ignore lint/suspicious/noExplicitAny: objects of the API
        .map(({ metadata, spec, status }: any) => ({
          name: metadata.name,
          node: spec.nodeName,
          address: status.podIP,
        }))
    );
  };
  const rolledOut = async (name: string) => {
    await kubectl.run(["rollout", "status", name, "--timeout=240s"]);
  };
  /** Each pod of `each` reaches all of them by address, and the service by its name. */
  const reachEachOther = async () => {
    await rolledOut("daemonset/each");
    const found = await pods("each");
    const script = [
      ...found.map(({ address }) => `curl -sS --max-time 45 http://${address}:8080/`),
      "curl -sS --max-time 45 -o /dev/null http://each.default.svc.cluster.local/ && echo service",
      "nslookup kubernetes.default.svc.cluster.local > /dev/null && echo name",
    ].join("; ");
    const expected = [...found.map(({ name }) => name), "service", "name"];
    for (const { name } of found)
      assert.deepEqual((await kubectl.run(["exec", name, "--", "sh", "-c", script])).split("\n"), expected, name);
    return found.map(({ node }) => node).sort();
  };

  it("is cut off while the control plane is made", async () => {
    await cluster.upKilledWhen("boreas", "test -e /etc/kubernetes/manifests/kube-apiserver.yaml");
  });

  it("is cut off again while the first worker joins", async () => {
    await cluster.upKilledWhen("zephyrus", "pgrep -x kubeadm || test -e /etc/kubernetes/kubelet.conf");
  });

  it("comes to its end with the next `up`: all nodes are ready, as kubectl sees it from outside", async () => {
    await cluster.up();
    kubectl = await cluster.kubectl("boreas", say);
    assert.deepEqual(await ready(), all(["boreas", ...workers], first));
    const { items } = await kubectl.json("get", "pods", "-n", "kube-system", "-l", "k8s-app=kube-dns");
    assert.ok(items.length > 0);
  });

  it("has pods that reach each other, a service and the cluster's DNS", async () => {
    await kubectl.run(["apply", "-f", "-"], workloads);
    await rolledOut("deployment/answer");
    assert.deepEqual(await reachEachOther(), [...workers].sort());
    const answer = await pods("answer");
    assert.deepEqual(answer.map(({ node }) => node).sort(), [...workers].sort());
    const { stdout } = await cluster.host.exec(["curl", "-sS", "--fail", `http://172.17.2.2:${nodePort}/`]);
    assert.ok(answer.some(({ name }) => name === stdout.trim()));
  });

  it("has nothing to do the second time, and restarts nothing", async () => {
    const before = await cluster.boots(["boreas", ...workers]);
    await cluster.stack.preview({ args: ["--expect-no-changes"] });
    await cluster.up(["--expect-no-changes"]);
    assert.deepEqual(await cluster.boots(["boreas", ...workers]), before);
  });

  it("gets a worker more, by one line", async () => {
    const before = await cluster.boots(["boreas", ...workers]);
    cluster.winds.eurus = worker("172.17.2.5");
    await cluster.ask();
    const steps = await cluster.steps();
    assert.equal(steps["VirtualMachine winds-eurus"], "create");
    assert.equal(steps["KubernetesNode winds-eurus"], "create");
    assert.deepEqual(untouched(steps, "eurus"), []);
    await cluster.up();
    assert.deepEqual(await ready(), all(["boreas", ...workers, "eurus"], first));
    assert.deepEqual(await cluster.boots(["boreas", ...workers]), before);
  });

  it("loses a worker, whose pod moves", async () => {
    const stay = ["boreas", "zephyrus", "eurus"];
    const before = await cluster.boots(stay);
    delete cluster.winds.notus;
    await cluster.ask();
    const steps = await cluster.steps();
    assert.equal(steps["KubernetesNode winds-notus"], "delete");
    assert.equal(steps["VirtualMachine winds-notus"], "delete");
    assert.deepEqual(untouched(steps, "notus"), []);
    await cluster.up();
    assert.deepEqual(await ready(), all(stay, first));
    const { items } = await kubectl.json("get", "nodes");
    assert.equal(items.length, 3);
    await rolledOut("deployment/answer");
    assert.deepEqual((await pods("answer")).map(({ node }) => node).sort(), ["eurus", "zephyrus"]);
    assert.deepEqual(await cluster.boots(stay), before);
  });

  it("has a worker replaced, and that one alone", async () => {
    const { zephyrus, ...before } = await cluster.boots(["boreas", "eurus", "zephyrus"]);
    cluster.winds.zephyrus!.image = "second";
    await cluster.ask();
    const steps = await cluster.steps();
    assert.match(steps["VirtualMachine winds-zephyrus"]!, /replace/);
    assert.match(steps["KubernetesNode winds-zephyrus"]!, /replace/);
    assert.deepEqual(untouched(steps, "zephyrus"), []);
    await cluster.up();
    assert.deepEqual(await ready(), all(["boreas", "eurus", "zephyrus"], first));
    assert.deepEqual(await cluster.boots(["boreas", "eurus"]), before);
    assert.notEqual((await cluster.boots(["zephyrus"])).zephyrus, zephyrus);
    await rolledOut("deployment/answer");
    assert.deepEqual(await reachEachOther(), ["eurus", "zephyrus"]);
  });

  it("is upgraded node by node while a service answers all the while", async () => {
    const names = ["boreas", "eurus", "zephyrus"];
    const before = await cluster.boots(names);
    await cluster.ask({ version: second, source: { from: "bundle", bundle: cluster.bundle.iso } });
    const steps = await cluster.steps();
    for (const name of names) assert.equal(steps[`KubernetesNode winds-${name}`], "update");
    for (const name of names) assert.equal(steps[`VirtualMachine winds-${name}`], "update");
    const asked = askAllTheWhile(cluster.host, ["172.17.2.2", "172.17.2.3", "172.17.2.5"], nodePort);
    try {
      await cluster.up();
    } finally {
      const seen = await asked.stop();
      say(
        `answered ${seen.answers} times, by ${seen.by.join(", ")}; not answered: ${seen.failures.join("; ") || "none"}`,
      );
      assert.ok(seen.answers > 10);
      assert.deepEqual(seen.failures, []);
    }
    assert.deepEqual(await ready(), all(names, second));
    const { serverVersion } = await kubectl.json("version");
    assert.equal(serverVersion.gitVersion, `v${second}`);
    assert.deepEqual(await cluster.boots(names), before);
    await until("both pods", async () => (await pods("answer")).length === 2, 240_000, 2000);
    await cluster.stack.preview({ args: ["--expect-no-changes"] });
  });

  it("leaves the host as it was, save the packages", async () => {
    await cluster.stack.destroy();
    const after = await snapshotOfHost(cluster.host);
    assert.deepEqual(differences(await packagesAlone(), after, [...itsOwn, /^files \/srv\/(vmlinuz|initrd)$/]), []);
    assert.deepEqual(after.links, bare.links);
    const { stdout } = await cluster.host.exec([
      "sh",
      "-c",
      "virsh -q list --all --name; ls -A /var/lib/libvirt/images",
    ]);
    assert.doesNotMatch(stdout, /winds/);
  });
});

/** Machines and nodes of others than `name` that a preview would change. */
function untouched(steps: Readonly<Record<string, string>>, name: string): string[] {
  return Object.keys(steps).filter(
    (resource) => /^(VirtualMachine|KubernetesNode) /.test(resource) && !resource.endsWith(`-${name}`),
  );
}
