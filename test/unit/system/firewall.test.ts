import assert from "node:assert/strict";
import fc from "fast-check";
import type { Claim } from "../../../provider/hypervisors/system/preparation/claims";
import {
  canonicalSubnet,
  firewallText,
  firewallThings,
  foreignDrops,
} from "../../../provider/hypervisors/system/preparation/firewall";
import { bridgePattern } from "../../../provider/resources/host/types";

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
