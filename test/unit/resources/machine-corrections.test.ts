import assert from "node:assert/strict";
import { diff } from "../../../provider/lifecycle/diff";
import { virtualMachine } from "../../../provider/resources/virtual-machine/definition";
import { makeVolumes } from "../../../provider/resources/virtual-machine/volumes";
import { anyOf, contextOf, FakeHost, refusalOf } from "../fakes";

const pool = "aaaaaaaa-2222-8333-8444-555555555555";
const disks = (size: string) => ({ disks: { data: { pool, volumeName: "data.qcow2", target: "vda", size } } });

describe("a disk that is larger than it should be", () => {
  const made = { ...disks("64GiB"), volumes: { data: `${pool}/data.qcow2` } };

  it("is refused to shrink once it is made", () => {
    assert.match(refusalOf(virtualMachine, made, disks("32GiB")), /^disks\.data\.size: .*never made smaller/);
  });

  it("may be corrected where an earlier run did not get to make it", () => {
    const half = { ...made, __pending: ["volumes"], __unmade: [`${pool}/data.qcow2`] };
    assert.equal(refusalOf(virtualMachine, half, disks("32GiB")), "");
  });

  it("is shown by a refresh, whatever its size in the state was", () => {
    const { rows } = diff(anyOf(virtualMachine), { ...made, __schema: 1 }, disks("32GiB"), { refuse: false });
    assert.equal(rows.length, 1);
  });

  it("is remembered as not made until it is whole, and made anew where a failed run left a larger one", async () => {
    const host = new FakeHost();
    const runOf = (size: string, remembered = {}) => {
      const disk = { ...disks(size).disks.data, format: "qcow2", clone: "linked" };
      const inputs = { name: "dev-boreas", disks: { data: disk } };
      const context = contextOf(host, "VirtualMachine");
      return { context, hypervisor: host.hypervisor, given: inputs, inputs, made: remembered } as never;
    };
    const failed = {};
    host.fail("volumes.create", "no-space");
    await assert.rejects(makeVolumes(runOf("64GiB", failed)), { code: "no-space" });
    assert.deepEqual(failed, { volumes: { data: `${pool}/data.qcow2` }, __unmade: [`${pool}/data.qcow2`] });
    host.failing.clear();
    host.addVolume({ pool, name: "data.qcow2", capacity: 64 * 2 ** 30 });
    await makeVolumes(runOf("32GiB", failed));
    assert.equal(host.volumes.get(`${pool}/data.qcow2`)!.capacity, 32 * 2 ** 30);
    assert.deepEqual(failed, { volumes: { data: `${pool}/data.qcow2` } });
  });
});
