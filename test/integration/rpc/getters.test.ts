import assert from "node:assert/strict";
import {
  Affect,
  type DomainHandle,
  DomainXml,
  ErrorNumber,
  isLibvirtError,
  type LibvirtClient,
  MetadataType,
  type NetworkHandle,
  openLibvirt,
  type PoolHandle,
  type VolumeHandle,
} from "../../../provider/drivers/libvirt/rpc";
import { domainXml, networkXml, poolXml, volumeXml } from "./fixtures";
import { HostDaemon } from "./host-daemon";

/** `Name:   value` lines of virsh as an object. */
function fields(text: string, separator = ":"): Record<string, string> {
  const pairs = text
    .split("\n")
    .map((line) => line.split(separator))
    .filter((parts) => parts.length > 1)
    .map(([name, ...rest]) => [name!.trim(), rest.join(separator).trim()]);
  return Object.fromEntries(pairs);
}

const kib = (value: bigint) => `${value} KiB`;
const yesNo = (value: boolean) => (value ? "yes" : "no");

describe("getters of the RPC, compared with virsh", function () {
  this.timeout(120_000);
  let daemon: HostDaemon;
  let client: LibvirtClient;
  let domain: DomainHandle;
  let network: NetworkHandle;
  let pool: PoolHandle;
  let volume: VolumeHandle;

  before(async () => {
    daemon = await HostDaemon.start("getters");
    client = await openLibvirt(daemon.dialer);
    ({ pool } = await client.call("STORAGE_POOL_DEFINE_XML", { xml: poolXml("reef", "/var/lib/libvirt/reef") }));
    await client.call("STORAGE_POOL_BUILD", { pool });
    await client.call("STORAGE_POOL_CREATE", { pool });
    ({ volume } = await client.call("STORAGE_VOL_CREATE_XML", { pool, xml: volumeXml("hull.qcow2", 8 << 20) }));
    ({ network } = await client.call("NETWORK_DEFINE_XML", { xml: networkXml("lagoon", "vr-lagoon") }));
    await client.call("NETWORK_CREATE", { network });
    const { path } = await client.call("STORAGE_VOL_GET_PATH", { volume });
    ({ domain } = await client.call("DOMAIN_DEFINE_XML_FLAGS", { xml: domainXml("boreas", { disk: path }) }));
    ({ domain } = await client.call("DOMAIN_CREATE_WITH_FLAGS", { domain }));
  });

  after(async () => {
    await client?.close();
    await daemon?.stop();
  });

  it("host: name, URI, versions, node, capabilities", async () => {
    assert.equal((await client.call("CONNECT_GET_HOSTNAME")).hostname, await daemon.virsh("hostname"));
    assert.equal((await client.call("CONNECT_GET_URI")).uri, await daemon.virsh("uri"));
    const versions = await daemon.virsh("version");
    const dotted = (number: bigint) => `${number / 1_000_000n}.${(number / 1000n) % 1000n}.${number % 1000n}`;
    const libvirt = dotted((await client.call("CONNECT_GET_LIB_VERSION")).version);
    const hypervisor = dotted((await client.call("CONNECT_GET_VERSION")).version);
    assert.ok(versions.includes(`libvirt ${libvirt}`), `${libvirt} in ${versions}`);
    assert.ok(versions.includes(`QEMU ${hypervisor}`), `${hypervisor} in ${versions}`);
    assert.equal((await client.call("CONNECT_GET_TYPE")).type, "QEMU");

    const node = await client.call("NODE_GET_INFO");
    const told = fields(await daemon.virsh("nodeinfo"));
    assert.equal(node.model, told["CPU model"]);
    assert.equal(String(node.cpus), told["CPU(s)"]);
    assert.equal(String(node.cores), told["Core(s) per socket"]);
    assert.equal(String(node.threads), told["Thread(s) per core"]);
    assert.equal(String(node.nodes), told["NUMA cell(s)"]);
    assert.equal(kib(node.memory), told["Memory size"]);
    const stats = await client.call("NODE_GET_MEMORY_STATS", { count: 0, cell: -1 });
    const memory = await client.call("NODE_GET_MEMORY_STATS", { count: stats.count, cell: -1 });
    const total = memory.stats.find(({ field }) => field === "total")?.value;
    assert.equal(`${total} KiB`, fields(await daemon.virsh("nodememstats")).total);

    assert.equal(
      (await client.call("CONNECT_GET_CAPABILITIES")).xml.trim(),
      (await daemon.virsh("capabilities")).trim(),
    );
    const capabilities = await client.call("CONNECT_GET_DOMAIN_CAPABILITIES", { type: "qemu" });
    assert.equal(capabilities.xml.trim(), (await daemon.virsh("domcapabilities", "--virttype", "qemu")).trim());
  });

  it("domain: definition, state, info, autostart, vCPUs", async () => {
    assert.deepEqual(await client.listDomains(), [domain]);
    assert.equal(domain.id, Number(await daemon.virsh("domid", "boreas")));
    assert.deepEqual((await client.call("DOMAIN_LOOKUP_BY_NAME", { name: "boreas" })).domain, domain);
    assert.deepEqual((await client.call("DOMAIN_LOOKUP_BY_UUID", { uuid: domain.uuid })).domain, domain);

    const { xml } = await client.call("DOMAIN_GET_XML_DESC", { domain, flags: DomainXml.inactive });
    assert.equal(xml.trim(), (await daemon.virsh("dumpxml", "boreas", "--inactive")).trim());
    const told = fields(await daemon.virsh("dominfo", "boreas"));
    const info = await client.call("DOMAIN_GET_INFO", { domain });
    assert.equal(domain.uuid, told.UUID);
    assert.equal(kib(info.maxMemory), told["Max memory"]);
    assert.equal(kib(info.memory), told["Used memory"]);
    assert.equal(String(info.vcpus), told["CPU(s)"]);
    assert.equal(yesNo((await client.call("DOMAIN_IS_PERSISTENT", { domain })).persistent), told.Persistent);
    assert.equal((await client.call("DOMAIN_GET_STATE", { domain })).state, 1);
    assert.equal(await daemon.virsh("domstate", "boreas"), "running");

    await client.call("DOMAIN_SET_AUTOSTART", { domain, autostart: true });
    assert.equal(fields(await daemon.virsh("dominfo", "boreas")).Autostart, "enable");
    assert.equal((await client.call("DOMAIN_GET_AUTOSTART", { domain })).autostart, true);
    await client.call("DOMAIN_SET_AUTOSTART", { domain, autostart: false });

    for (const [flags, ...options] of [
      [Affect.live, "--current", "--live"],
      [Affect.config, "--current", "--config"],
      [Affect.config | 4, "--maximum", "--config"],
    ] as const) {
      const { count } = await client.call("DOMAIN_GET_VCPUS_FLAGS", { domain, flags });
      const [kind, where] = options;
      const argument = kind === "--maximum" ? ["--maximum", where] : ["--active", where];
      assert.equal(String(count), await daemon.virsh("vcpucount", "boreas", ...argument));
    }
  });

  it("domain: title, description and our own metadata", async () => {
    const uri = "https://windrose.example/1";
    await client.call("DOMAIN_SET_METADATA", {
      domain,
      type: MetadataType.description,
      metadata: "north wind <&> ä",
      flags: Affect.config,
    });
    assert.equal(await daemon.virsh("desc", "boreas", "--config"), "north wind <&> ä");
    await client.call("DOMAIN_SET_METADATA", {
      domain,
      type: MetadataType.element,
      metadata: "<mark token='a'/>",
      key: "windrose",
      uri,
      flags: Affect.config,
    });
    assert.equal(await daemon.virsh("metadata", "boreas", uri, "--config"), '<mark token="a"/>');
  });

  it("disk: size and limits of the running domain", async () => {
    const block = await client.call("DOMAIN_GET_BLOCK_INFO", { domain, disk: "vda" });
    const told = fields(await daemon.virsh("domblkinfo", "boreas", "vda"));
    assert.equal(String(block.capacity), told.Capacity);
    assert.equal(String(block.allocation), told.Allocation);
    assert.equal(String(block.physical), told.Physical);

    await client.call("DOMAIN_SET_BLOCK_IO_TUNE", {
      domain,
      disk: "vda",
      parameters: [{ field: "total_iops_sec", value: { type: "ullong", value: 77 } }],
      flags: Affect.live,
    });
    assert.equal(fields(await daemon.virsh("blkdeviotune", "boreas", "vda")).total_iops_sec, "77");
  });

  it("networks", async () => {
    const listed = await client.listNetworks();
    assert.deepEqual(listed.map(({ name }) => name).sort(), ["default", "lagoon"]);
    assert.deepEqual(
      listed.find(({ name }) => name === "lagoon"),
      network,
    );
    assert.deepEqual((await client.call("NETWORK_LOOKUP_BY_UUID", { uuid: network.uuid })).network, network);
    const told = fields(await daemon.virsh("net-info", "lagoon"));
    assert.equal(network.uuid, told.UUID);
    assert.equal(yesNo((await client.call("NETWORK_IS_ACTIVE", { network })).active), told.Active);
    assert.equal(yesNo((await client.call("NETWORK_IS_PERSISTENT", { network })).persistent), told.Persistent);
    assert.equal(yesNo((await client.call("NETWORK_GET_AUTOSTART", { network })).autostart), told.Autostart);
    await client.updateNetwork({
      network,
      command: 3,
      section: 4,
      parentIndex: -1,
      xml: "<host mac='52:54:00:00:00:01' ip='192.168.77.5'/>",
      flags: Affect.live | Affect.config,
    });
    const { xml } = await client.call("NETWORK_GET_XML_DESC", { network });
    assert.match(xml, /ip='192\.168\.77\.5'/);
    assert.equal(xml.trim(), (await daemon.virsh("net-dumpxml", "lagoon")).trim());
    assert.deepEqual((await client.call("NETWORK_GET_DHCP_LEASES", { network })).leases, []);
  });

  it("pools and volumes", async () => {
    assert.deepEqual(await client.listPools(), [pool]);
    assert.deepEqual(await client.listVolumes(pool), [volume]);
    assert.deepEqual(
      (await client.call("STORAGE_POOL_LOOKUP_BY_TARGET_PATH", { path: "/var/lib/libvirt/reef" })).pool,
      pool,
    );
    const told = fields(await daemon.virsh("pool-info", "reef", "--bytes"));
    const info = await client.call("STORAGE_POOL_GET_INFO", { pool });
    assert.equal(told.State, "running");
    assert.equal(info.state, 2);
    assert.equal(String(info.capacity), told.Capacity);
    assert.equal(yesNo((await client.call("STORAGE_POOL_GET_AUTOSTART", { pool })).autostart), told.Autostart);
    const { xml } = await client.call("STORAGE_POOL_GET_XML_DESC", { pool, flags: 1 });
    assert.equal(xml.trim(), (await daemon.virsh("pool-dumpxml", "reef", "--inactive")).trim());

    const { path } = await client.call("STORAGE_VOL_GET_PATH", { volume });
    assert.equal(path, await daemon.virsh("vol-path", "hull.qcow2", "reef"));
    for (const found of [
      await client.call("STORAGE_VOL_LOOKUP_BY_NAME", { pool, name: "hull.qcow2" }),
      await client.call("STORAGE_VOL_LOOKUP_BY_PATH", { path }),
    ]) {
      assert.deepEqual(found.volume, volume);
    }
    const volumeInfo = await client.call("STORAGE_VOL_GET_INFO", { volume });
    const volumeTold = fields(await daemon.virsh("vol-info", "hull.qcow2", "reef", "--bytes"));
    assert.equal(`${volumeInfo.capacity} bytes`, volumeTold.Capacity);
    assert.equal(`${volumeInfo.allocation} bytes`, volumeTold.Allocation);
  });

  it("answers what is not there with its number", async () => {
    const uuid = "00000000-0000-4000-8000-000000000001";
    const refusals: [() => Promise<unknown>, number][] = [
      [() => client.call("DOMAIN_LOOKUP_BY_UUID", { uuid }), ErrorNumber.NO_DOMAIN],
      [() => client.call("NETWORK_LOOKUP_BY_UUID", { uuid }), ErrorNumber.NO_NETWORK],
      [() => client.call("STORAGE_POOL_LOOKUP_BY_UUID", { uuid }), ErrorNumber.NO_STORAGE_POOL],
      [() => client.call("STORAGE_VOL_LOOKUP_BY_NAME", { pool, name: "none" }), ErrorNumber.NO_STORAGE_VOL],
      [() => client.call("DOMAIN_SNAPSHOT_LOOKUP_BY_NAME", { domain, name: "none" }), ErrorNumber.NO_DOMAIN_SNAPSHOT],
      [() => client.call("DOMAIN_RESUME", { domain }), ErrorNumber.OPERATION_INVALID],
      [() => client.call("DOMAIN_DEFINE_XML_FLAGS", { xml: "<domain" }), ErrorNumber.XML_DETAIL],
    ];
    for (const [call, code] of refusals) {
      await assert.rejects(call(), (error) => isLibvirtError(error, code), `code ${code}`);
    }
  });
});
