import assert from "node:assert/strict";
import { WindroseError } from "../../../provider/basics/errors";
import { type Inputs, unknown } from "../../../provider/basics/record";
import { check } from "../../../provider/lifecycle/check";
import { Exclusives } from "../../../provider/lifecycle/exclusives";
import { dynamicProvider } from "../../../provider/pulumi/dynamic";
import { virtualMachine } from "../../../provider/resources/virtual-machine/definition";
import type { MachineRun } from "../../../provider/resources/virtual-machine/desired-machine";
import { reserve } from "../../../provider/resources/virtual-machine/reservations";
import { anyOf, identityOf } from "../fakes";

const definition = anyOf(virtualMachine);
const interfaces = (network: unknown, address: unknown): Inputs => ({ lan: { network, address } });
const machine = (nics: Inputs): Inputs => ({ host: "h1", memory: "64MiB", interfaces: nics });
const sameNetwork = '172.17.2.2 is the address of VirtualMachine "boreas" in the same network';

const [n1, n2] = ["11111111-2222-8333-8444-555555555555", "22222222-2222-8333-8444-555555555555"];

describe("the fixed addresses of machines", () => {
  let exclusives: Exclusives;
  beforeEach(() => {
    exclusives = new Exclusives();
  });

  async function problems(name: string, nics: Inputs, connection = "anemoi"): Promise<string[]> {
    const identity = identityOf("VirtualMachine", name, { exclusives, connection });
    const { failures } = await check(definition, machine(nics), undefined, identity);
    return failures.map(({ property, reason }) => `${property} ${reason}`);
  }

  it("are refused where another machine of the program has them", async () => {
    assert.deepEqual(await problems("boreas", interfaces(n1, "172.17.2.2")), []);
    assert.deepEqual(await problems("notus", interfaces(n2, "172.17.2.2")), [], "in another network");
    assert.deepEqual(await problems("eurus", interfaces(n1, "172.17.2.3")), [], "another address");
    assert.deepEqual(await problems("zephyr", interfaces(n1, "172.17.2.2")), [`interfaces.lan.address ${sameNetwork}`]);
  });

  it("are the machine's own however often it is checked, and another's once it has moved away", async () => {
    await problems("boreas", interfaces(n1, "172.17.2.2"));
    assert.deepEqual(await problems("boreas", interfaces(n1, "172.17.2.2")), []);
    assert.deepEqual(await problems("boreas", interfaces(n1, "172.17.2.3")), []);
    assert.deepEqual(await problems("notus", interfaces(n1, "172.17.2.2")), []);
    assert.equal((await problems("notus", interfaces(n1, "172.17.2.3"))).length, 1);
  });

  it("are compared in a network that is yet to be made, by its name and host", async () => {
    const winds = { id: unknown, name: "dev-winds" };
    assert.deepEqual(await problems("boreas", interfaces(winds, "172.17.2.2")), []);
    assert.equal((await problems("notus", interfaces(winds, "172.17.2.2"))).length, 1);
    assert.deepEqual(await problems("notus", interfaces(winds, "172.17.2.2"), "far"), [], "on another host");
    const nameless = { id: unknown, name: unknown };
    assert.deepEqual(await problems("eurus", interfaces(nameless, "172.17.2.2")), []);
    assert.deepEqual(await problems("zephyr", interfaces(nameless, "172.17.2.2")), []);
    assert.deepEqual(await problems("zephyr", interfaces(winds, unknown)), []);
  });

  it("are one interface's alone", async () => {
    const both = { lan: { network: n1, address: "172.17.2.2" }, wan: { network: n1, address: "172.17.2.2" } };
    assert.deepEqual(await problems("boreas", both), [
      "interfaces.wan.address 172.17.2.2 is the address of interfaces.lan in the same network",
    ]);
  });

  it("are refused by the network in its own words, once", async () => {
    const why = "in the network dev-winds, 172.17.2.2 is reserved for 52:54:00:00:00:01";
    const networks = {
      find: async () => ({ name: "dev-winds", reservations: [] }),
      addReservation: async () => {
        throw new WindroseError("address-taken", why);
      },
    };
    const run = {
      made: {},
      inputs: machine(interfaces(n1, "172.17.2.2")),
      context: { name: "boreas" },
      hypervisor: { networks },
    } as unknown as MachineRun;
    await assert.rejects(reserve(run), { code: "address-taken", why });
  });

  it("are remembered for one preview, or one update", async () => {
    const provider = dynamicProvider(definition);
    const failures = async (name: string, preview: boolean) => {
      const hidden = { __urn: identityOf("VirtualMachine", name).urn, __connection: "anemoi", __preview: preview };
      const news = { ...machine(interfaces(n1, "172.17.2.2")), ...hidden };
      return (await provider.check!({}, news)).failures?.map(({ property }) => property);
    };
    assert.deepEqual(await failures("boreas", true), []);
    assert.deepEqual(await failures("notus", true), ["interfaces.lan.address"]);
    assert.deepEqual(await failures("notus", false), []);
    assert.deepEqual(await failures("boreas", false), ["interfaces.lan.address"]);
  });
});
