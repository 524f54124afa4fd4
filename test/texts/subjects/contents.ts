import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { asRecord, type Inputs } from "../../../provider/basics/record";
import { device, first, type Look } from "../../conformance/look";
import { readIso } from "../../unit/cloud-init/iso-reader";
import type { Subject } from "../subject";

const off = { memory: "64MiB", running: false, guestAgent: false, rng: false, serial: false };

/** Files of the seed that a machine has, as they stand on its host. */
async function seedOf(look: Look): Promise<Map<string, Buffer>> {
  const path = first(device(await look.domain("stored"), "disk", "seed") ?? "", /<source file='([^']+)'/);
  return readIso(await readFile(look.host.inside(String(path)))).rockRidge;
}

const seedFields = (name: string, wrap: (text: string) => unknown, unwrap: (value: unknown) => unknown) => ({
  path: `cloudInit.${name}`,
  at: (text: string): Inputs => ({ cloudInit: { [name]: wrap(text) } }),
  of: ({ cloudInit }: Inputs) => unwrap(asRecord(cloudInit)[name]),
});
const inList = (value: unknown) => (Array.isArray(value) ? value[0] : undefined);
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGdlbmVyYXRlZGZvcnRlc3Rpbmdvbmx5MDEyMzQ1 lab";

export const contents: readonly Subject[] = [
  {
    title: "seed of a machine",
    kind: "VirtualMachine",
    base: (place) => ({
      host: place.host,
      ...off,
      disks: { data: { pool: place.pool, size: "1MiB", format: "raw" } },
      cloudInit: { hostname: "texts" },
    }),
    fields: [
      { path: "cloudInit.hostname", samples: ["texts", "a-b.c"] },
      { path: "cloudInit.fqdn", samples: ["texts.example", "a-b.c"] },
      {
        ...seedFields(
          "users",
          (text) => [{ name: "ada", gecos: text }],
          (all) => asRecord(inList(all)).gecos,
        ),
        samples: ["Ada", "a\tb"],
      },
      { ...seedFields("sshKeys", (text) => [text], inList), samples: [key, `${key}\n`] },
      { ...seedFields("packages", (text) => [text], inList), samples: ["g++", "vim"] },
      {
        ...seedFields(
          "runCommands",
          (text) => [["echo", text]],
          (all) => (inList(all) as string[] | undefined)?.[1],
        ),
        samples: ["a\tb", "one\r\ntwo", "<<"],
      },
      {
        ...seedFields(
          "userData",
          (text) => ({ bootcmd: [["echo", text]] }),
          (data) => (asRecord(data).bootcmd as string[][] | undefined)?.[0]?.[1],
        ),
        samples: ["a\u2028b", "="],
      },
      {
        ...seedFields(
          "vendorData",
          (text) => text,
          (text) => text,
        ),
        samples: ["#!/bin/sh\necho a", "#cloud-config\na: b\n", "#!/bin/sh\n\uffff"],
      },
    ],
    async seen(look, state) {
      const files = await seedOf(look);
      const config = parse(String(files.get("user-data")), { version: "1.1" }) as Inputs;
      const text = String(files.get("user-data"));
      // What YAML 1.1 in Python does not read (yaml/reader.py), or takes for the end of a line.
      if (/[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u.test(text))
        throw new Error(`the user data can't be read as it is: ${JSON.stringify(text)}`);
      const { vendorData } = asRecord(state.cloudInit);
      return {
        "cloudInit.hostname": config.hostname,
        "cloudInit.fqdn": config.fqdn,
        "cloudInit.users": asRecord(inList(config.users)).gecos,
        "cloudInit.packages": inList(config.packages),
        "cloudInit.runCommands": (inList(config.runcmd) as string[] | undefined)?.[1],
        "cloudInit.userData": (config.bootcmd as string[][] | undefined)?.[0]?.[1],
        ...(typeof vendorData === "string" ? { "cloudInit.vendorData": String(files.get("vendor-data")) } : {}),
      };
    },
    every: 2,
  },
  {
    title: "files of a host",
    kind: "Host",
    base: ({ connection }) => ({ connection, lineage: "f".repeat(32), requirements: { virtualization: "none" } }),
    fields: [
      {
        path: "files",
        part: "content",
        samples: ["one\n", "one\r\ntwo", "\ufeffbom", "#!/bin/sh\n", "#!/bin/sh\r\n"],
        at: (text) => ({ files: { "/srv/texts-content": { content: text } } }),
        of: ({ files }) => asRecord(asRecord(files)["/srv/texts-content"]).content,
      },
      {
        path: "files",
        part: "path",
        samples: ["/srv/texts-path", "/srv/files/a b", "/srv/files-ä/'\"", "/srv/texts-$(id)"],
        at: (text) => ({ files: { [text]: { content: "path" } } }),
        of: ({ files }) => Object.entries(asRecord(files)).find(([, file]) => asRecord(file).content === "path")?.[0],
      },
    ],
    async seen(look, state) {
      const { files } = state;
      const read = async (path: string) => (await readFile(look.host.inside(path)).catch(() => undefined))?.toString();
      const [path] = Object.entries(asRecord(files)).find(([, file]) => asRecord(file).content === "path") ?? [];
      return {
        "files (content)": await read("/srv/texts-content"),
        "files (path)": path === undefined || (await read(path)) !== "path" ? undefined : path,
      };
    },
    every: 4,
    refusals: /is there already|not a plain file|is a directory|Not a directory|File name too long/,
  },
  {
    title: "settings of libvirt",
    kind: "Host",
    base: ({ connection }) => ({ connection, lineage: "f".repeat(32), requirements: { virtualization: "none" } }),
    fields: [
      {
        path: "libvirt",
        samples: ["anemoi", "a 'b'", 'a "b"', "ä"],
        at: (text) => ({ libvirt: { "qemu.conf": { migration_host: text } } }),
        of: ({ libvirt }) => asRecord(asRecord(libvirt)["qemu.conf"]).migration_host,
      },
    ],
    // systemd starts a unit five times within ten seconds.
    prepare: (look) => look.shell("systemctl reset-failed libvirtd.service || true"),
    seen: async (look) => {
      const lines = await look.shell("grep -c '^migration_host' /etc/libvirt/qemu.conf || true");
      if (Number(lines) > 1) throw new Error("it is there twice");
      return {};
    },
    every: 50,
    refusals: /migration_host must not be the address of the local machine/,
  },
  {
    title: "texts of a command",
    kind: "Command",
    base: ({ host }) => ({
      host,
      create: [
        "sh",
        "-c",
        `for text in "$1" "$A" "$(cat; echo .)"; do printf %s "$text" | od -An -vtx1 | tr -d ' \\n'; echo; done`,
        "sh",
        "",
      ],
      stdin: "",
      environment: { A: "" },
    }),
    fields: [
      {
        path: "create",
        samples: ["a b", "'\"\\", "one\r\n"],
        at: (text) => ({
          create: [
            "sh",
            "-c",
            `for text in "$1" "$A" "$(cat; echo .)"; do printf %s "$text" | od -An -vtx1 | tr -d ' \\n'; echo; done`,
            "sh",
            text,
          ],
        }),
        of: ({ create }) => (create as string[])[4],
      },
      { path: "stdin", samples: ["a b", "one\r\n"] },
      {
        path: "environment",
        samples: ["a b", "one\r\n"],
        at: (text) => ({ environment: { A: text } }),
        of: ({ environment }) => asRecord(environment).A,
      },
    ],
    async seen(_look, state) {
      const [argument, variable, input] = String(state.stdout)
        .split("\n")
        .map((hex) => Buffer.from(hex, "hex").toString());
      return { create: argument, environment: variable ?? "", stdin: (input ?? ".").replace(/\.$/, "") };
    },
  },
];
