import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { connection } from "../e2e/guests";
import { Stack } from "../e2e/stack";
import { currentLab, ensureDebianImage, type LabHost } from "../lab";
import { certificate } from "../unit/components/kubernetes-lab/certificate";

/** Two minutes and more without hardware virtualization: a distribution boots and sets itself up. */
describe("a lab's guest of a whole distribution", function () {
  this.timeout(1_200_000);
  let host: LabHost;
  let stack: Stack;

  before(async () => {
    const lab = await currentLab();
    host = await lab.startHost({ name: `r${randomBytes(4).toString("hex")}` });
    stack = await Stack.create({ program: join(__dirname, "../e2e/lab-program") });
    const image = await ensureDebianImage(() => {});
    const [kernel, initrd] = ["/var/lib/libvirt/boot/debian-vmlinuz", "/var/lib/libvirt/boot/debian-initrd"];
    await host.copyIn(image.kernel, kernel);
    await host.copyIn(image.initrd, initrd);
    const args = {
      hosts: { anemoi: { host: { requirements: { virtualization: "none" } } } },
      subnet: "172.17.2.0/24",
      images: { "debian-12": { source: image.image } },
      guests: [{ name: "boreas", role: "controlPlane", memory: "512MiB" }],
      sshKeys: [await lab.publicKey()],
      user: "wind",
      caCertificates: [certificate],
      check: { timeout: 600 },
      machine: {
        boot: { kernel, initrd, cmdline: image.commandLine },
        wait: { for: "ssh", timeout: 600 },
        cloudInit: { runCommands: ["echo mine > /root/mine"] },
      },
    };
    await stack.ask({ anemoi: connection(host) }, [{ kind: "KubernetesLab", name: "winds", args }]);
  });
  after(async () => {
    await host?.destroy();
    await stack?.dispose();
  });

  it("is ready for kubeadm when it counts as up", async () => {
    await stack.up();
    const { winds } = await stack.outputs<{ winds: { checks: Record<string, string> } }>();
    const lines = winds.checks.boreas!.split("\n");
    assert.deepEqual(
      lines.filter((line) => !line.startsWith("ok ")),
      [],
    );
    for (const title of [
      "cloud-init has come to its end",
      "cloud-init is disabled from now on",
      "the host name is boreas",
      "Python runs",
      "swap is off",
      "the module br_netfilter is there, and loaded at each boot",
      "net.ipv4.ip_forward is 1, now and after each boot",
      "certificate 1 is trusted",
    ]) {
      assert.ok(lines.includes(`ok      ${title}`), `${title} in ${winds.checks.boreas}`);
    }
  });

  it("is not looked at again as long as nothing changes", async () => {
    await stack.preview({ args: ["--expect-no-changes"] });
  });
});
