import assert from "node:assert/strict";
import { LibvirtNetworks } from "../../../provider/drivers/libvirt/networks/networks";
import { LibvirtSession } from "../../../provider/drivers/libvirt/session";
import type { NetworkDefinition } from "../../../provider/drivers/model";
import type { Transport } from "../../../provider/transports/transport";
import { FakeDaemon } from "../rpc/fake-daemon";

const uuid = "cccccccc-2222-4333-8444-555555555555";
const old = { name: "old-net", uuid: "aaaaaaaa-2222-4333-8444-555555555555" };
const oldXml = (address: string) =>
  `<network><name>old-net</name><uuid>${old.uuid}</uuid><bridge name="virbr1"/><ip address="${address}" prefix="24"/></network>`;

/** A libvirt with one running network, which starts no other; a host with these routes. */
function host(theirs: string, routes: object[] | "no such program", refusal = 1) {
  const daemon = new FakeDaemon();
  daemon.onCall = (call) => {
    if (call.name === "AUTH_LIST") daemon.reply(call, { types: [0] });
    else if (call.name === "CONNECT_SUPPORTS_FEATURE") daemon.reply(call, { supported: false });
    else if (call.name === "CONNECT_LIST_ALL_NETWORKS") daemon.reply(call, { networks: [old], count: 1 });
    else if (call.name === "NETWORK_DEFINE_XML") daemon.reply(call, { network: { name: "dev-winds", uuid } });
    else if (call.name === "NETWORK_IS_ACTIVE") daemon.reply(call, { active: false });
    else if (call.name === "NETWORK_LOOKUP_BY_NAME") daemon.refuse(call, 43, "no network");
    else if (call.name === "NETWORK_CREATE")
      daemon.refuse(call, refusal, "Network is already in use by interface virbr1");
    else if (call.name === "NETWORK_GET_XML_DESC") {
      if ((call.args.network as typeof old).uuid === old.uuid) daemon.reply(call, { xml: oldXml(theirs) });
      else daemon.refuse(call, 43, "no network");
    } else if (call.name !== "CONNECT_GET_URI") daemon.reply(call, {});
  };
  const transport = {
    description: "test",
    connectUnix: async () => daemon.client,
    exec: async () => {
      if (routes === "no such program") throw new Error("no ip here");
      return { code: 0, stdout: JSON.stringify(routes), stderr: "" };
    },
  } as unknown as Transport;
  const session = new LibvirtSession(transport, "qemu:///system");
  return { networks: new LibvirtNetworks(session), session, calls: () => daemon.calls.map(({ name }) => name) };
}

const wanted: NetworkDefinition = {
  uuid,
  name: "dev-winds",
  mode: "nat",
  bridge: "br-winds",
  ipv4: { address: "172.17.2.1", prefix: 24 },
  reservations: [],
  dnsHosts: [],
  forwarders: [],
};

describe("a network in another's subnet", function () {
  this.timeout(10_000);
  const kernel = { dst: "10.0.0.0/8", dev: "eth0" };

  for (const [what, theirs, routes, words] of [
    [
      "names the network that has it",
      "172.17.2.1",
      [kernel],
      "172.17.2.0/24 overlaps 172.17.2.0/24 of the network old-net (virbr1). Choose another subnet",
    ],
    [
      "names the host's route that has it",
      "192.168.9.1",
      [{ dst: "default", dev: "eth0" }, kernel, { dst: "172.17.0.0/16", dev: "docker0" }],
      "172.17.2.0/24 overlaps 172.17.0.0/16, which the host has a route to (docker0). ",
    ],
    [
      "names a route to one address",
      "192.168.9.1",
      [{ dst: "172.17.2.9", dev: "tun0" }],
      "172.17.2.0/24 overlaps 172.17.2.9/32, which the host has a route to (tun0). ",
    ],
    [
      "says what libvirt says where it finds nobody",
      "192.168.9.1",
      [kernel],
      "making the network dev-winds: Network is",
    ],
    ["says what libvirt says where it can't look", "192.168.9.1", "no such program", "making the network dev-winds: "],
  ] as const) {
    it(what, async () => {
      const { networks, session, calls } = host(theirs, routes as never);
      await assert.rejects(networks.define(wanted), (error: Error) => {
        assert.ok(error.message.startsWith(words), error.message);
        return true;
      });
      assert.ok(calls().includes("NETWORK_UNDEFINE"), "it is left behind");
      await session.close();
    });
  }

  it("is not looked for where libvirt had another reason", async () => {
    const { networks, session, calls } = host("172.17.2.1", [], 55);
    await assert.rejects(networks.define(wanted), /making the network dev-winds: /);
    assert.ok(!calls().includes("CONNECT_LIST_ALL_NETWORKS"));
    await session.close();
  });
});
