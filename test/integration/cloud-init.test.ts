import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasCode } from "../../provider/basics/errors";
import { writeIso } from "../../provider/cloud-init/iso9660";
import { buildSeed } from "../../provider/cloud-init/seed";
import { type SshWait, waitForSsh } from "../../provider/guest/ready";
import { SshTransport } from "../../provider/transports/ssh";
import { makeHostKey } from "../host-key";
import { domainXml } from "../lab/guest.js";
import {
  currentLab,
  ensureDebianImage,
  ensureMicroGuest,
  type GuestImage,
  type Lab,
  type LabHost,
  run,
} from "../lab/index.js";

const images = "/var/lib/libvirt/images";
const network = `<network><name>seeds</name><bridge name='virbr-seeds' delay='0'/>
<ip address='192.168.91.1' netmask='255.255.255.0'><dhcp><range start='192.168.91.10' end='192.168.91.200'/></dhcp></ip>
</network>`;

function digest(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}

describe("seeds and guests", () => {
  let lab: Lab;
  let host: LabHost;
  let transport: SshTransport;
  let scratch: string;
  const guests: string[] = [];

  before(async function () {
    this.timeout(600_000);
    scratch = await mkdtemp(join(tmpdir(), "seed-test-"));
    lab = await currentLab();
    host = await lab.host({ name: "seedhost" });
    transport = new SshTransport({
      address: host.address,
      port: host.sshPort,
      user: "root",
      identityFile: host.privateKeyPath,
      knownHosts: host.knownHostsPath,
      sshConfig: false,
      agent: false,
    });
    await host.exec(["mkdir", "-p", images]);
    await writeFile(host.inside("/root/seeds.xml"), network);
    await host.exec(["virsh", "-q", "net-define", "/root/seeds.xml"]);
    await host.exec(["virsh", "-q", "net-start", "seeds"]);
    await host.copyIn(lab.privateKeyPath, "/root/guest-key");
    await host.exec(["chmod", "600", "/root/guest-key"]);
  });

  afterEach(async function () {
    this.timeout(60_000);
    for (const name of guests.splice(0)) {
      await host.exec(["virsh", "-q", "destroy", name], { check: false });
      await host.exec(["virsh", "-q", "undefine", name], { check: false });
    }
  });

  after(async function () {
    this.timeout(60_000);
    await transport?.close();
    await host?.destroy();
    await rm(scratch, { recursive: true, force: true });
  });

  interface Start {
    name: string;
    mac: string;
    image: GuestImage;
    memory?: number;
    seed: Buffer;
  }

  async function start({ name, mac, image, memory, seed }: Start): Promise<void> {
    guests.push(name);
    const disk = `${images}/${name}.qcow2`;
    await host.copyIn(image.image, disk);
    await writeFile(host.inside(`${images}/${name}.iso`), seed);
    const xml = domainXml({ name, mac, memory, network: "seeds", disk, seed: `${images}/${name}.iso` });
    await writeFile(host.inside(`/root/${name}.xml`), xml);
    await host.exec(["virsh", "-q", "define", `/root/${name}.xml`]);
    await host.exec(["virsh", "-q", "start", name]);
  }

  function waiting(name: string, hostKeys: string[], seconds: number): SshWait {
    return {
      connectTcp: (address, port, options) => transport.connectTcp(address, port, options),
      addresses: async () => {
        const { stdout } = await host.exec(["virsh", "-q", "domifaddr", name]);
        return [...stdout.matchAll(/ipv4\s+([0-9.]+)\//g)].map((match) => match[1] ?? "");
      },
      nextEvent: (milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 250))),
      hostKeys,
      deadline: Date.now() + seconds * 1000,
    };
  }

  /** As OpenSSH's own client sees the guest: with exactly the key that was made for it. */
  async function inGuest(address: string, user: string, hostKey: string, command: string): Promise<string> {
    await writeFile(host.inside("/root/guest-known-hosts"), `${address} ${hostKey}\n`);
    const options = ["BatchMode=yes", "StrictHostKeyChecking=yes", "UserKnownHostsFile=/root/guest-known-hosts"];
    const flags = options.flatMap((option) => ["-o", option]);
    const argv = ["ssh", "-F", "none", "-i", "/root/guest-key", ...flags, `${user}@${address}`, command];
    return (await host.exec(argv, { timeout: 30_000 })).stdout.trim();
  }

  it("writes images that isoinfo reads, by Rock Ridge and by Joliet", async function () {
    this.timeout(30_000);
    const files = Array.from({ length: 40 }, (_, index) => ({
      name: `a-file-with-a-long-name.${index}.txt`,
      content: `${index}\n`.repeat(index * 97),
    }));
    files.push({ name: "user-data", content: "#cloud-config\n" }, { name: "meta-data", content: "ä: 1\n" });
    await writeFile(host.inside("/root/test.iso"), writeIso({ label: "cidata", files }));
    for (const extension of ["-R", "-J"]) {
      const list = (await host.exec(["isoinfo", "-i", "/root/test.iso", extension, "-f"])).stdout;
      assert.deepEqual(list.trim().split("\n").sort(), files.map((file) => `/${file.name}`).sort());
      for (const { name, content } of files) {
        const argv = ["isoinfo", "-i", "/root/test.iso", extension, "-x", `/${name}`];
        assert.equal((await host.exec(argv)).stdout, content, `${extension} ${name}`);
      }
    }
    const found = (await host.exec(["blkid", "-p", "-o", "export", "/root/test.iso"])).stdout;
    assert.match(found, /^LABEL=cidata$/m);
    assert.match(found, /^TYPE=iso9660$/m);
  });

  it("makes host keys that ssh-keygen and sshd take", async function () {
    this.timeout(20_000);
    for (let count = 0; count < 5; count++) {
      const pair = makeHostKey();
      const path = join(scratch, `key${count}`);
      await writeFile(path, pair.private);
      await chmod(path, 0o600);
      assert.equal((await run(["ssh-keygen", "-y", "-f", path])).stdout.trim(), pair.public);
    }
    const pair = makeHostKey();
    await writeFile(host.inside("/root/host-key"), pair.private, { mode: 0o600 });
    await host.exec(["/usr/sbin/sshd", "-t", "-f", "/dev/null", "-h", "/root/host-key"]);
  });

  it("boots a guest whose kernel reads the seed, and finds it ready by the key made for it", async function () {
    this.timeout(120_000);
    const hostKey = makeHostKey();
    const vendorData = { note: "x".repeat(5000) };
    const networkConfig = "version: 2\nethernets: {eth0: {dhcp4: true}}\n";
    const { iso, instanceId } = buildSeed({
      hostname: "notos",
      sshKeys: [await lab.publicKey()],
      userData: "#cloud-config\nfinal_message: [up]\n",
      vendorData,
      networkConfig,
      hostKeys: [hostKey],
      machine: "5a0b7b9e-3c5e-4d3f-9a35-6f0a1f3b7c11",
    });
    const image = await ensureMicroGuest(() => undefined);
    await start({ name: "notos", mac: "52:54:00:17:09:01", image, seed: iso });
    const told: string[] = [];
    const ready = await waitForSsh({
      ...waiting("notos", [hostKey.public], 90),
      progress: (text) => told.push(text),
    });
    assert.equal(ready.hostKey, hostKey.public);
    assert.deepEqual(told, ["waiting for an address", `waiting for ssh at ${ready.address}`]);

    const guest = (command: string) => inGuest(ready.address, "root", hostKey.public, command);
    assert.equal(await guest("hostname"), "notos");
    // Linux's own isofs: with Rock Ridge, and with Joliet alone.
    for (const option of ["ro", "ro,norock"]) {
      const command = `mkdir -p /tmp/seed && mount -t iso9660 -o ${option} /dev/vdb /tmp/seed && cd /tmp/seed && sha256sum *; cat meta-data; cd /; umount /tmp/seed`;
      const output = await guest(command);
      const sums = new Map([...output.matchAll(/^([0-9a-f]{64}) +(\S+)$/gm)].map((match) => [match[2], match[1]]));
      assert.deepEqual([...sums.keys()].sort(), ["meta-data", "network-config", "user-data", "vendor-data"], option);
      assert.equal(sums.get("network-config"), digest(networkConfig));
      assert.equal(sums.get("vendor-data"), digest(`#cloud-config\nnote: ${vendorData.note}\n`));
      assert.ok(output.includes(`instance-id: ${instanceId}\n`), output);
    }

    const other = makeHostKey();
    await assert.rejects(waitForSsh(waiting("notos", [other.public], 10)), (error) =>
      hasCode(error, "host-key-mismatch"),
    );
  });

  it("sets up a Debian guest by cloud-init itself (with WINDROSE_CLOUD_INIT=1)", async function () {
    // Two minutes without hardware virtualization.
    if (!process.env.WINDROSE_CLOUD_INIT) this.skip();
    this.timeout(600_000);
    const hostKey = makeHostKey();
    const common = {
      sshKeys: [await lab.publicKey()],
      hostKeys: [hostKey],
      users: ["default", { name: "alice", shell: "/bin/bash" }],
      runCommands: [["sh", "-c", "echo ours > /root/ours"], "id -un > /root/who"],
    };
    const image = await ensureDebianImage(() => undefined);
    for (const [name, mac, userData] of [
      ["aura", "52:54:00:17:09:02", "#!/bin/sh\necho theirs > /root/theirs\n"],
      ["zephyr", "52:54:00:17:09:03", { runcmd: ["echo theirs > /root/theirs"], timezone: "Europe/Athens" }],
    ] as const) {
      const machine = "5a0b7b9e-3c5e-4d3f-9a35-6f0a1f3b7c12";
      const { iso } = buildSeed({ ...common, hostname: name, fqdn: `${name}.lab.example`, userData, machine });
      await start({ name, mac, image, memory: 512, seed: iso });
      const started = Date.now();
      const ready = await waitForSsh(waiting(name, [hostKey.public], 240));
      console.error(`    ${name}: ${Math.round((Date.now() - started) / 1000)} s to ssh`);
      const guest = (command: string, user = "root") => inGuest(ready.address, user, hostKey.public, command);
      const status = await guest("cloud-init status --wait --long; cloud-init schema --system 2>&1 || true");
      assert.match(status, /status: done/, status);
      assert.match(status, /DataSourceNoCloud/);
      assert.doesNotMatch(status, /[Ii]nvalid|[Ee]rror:/, status);
      assert.equal(await guest("hostname"), name);
      const named = JSON.parse(await guest("cat /var/lib/cloud/data/set-hostname")) as unknown;
      assert.deepEqual(named, { hostname: name, fqdn: `${name}.lab.example` });
      assert.equal(
        await guest("ls /etc/ssh/ssh_host_*"),
        "/etc/ssh/ssh_host_ed25519_key\n/etc/ssh/ssh_host_ed25519_key.pub",
      );
      assert.equal(await guest("cat /root/ours /root/theirs /root/who"), "ours\ntheirs\nroot");
      assert.match(await guest("id -un alice debian"), /alice/);
      assert.equal(await guest("id -un", "debian"), "debian");
      await host.exec(["virsh", "-q", "destroy", name]);
    }
  });
});
