import assert from "node:assert/strict";
import fc from "fast-check";
import { type GuestRequest, type LabRequest, PlanError, plan } from "../../../../components/index";
import { derivedMac } from "../../../../provider/index";
import { certificate } from "./certificate";

const number = (address: string) => address.split(".").reduce((value, octet) => value * 256 + Number(octet), 0);
const text = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");

const request = (more: Partial<LabRequest> = {}): LabRequest => ({
  name: "winds",
  project: "four-winds",
  stack: "unit",
  hosts: { anemoi: {} },
  subnet: "172.17.2.0/24",
  images: ["debian-12"],
  guests: [{ name: "boreas" }],
  ...more,
});

const guestName = fc.stringMatching(/^[a-z][a-z0-9]{0,11}$/);
const names = (most: number) => fc.uniqueArray(guestName, { minLength: 1, maxLength: most });
const hostNames = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/), { minLength: 1, maxLength: 5 });

/** A lab over hosts with a /16 each: names hardly ever meet at one address in it. */
const labs = fc.tuple(hostNames, names(12)).map(([hosts, guests]) =>
  request({
    hosts: Object.fromEntries(hosts.map((key, index) => [key, { subnet: `10.${index}.0.0/16` }])),
    subnet: undefined,
    guests: guests.map((name, index): GuestRequest => ({ name, role: index % 3 === 0 ? "controlPlane" : "worker" })),
  }),
);

/** The plan, or nothing where two names meet at one address. */
function planned(lab: LabRequest) {
  try {
    return plan(lab);
  } catch (error) {
    assert.ok(error instanceof PlanError);
    fc.pre(false);
  }
}

const byName = (guests: readonly { name: string }[]) => Object.fromEntries(guests.map((guest) => [guest.name, guest]));

describe("the plan of a lab", function () {
  this.timeout(20_000);

  it("gives every guest a host, an address of its own in the host's subnet, and the machine's own MAC address", () => {
    fc.assert(
      fc.property(labs, (lab) => {
        const { hosts, guests } = planned(lab);
        assert.equal(guests.length, lab.guests.length);
        const all = guests.map((guest) => guest.address);
        assert.equal(new Set(all).size, all.length);
        for (const guest of guests) {
          const { subnet, gateway } = hosts[guest.host]!;
          const value = number(guest.address);
          assert.ok(value >= subnet.first && value <= subnet.last && value !== gateway, guest.address);
          assert.equal(guest.mac, derivedMac("four-winds", "unit", guest.resource, "lan"));
        }
      }),
    );
  });

  it("changes nothing about the others when a guest comes or goes, wherever it stands in the list", () => {
    fc.assert(
      fc.property(labs, fc.nat(), (lab, at) => {
        const gone = lab.guests[at % lab.guests.length]!;
        fc.pre(lab.guests.length > 1);
        const { [gone.name]: _, ...others } = byName(planned(lab).guests);
        const without = planned({ ...lab, guests: lab.guests.filter((guest) => guest !== gone) });
        assert.deepEqual(byName(without.guests), others);
      }),
    );
  });

  it("moves a guest to a new host or not at all, when a host is added", () => {
    fc.assert(
      fc.property(labs, (lab) => {
        fc.pre(!Object.hasOwn(lab.hosts, "late0"));
        const before = byName(planned(lab).guests);
        const hosts = { ...lab.hosts, late0: { subnet: "10.200.0.0/16" } };
        for (const guest of planned({ ...lab, hosts }).guests) {
          if (guest.host !== "late0") assert.deepEqual(guest, before[guest.name]);
        }
      }),
    );
  });

  it("leaves a given host, address and image as they are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 254 }), (last) => {
        const guests = [{ name: "boreas", host: "anemoi", address: `172.17.2.${last}`, image: "debian-13" }];
        const [guest] = plan(request({ guests, images: ["debian-12", "debian-13"], image: "debian-12" })).guests;
        assert.deepEqual([guest!.host, guest!.address, guest!.image], ["anemoi", `172.17.2.${last}`, "debian-13"]);
      }),
    );
  });

  it("leaves DHCP all but the gateway at either end of the subnet", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 29 }), fc.nat(1000), fc.boolean(), (prefix, at, end) => {
        const size = 2 ** (32 - prefix);
        const base = number("10.0.0.0") + at * size;
        const [first, last] = [base + 1, base + size - 2];
        const gateway = end ? { gateway: text(last) } : {};
        const { anemoi } = plan(request({ subnet: `${text(base)}/${prefix}`, ...gateway })).hosts;
        assert.deepEqual(anemoi!.dhcp, { start: text(end ? first : first + 1), end: text(end ? last - 1 : last) });
      }),
    );
  });

  it("puts control planes first, each role in the order of the list", () => {
    const guests: GuestRequest[] = [
      { name: "zephyrus" },
      { name: "notus", role: "controlPlane" },
      { name: "aether" },
      { name: "boreas", role: "controlPlane" },
    ];
    assert.deepEqual(
      plan(request({ guests })).guests.map((guest) => guest.name),
      ["notus", "boreas", "zephyrus", "aether"],
    );
  });

  it("says which address is free where two names meet at one, and takes it", () => {
    // Four guests in the five addresses that a /29 leaves are likely to meet.
    const guests = ["a", "b", "c", "d"].map((name): GuestRequest => ({ name }));
    const lab = request({ subnet: "10.0.0.0/29", guests });
    for (let round = 0; round < 8; round++) {
      try {
        assert.equal(new Set(plan(lab).guests.map((guest) => guest.address)).size, 4);
        return;
      } catch (error) {
        assert.ok(error instanceof PlanError);
        for (const { property, reason } of error.problems) {
          const [, name, free] = /^guests\.(\w+)\.address .* as (\S+)$/.exec(`${property} ${reason}`)!;
          Object.assign(guests.find((guest) => guest.name === name)!, { address: free });
        }
      }
    }
    assert.fail("the addresses that it named were not free");
  });

  it("shares one subnet among the hosts of a bridged lab", () => {
    const hosts = { anemoi: {}, aeolus: {} };
    const guests = ["boreas", "notus", "eurus"].map((name) => ({ name }));
    const made = plan(request({ hosts, guests, network: { mode: "bridge" } }));
    for (const guest of made.guests) assert.match(guest.address, /^172\.17\.2\./);
    assert.equal(made.hosts.aeolus!.subnet.text, "172.17.2.0/24");
  });

  it("adds up what each host is asked for", () => {
    const guests: GuestRequest[] = [
      { name: "boreas", vcpus: 2, memory: "2GiB", diskSize: "20GiB" },
      { name: "notus", diskSize: "10GiB" },
    ];
    assert.deepEqual(plan(request({ guests })).hosts.anemoi!.demand, {
      vcpus: 3,
      memory: 3 * 2 ** 30,
      disk: 30 * 2 ** 30,
    });
  });

  const refused: [string, Partial<LabRequest>, string, RegExp][] = [
    ["host bits", { subnet: "172.17.2.5/24" }, "subnet", /the subnet is 172\.17\.2\.0\/24/],
    ["no subnet", { subnet: undefined }, "subnet", /is needed/],
    ["an octal octet", { subnet: "172.017.2.0/24" }, "subnet", /is not written as/],
    ["a foreign gateway", { gateway: "172.17.3.1" }, "gateway", /is not in 172\.17\.2\.0\/24/],
    [
      "an address outside the subnet",
      { guests: [{ name: "boreas", address: "172.17.3.2" }] },
      "guests.boreas.address",
      /is not in/,
    ],
    [
      "the broadcast address",
      { guests: [{ name: "boreas", address: "172.17.2.255" }] },
      "guests.boreas.address",
      /is not in/,
    ],
    [
      "the gateway's address",
      { guests: [{ name: "boreas", address: "172.17.2.1" }] },
      "guests.boreas.address",
      /is that of the gateway/,
    ],
    [
      "one address for two",
      {
        guests: [
          { name: "boreas", address: "172.17.2.9" },
          { name: "notus", address: "172.17.2.9" },
        ],
      },
      "guests.notus.address",
      /is that of guest "boreas"/,
    ],
    ["one name for two", { guests: [{ name: "notus" }, { name: "notus" }] }, "guests.notus.name", /twice/],
    ["no guests", { guests: [] }, "guests", /has none/],
    ["no hosts", { hosts: {} }, "hosts", /has none/],
    ["no images", { images: [] }, "images", /has none/],
    ["a name with a blank", { guests: [{ name: "north wind" }] }, "guests[0].name", /is not a host name/],
    ["a name with a dot", { guests: [{ name: "boreas.aeolia" }] }, "guests[0].name", /is not a host name/],
    ["a lab's name in capitals", { name: "Winds" }, "name", /can't be the name of a lab/],
    [
      "names too long together",
      { name: "a".repeat(20), guests: [{ name: "b".repeat(20) }] },
      `guests.${"b".repeat(20)}.name`,
      /longer than 32/,
    ],
    ["memory without a unit", { memory: "2048" }, "memory", /has no unit/],
    [
      "a guest's memory without a unit",
      { guests: [{ name: "boreas", memory: "2048" }] },
      "guests.boreas.memory",
      /has no unit/,
    ],
    [
      "a disk of no size",
      { guests: [{ name: "boreas", diskSize: "large" }] },
      "guests.boreas.diskSize",
      /is not a size/,
    ],
    ["a disk with no room", { diskSize: "0GiB" }, "diskSize", /must be at least 1B/],
    ["half a CPU", { vcpus: 0.5 }, "vcpus", /is not a whole number/],
    [
      "a host that is not there",
      { guests: [{ name: "boreas", host: "aeolus" }] },
      "guests.boreas.host",
      /no host "aeolus"/,
    ],
    ["an image that is not there", { guests: [{ name: "boreas", image: "x" }] }, "guests.boreas.image", /no image "x"/],
    ["several images and no choice", { images: ["a", "b"] }, "guests.boreas.image", /several images/],
    [
      "a role of another name",
      { guests: [{ name: "boreas", role: "master" as never }] },
      "guests.boreas.role",
      /neither/,
    ],
    ["hosts without subnets of their own", { hosts: { a: {}, b: {} } }, "hosts.a.subnet", /is needed/],
    [
      "subnets in each other's way",
      { hosts: { a: { subnet: "10.0.0.0/8" }, b: { subnet: "10.1.0.0/16" } }, subnet: undefined },
      "hosts.b.subnet",
      /in the way of that of host "a"/,
    ],
    ["a key that is no key", { sshKeys: ["ssh-ed25519 AAAA me"] }, "sshKeys[0]", /is not an ssh public key/],
    ["a key cut off", { sshKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA"] }, "sshKeys[0]", /incomplete/],
    ["a certificate that is none", { caCertificates: ["hello"] }, "caCertificates[0]", /is not a certificate/],
    [
      "a certificate that is broken",
      { caCertificates: [certificate.replace("MIIB", "AAAA")] },
      "caCertificates[0]",
      /can't be read as X\.509/,
    ],
    [
      "a private key beside the certificate",
      { caCertificates: [`${certificate}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`] },
      "caCertificates[0]",
      /holds a private key/,
    ],
    ["a user's name with a blank", { user: "a b" }, "user", /is not a user name/],
    [
      "a way through with an option",
      { hosts: { anemoi: { proxyJump: "-oProxyCommand=x" } } },
      "hosts.anemoi.proxyJump",
      /is not written as/,
    ],
    ["a ratio of nothing", { overcommit: { memory: 0 } }, "overcommit.memory", /above 0/],
    [
      "a host with too little memory",
      { hosts: { anemoi: { capacity: { memory: "1GiB" } } }, memory: "2GiB" },
      "hosts.anemoi.capacity.memory",
      /ask for 2GiB together, the host has 1GiB/,
    ],
    [
      "a host with too few CPUs",
      { hosts: { anemoi: { capacity: { cpus: 2 } } }, vcpus: 9 },
      "hosts.anemoi.capacity.cpus",
      /ask for 9 CPUs together, the host has 2 CPUs, and overcommit\.cpus = 4 makes that 8 CPUs/,
    ],
    [
      "a host with too little disk",
      { hosts: { anemoi: { capacity: { disk: "10GiB" } } }, diskSize: "11GiB", overcommit: { disk: 1 } },
      "hosts.anemoi.capacity.disk",
      /ask for 11GiB/,
    ],
  ];
  for (const [what, change, property, reason] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => plan(request(change)),
        (error: Error) => {
          assert.ok(error instanceof PlanError);
          const found = error.problems.find((problem) => problem.property === property);
          assert.match(found?.reason ?? error.message, reason);
          assert.ok(found, error.message);
          return true;
        },
      );
    });
  }

  it("tells all that is wrong at once", () => {
    const bad = request({ memory: "1", user: "", guests: [{ name: "boreas", vcpus: -1 }] });
    assert.throws(
      () => plan(bad),
      (error: Error) => error instanceof PlanError && error.problems.length === 3,
    );
  });

  it("takes what lies just at the host's limits", () => {
    const capacity = { cpus: 1, memory: "4GiB", disk: "10GiB" };
    const sizes = { vcpus: 4, memory: "4GiB", diskSize: "20GiB" };
    assert.equal(plan(request({ hosts: { anemoi: { capacity } }, ...sizes })).guests.length, 1);
  });
});
