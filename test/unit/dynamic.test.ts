import assert from "node:assert/strict";
import { stub } from "sinon";
import { LibvirtHypervisor } from "../../provider/drivers/libvirt/driver";
import { dynamicProvider } from "../../provider/pulumi/dynamic";
import { command } from "../../provider/resources/command/definition";
import { host } from "../../provider/resources/host/definition";
import { hostBridge } from "../../provider/resources/host-bridge/definition";
import { storagePool } from "../../provider/resources/storage-pool/definition";
import { type AnyDefinition, anyOf, identityOf } from "./fakes";

describe("the provider without its program", function () {
  this.timeout(20_000);
  const provider = dynamicProvider(anyOf(storagePool));
  const words =
    /`destroy` and `refresh` use the configuration of the last `up`; add `--run-program` to use the present one\.$/;
  const state = (connection: unknown) => ({
    __urn: identityOf("StoragePool").urn,
    __connection: connection,
    __schema: 1,
    host: "h1",
    name: "pool",
    uuid: "cccccccc-2222-8333-8444-555555555555",
  });
  const down = { address: "127.0.0.1", port: 1, user: "root", agent: false, sshConfig: false };

  for (const [what, connection] of [
    ["a host that can't be reached", down],
    ["a connection that is unknown", "nowhere"],
  ] as const) {
    it(`says of ${what} whose configuration it used`, async () => {
      await assert.rejects(async () => provider.delete!("p1", state(connection)), words);
      await assert.rejects(async () => provider.read!("p1", state(connection)), words);
    });
  }

  it("says nothing of that where the program has run", async () => {
    await assert.rejects(
      async () => provider.create!(state("nowhere")),
      (error: Error) => /nowhere/.test(error.message) && !/run-program/.test(error.message),
    );
  });
});

describe("what comes of a resource that this run could not make", () => {
  const provider = dynamicProvider(anyOf(storagePool));
  const { urn } = identityOf("StoragePool");
  const connection = "nowhere";
  const news = { __urn: urn, __connection: connection, __missing: ["host"], name: "pool" };
  const state = { __urn: urn, __connection: connection, __schema: 1, host: "h1", name: "pool", path: "/srv" };

  it("is not missed as an argument, and replaces nothing", async () => {
    assert.deepEqual(await provider.check!({}, news), { inputs: news, failures: [] });
    const { changes, replaces } = await provider.diff!("p1", state, news);
    assert.deepEqual([changes, replaces], [true, []]);
  });

  it("is neither made nor changed without it, with the Host's own reason", async () => {
    const hosts = dynamicProvider(anyOf(host));
    const anemoi = { __urn: identityOf("Host").urn, __connection: connection };
    await assert.rejects(async () => hosts.create!(anemoi), /nowhere/);
    for (const run of [() => provider.create!(news), () => provider.update!("p1", state, news)])
      await assert.rejects(run, /its Host could not be made or updated: Unable to create Host .*nowhere/);
    await assert.rejects(
      async () => provider.create!({ ...news, __missing: ["name", "path"] }),
      /`name`, `path` come from a resource that could not be made or updated/,
    );
  });
});

describe("the connection to a hypervisor", () => {
  const cases: [what: string, definition: AnyDefinition, inputs: object, connects: boolean][] = [
    ["a StoragePool", storagePool, { name: "pool", uuid: "cccccccc-2222-8333-8444-555555555555" }, true],
    ["a Command in a machine", command, { machine: "cccccccc-2222-8333-8444-555555555555" }, true],
    ["a Command on a host", command, {}, false],
    ["a HostBridge", hostBridge, { name: "br0" }, false],
    ["a Host", host, { host: undefined, hostId: "h1" }, false],
  ];
  for (const [index, [what, definition, inputs, connects]] of cases.entries()) {
    it(`is ${connects ? "" : "not "}begun meanwhile for ${what}`, async () => {
      const connect = stub(LibvirtHypervisor.prototype, "connect");
      try {
        const provider = dynamicProvider({ ...anyOf(definition), observe: async () => undefined });
        const { urn } = identityOf(definition.kind);
        const state = { __urn: urn, __connection: `qemu:///path${index}`, __schema: 1, host: "h1", ...inputs };
        await assert.rejects(async () => provider.read!("id", state), /another machine answers|machine-id/);
        assert.equal(connect.callCount, connects ? 1 : 0);
      } finally {
        connect.restore();
      }
    });
  }
});
