import assert from "node:assert/strict";
import fc from "fast-check";
import { diff } from "../../../provider/lifecycle/diff";
import { read, remove } from "../../../provider/lifecycle/lifecycle";
import { derivedMac } from "../../../provider/lifecycle/ownership";
import { network } from "../../../provider/resources/network/definition";
import { anyOf, change, checked, checkOf, contextOf, FakeHost, halfMade, make } from "../fakes";

const definition = anyOf(network);
const ipv4 = { address: "172.17.2.1/24", dhcp: { start: "172.17.2.100", end: "172.17.2.200" } };
const given = { host: "h1", ipv4 };
const full = {
  ...given,
  ipv6: { address: "fd00:0017::1/64", dhcp: { start: "fd00:17::100", end: "fd00:17::1FF" } },
  domain: "lab.example",
  mtu: 1400,
  reservations: {
    zephyr: { address: "172.17.2.10" },
    notus: { address: "172.17.2.11", interface: "wan", hostname: "n" },
  },
  dns: { hosts: { "a.example": "172.17.2.5", "b.example": "172.17.2.5" }, forwarders: ["9.9.9.9", "2620:FE::9"] },
};

describe("Network", function () {
  this.timeout(20_000);
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
  });
  const context = () => contextOf(host, "Network");
  const there = (id: string) => host.networks.get(id)!;

  it("reserves for the addresses that machines of this stack will have", async () => {
    const made = await make(host, network, full);
    const macs = there(made.id).reservations.map(({ mac, name }) => [mac, name]);
    assert.deepEqual(macs, [
      [derivedMac("windy", "dev", "zephyr", "lan"), "zephyr"],
      [derivedMac("windy", "dev", "notus", "wan"), "n"],
    ]);
    assert.equal(made.state.gateway, "172.17.2.1");
    assert.equal(made.state.bridge, "virbr7");
  });

  it("reads back without a change, and settles", async () => {
    for (const [name, inputs] of [
      ["a", given],
      ["b", full],
      ["c", { host: "h1", mode: "isolated" }],
    ] as const) {
      const made = await make(host, network, inputs, name);
      host.changes();
      const answer = (await read(definition, made.state, contextOf(host, "Network", name)))!;
      assert.deepEqual(diff(definition, answer.outputs, made.inputs).rows, []);
      const news = await checked(network, inputs, answer.inputs, name);
      assert.deepEqual(diff(definition, answer.outputs, news).rows, []);
      await change(host, network, { ...made, state: answer.outputs }, inputs, name);
      assert.deepEqual(host.changes(), []);
    }
  });

  it("takes nothing over by its UUID alone", async () => {
    const uuid = "cccccccc-2222-4333-8444-555555555555";
    const made = await make(host, network, { ...given, uuid });
    host.networks.set(uuid, { ...there(uuid), mark: undefined });
    await assert.rejects(make(host, network, { ...given, uuid }), { code: "already-exists" });
    assert.equal((await make(host, network, { ...given, uuid, adopt: true })).id, made.id);
  });

  it("of a UUID in the program is refused to another resource, or becomes that one's own", async () => {
    const uuid = "cccccccc-2222-4333-8444-555555555555";
    const first = await make(host, network, { ...given, uuid, name: "winds" }, "before");
    const again = { ...given, uuid, name: "winds" };
    await assert.rejects(make(host, network, again, "after"), { code: "already-exists" });
    await make(host, network, { ...again, adopt: true }, "after");
    // The engine deletes what was renamed without an alias last.
    await remove(definition, first.state, contextOf(host, "Network", "before"));
    assert.ok(host.networks.has(uuid));
  });

  it("changes reservations and names live, and leaves those of others", async () => {
    const made = await make(host, network, full);
    const other = { mac: "52:54:00:00:00:99", address: "172.17.2.99" };
    there(made.id).reservations.push(other);
    host.changes();
    const reservations = { zephyr: { address: "172.17.2.20" } };
    const changed = await change(host, network, made, { ...full, reservations, dns: { ...full.dns, hosts: {} } });
    assert.deepEqual(host.changes(), ["networks.setHosts"]);
    assert.deepEqual(
      there(made.id)
        .reservations.map((one) => one.address)
        .sort(),
      ["172.17.2.20", "172.17.2.99"],
    );
    assert.deepEqual(there(made.id).dnsHosts, []);
    const answer = (await read(definition, changed.state, context()))!;
    assert.deepEqual(diff(definition, answer.outputs, changed.inputs).rows, []);
  });

  it("restarts for the rest, keeps the bridge, the autostart and what others reserved inside the subnet", async () => {
    const made = await make(host, network, full);
    there(made.id).reservations.push(
      { mac: "52:54:00:00:00:98", address: "172.17.2.98" },
      { mac: "52:54:00:00:00:99", address: "10.0.0.9" },
    );
    host.changes();
    const next = { ...full, domain: "other.example" };
    const row = diff(definition, made.state, await checked(network, next, made.inputs)).rows[0]!;
    assert.deepEqual([row.path, row.effect], ["domain", "live"]);
    assert.match(row.says!, /restarted: guests stay connected/);
    await change(host, network, made, next);
    assert.deepEqual(host.changes(), ["networks.redefine"]);
    const state = there(made.id);
    assert.deepEqual([state.domain, state.bridge, state.autostart], ["other.example", "virbr7", true]);
    assert.deepEqual(
      state.reservations.map((one) => one.address),
      ["172.17.2.10", "172.17.2.11", "172.17.2.98"],
    );
  });

  it("takes out what is no more asked for also after a run that died half-way", async () => {
    const made = await make(host, network, full);
    host.fail("networks.setHosts", "connection-cut");
    const next = { ...full, reservations: {} };
    const half = await halfMade(change(host, network, made, next));
    assert.deepEqual(half.outputs.__pending, ["hosts", "autostart"]);
    host.failing.clear();
    const done = await change(host, network, { ...made, state: half.outputs }, next);
    assert.deepEqual(there(made.id).reservations, []);
    assert.equal(done.state.__pending, undefined);
  });

  it("shows and mends a network that stands still", async () => {
    const made = await make(host, network, given);
    Object.assign(there(made.id), { active: false, autostart: false });
    const answer = (await read(definition, made.state, context()))!;
    const news = await checked(network, given, answer.inputs);
    assert.deepEqual(
      diff(definition, answer.outputs, news).rows.map((row) => row.path),
      ["autostart", "active"],
    );
    host.changes();
    const mended = await change(host, network, { ...made, state: answer.outputs, inputs: answer.inputs }, given);
    assert.deepEqual(host.changes(), ["networks.start", "networks.setAutostart"]);
    assert.deepEqual(diff(definition, mended.state, news).rows, []);
  });

  it("shows what was changed on the host, and not what others added", async () => {
    const made = await make(host, network, full);
    const state = there(made.id);
    state.domain = "theirs.example";
    state.reservations[0]!.address = "172.17.2.77";
    state.reservations.push({ mac: "52:54:00:00:00:99", address: "172.17.2.99" });
    state.dnsHosts = [];
    const answer = (await read(definition, made.state, context()))!;
    const rows = diff(definition, answer.outputs, made.inputs).rows.map((row) => row.path);
    assert.deepEqual(rows, ["domain", "reservations.zephyr.address", "dns.hosts"]);
  });

  for (const [what, bad, property] of [
    ["no prefix", { ipv4: { address: "172.17.2.1" } }, "ipv4.address"],
    ["the subnet's own address", { ipv4: { address: "172.17.2.0/24" } }, "ipv4.address"],
    ["a broadcast address", { ipv4: { address: "172.17.2.255/24" } }, "ipv4.address"],
    ["a prefix without room", { ipv4: { address: "172.17.2.1/31" } }, "ipv4.address"],
    ["IPv6 as IPv4", { ipv4: { address: "fd00::1/64" } }, "ipv4.address"],
    ["IPv4 as IPv6", { ipv6: { address: "172.17.3.1/24" } }, "ipv6.address"],
    ["octal", { ipv4: { address: "172.017.2.1/24" } }, "ipv4.address"],
    [
      "a range outside",
      { ipv4: { address: "172.17.2.1/24", dhcp: { start: "172.17.2.9", end: "172.17.3.9" } } },
      "ipv4.dhcp.end",
    ],
    [
      "a range backwards",
      { ipv4: { address: "172.17.2.1/24", dhcp: { start: "172.17.2.9", end: "172.17.2.8" } } },
      "ipv4.dhcp.end",
    ],
    ["nat without addresses", { ipv4: undefined }, "ipv4"],
    ["a reservation outside", { reservations: { a: { address: "172.17.3.9" } } }, "reservations.a.address"],
    ["a reservation of the gateway", { reservations: { a: { address: "172.17.2.1" } } }, "reservations.a.address"],
    ["a reservation of no address", { reservations: { a: { address: "x" } } }, "reservations.a.address"],
    [
      "two of one address",
      { reservations: { a: { address: "172.17.2.9" }, b: { address: "172.17.2.9" } } },
      "reservations.b.address",
    ],
    [
      "two of one MAC",
      {
        reservations: {
          a: { address: "172.17.2.9", mac: "52:54:00:00:00:01" },
          b: { address: "172.17.2.8", mac: "52:54:00:00:00:01" },
        },
      },
      "reservations.b.mac",
    ],
    [
      "two of one name",
      { reservations: { a: { address: "172.17.2.9" }, b: { address: "172.17.2.8", hostname: "a" } } },
      "reservations.b.hostname",
    ],
    [
      "a multicast MAC",
      { reservations: { a: { address: "172.17.2.9", mac: "01:00:5e:00:00:01" } } },
      "reservations.a.mac",
    ],
    ["a DNS host of no address", { dns: { hosts: { "a.example": "b" } } }, "dns.hosts.a.example"],
    ["a DNS host of no name", { dns: { hosts: { "a b": "172.17.2.9" } } }, "dns.hosts"],
    ["a forwarder of no address", { dns: { forwarders: ["dns.example"] } }, "dns.forwarders.0"],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { failures } = await checkOf(network, { ...given, ...bad });
      assert.deepEqual(
        failures.map((failure) => failure.property),
        [property],
      );
    });
  }

  it("accepts every address of a subnet but three", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 15 }), async (last) => {
        const inputs = {
          host: "h1",
          ipv4: { address: "10.9.8.1/28" },
          reservations: { a: { address: `10.9.8.${last}` } },
        };
        const { failures } = await checkOf(network, inputs);
        assert.equal(failures.length, [0, 1, 15].includes(last) ? 1 : 0, String(last));
      }),
      { numRuns: 60 },
    );
  });

  it("finishes what a killed run left, with its mark", async () => {
    const first = await make(host, network, given);
    const again = await make(host, network, given);
    assert.equal(again.id, first.id);
    assert.equal(again.state.__incarnation, first.state.__incarnation);
  });

  it("refuses another's network, and adopts it by its UUID where nothing must restart", async () => {
    const uuid = "cccccccc-2222-4333-8444-555555555555";
    host.networks.set(uuid, {
      uuid,
      name: "theirs",
      mode: "nat",
      bridge: "virbr0",
      active: true,
      autostart: true,
      ipv4: { address: "172.17.2.1", prefix: 24 },
      reservations: [],
      dnsHosts: [],
      forwarders: [],
    });
    const inputs = { host: "h1", name: "theirs", ipv4: { address: "172.17.2.1/24" } };
    await assert.rejects(make(host, network, inputs), { code: "already-exists" });
    const hint = `or set \`adopt: true\` and \`uuid: "${uuid}"\` to take it over.`;
    for (const adopt of [true, false])
      await assert.rejects(make(host, network, { ...inputs, adopt }), (error: Error) => error.message.endsWith(hint));
    await assert.rejects(make(host, network, { ...inputs, adopt: true, uuid, ipv4 }), { code: "replace-refused" });
    const made = await make(host, network, { ...inputs, adopt: true, uuid });
    assert.equal(there(uuid).mark?.project, "windy");
    assert.deepEqual(diff(definition, made.state, made.inputs).rows, []);
  });

  it("is deleted under machines of its stack alone", async () => {
    const made = await make(host, network, given);
    const mark = { project: "windy", stack: "dev", urn: "u", incarnation: "i" };
    host.addMachine("m1", { name: "ours", mark, networks: [made.id] });
    host.addMachine("m2", { name: "theirs", mark: { ...mark, stack: "prod" }, networks: [made.id] });
    await assert.rejects(remove(definition, made.state, context()), /in-use|theirs \(running\)/);
    host.machines.delete("m2");
    await remove(definition, made.state, context());
    await remove(definition, made.state, context());
    assert.equal(host.networks.size, 0);
  });

  it("is left where somebody made it anew; by its UUID where no mark is kept", async () => {
    const made = await make(host, network, given);
    const mark = there(made.id).mark!;
    there(made.id).mark = { ...mark, incarnation: "other" };
    await remove(definition, made.state, context());
    assert.equal(host.networks.size, 1);
    there(made.id).mark = undefined;
    await remove(definition, made.state, context());
    assert.equal(host.networks.size, 0);
  });
});
