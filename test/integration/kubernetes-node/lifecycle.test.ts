import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sinon from "sinon";
import { WindroseError } from "../../../provider/basics/errors";
import type { Inputs } from "../../../provider/basics/record";
import type { Hypervisor } from "../../../provider/drivers/hypervisor";
import type { Context } from "../../../provider/lifecycle/context";
import { apply, HalfMade, read, remove } from "../../../provider/lifecycle/lifecycle";
import { kubernetesNode } from "../../../provider/resources/kubernetes-node/definition";
import { door } from "../../../provider/resources/reach-machine";
import { anyOf, checked, contextOf, FakeHost } from "../../unit/fakes";
import { clusterCalls, FakeGuest, guestDirectory, nodesOf } from "./fake-guest";

const definition = anyOf(kubernetesNode as never);
const uuids = {
  boreas: "11111111-2222-8333-8444-555555555555",
  zephyrus: "22222222-2222-8333-8444-555555555555",
};
type Name = keyof typeof uuids;

/** The walk on guests that are directories, with the provider's own scripts and programs that pretend. */
describe("a node's life", function () {
  this.timeout(240_000);
  const host = new FakeHost();
  let place: ReturnType<typeof guestDirectory>;
  let guests: Record<Name, FakeGuest>;
  let statuses: string[];
  let there: Set<string>;

  beforeEach(() => {
    place = guestDirectory();
    guests = {
      boreas: new FakeGuest(place.directory, "boreas", uuids.boreas),
      zephyrus: new FakeGuest(place.directory, "zephyrus", uuids.zephyrus),
    };
    there = new Set(Object.values(uuids));
    statuses = [];
    sinon.stub(door, "reach").callsFake(async ({ uuid }) => {
      const name = (Object.keys(uuids) as Name[]).find((one) => uuids[one] === uuid)!;
      return guests[name].asTransport();
    });
  });
  afterEach(async () => {
    sinon.restore();
    for (const guest of Object.values(guests)) await guest.dispose();
    place.remove();
  });

  const machines = {
    wayTo: async () => ({}),
    find: async (uuid: string) =>
      there.has(uuid) ? { uuid, name: uuid, power: "running", stored: {}, running: {} } : undefined,
  };
  const context = (name: Name): Context => ({
    ...contextOf(host, "KubernetesNode", name),
    hypervisor: async () => ({ ...host.hypervisor, machines }) as unknown as Hypervisor,
    progress: (text) => statuses.push(text),
    deadline: Date.now() + 220_000,
  });
  const inputsOf = async (name: Name, more: Inputs = {}, version = "1.34.3"): Promise<Inputs> => {
    const first = name === "boreas";
    const given = {
      host: "h1",
      machine: uuids[name],
      nodeName: name,
      role: first ? "controlPlane" : "worker",
      address: first ? "172.17.2.10" : "172.17.2.11",
      ...(first ? {} : { through: `${uuids.boreas}/boreas` }),
      cluster: { name: "winds", version, endpoint: "winds-api:6443" },
      endpointAddresses: ["172.17.2.10"],
      source: { from: "image" },
      podNetwork: { plugin: "none" },
      ...more,
    };
    const inputs = await checked(kubernetesNode as never, given);
    const through = { host: "h1", machine: uuids.boreas, nodeName: "boreas", address: "172.17.2.10", urn: "u" };
    return first ? inputs : { ...inputs, __through: through };
  };
  const make = async (name: Name, more: Inputs = {}) =>
    (await apply(definition, await inputsOf(name, more), undefined, context(name))).outputs;
  const change = async (name: Name, state: Inputs, more: Inputs = {}, version?: string) =>
    (await apply(definition, await inputsOf(name, more, version), state, context(name))).outputs;
  const secretsIn = (guest: FakeGuest) => guest.arguments.filter((line) => /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/.test(line));

  it("a bare guest makes the cluster, another one joins", async () => {
    const made = await make("boreas", { labels: { a: "b" } });
    assert.equal(made.version, "1.34.3");
    assert.equal(made.ready, true);
    assert.equal(made.endpoint, "https://winds-api:6443");
    assert.match(String(made.caHash), /^sha256:[0-9a-f]{64}$/);
    assert.match(String(made.kubeconfig), /server: https:\/\/172\.17\.2\.10:6443/);
    assert.match(guests.boreas.text("etc/hosts"), /172\.17\.2\.10 winds-api/);
    assert.ok(
      statuses.some((line) => line === "kubeadm init: certs: Generating certificates"),
      statuses.join("\n"),
    );
    const joined = await make("zephyrus");
    assert.equal(joined.kubeconfig, undefined);
    assert.deepEqual(guests.zephyrus.calls(), ["kubeadm join"]);
    assert.match(guests.zephyrus.text("join.yaml"), new RegExp(String(made.caHash)));
    assert.deepEqual(nodesOf(guests.boreas.cluster), ["boreas", "zephyrus"]);
  });

  it("leaves no token, and no configuration with one, and none in an argument", async () => {
    await make("boreas");
    await make("zephyrus");
    for (const guest of Object.values(guests)) {
      assert.deepEqual(secretsIn(guest), []);
      assert.ok(!existsSync(join(guest.root, "run/windrose-kubernetes/configuration")));
    }
    assert.equal(clusterCalls(guests.boreas.cluster, /^delete .* secret bootstrap-token-/).length, 1);
  });

  for (const [stage, then] of [
    ["certs", ["kubeadm init", "kubeadm reset -f", "kubeadm init"]],
    ["manifests", ["kubeadm init", "kubeadm reset -f", "kubeadm init"]],
    ["registered", ["kubeadm init", "kubeadm init --skip-phases=preflight"]],
  ] as const)
    it(`an init that is cut off at "${stage}" converges`, async () => {
      guests.boreas.cut(stage);
      const error = await make("boreas").then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof HalfMade);
      assert.match(error.message, /kubeadm init ended with exit code 137: .*\[cut\] at/s);
      assert.match(error.message, /the kubelet's log ends with: kubelet: something is wrong/);
      const made = await change("boreas", error.outputs);
      assert.equal(made.ready, true);
      assert.equal(made.__pending, undefined);
      assert.deepEqual(guests.boreas.calls(), then);
    });

  for (const stage of ["bootstrap", "registered"])
    it(`a join that is cut off at "${stage}" converges, without any state of it`, async () => {
      await make("boreas");
      guests.zephyrus.cut(stage);
      await assert.rejects(make("zephyrus"), HalfMade);
      const made = await make("zephyrus");
      assert.equal(made.ready, true);
      const again = stage === "bootstrap" ? ["kubeadm join", "kubeadm reset -f", "kubeadm join"] : ["kubeadm join"];
      assert.deepEqual(guests.zephyrus.calls(), again);
    });

  it("a way to the guest that is cut off anywhere is gone on with", async () => {
    for (let call = 2; call < 30; call += 5) {
      let left = call;
      let cut = false;
      guests.boreas.before = () => {
        if (left-- !== 0) return;
        cut = true;
        throw new WindroseError("connection-cut", "the way to the guest was cut");
      };
      await make("boreas").catch((error: Error) => assert.match(error.message, /was cut/));
      guests.boreas.before = () => {};
      const made = await make("boreas");
      assert.equal(made.ready, true);
      assert.equal(guests.boreas.calls().filter((line) => line.startsWith("kubeadm reset")).length, 0);
      if (!cut) break;
    }
    assert.equal(guests.boreas.calls().filter((line) => line === "kubeadm init").length, 1);
  });

  it("is as it was when nothing has changed, and shows what somebody else has changed", async () => {
    const made = await make("boreas", { labels: { a: "b" } });
    const before = guests.boreas.calls().length;
    await change("boreas", made, { labels: { a: "b" } });
    assert.equal(guests.boreas.calls().length, before);
    const answer = (await read(definition, made, context("boreas")))!;
    assert.deepEqual(answer.inputs.labels, {}, "the pretended API forgets labels");
    there.delete(uuids.boreas);
    assert.equal(await read(definition, made, context("boreas")), undefined);
  });

  it("a node that the cluster has lost is no more, and joins again", async () => {
    await make("boreas");
    const made = await make("zephyrus");
    await guests.boreas.asTransport().exec(["rm", join(guests.boreas.cluster, "nodes/zephyrus")]);
    assert.equal(await read(definition, made, context("zephyrus")), undefined);
  });

  it("is upgraded: kubeadm, then drained the kubelet; and is not twice", async () => {
    const made = await make("boreas");
    guests.boreas.version("1.34.4", "1.34.4");
    const next = await change("boreas", made, {}, "1.34.4");
    assert.equal(next.version, "1.34.4");
    const done = ["kubeadm upgrade apply v1.34.4 -y", ...addons];
    assert.deepEqual(guests.boreas.calls().slice(1), done);
    assert.equal(clusterCalls(guests.boreas.cluster, /^drain boreas/).length, 1);
    await change("boreas", next, {}, "1.34.4");
    assert.equal(guests.boreas.calls().length, 1 + done.length);
  });

  const addons = ["coredns", "kube-proxy"].map((name) => `kubeadm upgrade apply phase addon ${name}`);
  const upgraded = async (name: Name, state: Inputs) => {
    guests[name].version("1.34.4");
    return change(name, state, {}, "1.34.4");
  };

  it("applies the pods' network once, and again only when that changes", async () => {
    const podNetwork = { plugin: "manifest", manifest: "kind: DaemonSet" };
    const applied = () => clusterCalls(guests.boreas.cluster, /^applied DaemonSet$/).length;
    const made = await make("boreas", { podNetwork });
    assert.equal(applied(), 1);
    const labelled = await change("boreas", made, { podNetwork, labels: { a: "b" } });
    assert.equal(applied(), 1);
    await change("boreas", labelled, { podNetwork: { ...podNetwork, manifest: "# another\nkind: DaemonSet" } });
    assert.equal(applied(), 2);
  });

  it("gets a new kube-proxy when the last node has its image", async () => {
    const boreas = await make("boreas");
    const zephyrus = await make("zephyrus");
    await upgraded("boreas", boreas);
    assert.deepEqual(guests.boreas.calls().slice(1), ["kubeadm upgrade apply v1.34.4 -y"]);
    assert.equal(guests.boreas.proxy(), "1.34.3");
    guests.boreas.cut("proxy");
    const error = await upgraded("zephyrus", zephyrus).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof HalfMade);
    await upgraded("zephyrus", error.outputs);
    assert.equal(guests.boreas.proxy(), "1.34.4");
    assert.deepEqual(guests.boreas.calls().slice(2), [...addons, ...addons]);
    assert.deepEqual(guests.zephyrus.calls(), ["kubeadm join", "kubeadm upgrade node"]);
  });

  it("gets a new kube-proxy when the last node without its image has gone", async () => {
    const boreas = await make("boreas");
    const zephyrus = await make("zephyrus");
    await upgraded("boreas", boreas);
    assert.equal(guests.boreas.proxy(), "1.34.3");
    await remove(definition, zephyrus, context("zephyrus"));
    assert.equal(guests.boreas.proxy(), "1.34.4");
  });

  it("takes pods again after its upgrade, unless somebody else has cordoned it", async () => {
    const made = await make("boreas");
    await upgraded("boreas", made);
    const cordons = () => clusterCalls(guests.boreas.cluster, /^(un)?cordon /);
    assert.deepEqual(cordons(), ["cordon boreas", "uncordon boreas"]);
    const joined = await make("zephyrus");
    guests.boreas.cordon("zephyrus");
    await upgraded("zephyrus", joined);
    assert.equal(clusterCalls(guests.boreas.cluster, /^drain zephyrus/).length, 1);
    assert.equal(cordons().length, 2);
  });

  it("that a cut has left drained is gone on with, after a refresh too", async () => {
    const made = await make("boreas");
    guests.boreas.answers("boreas", { annotations: { "windrose.pulumi/drained": "true" } });
    const seen = (await read(definition, made, context("boreas")))!;
    assert.deepEqual(seen.outputs.__pending, ["version", "ready"]);
    const next = await change("boreas", seen.outputs);
    assert.equal(next.__pending, undefined);
    assert.deepEqual(clusterCalls(guests.boreas.cluster, /^(un)?cordon /), ["uncordon boreas"]);
  });

  it("can go where the addons can't be upgraded after it", async () => {
    const boreas = await make("boreas");
    const zephyrus = await make("zephyrus");
    await upgraded("boreas", boreas);
    guests.boreas.cut("proxy");
    await remove(definition, zephyrus, context("zephyrus"));
    assert.deepEqual(nodesOf(guests.boreas.cluster), ["boreas"]);
    assert.equal(guests.boreas.proxy(), "1.34.3");
  });

  it("is not drained where the kubelet of the version can't be brought", async () => {
    const made = await make("boreas");
    guests.boreas.version("1.34.4", "1.34.3");
    await assert.rejects(change("boreas", made, {}, "1.34.4"), /kubeadm 1\.34\.4, kubelet 1\.34\.3/);
    assert.deepEqual(clusterCalls(guests.boreas.cluster, /^drain/), []);
  });

  it("is not upgraded where the image has another version", async () => {
    const made = await make("boreas");
    await assert.rejects(change("boreas", made, {}, "1.34.4"), /Kubernetes 1\.34\.4 is not in the guest's image/);
  });

  it("is drained, reset and deleted; a guest or a cluster that is gone is no error", async () => {
    await make("boreas");
    const made = await make("zephyrus");
    await remove(definition, made, context("zephyrus"));
    assert.deepEqual(nodesOf(guests.boreas.cluster), ["boreas"]);
    assert.equal(clusterCalls(guests.boreas.cluster, /^drain zephyrus/).length, 1);
    assert.equal(guests.zephyrus.calls().at(-1), "kubeadm reset -f");
    assert.equal(guests.zephyrus.text("etc/hosts"), "127.0.0.1 localhost\n");
    assert.ok(!existsSync(join(guests.zephyrus.root, "var/lib/windrose-kubernetes")));
    await remove(definition, made, context("zephyrus"));
    const again = await make("zephyrus");
    there.delete(uuids.zephyrus);
    await remove(definition, again, context("zephyrus"));
    assert.deepEqual(nodesOf(guests.boreas.cluster), ["boreas"]);
    there.delete(uuids.boreas);
    await remove(definition, again, context("zephyrus"));
  });

  it("can be refreshed while it is half-made, and goes on from there", async () => {
    guests.boreas.cut("manifests");
    const error = await make("boreas").then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof HalfMade);
    const answer = (await read(definition, error.outputs, context("boreas")))!;
    assert.equal(answer.outputs.kubeconfig, undefined);
    assert.equal(answer.outputs.caHash, undefined);
    assert.equal((await change("boreas", answer.outputs)).ready, true);
  });

  it("a cluster that is gone from its guest is not made anew, and the state keeps it", async () => {
    const made = await make("boreas");
    await guests.boreas.asTransport().exec(["sh", "-c", "rm -rf /etc/kubernetes /var/lib/windrose-kubernetes"]);
    assert.ok(await read(definition, made, context("boreas")));
    await assert.rejects(
      change("boreas", made, { labels: { a: "b" } }),
      /the cluster that this control plane held is gone/,
    );
    assert.deepEqual(guests.boreas.calls(), ["kubeadm init"]);
  });

  it("a worker whose guest was taken back to before its join is no node any more", async () => {
    await make("boreas");
    const made = await make("zephyrus");
    await guests.zephyrus.asTransport().exec(["sh", "-c", "rm -rf /etc/kubernetes"]);
    assert.equal(await read(definition, made, context("zephyrus")), undefined);
  });

  it("takes away the label of an update that failed and was given up", async () => {
    const made = await make("boreas", { labels: { a: "b" } });
    guests.boreas.answers("boreas", { labels: { a: "b" } });
    guests.boreas.before = () => {
      throw new WindroseError("connection-cut", "the way to the guest was cut");
    };
    const error = await change("boreas", made).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    guests.boreas.before = () => {};
    assert.ok(error instanceof HalfMade);
    assert.equal(error.outputs.labels, undefined, "the state has the new inputs already");
    await change("boreas", error.outputs);
    assert.match(guests.boreas.patches(), /"labels":\{"a":null\}/);
  });

  it("names of control planes that change are known to kube-proxy too", async () => {
    const made = await make("boreas");
    await change("boreas", made, { endpointAddresses: ["172.17.2.10", "172.17.2.12"] });
    assert.match(guests.boreas.text("etc/hosts"), /172\.17\.2\.12 winds-api/);
    const restarted = clusterCalls(
      guests.boreas.cluster,
      /^delete .* pod .*k8s-app=kube-proxy .*spec\.nodeName=boreas/,
    );
    assert.equal(restarted.length, 1);
  });

  it("a renewal that the guest's end cut off is taken back; one that is asked for at the beginning renews nothing", async () => {
    const made = await make("boreas", { renewal: "spring" });
    const aside = join(guests.boreas.root, "etc/kubernetes/manifests.windrose");
    const manifests = join(guests.boreas.root, "etc/kubernetes/manifests");
    mkdirSync(aside);
    renameSync(join(manifests, "etcd.yaml"), join(aside, "etcd.yaml"));
    rmSync(join(guests.boreas.root, "kubelet-active"));
    await change("boreas", made, { renewal: "spring" });
    assert.ok(existsSync(join(manifests, "etcd.yaml")));
    assert.ok(!existsSync(aside));
    assert.doesNotMatch(guests.boreas.text("calls"), /certs renew/);
    // Two questions long its own API server is away: the next control plane's turn is after that.
    writeFileSync(join(guests.boreas.root, "away"), "once\ntwice\n");
    await change("boreas", made, { renewal: "summer" });
    assert.match(guests.boreas.text("calls"), /certs renew all/);
    assert.equal(clusterCalls(guests.boreas.cluster, /^asked 172\.17\.2\.10:6443$/).length, 2);
  });

  it("takes programs and images from a bundle, and none whose digest is another", async () => {
    const bundle = join(place.directory, "bundle");
    mkdirSync(join(bundle, "bin"), { recursive: true });
    mkdirSync(join(bundle, "images"));
    const image = { file: "images/a.tar", for: "all", names: ["registry.example/a:1", "registry.example/b:1"] };
    const other = { file: "images/b.tar", for: "worker", names: ["registry.example/c:1"] };
    writeFileSync(join(bundle, "bundle.json"), JSON.stringify({ version: "1.34.3", images: [image, other] }));
    const files = ["bin/kubeadm", "bin/kubectl", "bin/kubelet", "images/a.tar", "images/b.tar"];
    for (const file of files) writeFileSync(join(bundle, file), `of ${file}\n`);
    const sum = (file: string) => createHash("sha256").update(`of ${file}\n`).digest("hex");
    // A name that begins with another's is not the other's.
    const alike = `${sum("other")}  bin/kubelet-old\n`;
    const sums = alike + files.map((file) => `${sum(file)}  ${file}\n`).join("");
    writeFileSync(join(bundle, "SHA256SUMS"), sums);
    const source = { source: { from: "bundle", path: bundle } };
    const made = await make("boreas", source);
    const { root } = guests.boreas;
    assert.equal(guests.boreas.text("usr/bin/kubelet"), "of bin/kubelet\n");
    assert.equal(statSync(join(root, "usr/bin/kubelet")).mode & 0o777, 0o755);
    const images = guests.boreas.text("images");
    assert.match(images, /ctr -n k8s\.io images import images\/a\.tar/);
    assert.match(images, /images label registry\.example\/b:1 io\.cri-containerd\.image=managed/);
    assert.doesNotMatch(images, /b\.tar/);
    // What is there is not brought again.
    guests.boreas.version("1.34.4");
    writeFileSync(join(bundle, "bundle.json"), JSON.stringify({ version: "1.34.4", images: [image] }));
    await change("boreas", made, source, "1.34.4");
    assert.equal(guests.boreas.text("images"), images);
    writeFileSync(join(bundle, "bundle.json"), JSON.stringify({ version: "1.34.3", images: [image, other] }));
    for (const file of ["images/b.tar", "bin/kubelet"]) {
      writeFileSync(join(bundle, file), "something else\n");
      await assert.rejects(make("zephyrus", source), new RegExp(`${file}: FAILED|did NOT match`));
      writeFileSync(join(bundle, file), `of ${file}\n`);
    }
    assert.deepEqual(guests.zephyrus.calls(), []);
  });

  it("asks a program for its version once, and again when its file is another one", async () => {
    const asked = () => guests.boreas.text("said").trim().split("\n").length;
    const made = await make("boreas");
    const before = asked();
    const again = await change("boreas", made, { labels: { a: "b" } });
    assert.equal(asked(), before);
    guests.boreas.version("1.34.4");
    assert.equal((await change("boreas", again, { labels: { a: "b" } }, "1.34.4")).version, "1.34.4");
    assert.ok(asked() > before);
  });

  it("stays its stack's own where the stack has another name by now", async () => {
    const made = await make("boreas");
    const joined = await make("zephyrus");
    const renamed = { ...context("boreas"), project: "another", stack: "name" };
    const inputs = await inputsOf("boreas", { labels: { a: "b" } });
    const { outputs } = await apply(definition, inputs, made, renamed);
    assert.equal(outputs.ready, true);
    await remove(definition, joined, { ...context("zephyrus"), project: "another", stack: "name" });
    assert.equal(guests.zephyrus.calls().at(-1), "kubeadm reset -f");
  });

  it("can go where nobody has the keys of its guest any more", async () => {
    await make("boreas");
    const made = await make("zephyrus");
    guests.zephyrus.before = () => {
      throw new WindroseError("authentication-failed", "the guest took no key");
    };
    await remove(definition, made, context("zephyrus"));
    assert.deepEqual(nodesOf(guests.boreas.cluster), ["boreas"]);
  });

  it("what somebody else made in a guest is left", async () => {
    const { root } = guests.boreas;
    await guests.boreas.asTransport().exec(["touch", join(root, "etc/kubernetes/kubelet.conf")]);
    await assert.rejects(make("boreas"), /is a Kubernetes node already, which this stack did not make/);
    assert.deepEqual(guests.boreas.calls(), []);
  });
});
