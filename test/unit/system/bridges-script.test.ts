import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Change, changeScript } from "../../../provider/hypervisors/system/bridges/change-script";
import { iaidOf, managerOf } from "../../../provider/hypervisors/system/bridges/detect";
import type { Inspection } from "../../../provider/hypervisors/system/bridges/inspect";
import { vlanUp } from "../../../provider/hypervisors/system/bridges/kernel-bridge";
import type { Layout } from "../../../provider/hypervisors/system/bridges/model";

const layout = (files: Layout["files"]): Layout => ({ files, down: ":", up: ":", gone: ":", boot: ":" });

const change = (from: Layout, to: Layout): Change => ({
  name: "br0",
  from,
  to,
  removes: false,
  adds: true,
  deviceBefore: "eth0",
  deviceAfter: "br0",
  gateway4: true,
  gateway6: true,
  addresses: ["192.0.2.5/24"],
  anyAddress: true,
  port: "eth0",
  rollbackAfter: 60,
  record: "{}",
});

/** The script's functions, run in a directory of the test's own; nothing of the host is touched. */
function inside(script: string, directory: string, command: string): string {
  const functions = script.slice(0, script.indexOf('\ncase "$1" in')).replace(/^work=.*$/m, `work=${directory}`);
  return execFileSync("sh", ["-c", `${functions}\nmkdir -p "$work/backup"\n${command}`], { encoding: "utf8" });
}

describe("the script of a change", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "windrose-bridge-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it("is one that sh can read, for any text in files", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (content) => {
        const path = join(directory, "it's a file");
        const script = changeScript(change(layout([]), layout([{ path, content, mode: "0640" }])));
        execFileSync("sh", ["-n"], { input: script });
        inside(script, directory, "write_files");
        assert.equal(readFileSync(path, "utf8"), content);
      }),
      { numRuns: 20 },
    );
  });

  it("puts back what was there, byte for byte, and takes away what was not", () => {
    const [kept, made] = [join(directory, "kept"), join(directory, "sub", "made")] as const;
    execFileSync("sh", ["-c", 'printf "old\\377\\n" >"$0"; chmod 604 "$0"', kept]);
    const to = layout([
      { path: kept, content: "new", mode: "0644" },
      { path: made, content: "new", mode: "0644" },
    ]);
    const script = changeScript(change(layout([{ path: kept, content: "old", mode: "0604" }]), to));
    const said = inside(
      script,
      directory,
      `save_files; write_files; cat '${kept}' '${made}'; restore_files; stat -c %a '${kept}'; ls '${directory}'`,
    );
    assert.equal(said, "newnew604\nbackup\nkept\n");
    assert.deepEqual(readFileSync(kept), Buffer.from("old\xff\n", "latin1"));
  });

  it("lets either the confirmation or the roll-back happen", () => {
    const script = changeScript(change(layout([]), layout([])));
    const both = `: >"$work/armed"; mv "$work/armed" "$work/confirmed"; (rollback); echo "roll-back $?"; ls "$work"`;
    assert.equal(inside(script, directory, both), "roll-back 0\nbackup\nconfirmed\n");
    const late = `rm "$work/confirmed"; : >"$work/rolling"; (confirm); echo "confirmation $?"`;
    assert.equal(inside(script, directory, late), "confirmation 12\n");
  });
});

describe("the device of a VLAN", () => {
  /** The script where the device is there after so many waits: what it said, and how it ended. */
  function up(appearsAfter: number, added: "added" | "refused"): { said: string[]; code: number } {
    const script = [
      "waits=0",
      `test() { [ $waits -ge ${appearsAfter} ] || [ "$made" = yes ]; }`,
      "sleep() { waits=$((waits+1)); }",
      `ip() { echo "ip $*"; ${added === "added" ? "made=yes" : "return 2"}; }`,
      "made=no",
      vlanUp({ name: "br0", nic: "eth0", stp: false, vlan: 7 }, "eth0.7"),
      "echo waited $waits",
    ].join("\n");
    const { status, stdout } = spawnSync("sh", ["-c", script], { encoding: "utf8", timeout: 10_000 });
    return { said: stdout.trim().split("\n").filter(Boolean), code: status ?? -1 };
  }
  const add = "ip link add link eth0 name eth0.7 type vlan id 7";

  it("is the manager's where it makes one in time, and else made, or an error", () => {
    assert.deepEqual(up(0, "refused"), { said: ["waited 0"], code: 0 });
    assert.deepEqual(up(19, "refused"), { said: ["waited 19"], code: 0 });
    assert.deepEqual(up(1000, "added"), { said: [add, "waited 20"], code: 0 });
    assert.deepEqual(up(1000, "refused"), { said: [add], code: 1 });
  });
});

describe("who manages a NIC", () => {
  const found = (parts: Record<string, string>) => ({ parts: new Map(Object.entries(parts)) }) as unknown as Inspection;

  it("is who says so of itself", () => {
    const network = (file: string) => found({ "networkd eth0": `ADMIN_STATE=configured\nNETWORK_FILE=${file}\n` });
    assert.equal(managerOf(network("/etc/systemd/network/a.network"), "eth0")?.manager, "systemd-networkd");
    assert.deepEqual(managerOf(network("/run/systemd/network/10-netplan-up.network"), "eth0"), {
      manager: "netplan",
      file: "/run/systemd/network/10-netplan-up.network",
      id: "up",
    });
    assert.equal(managerOf(found({ "networkd eth0": "ADMIN_STATE=unmanaged\n" }), "eth0"), undefined);
    assert.equal(managerOf(found({ "ifupdown eth0": "eth0=eth0\n" }), "eth0")?.manager, "ifupdown");
  });

  it("is NetworkManager only where it does not merely look on", () => {
    const profiles = "8f6e:/etc/NetworkManager/system-connections/up\\:link.nmconnection\n";
    const state = (text: string) => managerOf(found({ "nm eth0": text, profiles }), "eth0");
    assert.deepEqual(state("100 (connected)\n8f6e\nuplink\n"), {
      manager: "NetworkManager",
      file: "/etc/NetworkManager/system-connections/up:link.nmconnection",
      id: "8f6e",
    });
    assert.equal(state("100 (connected (externally))\n8f6e\nuplink\n"), undefined);
    assert.equal(state("30 (disconnected)\n\n\n"), undefined);
  });

  it("reads the IAID of a client identifier of that form alone", () => {
    assert.equal(iaidOf("ADDRESS=192.0.2.5\nCLIENTID=ff0a0b0c0d00020000ab11\n"), "0a0b0c0d");
    assert.equal(iaidOf("CLIENTID=01525400000001\n"), undefined);
    assert.equal(iaidOf(undefined), undefined);
  });
});
