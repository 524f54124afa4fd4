import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { itsOwn, packagesAlone, startBareHost } from "../e2e/bare-host";
import { connection, inGuest } from "../e2e/guests";
import { inOrder } from "../e2e/in-order";
import { currentLab, ensureDebianImage, type LabHost } from "../lab";
import { differences, type HostSnapshot, snapshotOfHost } from "../lab/snapshot-of-host";
import { certificate } from "../unit/components/kubernetes-lab/certificate";

const project = resolve(__dirname, "../..");
const winds = ["boreas", "zephyrus", "notus", "eurus"] as const;

interface Outputs {
  guests: Record<string, { address: string; role: string; ssh: string }>;
  table: string;
  sshConfig: string;
  knownHosts: string;
  inventory: string;
}

/**
 * The example as it stands, on a host with nothing but Linux and ssh: from the packages to four Debian guests that pass the
 * checks of kubeadm's preflight, and back to the bare host.
 */
describe("the four winds on a bare host", function () {
  this.timeout(1_500_000);
  inOrder();

  let host: LabHost;
  let bare: HostSnapshot;
  // biome-ignore lint/suspicious/noExplicitAny: a class of the scripts, which have no types
  let stack: any;
  let values: Record<string, unknown>;

  const shell = async (script: string) => (await host.exec(["sh", "-c", script])).stdout.trim();
  const virsh = (...argv: string[]) => host.exec(["virsh", "-q", "-c", "qemu:///system", ...argv]);

  async function pulumi(args: readonly string[], check = true): Promise<{ code: number; output: string }> {
    const { capture } = await import(join(project, "scripts/lib/processes.mjs"));
    const command = stack.command([...args, "--non-interactive", "--color", "never"]);
    const { code, stdout, stderr } = await capture(command, {
      env: await stack.environment(),
      quiet: true,
      timeout: 1_200_000,
    });
    const output = `${stdout}${stderr}`;
    if (process.env.WINDROSE_E2E_VERBOSE) console.log(`$ pulumi ${args.join(" ")}\n${output}`);
    if (check) assert.equal(code, 0, output);
    return { code, output };
  }
  const configure = (more: Record<string, unknown> = {}) =>
    stack.configure("Pulumi.dev.yaml", {}, { ...values, ...more });
  const up = () => pulumi(["up", "--yes", "--skip-preview"]);

  before(async () => {
    const lab = await currentLab();
    const debian = await ensureDebianImage(() => {});
    host = await startBareHost();
    await host.copyIn(debian.kernel, "/srv/vmlinuz");
    await host.copyIn(debian.initrd, "/srv/initrd");
    const directory = await mkdtemp(join(tmpdir(), "windrose-four-winds-"));
    await writeFile(join(directory, "ca.crt"), certificate);
    const { DemoStack } = await import(join(project, "scripts/lib/demo-stack.mjs"));
    const { ensureToolchain } = await import(join(project, "scripts/toolchain.mjs"));
    stack = new DemoStack(directory, { stack: "dev", toolchain: await ensureToolchain({ log: () => {} }) });
    await stack.prepare();
    values = {
      "windrose:hosts": { anemoi: connection(host) },
      "four-winds:virtualization": "none",
      "four-winds:prepareHosts": true,
      "four-winds:bridge": "kvmbr0",
      "four-winds:subnet": "172.17.2.0/24",
      "four-winds:image": debian.image,
      "four-winds:checksum": "",
      "four-winds:kernel": "/srv/vmlinuz",
      "four-winds:initrd": "/srv/initrd",
      "four-winds:commandLine": debian.commandLine,
      "four-winds:memory": "384MiB",
      "four-winds:diskSize": "2560MiB",
      "four-winds:sshKeys": [await lab.publicKey()],
      "four-winds:identityFile": lab.privateKeyPath,
      "four-winds:caCertificates": [join(directory, "ca.crt")],
      "four-winds:guests": winds.map((wind, index) => ({
        name: wind,
        address: `172.17.2.${index + 2}`,
        ...(index === 0 ? { role: "controlPlane" } : {}),
      })),
    };
    await configure();
    bare = await snapshotOfHost(host);
  });
  after(async () => {
    await host?.destroy();
    await stack?.remove();
  });

  const guest = async (wind: string, command: string) => {
    const { guests, knownHosts } = (await stack.outputs()) as Outputs;
    const key = knownHosts.split("\n").find((line) => line.startsWith(`${wind},`))!;
    return inGuest(host, guests[wind]!.address, key.split(" ").slice(1).join(" "), command);
  };
  const processes = async () =>
    Object.fromEntries(
      await Promise.all(winds.map(async (wind) => [wind, await shell(`cat /run/libvirt/qemu/dev-winds-${wind}.pid`)])),
    ) as Record<string, string>;

  it("comes up from nothing by one `up`", async () => {
    const { output } = await up();
    const { guests, table, sshConfig, inventory } = (await stack.outputs()) as Outputs;
    assert.deepEqual(Object.keys(guests).sort(), [...winds].sort());
    assert.equal(guests.boreas!.address, "172.17.2.2");
    assert.equal(guests.boreas!.role, "controlPlane");
    for (const text of [table, sshConfig, inventory]) for (const wind of winds) assert.match(text, new RegExp(wind));
    assert.match(output, /installing/);
    assert.match(await shell("nft list table inet windrose"), /kvmbr0/);
    assert.equal(await shell("cat /proc/sys/net/ipv4/ip_forward"), "1");
  });

  it("has guests that are ready for kubeadm", async () => {
    for (const wind of winds) {
      const seen = await guest(
        wind,
        "hostname; tail -n +2 /proc/swaps | wc -l; cat /proc/sys/net/ipv4/ip_forward; lsmod | grep -c ^br_netfilter; python3 -c 'print(1)'; ls /etc/cloud/cloud-init.disabled; ls /usr/local/share/ca-certificates | wc -l",
      );
      assert.deepEqual(seen.split("\n"), [wind, "0", "1", "1", "1", "/etc/cloud/cloud-init.disabled", "1"]);
    }
  });

  it("has nothing to do the second time", async () => {
    const before = await processes();
    await pulumi(["preview", "--expect-no-changes"]);
    await pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    assert.deepEqual(await processes(), before);
  });

  it("sees what was changed behind its back by a refresh, and mends it by an up", async () => {
    const before = await processes();
    await shell("systemctl disable libvirtd; echo 0 > /proc/sys/net/ipv4/ip_forward");
    await shell("nft flush chain inet windrose forward");
    await virsh("destroy", "dev-winds-eurus");
    await virsh("undefine", "dev-winds-eurus", "--nvram", "--snapshots-metadata");
    const disk = await shell(
      "virsh -q -c qemu:///system domblklist dev-winds-notus | awk '$1 == \"vda\" { print $2 }'",
    );
    await virsh("blockresize", "dev-winds-notus", disk, "3G");
    const zephyrus = /<host mac='[^']*'[^>]* ip='172\.17\.2\.3'[^>]*\/>/;
    const reservation = zephyrus.exec((await virsh("net-dumpxml", "dev-winds-anemoi")).stdout)![0];
    await virsh("net-update", "dev-winds-anemoi", "delete", "ip-dhcp-host", reservation, "--live", "--config");
    await pulumi(["refresh", "--yes", "--skip-preview"]);
    // What was grown is never made smaller: it has to be said in the stack's configuration.
    const refused = await pulumi(["preview", "--diff"], false);
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /3GiB → 2560MiB/);
    await configure({ "four-winds:sizes": { notus: { diskSize: "3GiB" } } });
    const { output } = await pulumi(["preview", "--diff"]);
    for (const what of [/services/, /forwarding/, /firewall/, /winds-eurus/, /reservations/])
      assert.match(output, what);
    await up();
    assert.equal(await shell("systemctl is-enabled libvirtd"), "enabled");
    assert.equal(await shell("cat /proc/sys/net/ipv4/ip_forward"), "1");
    assert.match(await shell("nft list chain inet windrose forward"), /kvmbr0/);
    assert.equal(await guest("eurus", "hostname"), "eurus");
    assert.match((await virsh("net-dumpxml", "dev-winds-anemoi")).stdout, zephyrus);
    const { eurus: _, ...others } = before;
    const { eurus: __, ...now } = await processes();
    assert.deepEqual(now, others);
    await pulumi(["preview", "--expect-no-changes"]);
  });

  it("leaves the host as it was, save the packages", async () => {
    await pulumi(["destroy", "--yes", "--skip-preview"]);
    const after = await snapshotOfHost(host);
    // The kernel that guests boot from was laid there by this test.
    const aside = [...itsOwn, /^files \/srv\/(vmlinuz|initrd)$/];
    assert.deepEqual(differences(await packagesAlone(), after, aside), []);
    // What no package has brought is just as it was.
    assert.deepEqual(after.links, bare.links);
    assert.deepEqual(
      differences(bare, after, itsOwn).filter((line) => /^(parameters|rules)/.test(line)),
      [],
    );
    const names = (list: string) => shell(`virsh -q -c qemu:///system ${list} --all --name | grep -v '^default$' || :`);
    assert.equal(await names("list"), "");
    assert.equal(await names("net-list"), "");
    assert.equal(await names("pool-list"), "");
  });
});
