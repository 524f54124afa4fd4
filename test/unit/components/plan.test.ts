import assert from "node:assert/strict";
import fc from "fast-check";
import { type GuestRequest, PlanError, plan } from "../../../components/guest-group/plan";

const number = (address: string) => address.split(".").reduce((value, octet) => value * 256 + Number(octet), 0);
const text = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");

const names = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `guest${index}` }));

/** A subnet, with the first and last address that a machine can have in it. */
const subnets = fc
  .tuple(fc.integer({ min: 20, max: 29 }), fc.integer({ min: number("10.0.0.0"), max: number("10.255.255.255") }))
  .map(([prefix, address]) => {
    const size = 2 ** (32 - prefix);
    const base = address - (address % size);
    return { subnet: `${text(base)}/${prefix}`, first: base + 1, last: base + size - 2 };
  });

/** A subnet and as many guests as fit at most; some of them have an address already. */
const requests = subnets.chain((subnet) => {
  const most = Math.min(subnet.last - subnet.first, 40);
  const fixed = fc.uniqueArray(fc.integer({ min: subnet.first, max: subnet.last }), { minLength: 2, maxLength: most });
  const free = fc.array(fc.boolean(), { minLength: most, maxLength: most });
  return fc.tuple(fixed, free).map(([[gateway = 0, ...addresses], isFree]) => ({
    ...subnet,
    gateway,
    guests: addresses.map((address, index): GuestRequest => {
      const name = `guest${index}`;
      return isFree[index] ? { name } : { name, address: text(address) };
    }),
  }));
});

describe("the plan of a group of guests", () => {
  it("gives every guest an address of its own inside the subnet, and none that is taken", () => {
    fc.assert(
      fc.property(requests, ({ subnet, first, last, gateway, guests }) => {
        const planned = plan({ name: "winds", subnet, gateway: text(gateway), guests });
        const all = [planned.gateway, ...planned.guests.map((guest) => guest.address)];
        assert.equal(new Set(all).size, all.length);
        for (const address of all) assert.ok(number(address) >= first && number(address) <= last, address);
        for (const [index, guest] of guests.entries()) {
          if (guest.address) assert.equal(planned.guests[index]!.address, guest.address);
        }
      }),
    );
  });

  it("moves no guest when another is put behind the last one", () => {
    fc.assert(
      fc.property(requests, ({ subnet, first, last, gateway, guests }) => {
        fc.pre(guests.length < last - first);
        const before = plan({ name: "winds", subnet, gateway: text(gateway), guests });
        const after = plan({ name: "winds", subnet, gateway: text(gateway), guests: [...guests, { name: "late" }] });
        assert.deepEqual(after.guests.slice(0, -1), before.guests);
      }),
    );
  });

  it("leaves DHCP all but the gateway at either end of the subnet", () => {
    fc.assert(
      fc.property(subnets, fc.boolean(), ({ subnet, first, last }, end) => {
        const planned = plan({ name: "winds", subnet, guests: names(1), ...(end ? { gateway: text(last) } : {}) });
        assert.deepEqual(planned.dhcp, {
          start: text(end ? first : first + 1),
          end: text(end ? last - 1 : last),
        });
      }),
    );
  });

  it("gives the four winds the addresses that they are known by", () => {
    const guests = ["boreas", "zephyrus", "notus", "eurus"].map((name) => ({ name }));
    const planned = plan({ name: "winds", subnet: "172.17.2.0/24", guests });
    assert.equal(planned.networkAddress, "172.17.2.1/24");
    assert.deepEqual(
      planned.guests.map(({ name, resource, address }) => [name, resource, address]),
      [
        ["boreas", "winds-boreas", "172.17.2.2"],
        ["zephyrus", "winds-zephyrus", "172.17.2.3"],
        ["notus", "winds-notus", "172.17.2.4"],
        ["eurus", "winds-eurus", "172.17.2.5"],
      ],
    );
  });

  it("fills a subnet to the last address, and refuses one guest more", () => {
    fc.assert(
      fc.property(
        subnets.filter(({ first, last }) => last - first < 300),
        ({ subnet, first, last }) => {
          const planned = plan({ name: "winds", subnet, guests: names(last - first) });
          assert.equal(planned.guests.at(-1)!.address, text(last));
          assert.throws(() => plan({ name: "winds", subnet, guests: names(last - first + 1) }), PlanError);
        },
      ),
      { numRuns: 20 },
    );
  });

  const refused: [string, Partial<Parameters<typeof plan>[0]>, RegExp][] = [
    ["host bits", { subnet: "172.17.2.5/24" }, /the subnet is 172\.17\.2\.0\/24/],
    ["a subnet without a prefix", { subnet: "172.17.2.0" }, /is not written as/],
    ["an octal octet", { subnet: "172.017.2.0/24" }, /is not written as/],
    ["a subnet for two machines", { subnet: "172.17.2.0/30" }, /from \/8 to \/29/],
    ["a foreign gateway", { gateway: "172.17.3.1" }, /is not in 172\.17\.2\.0\/24/],
    ["the network's own address", { guests: [{ name: "boreas", address: "172.17.2.0" }] }, /is not in/],
    ["the broadcast address", { guests: [{ name: "boreas", address: "172.17.2.255" }] }, /is not in/],
    ["the gateway's address", { guests: [{ name: "boreas", address: "172.17.2.1" }] }, /is that of the gateway/],
    [
      "one address for two",
      {
        guests: [
          { name: "boreas", address: "172.17.2.9" },
          { name: "notus", address: "172.17.2.9" },
        ],
      },
      /is that of guest "boreas"/,
    ],
    ["one name for two", { guests: [{ name: "boreas" }, { name: "boreas" }] }, /two guests "boreas"/],
    ["no guests", { guests: [] }, /no guests/],
    ["a name with a blank", { guests: [{ name: "north wind" }] }, /can't be a guest's name/],
    ["a group's name in capitals", { name: "Winds" }, /can't be a group's name/],
    ["names too long together", { name: "a".repeat(20), guests: [{ name: "b".repeat(20) }] }, /longer than 32/],
  ];
  for (const [what, change, message] of refused) {
    it(`refuses ${what}`, () => {
      const request = { name: "winds", subnet: "172.17.2.0/24", guests: [{ name: "boreas" }], ...change };
      assert.throws(
        () => plan(request),
        (error: Error) => error instanceof PlanError && message.test(error.message),
      );
    });
  }
});
