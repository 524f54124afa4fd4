import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { hasCode } from "../../../provider/basics/errors";
import {
  Affect,
  ConnectionLost,
  Console,
  DomainEvent,
  DomainUndefine,
  ErrorNumber,
  isLibvirtError,
  type LibvirtClient,
  openLibvirt,
  type PoolHandle,
} from "../../../provider/drivers/libvirt/rpc";
import { domainXml, poolXml, volumeXml } from "./fixtures";
import { HostDaemon } from "./host-daemon";

describe("operations by the RPC on a real daemon", function () {
  this.timeout(180_000);
  let daemon: HostDaemon;
  let client: LibvirtClient;
  let pool: PoolHandle;

  before(async () => {
    daemon = await HostDaemon.start("operations");
    client = await openLibvirt(daemon.dialer);
    ({ pool } = await client.call("STORAGE_POOL_CREATE_XML", {
      xml: poolXml("reef", "/var/lib/libvirt/reef"),
      flags: 1,
    }));
  });

  after(async () => {
    await client?.close();
    await daemon?.stop();
  });

  it("a domain's life: events in order, live changes, a snapshot and back", async () => {
    const { volume } = await client.call("STORAGE_VOL_CREATE_XML", { pool, xml: volumeXml("keel.qcow2", 4 << 20) });
    const extra = await client.call("STORAGE_VOL_CREATE_XML", { pool, xml: volumeXml("mast.qcow2", 2 << 20) });
    const { path } = await client.call("STORAGE_VOL_GET_PATH", { volume });
    const extraPath = (await client.call("STORAGE_VOL_GET_PATH", { volume: extra.volume })).path;
    const watch = await client.watch(["lifecycle", "device-added", "balloon-change", "tunable"]);
    const next = (event: number) =>
      watch.next((one) => one.kind === "lifecycle" && one.body.event === event, { deadline: 30_000 });

    let { domain } = await client.call("DOMAIN_DEFINE_XML_FLAGS", { xml: domainXml("zephyr", { disk: path }) });
    await next(DomainEvent.defined);
    ({ domain } = await client.call("DOMAIN_CREATE_WITH_FLAGS", { domain }));
    await next(DomainEvent.started);

    const xml = "<domainsnapshot><name>calm</name></domainsnapshot>";
    const { snapshot } = await client.call("DOMAIN_SNAPSHOT_CREATE_XML", { domain, xml });
    assert.deepEqual(
      (await client.listSnapshots(domain)).map(({ name }) => name),
      ["calm"],
    );
    assert.equal((await client.call("DOMAIN_HAS_CURRENT_SNAPSHOT", { domain })).exists, true);
    assert.equal((await client.call("DOMAIN_SNAPSHOT_CURRENT", { domain })).snapshot.name, "calm");
    await client.call("DOMAIN_REVERT_TO_SNAPSHOT", { snapshot });
    await client.call("DOMAIN_SNAPSHOT_DELETE", { snapshot });
    assert.equal((await client.call("DOMAIN_SNAPSHOT_NUM", { domain })).count, 0);

    const diskXml = `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${extraPath}'/><target dev='vdb' bus='virtio'/><alias name='ua-mast'/></disk>`;
    await client.call("DOMAIN_ATTACH_DEVICE_FLAGS", { domain, xml: diskXml, flags: Affect.live });
    const added = await watch.next((one) => one.kind === "device-added", { deadline: 30_000 });
    assert.equal(added.kind === "device-added" && added.body.alias, "ua-mast");

    await client.call("DOMAIN_BLOCK_RESIZE", { domain, disk: "vda", size: 6 << 20, flags: 1 });
    assert.equal((await client.call("DOMAIN_GET_BLOCK_INFO", { domain, disk: "vda" })).capacity, 6n << 20n);
    await client.call("DOMAIN_SET_VCPUS_FLAGS", { domain, count: 2, flags: Affect.live });
    assert.equal((await client.call("DOMAIN_GET_VCPUS_FLAGS", { domain, flags: Affect.live })).count, 2);

    await client.call("DOMAIN_SUSPEND", { domain });
    const suspended = await next(DomainEvent.suspended);
    assert.equal(suspended.kind === "lifecycle" && suspended.body.domain.uuid, domain.uuid);
    await client.call("DOMAIN_RESUME", { domain });
    await next(DomainEvent.resumed);

    await client.call("DOMAIN_DESTROY_FLAGS", { domain });
    await next(DomainEvent.stopped);
    await client.call("DOMAIN_RENAME", { domain, name: "eurus" });
    domain = (await client.call("DOMAIN_LOOKUP_BY_NAME", { name: "eurus" })).domain;
    assert.equal(domain.id, -1);
    await client.call("DOMAIN_UNDEFINE_FLAGS", { domain, flags: DomainUndefine.managedSave });
    await next(DomainEvent.undefined);
    watch.close();
    assert.deepEqual(await client.listDomains(), []);
  });

  it("uploads and downloads a volume, whole and in part, with progress", async () => {
    const size = 24 << 20;
    const content = randomBytes(size);
    const { volume } = await client.call("STORAGE_VOL_CREATE_XML", { pool, xml: volumeXml("cargo.raw", size, "raw") });
    const steps: number[] = [];
    const pieces = Readable.from(
      (function* () {
        for (let offset = 0; offset < size; offset += 700_001) yield content.subarray(offset, offset + 700_001);
      })(),
    );
    const sent = await client.upload(volume, pieces, { length: size, progress: (bytes) => steps.push(bytes) });
    assert.equal(sent, size);
    assert.equal(steps.at(-1), size);
    assert.ok(steps.length > size / 262_120);
    const { path } = await client.call("STORAGE_VOL_GET_PATH", { volume });
    const { stdout } = await daemon.inside("sha256sum", path);
    assert.equal(stdout.split(" ")[0], createHash("sha256").update(content).digest("hex"));

    const whole = createHash("sha256");
    for await (const chunk of await client.download(volume)) whole.update(chunk as Buffer);
    assert.equal(whole.digest("hex"), stdout.split(" ")[0]);
    const parts: Buffer[] = [];
    for await (const chunk of await client.download(volume, { offset: 1000, length: 5000 }))
      parts.push(chunk as Buffer);
    assert.deepEqual(Buffer.concat(parts), content.subarray(1000, 6000));
  });

  it("a download that is left half-way, or an upload that is called off, disturbs nothing else", async () => {
    const { volume } = await client.call("STORAGE_VOL_LOOKUP_BY_NAME", { pool, name: "cargo.raw" });
    const download = await client.download(volume);
    await once(download, "readable");
    // A slow reader holds back its own connection alone.
    assert.equal((await client.call("CONNECT_GET_TYPE")).type, "QEMU");
    download.destroy();
    await once(download, "close");

    const abort = new AbortController();
    const endless = Readable.from(
      (async function* () {
        for (;;) yield Buffer.alloc(1 << 20);
      })(),
    );
    const upload = client.upload(volume, endless, {
      signal: abort.signal,
      progress: (bytes) => {
        if (bytes > 2 << 20) abort.abort();
      },
    });
    await assert.rejects(upload, { name: "AbortError" });
    assert.equal((await client.call("CONNECT_GET_TYPE")).type, "QEMU");
  });

  it("an upload that the daemon refuses fails with its error", async () => {
    const gone = { pool: pool.name, name: "none", key: "/var/lib/libvirt/reef/none" };
    await assert.rejects(client.upload(gone, Readable.from([Buffer.alloc(10)])), (error) =>
      isLibvirtError(error, ErrorNumber.NO_STORAGE_VOL),
    );
  });

  it("reads a guest's console", async () => {
    const { domain } = await client.call("DOMAIN_CREATE_XML", { xml: domainXml("notus", { console: true }), flags: 1 });
    const terminal = await client.openConsole(domain);
    await client.call("DOMAIN_RESUME", { domain });
    let seen = "";
    for await (const chunk of terminal) {
      seen += (chunk as Buffer).toString("latin1");
      if (seen.includes("SeaBIOS")) break;
    }
    assert.match(seen, /SeaBIOS/);
    const again = await client.openConsole(domain, { flags: Console.force });

    again.resume();
    const ended = once(again, "close");
    await client.call("DOMAIN_DESTROY_FLAGS", { domain });
    await ended;
  });

  it("twelve slow calls at once leave the quick ones their turn", async () => {
    const domains = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        client.call("DOMAIN_CREATE_XML", { xml: domainXml(`fleet-${index}`), flags: 1 }),
      ),
    );
    assert.equal(new Set(domains.map(({ domain }) => domain.id)).size, 12);
    await Promise.all(domains.map(({ domain }) => client.call("DOMAIN_DESTROY_FLAGS", { domain })));
    assert.deepEqual(await client.listDomains(), []);
  });

  it("goes through a command where there is no socket to be had", async () => {
    const noSocket = {
      ...daemon.dialer,
      connectUnix: () => Promise.reject(new Error("forwarding is not allowed")),
    };
    const helped = await openLibvirt(noSocket);
    assert.equal(helped.information.path, "virt-ssh-helper qemu:///system");
    assert.equal((await helped.call("CONNECT_GET_URI")).uri, "qemu:///system");
    await helped.close();
    const netcat = await openLibvirt({
      ...noSocket,
      connectCommand: (argv) =>
        argv[0] === "nc" ? daemon.dialer.connectCommand(argv) : Promise.reject(new Error("no such command")),
    });
    assert.equal(netcat.information.path, "nc -U /run/libvirt/libvirt-sock");
    assert.equal((await netcat.call("CONNECT_GET_TYPE")).type, "QEMU");
    await netcat.close();
  });

  it("speaks to the test driver", async () => {
    const test = await openLibvirt(daemon.dialer, { uri: "test:///default" });
    assert.deepEqual(
      (await test.listDomains()).map(({ name }) => name),
      ["test"],
    );
    await test.close();
  });

  it("says what it tried where there is no libvirt", async () => {
    await assert.rejects(openLibvirt(daemon.dialer, { socket: "/run/none" }), (error) => {
      assert.ok(hasCode(error, "hypervisor-unavailable"));
      assert.match(error.message, /unix:\/run\/none.*nc -U \/run\/none/);
      return true;
    });
  });

  it("200 calls in a row and at once, 100 definitions", async () => {
    const { domain } = await client.call("DOMAIN_DEFINE_XML_FLAGS", { xml: domainXml("bench") });
    const timed = async (work: () => Promise<unknown>) => {
      const start = performance.now();
      await work();
      return Math.round(performance.now() - start);
    };
    const row = await timed(async () => {
      for (let index = 0; index < 200; index++) await client.call("DOMAIN_GET_INFO", { domain });
    });
    const once200 = await timed(() =>
      Promise.all(Array.from({ length: 200 }, () => client.call("DOMAIN_GET_INFO", { domain }))),
    );
    const names = Array.from({ length: 100 }, (_, index) => `bench-${index}`);
    const define = await timed(() =>
      Promise.all(names.map((name) => client.call("DOMAIN_DEFINE_XML_FLAGS", { xml: domainXml(name) }))),
    );
    console.log(`      200 getInfo in a row ${row} ms, at once ${once200} ms; 100 definitions at once ${define} ms`);
    assert.equal((await client.listDomains()).length, 101);
    assert.ok(row < 10_000 && once200 < 10_000 && define < 30_000);
  });

  it("a daemon that dies cuts what is in flight", async () => {
    const { volume } = await client.call("STORAGE_VOL_LOOKUP_BY_NAME", { pool, name: "cargo.raw" });
    const watch = await client.watch(["lifecycle"]);
    const download = await client.download(volume);
    const waiting = assert.rejects(watch.next(undefined, { deadline: 60_000 }), ConnectionLost);
    const cut = new Promise((resolve) => download.once("error", resolve));
    await daemon.inside("sh", "-c", 'kill -KILL "$(cat /run/libvirtd.pid)"');
    await waiting;
    assert.ok((await cut) instanceof ConnectionLost);
    assert.ok(client.lost instanceof ConnectionLost);
    await assert.rejects(client.call("CONNECT_GET_TYPE"), ConnectionLost);
  });
});
