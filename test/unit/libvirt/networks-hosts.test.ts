import assert from "node:assert/strict";
import fc from "fast-check";
import { type HostChange, hostChanges } from "../../../provider/drivers/libvirt/networks/host-changes";
import { NetworkUpdateCommand, NetworkUpdateSection } from "../../../provider/drivers/libvirt/rpc";
import { parseXml } from "../../../provider/drivers/libvirt/xml";
import type { DnsHost, Reservation } from "../../../provider/drivers/model";

interface Hosts {
  reservations: Reservation[];
  dnsHosts: DnsHost[];
}

/** libvirt's rules: nothing is added whose key, address or name is there; what is changed or deleted must be there. */
function apply(hosts: Hosts, change: HostChange): Hosts {
  const element = parseXml(change.xml, "a host");
  const { add, modify, remove } = {
    add: change.command === NetworkUpdateCommand.addLast,
    modify: change.command === NetworkUpdateCommand.modify,
    remove: change.command === NetworkUpdateCommand.delete,
  };
  if (change.section === NetworkUpdateSection.dhcpHost) {
    const name = element.attribute("name");
    const one = { mac: element.attribute("mac")!, address: element.attribute("ip")!, ...(name ? { name } : {}) };
    const index = hosts.reservations.findIndex(({ mac }) => mac === one.mac);
    const reservations = [...hosts.reservations];
    if (add) {
      assert.ok(reservations.every((other) => other.mac !== one.mac && other.address !== one.address));
      reservations.push(one);
    } else {
      assert.ok(index >= 0);
      reservations.splice(index, 1, ...(modify ? [one] : []));
    }
    return { ...hosts, reservations };
  }
  const one = { address: element.attribute("ip")!, names: element.all("hostname").map((name) => name.text()!) };
  assert.ok(!modify);
  const index = hosts.dnsHosts.findIndex(({ address }) => address === one.address);
  assert.ok(remove ? index >= 0 : index < 0);
  return { ...hosts, dnsHosts: remove ? hosts.dnsHosts.toSpliced(index, 1) : [...hosts.dnsHosts, one] };
}

const last = fc.integer({ min: 1, max: 6 });
const hosts: fc.Arbitrary<Hosts> = fc
  .record({
    macs: fc.uniqueArray(last, { maxLength: 6 }),
    addresses: fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }),
    dns: fc.uniqueArray(last, { maxLength: 4 }),
    names: fc.constantFrom<string[]>(["a"], ["b"], ["a", "c"]),
  })
  .map(({ macs, addresses, dns, names }) => ({
    reservations: macs.map((one, index) => ({ mac: `52:54:00:00:00:0${one}`, address: `10.0.0.${addresses[index]}` })),
    dnsHosts: dns.map((one) => ({ address: `10.0.0.${one}`, names })),
  }));

const byKey = (a: { mac?: string; address: string }, b: { mac?: string; address: string }) =>
  (a.mac ?? a.address).localeCompare(b.mac ?? b.address);

describe("changes to the hosts of a network", () => {
  it("lead from any to any other, by steps that libvirt allows, and then there are none", () => {
    fc.assert(
      fc.property(hosts, hosts, (present, wanted) => {
        const end = hostChanges(present, wanted, present).reduce(apply, present);
        assert.deepEqual(end.reservations.sort(byKey), [...wanted.reservations].sort(byKey));
        assert.deepEqual(end.dnsHosts.sort(byKey), [...wanted.dnsHosts].sort(byKey));
        assert.deepEqual(hostChanges(end, wanted, present), []);
      }),
    );
  });

  it("leave alone what was never ours", () => {
    const foreign = { mac: "52:54:00:00:00:0f", address: "10.0.0.99" };
    const present = { reservations: [foreign], dnsHosts: [{ address: "10.0.0.99", names: ["x"] }] };
    assert.deepEqual(hostChanges(present, { reservations: [], dnsHosts: [] }, undefined), []);
    assert.deepEqual(hostChanges(present, { reservations: [], dnsHosts: [] }, { reservations: [], dnsHosts: [] }), []);
    assert.equal(hostChanges(present, { reservations: [], dnsHosts: [] }, present).length, 2);
  });

  it("don't mind the case of a MAC address, nor the order of names", () => {
    const present = {
      reservations: [{ mac: "52:54:00:00:00:0a", address: "10.0.0.1" }],
      dnsHosts: [{ address: "10.0.0.1", names: ["a", "b"] }],
    };
    const wanted = {
      reservations: [{ mac: "52:54:00:00:00:0A", address: "10.0.0.1" }],
      dnsHosts: [{ address: "10.0.0.1", names: ["b", "a"] }],
    };
    assert.deepEqual(hostChanges(present, wanted, undefined), []);
  });
});
