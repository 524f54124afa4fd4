import assert from "node:assert/strict";
import fc from "fast-check";
import { SharedLock } from "../../../provider/drivers/libvirt/pools/lock";
import { octal, plainPath, poolXml, readPool } from "../../../provider/drivers/libvirt/pools/pool-xml";

describe("the XML of libvirt's pools", () => {
  it("reads back what was written", () => {
    for (const permissions of [{}, { mode: "0711", owner: 0, group: 64055 }]) {
      const definition = {
        uuid: "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        name: "<a>&'b\"",
        type: "dir" as const,
        path: "/a&b c",
        ...permissions,
      };
      const none = { mode: undefined, owner: undefined, group: undefined };
      assert.deepEqual(readPool(poolXml(definition)), { ...none, ...definition });
    }
  });

  it("has one way to write a mode and a path", () => {
    assert.deepEqual(["711", "0711", "00711", "0", "4755"].map(octal), ["0711", "0711", "0711", "0000", "4755"]);
    assert.deepEqual(["/a//b/", "/", "/a", "//"].map(plainPath), ["/a/b", "/", "/a", "/"]);
  });
});

describe("a lock that many may share", () => {
  it("never lets another in beside the one who has it alone, keeps the order, and outlives failures", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ alone: fc.boolean(), fails: fc.boolean(), turns: fc.nat(3) }), { maxLength: 20 }),
        async (visits) => {
          const lock = new SharedLock();
          let sharing = 0;
          let alone = 0;
          const entered: number[] = [];
          const results = await Promise.allSettled(
            visits.map((visit, index) =>
              (visit.alone ? lock.exclusive : lock.shared).call(lock, async () => {
                entered.push(index);
                if (visit.alone) alone++;
                else sharing++;
                assert.ok(alone === 0 || (alone === 1 && sharing === 0));
                for (let turn = 0; turn < visit.turns; turn++) await new Promise(setImmediate);
                assert.ok(alone === 0 || (alone === 1 && sharing === 0));
                if (visit.alone) alone--;
                else sharing--;
                if (visit.fails) throw new Error("it failed");
              }),
            ),
          );
          assert.deepEqual(entered, [...visits.keys()]);
          for (const [index, result] of results.entries()) {
            const reason = result.status === "rejected" ? (result.reason as Error).message : undefined;
            assert.equal(reason, visits[index]!.fails ? "it failed" : undefined);
          }
          assert.ok(lock.idle);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("lets those who share in together", async () => {
    const lock = new SharedLock();
    let together = 0;
    let most = 0;
    const visit = () =>
      lock.shared(async () => {
        most = Math.max(most, ++together);
        await new Promise(setImmediate);
        together--;
      });
    await Promise.all([visit(), visit(), visit()]);
    assert.equal(most, 3);
  });
});
