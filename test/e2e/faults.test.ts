import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Fixture } from "./fixture";
import { connection, frame, guest } from "./guests";
import type { Asked } from "./stack";

/** Each fault: a clear error within bounded time, the state kept, and the next `up` goes on. */
describe("faults", function () {
  this.timeout(600_000);
  let fixture: Fixture;
  let server: Server;
  let url: string;
  const content = Buffer.alloc(1 << 20, "windrose");
  const digest = createHash("sha256").update(content).digest("hex");
  const off = { running: false, wait: { for: "none" } };
  const image = (args: object): Asked => ({
    kind: "Image",
    name: "base",
    args: { host: { $ref: "anemoi" }, pool: { $ref: "pool" }, format: "raw", ...args },
  });

  before(async () => {
    fixture = await Fixture.create();
    server = createServer((request, response) => {
      if (request.url !== "/base.img") return void response.writeHead(404).end();
      response.writeHead(200, { "content-length": content.length });
      response.end(request.method === "HEAD" ? undefined : content);
    });
    await new Promise<void>((done) => server.listen(0, fixture.lab.address, done));
    url = `http://${fixture.lab.address}:${(server.address() as AddressInfo).port}/base.img`;
  });
  after(async () => {
    server?.close();
    await fixture?.dispose();
  });

  const fails = async (pattern: RegExp, milliseconds = 60_000): Promise<void> => {
    const began = Date.now();
    const { code, output } = await fixture.stack.up({ check: false });
    assert.notEqual(code, 0, output);
    assert.match(output, pattern);
    assert.ok(Date.now() - began < milliseconds, `took ${Date.now() - began} ms`);
    assert.doesNotMatch(output, /^\s+at .*\.js:\d+/m, "a stack trace");
  };

  it("a host that is down, a wrong host key, a wrong password", async () => {
    const { stack, host } = fixture;
    await stack.ask({ anemoi: "qemu+ssh://root@127.0.0.1:9/system" }, frame());
    await fails(/Unable to create Host "anemoi" on .*127\.0\.0\.1/);
    const wrong = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJuCbTVXbhVvrRGFjLVNcGmyAKYbSZSJ6bKb0rm3pzDY";
    await stack.ask(
      { anemoi: { address: host.address, user: "root", identityFile: host.privateKeyPath, hostKey: wrong } },
      frame(),
    );
    await fails(/host key|SHA256:/i);
    await stack.ask(
      {
        anemoi: {
          address: host.address,
          user: "root",
          password: "wrong",
          agent: false,
          sshConfig: false,
          hostKey: host.hostKey,
        },
      },
      frame(),
    );
    await fails(/authenticat/i);
    await fixture.ask(frame());
    await stack.up();
  });

  it("an image that is not there, a wrong checksum, then the right one", async () => {
    const { stack } = fixture;
    await fixture.ask([...frame(), image({ source: `${url}.not`, checksum: `sha256:${digest}` })]);
    await fails(/404|not found/i);
    await fixture.ask([...frame(), image({ source: url, checksum: `sha256:${"0".repeat(64)}` })]);
    await fails(/checksum|differs/i);
    await fixture.ask([...frame(), image({ source: url, checksum: `sha256:${digest}` })]);
    await stack.up();
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("a name that a foreign domain has, an address that is taken", async () => {
    const { stack, host, publicKey } = fixture;
    const name = `${stack.name}-boreas`;
    const xml = `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory><os><type arch='x86_64'>hvm</type></os></domain>`;
    await host.exec(["sh", "-c", 'printf %s "$1" > /root/foreign.xml && virsh -q define /root/foreign.xml', "sh", xml]);
    await fixture.ask([...frame(), guest("boreas", 0, publicKey, off)]);
    await fails(/already, which this stack did not make/);
    await fixture.virsh("undefine", name);
    await fixture.ask([...frame(), guest("boreas", 0, publicKey, off), guest("notus", 0, publicKey, off)]);
    await fails(/172\.17\.2\.2/);
    await fixture.ask([...frame(), guest("boreas", 0, publicKey, off), guest("notus", 1, publicKey, off)]);
    await stack.up();
    assert.equal((await fixture.virsh("list", "--all", "--name")).split("\n").length, 2);
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("a libvirt daemon that is stopped, a network that is cut", async () => {
    const { stack, host, publicKey } = fixture;
    const more = [
      ...frame(),
      guest("boreas", 0, publicKey, off),
      guest("notus", 1, publicKey, off),
      guest("eurus", 2, publicKey, off),
    ];
    await fixture.ask(more);
    await host.exec([
      "systemctl",
      "stop",
      "libvirtd.socket",
      "libvirtd-ro.socket",
      "libvirtd-admin.socket",
      "libvirtd.service",
    ]);
    await fails(/libvirt/i);
    await host.exec(["systemctl", "start", "libvirtd.socket", "libvirtd.service"]);
    await host.networkCut();
    await fails(/unreachable|answer|timed? ?out|connect/i, 120_000);
    await host.networkRestore();
    await stack.up();
    assert.equal((await fixture.virsh("list", "--all", "--name")).split("\n").length, 3);
  });

  it("a pool that is full", async () => {
    const { stack, host, publicKey } = fixture;
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
    const rest = [
      ...frame(),
      guest("boreas", 0, publicKey, off),
      guest("notus", 1, publicKey, off),
      guest("eurus", 2, publicKey, off),
    ];
    await fixture.ask([...rest, small, volume("64MiB")]);
    await fails(/space|room/i);
    await fixture.ask([...rest, small, volume("2MiB")]);
    await stack.up();
    await stack.destroy();
    assert.equal(await fixture.ours(), "");
    assert.ok(connection(host));
  });
});
