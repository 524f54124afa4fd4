import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { Claim } from "../../../provider/host-system/preparation/claims";
import {
  canonicalSubnet,
  firewallText,
  firewallThings,
  firewallUnitText,
  foreignDrops,
  loadFirewall,
  unloadFirewall,
} from "../../../provider/host-system/preparation/firewall";
import { Script } from "../../../provider/host-system/preparation/script";
import { bridgePattern } from "../../../provider/resources/host/fields";
import { libvirtHost, windsHost } from "../../fake-driver/profile";

const held = { project: "winds", stack: "dev", urn: "u" };
const claims = (...all: [string, string][]): Claim[] =>
  all.map(([name, value]) => ({ kind: "firewall", name, before: null, set: [], holders: { a: { value, ...held } } }));

describe("the firewall's table", function () {
  this.timeout(20_000);

  it("is none where nobody claims it", () => {
    assert.equal(firewallText([]), undefined);
    assert.equal(firewallText([{ ...claims(["a b", "c"])[0]!, kind: "sysctl" }]), undefined);
  });

  it("guards each bridge in both directions, by the widest of its subnets, in any order of claims", () => {
    const all = claims(["br0 10.0.0.0/8", "guard"], ["br0 10.1.0.0/16", "guard"], ["br1 fd00::/64", "masquerade"]);
    const text = firewallText(all)!;
    assert.equal(firewallText([...all].reverse()), text);
    const rules = text
      .split("\n")
      .filter((line) => /addr|nfproto/.test(line))
      .map((line) => line.trim());
    assert.deepEqual(rules, [
      'iifname "br0" oifname != "br0" ip saddr != { 10.0.0.0/8 } drop comment "windrose br0"',
      'iifname "br0" oifname != "br0" meta nfproto ipv6 drop comment "windrose br0"',
      'oifname "br0" iifname != "br0" ip daddr != { 10.0.0.0/8 } drop comment "windrose br0"',
      'oifname "br0" iifname != "br0" meta nfproto ipv6 drop comment "windrose br0"',
      'iifname "br1" oifname != "br1" meta nfproto ipv4 drop comment "windrose br1"',
      'iifname "br1" oifname != "br1" ip6 saddr != { fd00::/64 } drop comment "windrose br1"',
      'oifname "br1" iifname != "br1" meta nfproto ipv4 drop comment "windrose br1"',
      'oifname "br1" iifname != "br1" ip6 daddr != { fd00::/64 } drop comment "windrose br1"',
      'ip6 saddr fd00::/64 ip6 daddr != fd00::/64 oifname != "br1" masquerade comment "windrose br1"',
    ]);
    assert.match(text, /^table inet windrose \{\n\}\ndelete table inet windrose\ntable inet windrose \{/m);
    assert.doesNotMatch(text, /flush/);
  });

  it("takes no name and no subnet that could be more than one", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom('br0" accept', "br 0", "br0\n", "-x", "a;b", "br0{}", ""),
    );
    fc.assert(
      fc.property(hostile, (name) => {
        if (!bridgePattern.test(name)) return;
        assert.match(name, /^[A-Za-z0-9_.-]+$/);
        assert.equal(firewallText(claims([`${name} 10.0.0.0/8`, "guard"]))!.split('"').length - 1, 24);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.oneof(hostile, fc.ipV4Extended(), fc.ipV6()), (text) => {
        const subnet = canonicalSubnet(text);
        if (subnet !== undefined) assert.match(subnet, /^[0-9a-f.:]+\/\d+$/);
      }),
    );
    assert.deepEqual(
      ["172.17.2.9/24", "fd00::5/64", "10.0.0.0/0", "10.0.0.0/33", "10.0.0.0", "x/8"].map(canonicalSubnet),
      ["172.17.2.0/24", "fd00::/64", "0.0.0.0/0", undefined, undefined, undefined],
    );
    assert.deepEqual(firewallThings([{ bridge: "br0", subnets: ["10.0.0.0/8"], masquerade: true }]), [
      { name: "br0 10.0.0.0/8", value: "masquerade" },
    ]);
  });

  it("knows whose rules it can't outvote", () => {
    const chain = (table: string, policy: string, hook = "forward") => ({
      chain: { family: "ip", table, name: "x", hook, policy },
    });
    const listing = {
      nftables: [
        { metainfo: {} },
        chain("filter", "drop"),
        chain("filter", "drop"),
        chain("own", "accept"),
        chain("in", "drop", "input"),
        chain("firewalld", "accept"),
        chain("windrose", "drop"),
      ],
    };
    assert.deepEqual(foreignDrops(JSON.stringify(listing)), ["the table ip filter", "firewalld"]);
    for (const odd of ["", "null", "{}", "[]", '{"nftables":7}', '{"nftables":[{}]}'])
      assert.deepEqual(foreignDrops(odd), []);
  });
});

describe("the firewall's unit", () => {
  const order = (text: string) => /^Before=(.*)$/m.exec(text)![1];

  it("comes before the units of every hypervisor, whichever driver a Host has", () => {
    assert.equal(
      order(firewallUnitText(libvirtHost.all)),
      "network-pre.target network.target libvirtd.service virtnetworkd.service shutdown.target",
      "as hosts have it from earlier versions",
    );
    assert.equal(
      order(firewallUnitText(windsHost.all)),
      "network-pre.target network.target libvirtd.service virtnetworkd.service windsd.service shutdown.target",
    );
  });
});

describe("the firewall's file", function () {
  this.timeout(20_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "windrose-firewall-"));
    for (const part of ["bin", "etc/systemd/system", "lib"]) mkdirSync(join(directory, part), { recursive: true });
    tool("systemctl", 'echo "systemctl $*"');
    // Like nft's own, it reads the file that it is given.
    tool("nft", 'echo "nft $*"; case $1 in -c) ! grep -q refused "$3" ;; esac');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const tool = (name: string, text: string) =>
    writeFileSync(join(directory, "bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const me = `${process.getuid!()}:${process.getgid!()}`;

  /** Carries the change out in a directory: its exit code, the commands in their order, what it said of a failure. */
  function carryOut(change: (script: Script) => void) {
    const script = new Script();
    change(script);
    const whole = script.text(1, "winds/dev", "");
    const functions = whole.slice(whole.indexOf("set -u"), whole.indexOf("end=$(("));
    const body = script.body
      .replaceAll("/etc/", `${directory}/etc/`)
      .replaceAll("/var/lib/windrose", `${directory}/lib`)
      .replaceAll("root:root", me);
    const { status, stdout, stderr } = spawnSync("sh", ["-s"], {
      input: `${functions}\n${body}\n`,
      encoding: "utf8",
      env: { PATH: `${directory}/bin:${process.env.PATH}` },
    });
    const commands = stdout
      .replaceAll(directory, "")
      .split("\n")
      .filter((line) => /^(nft|systemctl) /.test(line));
    return { status, commands, stderr };
  }
  const file = () => join(directory, "etc/windrose/firewall.nft");
  const files = () => readdirSync(join(directory, "etc/windrose")).sort();

  it("holds only what nft has taken", () => {
    const first = carryOut((script) => loadFirewall(script, "first\n", libvirtHost.all));
    assert.equal(first.status, 0, first.stderr);
    assert.equal(readFileSync(file(), "utf8"), "first\n");
    assert.deepEqual(files(), ["firewall.nft"]);
    assert.ok(first.commands.some((command) => command.startsWith("systemctl reload-or-restart")));

    const second = carryOut((script) => loadFirewall(script, "refused\n", libvirtHost.all));
    assert.notEqual(second.status, 0);
    assert.match(second.stderr, /nft does not take the rules/);
    assert.deepEqual(second.commands, ["nft -c -f /etc/windrose/firewall.nft.new"]);
    assert.equal(readFileSync(file(), "utf8"), "first\n");
    assert.deepEqual(files(), ["firewall.nft"]);
  });

  it("is not there where the first rules are refused, nor is the unit that would load it", () => {
    assert.notEqual(carryOut((script) => loadFirewall(script, "refused\n", libvirtHost.all)).status, 0);
    assert.deepEqual(files(), []);
    assert.deepEqual(readdirSync(join(directory, "etc/systemd/system")), []);
  });

  it("goes with what a run that was killed has left beside it", () => {
    carryOut((script) => loadFirewall(script, "first\n", libvirtHost.all));
    writeFileSync(`${file()}.new`, "half");
    assert.equal(carryOut((script) => unloadFirewall(script)).status, 0);
    assert.equal(existsSync(join(directory, "etc/windrose")), false);
  });
});
