import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { hasCode } from "../../../provider/basics/errors";
import { buildSeed, type SeedInput } from "../../../provider/cloud-init/seed";
import { makeHostKey } from "../../host-key";
import { readIso } from "./iso-reader";

const hostKey = makeHostKey();
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGdlbmVyYXRlZGZvcnRlc3Rpbmdvbmx5MDEyMzQ1 lab";
const base: SeedInput = {
  hostname: "boreas",
  hostKeys: [hostKey],
  machine: "5a0b7b9e-3c5e-4d3f-9a35-6f0a1f3b7c11",
};

function contents(input: SeedInput): Map<string, string> {
  const { rockRidge } = readIso(buildSeed(input).iso);
  return new Map([...rockRidge].map(([name, content]) => [name, content.toString()]));
}

function userData(input: Partial<SeedInput>): string {
  return contents({ ...base, ...input }).get("user-data") ?? "";
}

// biome-ignore lint/suspicious/noExplicitAny: the shape is what each test looks at.
const config = (input: Partial<SeedInput>): any => parse(userData(input), { version: "1.1" });

describe("cloud-init seed", () => {
  it("holds user-data and meta-data, and nothing that was not asked for", () => {
    const files = contents(base);
    assert.deepEqual([...files.keys()].sort(), ["meta-data", "user-data"]);
    const { instanceId } = buildSeed(base);
    assert.match(instanceId, /^iid-[0-9a-f]{32}$/);
    assert.equal(files.get("meta-data"), `instance-id: ${instanceId}\nlocal-hostname: boreas\n`);
    assert.ok(files.get("user-data")?.startsWith("#cloud-config\nhostname: boreas\n"));
  });

  it("escapes what PyYAML does not read as it is", () => {
    const commands = ["a\tb", "\uffff", "a\u2028b", "\u0085", "\u007f", "\ufeff", "<<", "=", "a\r\nb", "one\n\ttwo\n"];
    const text = userData({ runCommands: commands });
    assert.deepEqual(parse(text, { version: "1.1" }).runcmd, commands);
    assert.doesNotMatch(text, /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\r]/);
    for (const line of ['- "a\\tb"', '- "\\uffff"', '- "a\\u2028b"', '- "<<"', '- "="', "    \ttwo"])
      assert.ok(text.split("\n").includes(line.startsWith("-") ? `  ${line}` : line), `${line} in ${text}`);
  });

  it("sets the host keys in literal blocks, and has the image's own deleted", () => {
    const lines = hostKey.private.trimEnd().split("\n");
    const block = ["ssh_keys:", "  ed25519_private: |", ...lines.map((line) => `    ${line}`)].join("\n");
    const text = userData({});
    assert.ok(text.includes(`${block}\n  ed25519_public: ${hostKey.public}\n`), "no literal block");
    assert.equal(config({}).ssh_deletekeys, true);
    assert.equal(config({}).ssh_keys.ed25519_private, hostKey.private);
    assert.equal(config({ hostKeys: [] }).ssh_keys, undefined);
  });

  it("lets keys in as the default user and as root, a line each", () => {
    const text = userData({ sshKeys: [` ${KEY}\n`] });
    assert.ok(text.includes(`\nssh_authorized_keys:\n  - ${KEY}\n`));
    assert.equal(config({ sshKeys: [KEY] }).disable_root, false);
    assert.equal(config({}).disable_root, undefined);
  });

  it("lets the user's own values win, save for host keys, and joins lists", () => {
    const merged = config({
      userData: {
        hostname: "zephyr",
        disable_root: true,
        packages: ["vim"],
        runcmd: ["first"],
        users: "default,alice",
        ssh_authorized_keys: [KEY],
        ssh_keys: { rsa_private: "x" },
        ssh_deletekeys: false,
        ssh_genkeytypes: ["rsa"],
        write_files: [{ path: "/a", content: "1\n2\n" }],
        left: undefined,
      },
      sshKeys: [KEY],
      packages: ["vim", "curl"],
      runCommands: ["first", ["echo", "x y"]],
      users: ["default", { name: "bob" }],
      fqdn: "boreas.lab.example",
    });
    assert.equal(merged.hostname, "zephyr");
    assert.equal(merged.fqdn, "boreas.lab.example");
    assert.equal(merged.disable_root, true);
    assert.deepEqual(merged.packages, ["vim", "curl"]);
    assert.deepEqual(merged.runcmd, ["first", "first", ["echo", "x y"]]);
    assert.deepEqual(merged.users, ["default", "alice", { name: "bob" }]);
    assert.deepEqual(merged.ssh_authorized_keys, [KEY]);
    assert.deepEqual(Object.keys(merged.ssh_keys), ["ed25519_private", "ed25519_public"]);
    assert.equal(merged.ssh_deletekeys, true);
    assert.equal(merged.ssh_genkeytypes, undefined);
    assert.deepEqual(merged.write_files, [{ path: "/a", content: "1\n2\n" }]);
  });

  it("takes #cloud-config text for the same as its object", () => {
    const text = "#cloud-config\npackages: [vim]\nruncmd:\n- \"echo 'a: b'\"\n";
    assert.equal(userData({ userData: text }), userData({ userData: { packages: ["vim"], runcmd: ["echo 'a: b'"] } }));
    assert.equal(userData({ userData: "#cloud-config\n" }), userData({}));
  });

  it("reads and writes YAML 1.1, as cloud-init does", () => {
    const text = userData({
      userData: '#cloud-config\na: yes\nb: "yes"\nc: "12:30:45"\nd: 0644\ne: "0644"\nf: 2032-09-01\n',
    });
    assert.match(text, /\na: true\n/);
    assert.match(text, /\nb: "yes"\n/);
    assert.match(text, /\nc: "12:30:45"\n/);
    assert.match(text, /\nd: 420\n/);
    assert.match(text, /\ne: "0644"\n/);
    assert.match(text, /\nf: 2032-09-01\n/);
  });

  it("keeps any text through YAML", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (value) => {
        const text = userData({ userData: { bootcmd: [value], map: { key: value } } });
        const read = parse(text, { version: "1.1" });
        assert.deepEqual([read.bootcmd[0], read.map.key], [value, value]);
      }),
      { numRuns: 200 },
    );
  });

  it("puts other kinds of user data beside ours in a MIME message, ours filling in after theirs", () => {
    const script = "#!/bin/sh\necho hello\n";
    const text = userData({ userData: script, packages: ["vim"] });
    const boundary = /boundary="([^"]+)"/.exec(text)?.[1] ?? "none";
    const parts = text.split(`--${boundary}`).slice(1, -1);
    assert.deepEqual(
      parts.map((part) => /Content-Type: ([^;]+)/.exec(part)?.[1]),
      ["text/x-shellscript", "text/cloud-config", "text/cloud-config"],
    );
    assert.ok(parts[0]?.includes(`\n\n${script}`));
    assert.match(parts[1] ?? "", /Merge-Type: dict\(no_replace,recurse_array\)\+list\(append\)/);
    assert.match(parts[1] ?? "", /\n {2}- vim\n/);
    assert.match(parts[2] ?? "", /Merge-Type: dict\(replace\)/);
    assert.match(parts[2] ?? "", /\n {2}ed25519_private: \|\n/);
    assert.ok(text.trimEnd().endsWith(`--${boundary}--`));
    assert.equal(text, userData({ userData: script, packages: ["vim"] }));
  });

  it("takes a MIME message of the user's as one part", () => {
    const theirs = 'Content-Type: multipart/mixed; boundary="b"\nMIME-Version: 1.0\n\n--b\n\nx\n--b--\n';
    assert.ok(userData({ userData: theirs }).includes(`\n${theirs}`));
  });

  it("writes network-config without its wrapper, and vendor-data", () => {
    const inner = { version: 2, ethernets: { eth0: { dhcp4: true } } };
    for (const networkConfig of [
      inner,
      { network: inner },
      "network:\n  version: 2\n  ethernets: {eth0: {dhcp4: true}}\n",
    ])
      assert.deepEqual(parse(contents({ ...base, networkConfig }).get("network-config") ?? ""), inner);
    const text = "version: 2 # as it is\n";
    assert.equal(contents({ ...base, networkConfig: text }).get("network-config"), text);
    assert.equal(contents({ ...base, vendorData: { a: 1 } }).get("vendor-data"), "#cloud-config\na: 1\n");
  });

  it("has an instance id of the content and the machine", () => {
    const id = (input: Partial<SeedInput>): string => buildSeed({ ...base, ...input }).instanceId;
    assert.equal(id({}), id({}));
    assert.ok(buildSeed(base).iso.equals(buildSeed(base).iso));
    const others = [
      id({}),
      id({ machine: "5a0b7b9e-3c5e-4d3f-9a35-6f0a1f3b7c12" }),
      id({ packages: ["vim"] }),
      id({ networkConfig: { version: 2 } }),
      id({ hostKeys: [makeHostKey()] }),
      id({ hostname: "notos" }),
    ];
    assert.equal(new Set(others).size, others.length);
  });

  it("refuses what can't be read, and quotes none of it", () => {
    const secret = "hunter2-very-secret";
    const bomb = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"];
    for (let level = 1; level < 12; level++)
      bomb.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(",")}]`);
    for (const bad of [
      `#cloud-config\npassword: [${secret}\n`,
      `#cloud-config\n${secret}: 1\n${secret}: 2\n`,
      `#cloud-config\n- ${secret}\n`,
      `#cloud-config\na: !${secret} 1\n`,
      `#cloud-config\na: 1\n---\nb: ${secret}\n`,
      `#cloud-config\na: &a [*a]\n`,
      `#cloud-config\na: ${"[".repeat(20_000)}\n`,
      `#cloud-config\n${bomb.join("\n")}\n`,
      `${secret}\n`,
      { deep: { function: () => secret } },
    ])
      assert.throws(
        () => buildSeed({ ...base, userData: bad }),
        (error: Error) => {
          assert.ok(hasCode(error, "invalid-input"), String(error.stack));
          assert.ok(!error.message.includes("hunter2"), error.message);
          return true;
        },
      );
  }).timeout(20_000);

  it("is not led astray by a key __proto__", () => {
    const text = userData({ userData: '#cloud-config\n"__proto__": {polluted: true}\n' });
    assert.match(text, /__proto__/);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
});
