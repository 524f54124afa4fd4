import assert from "node:assert/strict";
import { WindroseError } from "../../../provider/basics/errors";
import type { MachineRun } from "../../../provider/resources/virtual-machine/desired-machine";
import { awaitReady } from "../../../provider/resources/virtual-machine/power";

describe("a machine that never answers", function () {
  this.timeout(10_000);

  function run(wait: object, uri: string): MachineRun {
    const machines = {
      addresses: async () => [],
      nextEvent: () => new Promise((resolve) => setTimeout(resolve, 5)),
      agentAnswers: async () => false,
    };
    const transport = {
      connectTcp: async () => {
        throw new WindroseError("host-unreachable", "172.17.2.4:22 does not answer");
      },
    };
    const interfaces = { lan: { network: "n1", address: "172.17.2.4" } };
    const networks = { leases: async () => [] };
    return {
      context: { progress: () => undefined, deadline: Date.now() + 200 },
      hypervisor: { driver: "libvirt", uri, machines: { ...machines, wayTo: async () => transport }, networks },
      inputs: { name: "dev-boreas", wait, interfaces },
      observed: { uuid: "u1" },
      made: {},
    } as unknown as MachineRun;
  }

  for (const what of ["ssh", "address", "agent"]) {
    it(`is seen on its console, whose commands are told (${what})`, async () => {
      await assert.rejects(awaitReady(run({ for: what }, "qemu:///system")), (error: WindroseError) => {
        assert.equal(error.code, "guest-not-ready");
        assert.ok(error.message.includes("`virsh -c qemu:///system console dev-boreas`"), error.message);
        assert.ok(error.message.includes("`virsh -c qemu:///system reset dev-boreas`"), error.message);
        assert.ok(error.message.includes("`wait.timeout`"), error.message);
        return true;
      });
    });
  }

  it("is named where its own libvirt is", async () => {
    await assert.rejects(awaitReady(run({ for: "ssh" }, "qemu:///session")), /virsh -c qemu:\/\/\/session console/);
  });
});
