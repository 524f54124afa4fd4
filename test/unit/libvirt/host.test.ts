import assert from "node:assert/strict";
import type { WindroseError } from "../../../provider/errors";
import { canBeRoot } from "../../../provider/hypervisors/libvirt/host/commands";
import { dotted, freeSpace, machineIdOf, operatingSystem } from "../../../provider/hypervisors/libvirt/host/host";
import type { LibvirtSession } from "../../../provider/hypervisors/libvirt/session";
import type { Transport } from "../../../provider/transports/transport";

const id = "0123456789abcdef0123456789abcdef";

describe("what a host tells", () => {
  it("has a machine id only in its own file", () => {
    assert.equal(machineIdOf(`${id}\nID=debian\n`), id);
    assert.equal(machineIdOf(`ID=debian\n${id}\n`), undefined);
    assert.equal(machineIdOf(`${id}0\n`), undefined);
    assert.equal(machineIdOf("uninitialized\n"), undefined);
  });

  it("names its system, quoted or not, with a version or without", () => {
    assert.equal(operatingSystem(`${id}\nVERSION_ID="12"\nID=debian\nID_LIKE=x\n`), "debian 12");
    assert.equal(operatingSystem("ID='opensuse-leap'\nVERSION_ID='15.6'\n"), "opensuse-leap 15.6");
    assert.equal(operatingSystem('ID="arch"\n'), "arch");
    assert.equal(operatingSystem(""), "linux");
  });

  it("has versions with dots", () => {
    assert.deepEqual([dotted(9_000_000n), dotted(7_002_022), dotted(11_010_003)], ["9.0.0", "7.2.22", "11.10.3"]);
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
    const transport = { exec };
    const session = { transport } as unknown as LibvirtSession;
    assert.equal(await freeSpace(session, "/mnt/my share/a/b"), 50 * 1024);
    assert.deepEqual(asked[0]!.slice(3), ["--", "/mnt/my share/a/b", "/mnt/my share/a", "/mnt/my share", "/mnt", "/"]);
    await assert.rejects(freeSpace(session, "relative"), (error: WindroseError) => error.code === "invalid-input");
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
