import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { DomainEvent, type LibvirtClient, openLibvirt } from "../../../provider/drivers/libvirt/rpc";
import { SshTransport } from "../../../provider/transports/ssh";
import { currentLab } from "../../lab";
import { domainXml, networkXml, poolXml, volumeXml } from "./fixtures";

/** Once through networks, pools, streams and domains, with their events. */
async function wholeRound(client: LibvirtClient): Promise<void> {
  const watch = await client.watch(["lifecycle", "network-lifecycle", "pool-lifecycle"]);
  const { network } = await client.call("NETWORK_DEFINE_XML", { xml: networkXml("lagoon", "vr-lagoon") });
  await client.call("NETWORK_CREATE", { network });
  await watch.next(({ kind }) => kind === "network-lifecycle", { deadline: 20_000 });
  const { pool } = await client.call("STORAGE_POOL_CREATE_XML", {
    xml: poolXml("reef", "/var/lib/libvirt/reef"),
    flags: 1,
  });
  await watch.next(({ kind }) => kind === "pool-lifecycle", { deadline: 20_000 });
  const content = randomBytes(3 << 20);
  const { volume } = await client.call("STORAGE_VOL_CREATE_XML", {
    pool,
    xml: volumeXml("cargo", content.length, "raw"),
  });
  assert.equal(await client.upload(volume, Readable.from([content])), content.length);
  const back: Buffer[] = [];
  for await (const chunk of await client.download(volume)) back.push(chunk as Buffer);
  assert.ok(Buffer.concat(back).equals(content));
  const { domain } = await client.call("DOMAIN_CREATE_XML", { xml: domainXml("boreas"), flags: 1 });
  await client.call("DOMAIN_DESTROY_FLAGS", { domain });
  await watch.next(({ kind, body }) => kind === "lifecycle" && body.event === DomainEvent.stopped, {
    deadline: 20_000,
  });
  watch.close();
  await client.call("NETWORK_DESTROY", { network });
  await client.call("NETWORK_UNDEFINE", { network });
  await client.call("STORAGE_VOL_DELETE", { volume });
  await client.call("STORAGE_POOL_DESTROY", { pool });
  assert.deepEqual([await client.listDomains(), await client.listPools()], [[], []]);
}

describe("the RPC over ssh, on hosts of the lab", function () {
  this.timeout(300_000);
  const transports: SshTransport[] = [];
  after(() => Promise.all(transports.map((transport) => transport.close())));

  async function reach(name: string, user: string): Promise<SshTransport> {
    const lab = await currentLab();
    const host = await lab.host({ name });
    const transport = new SshTransport({
      address: host.address,
      port: host.sshPort,
      user,
      identityFile: host.privateKeyPath,
      hostKey: host.hostKey,
      agent: false,
      sshConfig: false,
    });
    transports.push(transport);
    return transport;
  }

  it("serves root and a member of the libvirt group", async () => {
    for (const user of ["root", "windy"]) {
      const client = await openLibvirt(await reach("anemoi", user));
      assert.equal(client.information.path, "unix:/run/libvirt/libvirt-sock");
      await wholeRound(client);
      const { domain } = await client.call("DOMAIN_DEFINE_XML_FLAGS", { xml: domainXml("bench") });
      const start = performance.now();
      for (let index = 0; index < 200; index++) await client.call("DOMAIN_GET_INFO", { domain });
      const row = Math.round(performance.now() - start);
      await Promise.all(Array.from({ length: 200 }, () => client.call("DOMAIN_GET_INFO", { domain })));
      console.log(
        `      200 getInfo over ssh: in a row ${row} ms, at once ${Math.round(performance.now() - start) - row} ms`,
      );
      await client.call("DOMAIN_UNDEFINE_FLAGS", { domain });
      await client.close();
    }
  });
});
