import assert from "node:assert/strict";
import fc from "fast-check";
import {
  dnsHostXml,
  mergeNetworkXml,
  networkXml,
  readNetwork,
  reservationXml,
} from "../../../provider/drivers/libvirt/networks/network-xml";
import { parseXml } from "../../../provider/drivers/libvirt/xml";
import type { NetworkDefinition } from "../../../provider/drivers/model";

// what XML can carry, with all that could break out of an attribute or a text
const text = fc
  .array(fc.constantFrom(..."abz09 <>&\"'`={}/\\-]é☃", "\n", "\t", "]]>", "<!--", "&amp;", "{{x}}"), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => parts.join(""));
const byte = fc.integer({ min: 0, max: 255 });
const mac = fc
  .array(byte, { minLength: 6, maxLength: 6 })
  .map((bytes) => bytes.map((one) => one.toString(16).padStart(2, "0")).join(":"));
const address = fc.tuple(byte, byte).map(([a, b]) => `10.7.${a}.${b}`);
const optional = { requiredKeys: ["uuid", "name", "mode", "reservations", "dnsHosts", "forwarders", "ipv4"] as const };

const network: fc.Arbitrary<NetworkDefinition> = fc
  .record(
    {
      uuid: fc.uuid(),
      name: text,
      mark: fc.record({ project: text, stack: text, urn: text, incarnation: text }),
      mode: fc.constantFrom("nat", "routed", "isolated", "open"),
      bridge: text,
      mtu: fc.integer({ min: 68, max: 65535 }),
      mac,
      domain: text,
      ipv4: fc.record(
        { address, prefix: fc.integer({ min: 1, max: 30 }), dhcp: fc.record({ start: address, end: address }) },
        { requiredKeys: ["address", "prefix"] },
      ),
      ipv6: fc.record({ address: fc.ipV6(), prefix: fc.integer({ min: 1, max: 128 }) }),
      reservations: fc.array(fc.record({ mac, address, name: text }, { requiredKeys: ["mac", "address"] }), {
        maxLength: 4,
      }),
      dnsHosts: fc.array(fc.record({ address, names: fc.array(text, { minLength: 1, maxLength: 3 }) }), {
        maxLength: 3,
      }),
      forwarders: fc.array(address, { maxLength: 3 }),
    },
    optional as never,
  )
  .map((one) => JSON.parse(JSON.stringify(one)) as NetworkDefinition);

describe("the XML of libvirt's networks", () => {
  it("reads back as it was written, whatever the names hold", () => {
    fc.assert(fc.property(network, (definition) => assert.deepEqual(readNetwork(networkXml(definition)), definition)));
  });

  it("stays the same when a definition is merged into itself, and takes over the whole of another", () => {
    fc.assert(
      fc.property(network, network, (one, other) => {
        assert.deepEqual(readNetwork(mergeNetworkXml(one, networkXml(one))), one);
        const merged = readNetwork(mergeNetworkXml(one, networkXml(other)));
        assert.deepEqual(merged, {
          ...one,
          ...(one.bridge === undefined && other.bridge !== undefined ? { bridge: other.bridge } : {}),
          ...(one.mac === undefined && other.mac !== undefined ? { mac: other.mac } : {}),
        });
      }),
    );
  });

  it("reads netmasks, the old default mode, and modes that are not modelled", () => {
    const xml = (forward: string) =>
      `<network><name>n</name><uuid>U</uuid>${forward}<ip address='10.0.0.1' netmask='255.255.254.0'/></network>`;
    assert.deepEqual(readNetwork(xml("<forward/>")).ipv4, { address: "10.0.0.1", prefix: 23 });
    assert.equal(readNetwork(xml("<forward/>")).mode, "nat");
    assert.equal(readNetwork(xml("")).mode, "isolated");
    assert.equal(readNetwork(xml("<forward mode='hostdev'/>")).mode, "hostdev");
  });

  it("takes a mark only from our own namespace, whatever the prefix", () => {
    const xml = (element: string) => `<network><name>n</name><uuid>u</uuid><metadata>${element}</metadata></network>`;
    const attributes = "project='p' stack='s' urn='u' incarnation='i'";
    const mark = { project: "p", stack: "s", urn: "u", incarnation: "i" };
    const read = (element: string) => readNetwork(xml(element)).mark;
    assert.deepEqual(read(`<x:network xmlns:x='urn:pulumi-windrose:network:1' ${attributes}/>`), mark);
    assert.deepEqual(read(`<network xmlns='urn:pulumi-windrose:network:1' ${attributes}/>`), mark);
    assert.equal(read(`<x:network xmlns:x='urn:other' ${attributes}/>`), undefined);
    assert.equal(read("<x:network xmlns:x='urn:pulumi-windrose:network:1'/>"), undefined);
  });

  it("writes single hosts that can't break out", () => {
    const host = parseXml(reservationXml({ mac: "52:54:00:00:00:01", address: "10.0.0.2", name: "a'/><x y='" }), "it");
    assert.equal(host.attribute("name"), "a'/><x y='");
    assert.equal(parseXml(dnsHostXml({ address: "10.0.0.2", names: ["<b>"] }), "it").text("hostname"), "<b>");
    assert.throws(() => reservationXml({ mac: "52:54:00:00:00:01", address: "fd00::1" }), { code: "unsupported" });
  });
});
