import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { initConfiguration, joinConfiguration, type NodeRequest } from "../../provider/guest/kubernetes/configuration";
import { tunedKubeadm } from "../kubernetes/tuning";
import { ensureKubeadm, kubernetesVersions, run } from "../lab";

const token = "abcdef.0123456789abcdef";
const secrets = { token, caHash: `sha256:${"ab".repeat(32)}` };
const certificateKey = "0123456789abcdef".repeat(4);

const node = (more: Partial<NodeRequest> = {}): NodeRequest => ({
  role: "controlPlane",
  nodeName: "boreas",
  address: "172.17.2.2",
  version: kubernetesVersions.second,
  clusterName: "winds",
  endpoint: "winds-api:6443",
  endpointAddresses: ["172.17.2.2"],
  podSubnet: "10.244.0.0/16",
  serviceSubnet: "10.96.0.0/12",
  dnsDomain: "cluster.local",
  taints: ["node-role.kubernetes.io/control-plane:NoSchedule"],
  coreDns: true,
  kubeadm: {},
  ...more,
});

/** What is rendered for nodes, as kubeadm's own program reads it: strictly, with each default and check of its own. */
describe("kubeadm reads the configuration of a node", function () {
  this.timeout(60_000);
  let kubeadm: string;
  let directory: string;

  before(async function () {
    this.timeout(35 * 60_000);
    const { whyNotBuild } = (await import(join(__dirname, "../../scripts/toolchain/build.mjs"))) as {
      whyNotBuild(): Promise<string | undefined>;
    };
    const obstacle = await whyNotBuild();
    if (obstacle) {
      console.log(`      there is no kubeadm: ${obstacle}`);
      this.skip();
    }
    kubeadm = await ensureKubeadm(kubernetesVersions.second, (line) => console.log(`      ${line}`));
    directory = await mkdtemp(join(tmpdir(), "windrose-kubeadm-"));
  });
  after(async () => {
    if (directory) await rm(directory, { recursive: true, force: true });
  });

  /** What kubeadm has against it: nothing, if it is right. */
  async function objection(text: string): Promise<string> {
    const file = join(directory, "configuration.yaml");
    await writeFile(file, text, { mode: 0o600 });
    const { code, stdout, stderr } = await run([kubeadm, "config", "validate", "--config", file], { check: false });
    return code === 0 && stdout.trim() === "ok" ? stderr.trim() : `${code} ${stdout}${stderr}`;
  }

  const kinds: Readonly<Record<string, string>> = {
    "the first control plane": initConfiguration(node(), token),
    "the first control plane, tuned": initConfiguration(node({ kubeadm: tunedKubeadm }), token, certificateKey),
    "one with kube-proxy by nftables": initConfiguration(node({ kubeadm: { kubeProxy: { mode: "nftables" } } }), token),
    "one with static routes and without CoreDNS": initConfiguration(
      node({ guestSubnet: "172.17.2.0/24", coreDns: false, kubeadm: tunedKubeadm }),
      token,
    ),
    "one without taints, at an address": initConfiguration(
      node({ taints: [], endpoint: "172.17.2.2:6443", endpointAddresses: undefined }),
      token,
    ),
    "a second control plane": joinConfiguration(node({ nodeName: "eurus", address: "172.17.2.5" }), {
      ...secrets,
      certificateKey,
    }),
    "a worker": joinConfiguration(node({ role: "worker", taints: [] }), secrets),
    "a worker, tuned and with taints": joinConfiguration(
      node({ role: "worker", taints: ["dedicated=database:NoSchedule", "slow:NoExecute"], kubeadm: tunedKubeadm }),
      secrets,
    ),
  };
  for (const [kind, text] of Object.entries(kinds)) {
    it(`of ${kind}`, async () => {
      assert.equal(await objection(text), "");
    });
  }

  it("and says so of a field that it does not know", async () => {
    const text = initConfiguration(node({ kubeadm: { cluster: { apiServr: {} } } }), token);
    assert.match(await objection(text), /unknown field "apiServr"/);
  });

  it("of any name, address and taint that a lab may have", async () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/);
    const octet = fc.integer({ min: 2, max: 254 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("init", "join"),
        name,
        name,
        octet,
        fc.subarray(["a=b:NoSchedule", "example.org/c:NoExecute", "d.e_f=g:PreferNoSchedule"]),
        async (step, nodeName, clusterName, last, taints) => {
          const request = node({
            role: step === "init" ? "controlPlane" : "worker",
            nodeName,
            clusterName,
            address: `172.17.2.${last}`,
            endpoint: `${clusterName}-api:6443`,
            taints,
          });
          const text = step === "init" ? initConfiguration(request, token) : joinConfiguration(request, secrets);
          assert.equal(await objection(text), "");
        },
      ),
      { numRuns: 20 },
    );
  });
});
