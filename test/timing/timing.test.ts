import assert from "node:assert/strict";
import { join } from "node:path";
import { LibvirtHypervisor } from "../../provider/drivers/libvirt/driver";
import { waitForSsh } from "../../provider/guest/ready";
import { transportFor } from "../../provider/transports/registry";
import { Fixture } from "../e2e/fixture";
import { frame, guest, reservations, winds } from "../e2e/guests";
import { Stack } from "../e2e/stack";

interface Outputs {
  guests: Record<string, { uuid: string; ipAddress: string; sshHostKeys: string[] }>;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/**
 * How much time is ours. `up` of four guests is held against the engine's own time for as many resources that do
 * nothing, and the time in which the very same guests boot, defined and started by the bare driver on the same host.
 * All three are taken by turns, after each was done once; the shortest of each counts.
 */
describe("the time of an up", function () {
  this.timeout(900_000);
  const rounds = 2;
  let fixture: Fixture;
  let floor: Stack;
  before(async () => {
    fixture = await Fixture.create();
    floor = await Stack.create({ program: join(__dirname, "../e2e/floor") });
    fixture.stacks.push(floor);
  });
  after(async () => {
    await fixture?.dispose();
  });

  it("is at most the engine's own, and 1.2 times the guests' boot", async () => {
    const { stack, host } = fixture;
    // As the component does it: what is known stands in the network's first definition.
    const resources = [
      ...frame({ reservations: reservations(winds) }),
      ...winds.map((name, index) => guest(name, index, fixture.publicKey)),
    ];
    await fixture.ask(resources);
    await floor.run(["config", "set", "count", String(resources.length)]);

    const transport = transportFor({
      kind: "ssh",
      address: host.address,
      user: "root",
      identityFile: host.privateKeyPath,
      knownHosts: host.knownHostsPath,
      agent: false,
    });
    const hypervisor = new LibvirtHypervisor(transport, "qemu:///system");
    const { machines } = hypervisor;

    /** The guests of the stack, undefined, then defined, started and awaited by the driver. */
    const boot = async (): Promise<number> => {
      const { guests } = await stack.outputs<Outputs>();
      const definitions = await Promise.all(
        Object.values(guests).map(async ({ uuid, ipAddress, sshHostKeys }) => {
          const state = await machines.find(uuid);
          await fixture.virsh("destroy", uuid);
          await machines.remove(uuid);
          return { definition: state!.stored, ipAddress, sshHostKeys };
        }),
      );
      return timed(() =>
        Promise.all(
          definitions.map(async ({ definition, ipAddress, sshHostKeys }) => {
            await machines.define(definition);
            await machines.start(definition.uuid, { paused: false });
            await waitForSsh({
              addresses: async () => [ipAddress],
              nextEvent: (milliseconds) => machines.nextEvent(definition.uuid, milliseconds),
              connectTcp: (address, port, options) => transport.connectTcp(address, port, options),
              port: 22,
              hostKeys: sshHostKeys,
              deadline: Date.now() + 120_000,
            });
          }),
        ),
      );
    };

    const times = { engine: [] as number[], boot: [] as number[], up: [] as number[] };
    try {
      for (let round = 0; round <= rounds; round++) {
        const engine = await timed(() => floor.up());
        const up = await timed(() => stack.up());
        const booted = await boot();
        await Promise.all([floor.destroy(), stack.destroy()]);
        // The first round warms the caches of all three alike.
        if (round === 0) continue;
        times.engine.push(engine);
        times.up.push(up);
        times.boot.push(booted);
      }
    } finally {
      await hypervisor.close();
      await transport.close();
    }
    const [engine, bare, up] = [Math.min(...times.engine), Math.min(...times.boot), Math.min(...times.up)];
    const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
    const ratio = ((up - engine) / bare).toFixed(2);
    const figures = `up ${seconds(up)}; the engine's own ${seconds(engine)}; boot ${seconds(bare)}: up is the engine's own and ${ratio} times the boot`;
    console.log(`      ${figures}`);
    assert.ok(up <= engine + 1.2 * bare, figures);
  });
});
