import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { domainXml, makeGuestKey, putSeed } from "../lab/guest.js";
import {
  createLab,
  destroyLab,
  ensureLab,
  ensureMicroGuest,
  type Lab,
  type LabHost,
  leftovers,
  listRuns,
  ownerState,
  sweep,
  until,
} from "../lab/index.js";

const network = `<network><name>winds</name><forward mode='nat'/><bridge name='virbr-winds' stp='on' delay='0'/>
<ip address='192.168.71.1' netmask='255.255.255.0'><dhcp><range start='192.168.71.100' end='192.168.71.200'/>
<host mac='52:54:00:17:02:02' name='boreas' ip='192.168.71.2'/></dhcp></ip></network>`;
const images = "/var/lib/libvirt/images";
const guestAddress = "192.168.71.2";

describe("lab", () => {
  let lab: Lab;
  let host: LabHost;
  let scratch: string;

  const virsh = (...args: string[]) => host.exec(["virsh", "-q", ...args]);

  async function defineFrom(command: string, xml: string) {
    const path = `/root/${command}.xml`;
    await writeFile(host.inside(path), xml);
    await virsh(command, path);
  }

  async function ssh(target: string, command: string[], knownHosts = lab.knownHostsPath, check = true) {
    const options = ["BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=2", "LogLevel=ERROR"];
    const flags = [...options, `UserKnownHostsFile=${knownHosts}`].flatMap((option) => ["-o", option]);
    return lab.run(["ssh", "-F", "none", "-i", lab.privateKeyPath, ...flags, target, ...command], {
      check,
      timeout: 20_000,
    });
  }

  before(async function () {
    this.timeout(600_000);
    scratch = await mkdtemp(join(tmpdir(), "lab-test-"));
    await ensureLab((line) => console.error(`lab: ${line}`));
    lab = await createLab();
    host = await lab.startHost({ name: "anemoi" });
  });

  after(async function () {
    this.timeout(60_000);
    await lab?.destroy();
    await rm(scratch, { recursive: true, force: true });
  });

  it("has libvirt, QEMU and the schema validator on a host", async function () {
    this.timeout(30_000);
    assert.equal((await virsh("list", "--all", "--name")).stdout.trim(), "");
    const path = "/root/network.xml";
    await writeFile(host.inside(path), network);
    await host.exec(["virt-xml-validate", path, "network"]);
    await writeFile(host.inside(path), network.replace("<forward", "<forwards"));
    assert.notEqual((await host.exec(["virt-xml-validate", path, "network"], { check: false })).code, 0);
  });

  it("lets root and windy in by ssh under the announced host key", async function () {
    this.timeout(30_000);
    assert.equal((await ssh(`root@${host.address}`, ["hostname"])).stdout.trim(), "anemoi");
    const asWindy = ["virsh -q -c qemu:///system list --name && sudo -n id -u && id -nG"];
    assert.match((await ssh(`windy@${host.address}`, asWindy)).stdout, /^0\n.*libvirt/m);
    const other = join(scratch, "known_hosts");
    await writeFile(other, `${host.address} ${(await makeGuestKey()).publicKey}\n`);
    assert.equal((await ssh(`root@${host.address}`, ["true"], other, false)).code, 255);
  });

  it("boots a guest that takes name, keys and host key from its seed and powers off when asked", async function () {
    this.timeout(120_000);
    const micro = await ensureMicroGuest(() => {});
    const hostKey = await makeGuestKey();
    await host.copyIn(micro.image, `${images}/boreas.qcow2`);
    await putSeed(host, `${images}/boreas-seed.iso`, {
      name: "boreas",
      authorizedKeys: [await lab.publicKey()],
      hostKey,
    });
    await defineFrom("net-define", network);
    await virsh("net-start", "winds");
    const disks = { disk: `${images}/boreas.qcow2`, seed: `${images}/boreas-seed.iso` };
    await defineFrom("define", domainXml({ name: "boreas", mac: "52:54:00:17:02:02", network: "winds", ...disks }));
    await virsh("start", "boreas");
    assert.match((await host.exec(["stat", "-c", "%U", disks.disk])).stdout, /libvirt-qemu/);
    await lab.routeTo("192.168.71.0/24", host);
    const known = join(scratch, "guest_known_hosts");
    await writeFile(known, `${guestAddress} ${hostKey.publicKey}\n`);
    const inGuest = (...command: string[]) => ssh(`root@${guestAddress}`, command, known, false);
    await until("the guest to answer ssh", async () => (await inGuest("true")).code === 0, 60_000, 100);
    assert.equal((await inGuest("hostname")).stdout.trim(), "boreas");
    assert.equal(
      (
        await inGuest(
          "mke2fs -q /dev/vda >/dev/null; mount /dev/vda /data && echo kept > /data/file && cat /data/file; umount /data",
        )
      ).stdout.trim(),
      "kept",
    );
    await virsh("shutdown", "boreas");
    await until(
      "the guest to be off",
      async () => (await virsh("domstate", "boreas")).stdout.trim() === "shut off",
      60_000,
    );
  });

  it("goes silent when its cable is cut, and comes back", async function () {
    this.timeout(60_000);
    await host.networkCut();
    const silent = await ssh(`root@${host.address}`, ["true"], lab.knownHostsPath, false);
    assert.equal(silent.code, 255);
    assert.match(silent.stderr, /timed out|No route to host/);
    await host.networkRestore();
    const back = async () => (await ssh(`root@${host.address}`, ["true"], lab.knownHostsPath, false)).code === 0;
    await until("the host to answer again", back, 20_000);
  });

  it("loses its guests in a power cut, and keeps its disk", async function () {
    this.timeout(60_000);
    await virsh("start", "boreas");
    const identity = (await host.exec(["cat", "/etc/machine-id"])).stdout;
    await host.powerCut();
    assert.equal(host.running, false);
    assert.equal((await ssh(`root@${host.address}`, ["true"], lab.knownHostsPath, false)).code, 255);
    await host.start();
    assert.equal((await host.exec(["cat", "/etc/machine-id"])).stdout, identity);
    assert.equal((await virsh("domstate", "boreas")).stdout.trim(), "shut off");
    assert.equal((await ssh(`root@${host.address}`, ["hostname"])).stdout.trim(), "anemoi");
  });

  it("leaves nothing behind", async function () {
    this.timeout(60_000);
    const other = await createLab();
    const left = await other.startHost({ name: "zephyr" });
    await left.powerCut();
    await left.start();
    assert.notDeepEqual(await leftovers(other.id), []);
    await other.destroy();
    assert.deepEqual(await leftovers(other.id), []);
  });

  it("sweeps away what a killed run left, and nothing else", async function () {
    this.timeout(60_000);
    const script = `const { createLab } = require(process.argv[1]);
      createLab().then(async (lab) => { await lab.startHost({ name: "notus" }); console.log(lab.id); setInterval(() => {}, 1e6); })`;
    const child: ChildProcess = spawn(
      process.execPath,
      ["--require", "tsx/cjs", "--eval", script, join(__dirname, "../lab/index.ts")],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const [line] = (await once(child.stdout!, "data")) as [Buffer];
    const id = line.toString().trim();
    try {
      assert.equal(await ownerState(id), "live");
      assert.ok(!(await sweep()).includes(id));
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    const swept = await sweep();
    assert.deepEqual(await leftovers(id), []);
    assert.ok(swept.includes(id) || !listRuns().includes(id));
    assert.ok(host.running && existsSync(lab.directory));
    await destroyLab(id);
  });
});
