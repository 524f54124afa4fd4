import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Fixture } from "./fixture";
import { connection, frame, guest } from "./guests";
import type { Asked } from "./stack";

/** Each fault: a clear error within bounded time, the state kept, and the next `up` goes on. Each has a host of its own. */
describe("faults", function () {
  this.timeout(300_000);
  let fixture: Fixture;
  const off = { running: false, wait: { for: "none" } };
  const wind = (name: string, index: number, extra: object = off): Asked =>
    guest(name, index, fixture.publicKey, { ...extra });

  beforeEach(async () => {
    fixture = await Fixture.create();
  });
  afterEach(async () => {
    await fixture?.dispose();
  });

  /** Runs the CLI, which must fail with these words, in time, and show nothing of our insides. */
  const fails = async (
    pattern: RegExp,
    options: { verb?: "up" | "destroy" | "refresh"; milliseconds?: number } = {},
  ): Promise<string> => {
    const { verb = "up", milliseconds = 60_000 } = options;
    const began = Date.now();
    const { code, output } = await fixture.stack[verb]({ check: false });
    assert.notEqual(code, 0, output);
    assert.match(output, pattern);
    assert.ok(Date.now() - began < milliseconds, `took ${Date.now() - began} ms`);
    assert.doesNotMatch(output, /^\s+at .*\.[jt]s:\d+/m, "a stack trace");
    return output;
  };
  const domains = async () => (await fixture.virsh("list", "--all", "--name")).split("\n").filter(Boolean).sort();
  const unchanged = () => fixture.stack.preview({ args: ["--expect-no-changes"] });
  /** In no order: what is made beside each other is in the state as it came to its end. */
  const urns = async () =>
    (await fixture.stack.state()).deployment.resources?.map((resource) => resource.urn).sort() ?? [];

  it("a host that is down, a wrong host key, a wrong password", async () => {
    const { stack, host } = fixture;
    await stack.ask({ elsewhere: "qemu+ssh://root@127.0.0.1:9/system" }, frame());
    const { code, output: refused } = await stack.preview({ check: false });
    assert.notEqual(code, 0);
    assert.match(refused, /connection.*`windrose:hosts` has no connection "anemoi"; it has: elsewhere/s);
    await stack.ask({ anemoi: "qemu+ssh://root@127.0.0.1:9/system" }, frame());
    await fails(/Unable to create Host "anemoi" on .*127\.0\.0\.1/);
    const wrong = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJuCbTVXbhVvrRGFjLVNcGmyAKYbSZSJ6bKb0rm3pzDY";
    const common = { address: host.address, user: "root", agent: false, sshConfig: false };
    await stack.ask({ anemoi: { ...common, identityFile: host.privateKeyPath, hostKey: wrong } }, frame());
    await fails(/Unable to create Host "anemoi" .*SHA256:/);
    await stack.ask({ anemoi: { ...common, hostKey: host.hostKey } }, frame(), {
      "windrose:hosts.anemoi.password": "not-the-password",
    });
    const output = await fails(/refused root: tried password/);
    assert.ok(!output.includes("not-the-password"));
    await fixture.ask(frame());
    await stack.up();
    await unchanged();
    // A wrong address that an `up` left in the state, corrected since: only a run of the program heeds it.
    await stack.ask({ anemoi: "qemu+ssh://root@127.0.0.1:9/system" }, [...frame(), wind("boreas", 0)]);
    await fails(/connection refused \(ECONNREFUSED\)/);
    await fixture.ask(frame());
    await fails(/add `--run-program` to use the present one/, { verb: "destroy" });
    await stack.destroy({ args: ["--run-program"] });
  });

  it("another machine behind the address, until the replacement is accepted", async () => {
    const { stack, lab } = fixture;
    await fixture.ask([...frame(), wind("boreas", 0)]);
    await stack.up();
    const id = (await fixture.host.exec(["cat", "/etc/machine-id"])).stdout.trim();
    const other = await lab.startHost({ name: `h${randomBytes(4).toString("hex")}` });
    try {
      const there = { anemoi: connection(other) };
      const all = (extra: object = {}): Asked[] =>
        [...frame(), wind("boreas", 0), wind("notus", 1)].map((asked) =>
          asked.kind === "Host" ? { ...asked, args: { ...asked.args, ...extra } } : asked,
        );
      await stack.ask(there, all());
      await fails(/another machine answers for anemoi/);
      const output = await fails(/another machine answers for anemoi/, { verb: "refresh" });
      assert.ok(output.includes(`acceptReplacement: "${id}"`), output);
      assert.equal((await other.exec(["virsh", "-q", "list", "--all", "--name"])).stdout.trim(), "");
      await stack.ask(there, all({ acceptReplacement: id }));
      await stack.up();
      assert.equal((await other.exec(["virsh", "-q", "list", "--all", "--name"])).stdout.trim().split("\n").length, 2);
      await unchanged();
      await stack.destroy();
      assert.equal((await other.exec(["virsh", "-q", "list", "--all", "--name"])).stdout.trim(), "");
      assert.deepEqual(await domains(), [`${stack.name}-boreas`], "the old machine is left as it is");
    } finally {
      await other.destroy();
    }
  });

  it("a host that is dead: destroy fails, keeps the state, and goes past it when told to", async () => {
    const { stack, host } = fixture;
    await fixture.ask([...frame(), wind("boreas", 0)]);
    await stack.up();
    const before = await urns();
    await host.powerCut();
    await fails(/cannot be reached|can't be reached|unreachable/, { verb: "destroy" });
    await fails(/cannot be reached|can't be reached|unreachable/, { verb: "refresh" });
    assert.deepEqual(await urns(), before);
    const env = { WINDROSE_SKIP_UNREACHABLE: "true" };
    const refreshed = await stack.refresh({ env });
    assert.match(refreshed.output, /left as the state has it/);
    assert.deepEqual(await urns(), before);
    const { output } = await stack.destroy({ env });
    assert.match(output, /forgotten, and not deleted on the host/);
    assert.deepEqual(await urns(), []);
    await host.start();
  });

  it("an image that is not there, a wrong checksum, then the right one", async () => {
    const content = Buffer.alloc(1 << 20, "windrose");
    const digest = createHash("sha256").update(content).digest("hex");
    const server: Server = createServer((request, response) => {
      if (request.url !== "/base.img") return void response.writeHead(404).end();
      response.writeHead(200, { "content-length": content.length });
      response.end(request.method === "HEAD" ? undefined : content);
    });
    await new Promise<void>((done) => server.listen(0, fixture.lab.address, done));
    try {
      const url = `http://${fixture.lab.address}:${(server.address() as AddressInfo).port}/base.img`;
      const image = (args: object): Asked => ({
        kind: "Image",
        name: "base",
        args: { host: { $ref: "anemoi" }, pool: { $ref: "pool" }, format: "raw", ...args },
      });
      await fixture.ask([...frame(), image({ source: `${url}.not`, checksum: `sha256:${digest}` })]);
      await fails(/404|not found/i);
      await fixture.ask([...frame(), image({ source: url, checksum: `sha256:${"0".repeat(64)}` })]);
      await fails(/checksum|differs/i);
      await fixture.ask([...frame(), image({ source: url, checksum: `sha256:${digest}` })]);
      await fixture.stack.up();
      await unchanged();
    } finally {
      server.close();
    }
  });

  it("a name that a foreign domain has", async () => {
    const { stack, host } = fixture;
    const name = `${stack.name}-boreas`;
    const xml = `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory><os><type arch='x86_64'>hvm</type></os></domain>`;
    await host.exec(["sh", "-c", 'printf %s "$1" > /root/foreign.xml && virsh -q define /root/foreign.xml', "sh", xml]);
    const foreign = await fixture.uuid(name);
    await fixture.ask([...frame(), wind("boreas", 0)]);
    const hint = `Choose another \`name\`, or set \`adopt: true\` and \`uuid: "${foreign}"\` to take it over`;
    const output = await fails(/already, which this stack did not make/);
    assert.ok(output.includes(hint), output);
    assert.equal(await fixture.uuid(name), foreign);
    await fixture.virsh("undefine", name);
    await stack.up();
    assert.notEqual(await fixture.uuid(name), foreign);
    await unchanged();
  });

  it("an address that another guest has", async () => {
    const { stack } = fixture;
    await fixture.ask([...frame(), wind("boreas", 0)]);
    await stack.up();
    await fixture.ask([...frame(), wind("boreas", 0), wind("notus", 0)]);
    const twice = /lan\.address.* 172\.17\.2\.2 is the address of VirtualMachine "(boreas|notus)" in the same network/s;
    const { code, output } = await stack.preview({ check: false });
    assert.notEqual(code, 0);
    assert.match(output, twice);
    await fails(twice);
    await fixture.ask([...frame(), wind("boreas", 0), wind("notus", 1)]);
    await stack.up();
    assert.deepEqual(await domains(), [`${stack.name}-boreas`, `${stack.name}-notus`]);
    await unchanged();
  });

  it("a create that failed half-way, then a refresh: the next up finishes it", async () => {
    const { stack } = fixture;
    await fixture.ask(frame());
    await stack.up();
    // Somebody else's reservation: the guest is defined, and then its address is found to be taken.
    const reservation = (verb: string) =>
      fixture.virsh(
        ...["net-update", `${stack.name}-winds`, verb, "ip-dhcp-host"],
        ...["<host mac='52:54:00:00:00:01' ip='172.17.2.2'/>", "--live", "--config"],
      );
    await reservation("add");
    const boreas = wind("boreas", 0, { wait: { for: "none" } });
    await fixture.ask([...frame(), boreas]);
    await fails(/anemoi: in the network \S+, 172\.17\.2\.2 is reserved for 52:54:00:00:00:01/);
    assert.equal(await fixture.virsh("domstate", `${stack.name}-boreas`), "shut off");
    await stack.refresh();
    await reservation("delete");
    await stack.up();
    assert.equal(await fixture.virsh("domstate", `${stack.name}-boreas`), "running");
    assert.equal((await fixture.host.exec(["sh", "-c", "ls /var/lib/libvirt/images/*/ | wc -l"])).stdout.trim(), "2");
    await unchanged();
    await stack.destroy();
    assert.equal(await fixture.ours(), "");
  });

  it("a libvirt daemon that is stopped, a network that is cut", async () => {
    const { stack, host } = fixture;
    await fixture.ask(frame());
    await stack.up();
    const before = await urns();
    await fixture.ask([...frame(), wind("boreas", 0)]);
    const sockets = ["libvirtd.socket", "libvirtd-ro.socket", "libvirtd-admin.socket"];
    await host.exec(["systemctl", "stop", ...sockets, "libvirtd.service"]);
    await fails(/Unable to create VirtualMachine "boreas" on anemoi: .*libvirt/);
    await host.exec(["systemctl", "start", ...sockets, "libvirtd.service"]);
    await host.networkCut();
    await fails(/Unable to create VirtualMachine "boreas" on anemoi: .*cannot be reached/, { milliseconds: 120_000 });
    await host.networkRestore();
    assert.deepEqual(await urns(), before);
    await stack.up();
    assert.deepEqual(await domains(), [`${stack.name}-boreas`]);
    await unchanged();
  });

  it("a pool that is full", async () => {
    const { stack, host } = fixture;
    await host.exec(["sh", "-c", "mkdir -p /srv/small && mount -t tmpfs -o size=8m none /srv/small"]);
    const small: Asked = {
      kind: "StoragePool",
      name: "small",
      args: { host: { $ref: "anemoi" }, path: "/srv/small/pool" },
    };
    const volume = (size: string): Asked => ({
      kind: "Volume",
      name: "large",
      args: { host: { $ref: "anemoi" }, pool: { $ref: "small" }, size, format: "raw", preallocation: "full" },
    });
    await fixture.ask([...frame(), small, volume("64MiB")]);
    await fails(/space|room/i);
    assert.equal((await host.exec(["ls", "-A", "/srv/small/pool"])).stdout.trim(), "", "half a volume stays");
    await fixture.ask([...frame(), small, volume("2MiB")]);
    await stack.up();
    await unchanged();
    await stack.destroy();
    assert.equal(await fixture.ours(), "");
  });
});
