import { asRecord } from "../../../provider/basics/record";
import { parseXml } from "../../../provider/drivers/libvirt/xml";
import { first, type Look } from "../../conformance/look";
import type { Subject } from "../subject";

const netOf = async (look: Look) => parseXml(await look.network(), "what virsh shows");
const off = { memory: "64MiB", running: false, guestAgent: false, rng: false, serial: false };

export const places: readonly Subject[] = [
  {
    title: "name and path of a pool",
    kind: "StoragePool",
    base: ({ host }) => ({ host }),
    fields: [
      { path: "name", samples: ["pool", "a.b_c-d"] },
      { path: "path", samples: ["/srv/texts/pool", "/srv/texts/a b/&c<d>", "/srv/texts/ä'\"/", "/srv/texts//e"] },
    ],
    async seen(look) {
      const pool = parseXml(await look.virsh("pool-dumpxml", look.name), "what virsh shows");
      return { name: pool.text("name") };
    },
    stored: true,
  },
  {
    title: "names of a network",
    kind: "Network",
    base: ({ host }) => ({ host, mode: "isolated", ipv4: { address: "172.18.9.1/24" } }),
    fields: [
      { path: "name", samples: ["winds", "a.b_c-d"] },
      { path: "bridge", samples: ["virbr9", "tx-br.9"] },
    ],
    async seen(look) {
      const network = await netOf(look);
      return { name: network.text("name"), bridge: network.attribute("name", "bridge") };
    },
    every: 4,
    stored: true,
  },
  {
    title: "DNS and addresses of a network",
    kind: "Network",
    base: ({ host }) => ({
      host,
      mode: "isolated",
      ipv4: { address: "172.18.9.1/24" },
      ipv6: { address: "fd00:18:9::1/64" },
      reservations: { data: { address: "172.18.9.10", mac: "52:54:00:00:00:09" } },
      dns: {},
    }),
    fields: [
      { path: "domain", samples: ["winds.example", "a-b", "xn--4ca"] },
      { path: "reservations.*.hostname", samples: ["boreas", "a-b.c"] },
      { path: "reservations.*.address", samples: ["172.18.9.10", "172.18.9.99"], spelled: true },
      {
        path: "ipv6.address",
        samples: ["fd00:18:9::1/64", "FD00:18:9:0::2/64", "fd00:18:9:0:0:0:0:3/48"],
        spelled: true,
      },
      {
        path: "dns.hosts",
        samples: ["api.winds.example", "gate"],
        at: (text) => ({ dns: { hosts: { [text]: "172.18.9.1" } } }),
        of: ({ dns }) => Object.keys(asRecord(asRecord(dns).hosts))[0],
      },
      {
        path: "dns.forwarders",
        spelled: true,
        samples: ["192.0.2.53", "2001:DB8::53"],
        at: (text) => ({ dns: { forwarders: [text] } }),
        of: ({ dns }) => (asRecord(dns).forwarders as string[] | undefined)?.[0],
      },
    ],
    async seen(look) {
      const network = await netOf(look);
      return {
        domain: network.attribute("name", "domain"),
        "dns.hosts": network.text("dns/host/hostname"),
      };
    },
    every: 4,
    stored: true,
  },
  {
    title: "names of a volume",
    kind: "Volume",
    base: ({ host, pool }) => ({ host, pool, size: "1MiB" }),
    fields: [
      { path: "name", samples: ["data", "a.b_c-d"] },
      { path: "volumeName", samples: ["data.qcow2", "a.b_c-d"] },
    ],
    seen: async (look, state) => ({ volumeName: await look.shell('basename "$(ls -d "$1")"', String(state.path)) }),
  },
  {
    title: "names and source of an image",
    kind: "Image",
    base: ({ host, pool }) => ({ host, pool, source: "host:/srv/conf.raw", format: "raw", decompress: "none" }),
    fields: [
      { path: "name", samples: ["base", "a.b_c-d"] },
      { path: "volumeName", samples: ["base.img", "a.b_c-d"] },
      { path: "source", samples: ["host:/srv/conf.raw", "host:/srv/texts-a b/&c'\".raw", "host:/srv/texts-ä.raw"] },
    ],
    async prepare(look, inputs) {
      const path = /^host:(\/srv\/.*)$/s.exec(String(inputs.source))?.[1];
      if (path !== undefined && path !== "/srv/conf.raw")
        await look.shell('mkdir -p -- "$(dirname -- "$1")" && [ -d "$1" ] || cp /srv/conf.raw -- "$1" || true', path);
    },
    seen: async (look, state) => ({ volumeName: await look.shell('basename "$(ls -d "$1")"', String(state.path)) }),
    every: 2,
    refusals:
      /there is no file|No such file or directory|Not a directory|Is a directory|File name too long|is not a file/i,
  },
  {
    title: "texts of a snapshot",
    kind: "Snapshot",
    base: ({ host, stopped }) => ({ host, machine: stopped, name: "texts" }),
    fields: [
      { path: "description", samples: ["before the storm", "one\ntwo\n", "<b> & 'c'", "a\nwindrose 01234567"] },
      { path: "restore", samples: ["1", "two\nlines"] },
    ],
    async seen(look) {
      const xml = await look.virsh(
        "snapshot-dumpxml",
        await look.virsh("domname", String(look.state.machine)),
        look.name,
      );
      const text = parseXml(xml, "what virsh shows").text("description") ?? "";
      // The last line is ours; libvirt may leave out white space at the end.
      const own = text.replace(/(^|\n)windrose [0-9a-f]{8}\s*$/, "");
      return { description: own === "" ? undefined : own };
    },
    every: 2,
    stored: true,
  },
  {
    title: "name of a snapshot",
    kind: "Snapshot",
    base: ({ host, stopped }) => ({ host, machine: stopped }),
    fields: [{ path: "name", samples: ["before", "a.b_c-d"] }],
    async seen(look) {
      const domain = await look.virsh("domname", String(look.state.machine));
      return { name: first(await look.virsh("snapshot-dumpxml", domain, look.name), /<name>([^<]*)</) };
    },
    every: 4,
    stored: true,
  },
];

export const plugged: readonly Subject[] = [
  {
    title: "plugs of a machine that is off",
    kind: "VirtualMachine",
    base: ({ host, network }) => ({ host, ...off, interfaces: { data: { network }, other: { bridge: "conf-a" } } }),
    fields: [
      {
        path: "interfaces.*.bridge",
        samples: ["conf-a", "br.1_2"],
        at: (text) => ({ interfaces: { other: { bridge: text } } }),
        of: ({ interfaces }) => asRecord(asRecord(interfaces).other).bridge,
      },
      { path: "interfaces.*.mac", samples: ["52:54:00:aa:bb:cc"] },
      { path: "interfaces.*.address", samples: ["172.18.1.20", "172.18.1.201"] },
    ],
    async seen(look) {
      const domain = parseXml(await look.domain("stored"), "what virsh shows");
      const nic = domain.all("devices/interface").find((one) => one.attribute("type") === "bridge");
      return { "interfaces.*.bridge": nic?.attribute("bridge", "source") };
    },
    every: 2,
  },
];
