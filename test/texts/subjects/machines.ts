import { asRecord } from "../../../provider/basics/record";
import { parseXml, type XmlElement } from "../../../provider/drivers/libvirt/xml";
import type { Look } from "../../conformance/look";
import type { Place } from "../../conformance/place";
import type { Subject, TextField } from "../subject";

const bare = { memory: "64MiB", shutdown: { timeout: 1 }, guestAgent: false, rng: false, serial: false };

/** By UUID: virsh takes a name such as `1` for the number of a machine that runs. */
const definitionOf = async (look: Look, which: "stored" | "running" = "stored"): Promise<XmlElement> => {
  const flags = which === "stored" ? ["--inactive"] : [];
  const text = await look.virsh("dumpxml", String(look.state.uuid), "--security-info", ...flags);
  return parseXml(text, "what virsh shows");
};

/** An empty element is none. */
const textOf = (domain: XmlElement, path: string) => domain.text(path) || undefined;

function entriesOf(domain: XmlElement): [string, string][] {
  const ours = domain.find("metadata")?.elements() ?? [];
  return ours.flatMap((element) =>
    element
      .elements()
      .filter(({ name }) => name.endsWith("entry"))
      .map((entry): [string, string] => [entry.attribute("key") ?? "", entry.attribute("value") ?? ""]),
  );
}

const words: readonly TextField[] = [
  { path: "description", samples: ["the north wind", "one\ntwo", "<b> & 'c' \"d\""] },
  {
    path: "metadata",
    part: "value",
    samples: ["north", "a=b;c", " \n"],
    at: (text) => ({ metadata: { "windrose-test": text } }),
    of: ({ metadata }) => asRecord(metadata)["windrose-test"],
  },
  {
    path: "metadata",
    part: "key",
    samples: ["wind", "a b", "a:b/c"],
    at: (text) => ({ metadata: { [text]: "key" } }),
    of: ({ metadata }) => Object.entries(asRecord(metadata)).find(([, value]) => value === "key")?.[0],
  },
];

async function wordsOf(look: Look, which: "stored" | "running"): Promise<Record<string, unknown>> {
  const domain = await definitionOf(look, which);
  const entries = entriesOf(domain);
  return {
    description: textOf(domain, "description"),
    "metadata (value)": entries.find(([key]) => key === "windrose-test")?.[1],
    "metadata (key)": entries.find(([, value]) => value === "key")?.[0],
  };
}

const disk = (place: Place) => ({ pool: place.pool, size: "1MiB", format: "raw" });

export const machines: readonly Subject[] = [
  {
    title: "words of a machine that runs",
    kind: "VirtualMachine",
    base: ({ host }) => ({ host, ...bare, metadata: {} }),
    fields: words,
    async seen(look) {
      const [stored, running] = await Promise.all([wordsOf(look, "stored"), wordsOf(look, "running")]);
      for (const [name, text] of Object.entries(stored))
        if (running[name] !== text) throw new Error(`${name} runs as ${JSON.stringify(running[name])}`);
      return stored;
    },
    stored: true,
  },
  {
    title: "definition of a machine that is off",
    kind: "VirtualMachine",
    base: (place) => ({
      host: place.host,
      ...bare,
      running: false,
      boot: { kernel: "/srv/vmlinuz" },
      disks: { data: disk(place), cd: { device: "cdrom", iso: "/srv/a.iso" } },
      graphics: {},
    }),
    fields: [
      { path: "boot.kernel", samples: ["/srv/vmlinuz", "/srv/a b/&<c>"] },
      { path: "boot.initrd", samples: ["/srv/initrd.img"] },
      { path: "boot.cmdline", samples: ["console=ttyS0 quiet", 'a="b c"'] },
      { path: "disks.*.serial", samples: ["DISK-01", "a.b_c"] },
      {
        path: "disks.*.iso",
        samples: ["/srv/b.iso", "/srv/ä/ö.iso"],
        at: (text) => ({ disks: { cd: { iso: text } } }),
        of: ({ disks }) => asRecord(asRecord(disks).cd).iso,
      },
      { path: "graphics.password", samples: ["hunter2", "a&b'c\"", "ä<"] },
      { path: "graphics.keymap", samples: ["de", "en-us"] },
      { path: "graphics.listen", samples: ["127.0.0.1", "::1", "0.0.0.0"] },
    ],
    async seen(look) {
      const domain = await definitionOf(look);
      const disks = domain.all("devices/disk");
      const [cd, data] = ["cdrom", "disk"].map((type) => disks.find((one) => one.attribute("device") === type));
      const screen = domain.find("devices/graphics");
      return {
        "boot.kernel": textOf(domain, "os/kernel"),
        "boot.initrd": textOf(domain, "os/initrd"),
        "boot.cmdline": textOf(domain, "os/cmdline"),
        "disks.*.serial": data?.text("serial"),
        "disks.*.iso": cd?.attribute("file", "source"),
        "graphics.password": screen?.attribute("passwd"),
        "graphics.keymap": screen?.attribute("keymap"),
        "graphics.listen": screen?.attribute("address", "listen"),
      };
    },
    stored: true,
  },
  {
    title: "patch of a definition",
    kind: "VirtualMachine",
    base: ({ host }) => ({ host, ...bare, running: false, xml: { set: {} } }),
    fields: [
      {
        path: "xml.set",
        part: "value",
        samples: ["a word", "two\nlines", "<&>"],
        at: (text) => ({ xml: { set: { "/domain/description": text } } }),
        of: ({ xml }) => asRecord(asRecord(asRecord(xml).set))["/domain/description"],
      },
      {
        path: "xml.set",
        part: "path",
        samples: ["/domain/genid", "/domain/devices/emulator/@a", "/domain/a[@b='c d']/@e", "/domain/iothreads[1]"],
        at: (text) => ({ xml: { set: { [text]: "1" } } }),
        of: ({ xml }) => Object.keys(asRecord(asRecord(xml).set)).find((path) => path !== "/domain/description"),
      },
      {
        path: "xml.remove",
        samples: ["/domain/devices/memballoon", "/domain/devices/input[2]"],
        at: (text) => ({ xml: { remove: [text] } }),
        of: ({ xml }) => (asRecord(xml).remove as string[] | undefined)?.[0],
      },
    ],
    async seen(look, state) {
      const asked = asRecord(asRecord(asRecord(state.xml)).set)["/domain/description"];
      // libvirt leaves out an element of white space alone.
      if (asked === undefined || String(asked).trim() === "") return {};
      return { "xml.set (value)": textOf(await definitionOf(look), "description") };
    },
    refusals: /hypervisor|refused by|is not one of|skips an element|libvirt/i,
    stored: true,
  },
  {
    title: "names of a machine",
    kind: "VirtualMachine",
    base: (place) => ({ host: place.host, ...bare, running: false, disks: { data: disk(place) } }),
    fields: [
      { path: "name", samples: ["boreas", "a.b_c-d"] },
      { path: "disks.*.volumeName", samples: ["data.img", "a.b_c-d"] },
    ],
    async seen(look) {
      const domain = await definitionOf(look);
      const file = domain.attribute("file", "devices/disk/source") ?? "";
      return { name: domain.text("name"), "disks.*.volumeName": file.slice(file.lastIndexOf("/") + 1) };
    },
    stored: true,
  },
];
