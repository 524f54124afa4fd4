import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { DomainXml, type LibvirtClient, openLibvirt } from "../../provider/drivers/libvirt/rpc";
import { transportFor } from "../../provider/transports/registry";
import type { LabHost } from "../lab";

/** Milliseconds that the bare calls take, one after the other on one connection, without anything around them. */
export interface CallTimes {
  up: number;
  preview: number;
  refresh: number;
  destroy: number;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}

/** One guest of ours, taken as a pattern: its definition, and what its two volumes are. */
interface Pattern {
  readonly domain: string;
  readonly uuid: string;
  readonly name: string;
  readonly pool: string;
  readonly root: { readonly name: string; readonly capacity: bigint; readonly backing: string };
  readonly seed: { readonly name: string; readonly content: Buffer };
}

async function patternOf(client: LibvirtClient): Promise<Pattern> {
  const domain = (await client.listDomains(0)).find(({ name }) => /guest\d+$/.test(name))!;
  const { xml } = await client.call("DOMAIN_GET_XML_DESC", { domain, flags: DomainXml.inactive });
  const paths = [...xml.matchAll(/<source (?:file|volume)='([^']+)'/g)].map((match) => match[1]!);
  const volumes = await Promise.all(
    paths.map(async (path) => (await client.call("STORAGE_VOL_LOOKUP_BY_PATH", { path })).volume),
  );
  const described = await Promise.all(
    volumes.map(async (volume) => ({
      volume,
      xml: (await client.call("STORAGE_VOL_GET_XML_DESC", { volume })).xml,
      info: await client.call("STORAGE_VOL_GET_INFO", { volume }),
    })),
  );
  const backing = (text: string) => /<backingStore>\s*<path>([^<]+)/.exec(text)?.[1];
  const root = described.find((each) => backing(each.xml))!;
  const seed = described.find((each) => !backing(each.xml))!;
  return {
    domain: xml,
    uuid: domain.uuid,
    name: domain.name,
    pool: root.volume.pool,
    root: { name: root.volume.name, capacity: root.info.capacity, backing: backing(root.xml)! },
    seed: { name: seed.volume.name, content: await buffer(await client.download(seed.volume)) },
  };
}

/** Defines, looks at and removes as many guests as ours are, by bare calls of libvirt's protocol. */
export async function bareCalls(host: LabHost, count: number): Promise<CallTimes> {
  const transport = transportFor({
    kind: "ssh",
    address: host.address,
    user: "root",
    identityFile: host.privateKeyPath,
    hostKey: host.hostKey,
    agent: false,
    sshConfig: false,
  });
  const client = await openLibvirt(transport, { uri: "qemu:///system" });
  try {
    const pattern = await patternOf(client);
    const { pool } = await client.call("STORAGE_POOL_LOOKUP_BY_NAME", { name: pattern.pool });
    const made = Array.from({ length: count }, (_, index) => ({ uuid: randomUUID(), name: `bare${index}` }));
    const volumeXml = (name: string, capacity: bigint | number, format: string, rest = "") =>
      `<volume><name>${name}</name><capacity>${capacity}</capacity><target><format type='${format}'/></target>${rest}</volume>`;
    const { root, seed } = pattern;
    const backing = `<backingStore><path>${root.backing}</path><format type='qcow2'/></backingStore>`;

    const up = await timed(async () => {
      for (const { uuid, name } of made) {
        const overlay = volumeXml(`${name}-root`, root.capacity, "qcow2", backing);
        await client.call("STORAGE_VOL_CREATE_XML", { pool, xml: overlay });
        const { volume } = await client.call("STORAGE_VOL_CREATE_XML", {
          pool,
          xml: volumeXml(`${name}-seed`, seed.content.length, "raw"),
        });
        await client.upload(volume, Readable.from([seed.content]), { length: seed.content.length });
        const xml = pattern.domain
          .replaceAll(pattern.uuid, uuid)
          .replaceAll(`<name>${pattern.name}<`, `<name>${name}<`)
          .replaceAll(root.name, `${name}-root`)
          .replaceAll(seed.name, `${name}-seed`);
        await client.call("DOMAIN_DEFINE_XML_FLAGS", { xml });
      }
    });
    const refresh = await timed(async () => {
      for (const { uuid, name } of made) {
        const { domain } = await client.call("DOMAIN_LOOKUP_BY_UUID", { uuid });
        await client.call("DOMAIN_GET_XML_DESC", { domain, flags: DomainXml.inactive });
        await client.call("DOMAIN_GET_STATE", { domain });
        await client.call("DOMAIN_GET_AUTOSTART", { domain });
        for (const part of ["root", "seed"]) {
          const { volume } = await client.call("STORAGE_VOL_LOOKUP_BY_NAME", { pool, name: `${name}-${part}` });
          await client.call("STORAGE_VOL_GET_XML_DESC", { volume });
        }
      }
    });
    const destroy = await timed(async () => {
      for (const { uuid, name } of made) {
        const { domain } = await client.call("DOMAIN_LOOKUP_BY_UUID", { uuid });
        await client.call("DOMAIN_UNDEFINE_FLAGS", { domain });
        for (const part of ["root", "seed"]) {
          const { volume } = await client.call("STORAGE_VOL_LOOKUP_BY_NAME", { pool, name: `${name}-${part}` });
          await client.call("STORAGE_VOL_DELETE", { volume });
        }
      }
    });
    return { up, preview: 0, refresh, destroy };
  } finally {
    await client.close();
    await transport.close();
  }
}
