import assert from "node:assert/strict";
import type { WindroseError } from "../../../provider/basics/errors";
import { canBeRoot } from "../../../provider/host-system/commands";
import { factsOf, operatingSystem } from "../../../provider/host-system/facts";
import { freeSpace } from "../../../provider/host-system/free-space";
import type { Transport } from "../../../provider/transports/transport";
import { winds } from "../../fake-driver/profile";

const id = "0123456789abcdef0123456789abcdef";

describe("what a host tells", () => {
  it("has a machine id only in its own file", () => {
    assert.equal(factsOf(new Map([["machine-id", `${id}\n`]]), winds.virtualization).machineId, id);
    for (const text of ["", `${id}0\n`, "uninitialized\n"])
      assert.throws(() => factsOf(new Map([["machine-id", text]]), winds.virtualization), {
        code: "requirement-not-met",
      });
  });

  it("is asked for in one command, and what it lacks is said so", () => {
    const facts = factsOf(
      new Map([
        ["machine-id", `${id}\n`],
        ["hostname", "anemoi\n"],
        ["arch", "x86_64\n"],
        ["system", 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n'],
        ["cpus", "8\n"],
        ["memory", "MemTotal:       16384 kB\n"],
        ["virtualization", "xen\n"],
      ]),
      winds.virtualization,
    );
    assert.deepEqual(facts, {
      machineId: id,
      hostname: "anemoi",
      os: "ubuntu 24.04",
      distributions: ["ubuntu", "debian"],
      arch: "x86_64",
      cpus: 8,
      memory: 2 ** 24,
      virtualizationLack: { why: "it was not started under winds", effect: "guests can't be started" },
    });
  });

  it("lacks nothing for its guests where its hypervisor's own test says so", () => {
    const parts = new Map([
      ["machine-id", `${id}\n`],
      ["virtualization", "winds\n"],
    ]);
    assert.equal(factsOf(parts, winds.virtualization).virtualizationLack, undefined);
  });

  it("names its system, quoted or not, with a version or without", () => {
    assert.equal(operatingSystem(`VERSION_ID="12"\nID=debian\nID_LIKE=x\n`), "debian 12");
    assert.equal(operatingSystem("ID='opensuse-leap'\nVERSION_ID='15.6'\n"), "opensuse-leap 15.6");
    assert.equal(operatingSystem('ID="arch"\n'), "arch");
    assert.equal(operatingSystem(""), "linux");
  });

  it("takes the nearest parent that is there, whatever the file system is called", async () => {
    const stdout = `Filesystem     1024-blocks      Used Available Capacity Mounted on
server:/my share 1 2 3 100 50 50 50% /mnt/my share
/dev/sda1           1000       999         1     100% /
`;
    const asked: string[][] = [];
    const exec = async (argv: string[]) => {
      asked.push(argv);
      return { code: 1, stdout, stderr: "" };
    };
    const transport = { exec } as unknown as Transport;
    assert.equal(await freeSpace(transport, "/mnt/my share/a/b"), 50 * 1024);
    assert.deepEqual(asked[0]!.slice(3), ["--", "/mnt/my share/a/b", "/mnt/my share/a", "/mnt/my share", "/mnt", "/"]);
    await assert.rejects(freeSpace(transport, "relative"), (error: WindroseError) => error.code === "invalid-input");
  });

  it("is asked once whether commands can be root's, and again where the answer did not come", async () => {
    const answers = [Promise.reject(new Error("cut")), Promise.resolve({ code: 0, stdout: "1000\n", stderr: "" })];
    let asked = 0;
    const transport = { exec: () => answers[asked++]! } as unknown as Transport;
    await assert.rejects(canBeRoot(transport), /cut/);
    assert.equal(await canBeRoot(transport), false);
    assert.equal(await canBeRoot(transport), false);
    assert.equal(asked, 2);
  });
});
