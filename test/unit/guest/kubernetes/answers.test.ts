import assert from "node:assert/strict";
import fc from "fast-check";
import { isDefinite, newToken } from "../../../../provider/guest/kubernetes/cluster";
import { phaseOf } from "../../../../provider/guest/kubernetes/kubeadm";
import { hashOf, hostsBlock, parseGuest } from "../../../../provider/guest/kubernetes/look";
import { describing, parseNode, parsePods, taintsAfter } from "../../../../provider/guest/kubernetes/node-facts";
import { flannelFor } from "../../../../provider/guest/kubernetes/pod-network";
import { bundleImages } from "../../../../provider/guest/kubernetes/programs";
import { lastLines, withoutSecrets } from "../../../../provider/guest/kubernetes/shell";
import { withServer } from "../../../../provider/resources/kubernetes-node/look-back";

const authority = `-----BEGIN CERTIFICATE-----
MIIBbzCCARWgAwIBAgIULbrF28KqBqDlFIspTDt9qVOZ87MwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCY2EwHhcNMjYxMTIxMTEwMDAwWhcNMzYxMTE4MTEwMDAwWjAN
MQswCQYDVQQDDAJjYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAAAAAAAAAAA
-----END CERTIFICATE-----`;

describe("what a guest answers", function () {
  this.timeout(60_000);
  const text = [
    ...["kubeadm\tv1.34.4", "kubelet\tKubernetes v1.34.3", "kubectl\tyes"],
    "containerd\tcontainerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u1",
    ...["unit.containerd\tactive", "unit.kubelet\tactivating", "unit.windrose-kubeadm\tinactive"],
    ...["file\tkubelet.conf", "file\t../../etc/shadow", "owner\ta/b/c/1", "done\tinit", "at\t1.34.3"],
    ...["apiserver\t1.34.3", "boot\tid", "uuid\t11111111-AAAA", "hosts\t", "end\tyes"],
  ].join("\n");

  it("is read line by line, and what is none of ours is left out", () => {
    const facts = parseGuest(text);
    assert.equal(facts.kubeadm, "1.34.4");
    assert.equal(facts.kubelet, "1.34.3");
    assert.equal(facts.containerd, "1.6.20");
    assert.deepEqual([...facts.files], ["kubelet.conf"]);
    assert.deepEqual([facts.kubeletActive, facts.busy, facts.done, facts.at], [true, false, "init", "1.34.3"]);
    assert.equal(facts.systemUuid, "11111111-aaaa");
  });

  it("is refused where it is cut off, and never throws anything else", () => {
    assert.throws(() => parseGuest(text.replace("end\tyes", "")), /incomplete/);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (more) => {
        parseGuest(`${more}\nend\tyes\n${text}`);
      }),
    );
    assert.equal(hashOf("no certificate"), undefined);
    assert.equal(hashOf(authority), undefined);
  });

  it("has the names of control planes in a block", () => {
    assert.equal(hostsBlock("a:6443", undefined), "");
    assert.match(hostsBlock("api:6443", ["1.2.3.4", "1.2.3.5"]), /begin\n1\.2\.3\.4 api\n1\.2\.3\.5 api\n# .*end$/);
  });
});

describe("what the API answers", function () {
  this.timeout(60_000);
  it("about a node", () => {
    const node = parseNode(
      JSON.stringify({
        metadata: { name: "boreas", labels: { a: "b", c: 1 }, annotations: {} },
        spec: {
          podCIDR: "10.244.0.0/24",
          unschedulable: true,
          taints: [{ key: "a", value: "b", effect: "NoSchedule" }],
        },
        status: {
          addresses: [{ type: "InternalIP", address: "172.17.2.10" }],
          conditions: [{ type: "Ready", status: "False", message: "cni plugin not initialized" }],
          nodeInfo: { kubeletVersion: "v1.34.4", systemUUID: "ABC", bootID: "x" },
        },
      }),
    );
    assert.deepEqual(
      [node.ready, node.message, node.version, node.unschedulable, node.taints, node.labels, node.systemUuid],
      [false, "cni plugin not initialized", "1.34.4", true, ["a=b:NoSchedule"], { a: "b" }, "abc"],
    );
  });

  it("is hostile, and then an error of ours or harmless", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          parseNode(text);
        } catch (error) {
          assert.match(String(error), /the API's answer/);
        }
      }),
    );
    assert.throws(() => parseNode("{"), /no JSON/);
  });

  it("about pods of the system that are not ready", () => {
    const lines = [
      "kube-system\tetcd-boreas\tRunning\t\tTrue\tNode\t",
      "kube-system\tkube-apiserver-boreas\tPending\t\tFalse\tNode\t",
      "kube-system\tcoredns-1\tPending\t\tFalse\tReplicaSet\tContainerCreating",
      "kube-system\tkube-proxy-x\tFailed\t\tFalse\tDaemonSet\t",
      "kube-system\tcoredns-2\tRunning\t2026-01-01T00:00:00Z\tFalse\tReplicaSet\t",
      "kube-system\tsomebodys-1\tRunning\t\tFalse\tDaemonSet\tCrashLoopBackOff",
      "default\tmine\tPending\t\tFalse\tNode\tImagePullBackOff",
      "kube-flannel\tkube-flannel-ds-x\tRunning\t\tFalse\tDaemonSet\t",
    ];
    assert.deepEqual(parsePods(lines.join("\n")), [
      "kube-apiserver-boreas: Pending",
      "coredns-1: ContainerCreating",
      "kube-flannel-ds-x: not ready",
    ]);
  });

  it("is final only where it would be the same again", () => {
    const final = [
      'Error from server (Forbidden): nodes "a" is forbidden',
      'The Node "a" is invalid: metadata.labels: Invalid value',
      "error: unknown flag: --x",
    ];
    for (const said of final) assert.ok(isDefinite(said), said);
    const over = [
      "The connection to the server 172.17.2.10:6443 was refused - did you specify the right host or port?",
      "Error from server: etcdserver: leader changed",
      "Unable to connect to the server: net/http: TLS handshake timeout",
      'resource mapping not found for name: "a": no matches for kind "Gateway"',
    ];
    for (const said of over) assert.ok(!isDefinite(said), said);
  });

  it("a patch of taints holds for the node that was read alone", () => {
    const node = parseNode(
      JSON.stringify({
        metadata: { name: "a", resourceVersion: "7", labels: { a: "b", c: "d" } },
        spec: {},
        status: {},
      }),
    );
    const labels = { wanted: { a: "b", e: "f" }, before: ["c", "gone"] };
    assert.deepEqual(describing(node, labels, { wanted: [], before: [] }), {
      metadata: { labels: { e: "f", c: null } },
    });
    assert.deepEqual(describing(node, { wanted: {}, before: [] }, { wanted: ["a:NoSchedule"], before: [] }), {
      metadata: { resourceVersion: "7" },
      spec: { taints: [{ key: "a", effect: "NoSchedule" }] },
    });
    assert.equal(describing(node, { wanted: { a: "b" }, before: [] }, { wanted: [], before: [] }), undefined);
  });

  it("taints of others stay, and ours change", () => {
    const ready = "node.kubernetes.io/not-ready:NoSchedule";
    assert.equal(taintsAfter([ready, "a=b:NoSchedule"], ["a=b:NoSchedule"], []), undefined);
    assert.deepEqual(taintsAfter([ready, "a=b:NoSchedule"], ["a=c:NoSchedule"], ["a=b:NoSchedule"]), [
      { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
      { key: "a", value: "c", effect: "NoSchedule" },
    ]);
    assert.deepEqual(taintsAfter(["a:NoSchedule", "foreign:NoExecute"], [], ["a:NoSchedule"]), [
      { key: "foreign", effect: "NoExecute" },
    ]);
  });
});

describe("what is shown of a guest", function () {
  this.timeout(60_000);
  it("has no token, key or password in it", () => {
    const key = "ab".repeat(32);
    const said = [
      `kubeadm join a:6443 --token abcdef.0123456789abcdef --discovery-token-ca-cert-hash sha256:${key}`,
      `[upload-certs] Using certificate key:\n${key}`,
      "token: hush-1",
      `client-key-data: ${"QUJD".repeat(60)}`,
      "Authorization: Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6Ii0.eyJpc3MiOiJrdWJlcm5ldGVz.c2ln",
      "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----",
    ].join("\n");
    const shown = withoutSecrets(said);
    for (const secret of ["0123456789abcdef", "hush-1", "QUJDQUJD", "eyJpc3Mi", "MHcCAQEE"])
      assert.ok(!shown.includes(secret), `${secret} in ${shown}`);
    assert.ok(shown.includes(`sha256:${key}`), "the pinned hash is no secret");
    assert.equal(shown.split(key).length, 2);
  });

  it("has no line of a private key, wherever it is cut", () => {
    const lines = Array.from({ length: 6 }, (_, index) => `${index}${"k".repeat(63)}`);
    const key = ["-----BEGIN RSA PRIVATE KEY-----", ...lines, "-----END RSA PRIVATE KEY-----"].join("\n");
    for (const text of [key, `a\n${key}\nb`, key.slice(40), key.slice(0, 200)])
      assert.doesNotMatch(lastLines(text), /kkk/);
  });

  it("is a few lines, and a phase of kubeadm's one", () => {
    assert.equal(lastLines(""), "it wrote nothing");
    assert.equal(lastLines("a\n\u001b[1mb\u001b[0m\n\n", 2).split("\n").length, 2);
    assert.equal(
      phaseOf('[control-plane] Creating static Pod manifest for "etcd"'),
      'control-plane: Creating static Pod manifest for "etcd"',
    );
    assert.equal(phaseOf("Your Kubernetes control-plane has initialized"), undefined);
    assert.match(newToken(), /^[a-z0-9]{6}\.[a-z0-9]{16}$/);
  });

  it("a kubeconfig leads to the address that it is given", () => {
    const text = withServer(
      "clusters:\n- cluster:\n    server: https://api:6443\n  name: winds\n",
      "https://10.0.0.1:6443",
    );
    assert.match(text, /server: https:\/\/10\.0\.0\.1:6443/);
    assert.match(text, /name: winds/);
  });
});

describe("what a bundle says", function () {
  this.timeout(60_000);
  const bundle = {
    version: "1.34.4",
    images: [
      { file: "images/control-plane.tar", for: "controlPlane", names: ["registry.k8s.io/etcd:3.6.5-0"] },
      { file: "images/node.tar", for: "all", names: ["registry.k8s.io/pause:3.10.1"] },
    ],
  };
  it("is taken by role", () => {
    const text = JSON.stringify(bundle);
    assert.deepEqual(
      bundleImages(text, "1.34.4", "worker").map(({ file }) => file),
      ["images/node.tar"],
    );
    assert.equal(bundleImages(text, "1.34.4", "controlPlane").length, 2);
    assert.throws(() => bundleImages(text, "1.34.5", "worker"), /is of 1\.34\.4, not of 1\.34\.5/);
  });
  it("is refused where it leads elsewhere", () => {
    const evil = (image: object) => JSON.stringify({ ...bundle, images: [image] });
    for (const text of [
      "{",
      "[]",
      evil({ file: "images/../../etc/passwd", for: "all", names: [] }),
      evil({ file: "images/a.tar", for: "all", names: ["-x"] }),
      evil({ file: "images/a.tar", for: "all", names: ["a b"] }),
    ])
      assert.throws(() => bundleImages(text, "1.34.4", "worker"), /the bundle/);
  });
  it("flannel gets the pods' subnet and the backend", () => {
    const manifest = [
      "kind: ConfigMap",
      "data:",
      "  net-conf.json: |",
      '    {"Network": "10.0.0.0/8", "EnableNFTables": true, "Backend": {"Type": "vxlan"}}',
      "---",
      "kind: DaemonSet",
      "spec: {template: {metadata: {annotations: {a: b}}}}",
      "",
    ].join("\n");
    const text = flannelFor(manifest, "10.9.0.0/16", "host-gw");
    assert.match(text, /10\.9\.0\.0\/16/);
    assert.match(text, /EnableNFTables/);
    assert.match(text, /host-gw/);
    const annotation = (subnet: string, backend: string) =>
      /windrose\.pulumi\/network: (\w+)/.exec(flannelFor(manifest, subnet, backend))?.[1];
    assert.ok(annotation("10.9.0.0/16", "vxlan"));
    assert.notEqual(annotation("10.9.0.0/16", "vxlan"), annotation("10.9.0.0/16", "host-gw"));
    assert.throws(() => flannelFor("kind: ConfigMap\n", "10.9.0.0/16", "vxlan"), /net-conf/);
  });
});
