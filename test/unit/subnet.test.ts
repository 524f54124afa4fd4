import assert from "node:assert/strict";
import fc from "fast-check";
import { compareAddresses, contains, networkText, overlap, parseSubnet, reserved } from "../../provider/basics/subnet";

const subnet = (text: string) => parseSubnet(text)!;

describe("subnets", () => {
  it("takes an address with a prefix of its family, and nothing else", () => {
    assert.equal(parseSubnet("172.17.2.9/24")?.text, "172.17.2.9/24");
    assert.equal(parseSubnet("FD00:0::5/64", "ipv6")?.text, "fd00::5/64");
    for (const text of ["10.1/16", "10.0.0.0/33", "10.0.0.0", "10.0.0.0/8/8", "fe80::1%eth0/64", "fd00::/129", "x/8"])
      assert.equal(parseSubnet(text), undefined, text);
    assert.equal(parseSubnet("fd00::5/64", "ipv4"), undefined);
  });

  it("holds its own network, whose name and broadcast address nobody can have", () => {
    const bytes = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 30 }), (given, prefix) => {
        const own = subnet(`${given.join(".")}/${prefix}`);
        const value = given.reduce((sum, byte) => sum * 256 + byte, 0);
        const first = subnet(networkText(own));
        assert.ok(contains(own, first.address) && overlap(own, first));
        assert.ok(compareAddresses(first.address, own.address) <= 0);
        const host = value % 2 ** (32 - prefix);
        const expected = host === 0 ? "own" : host === 2 ** (32 - prefix) - 1 ? "broadcast" : undefined;
        assert.equal(reserved(own, own.address)?.split(" ").at(-2), expected);
      }),
    );
  });

  it("overlaps what lies in it or around it, in its own family alone", () => {
    assert.ok(overlap(subnet("10.0.0.0/8"), subnet("10.1.2.3/32")));
    assert.ok(overlap(subnet("fd00::1/64"), subnet("fd00::/32")));
    assert.ok(!overlap(subnet("10.0.0.0/24"), subnet("10.0.1.0/24")));
    assert.ok(!overlap(subnet("0.0.0.0/0"), subnet("::/0")));
  });
});
