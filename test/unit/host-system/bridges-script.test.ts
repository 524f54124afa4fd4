import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Change, changeScript } from "../../../provider/host-system/bridges/change-script";
import { iaidOf, managerOf } from "../../../provider/host-system/bridges/detect";
import type { Inspection } from "../../../provider/host-system/bridges/inspect";
import { vlanUp } from "../../../provider/host-system/bridges/kernel-bridge";
import type { Layout } from "../../../provider/host-system/bridges/model";

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

/**
 * In place of commands: all that touch files or units are counted, and the one of the number STEP, where that is given, is
 * not run any more: it and all that began with it are killed.
 */
function putCommands(directory: string): void {
  const bin = join(directory, "bin");
  mkdirSync(bin);
  const counted = `[ -z "$STEP" ] || { echo >>'${directory}/steps'; [ "$(wc -l <'${directory}/steps')" -lt "$STEP" ] || kill -9 0; }`;
  const put = (name: string, text: string) => writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  for (const name of ["mv", "cp", "rm", "rmdir", "mkdir", "ln", "chmod"]) {
    put(name, `${counted}\nPATH=/usr/bin:/bin\nexec ${name} "$@"`);
  }
  for (const name of ["systemctl", "systemd-run"]) put(name, `${counted}\necho ${name} "$@" >>'${directory}/said'`);
  put("sync", counted);
  for (const name of ["ip", "sleep"]) put(name, ":");
}

/** The script's functions, where all that they touch of a host lies in a directory of the test's own. */
function functionsOf(script: string, directory: string): string {
  const functions = script
    .slice(0, script.indexOf('\ncase "$1" in'))
    .replaceAll("/var/lib/windrose", `${directory}/lib`)
    .replaceAll("/etc/systemd/system", `${directory}/units`)
    .replaceAll("/run/systemd/system", directory)
    .replace("PATH=", `PATH=${directory}/bin:`);
  return `${functions}\nSTEP= mkdir -p "$(dirname "$wanted")"`;
}

function inside(script: string, directory: string, command: string): string {
  return execFileSync("sh", ["-c", `${functionsOf(script, directory)}\n${command}`], { encoding: "utf8" });
}

/** Runs the command and kills it at a step. Whether it came to that. */
function cut(script: string, directory: string, step: number, command: string): boolean {
  rmSync(join(directory, "steps"), { force: true });
  const text = `${functionsOf(script, directory)}\nexport STEP=${step}\n${command}`;
  const { status, signal } = spawnSync("setsid", ["--wait", "sh", "-c", text], { timeout: 10_000 });
  assert.ok(status === 0 || signal === "SIGKILL", `ended with ${status ?? signal}`);
  return signal === "SIGKILL";
}

describe("the script of a change", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "windrose-bridge-"));
    putCommands(directory);
    mkdirSync(join(directory, "lib", "bridges", "br0", "change"), { recursive: true });
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
      `mkdir "$work/backup"; save_files; write_files; cat '${kept}' '${made}'; stat -c ' %a' '${join(directory, "sub")}'; restore_files; stat -c %a '${kept}'; ls '${directory}'`,
    );
    assert.equal(said, "newnew 755\n604\nbin\nkept\nlib\nunits\n");
    assert.deepEqual(readFileSync(kept), Buffer.from("old\xff\n", "latin1"));
  });

  it("keeps what it could not put back, and says where it is", () => {
    const path = join(directory, "kept");
    writeFileSync(path, "old");
    const of = (content: string) => layout([{ path, content, mode: "0644" }]);
    const full = `mkdir "$work/backup"; save_files; write_files; : >"$work/rolling"; mv() { case $* in *windrose-old*) return 1 ;; esac; command mv "$@"; }`;
    const said = inside(
      changeScript(change(of("old"), of("new"))),
      directory,
      `${full}; restore_files; (end rolled-back); cat "$home/last/backup/1"`,
    );
    assert.match(said, /kept could not be put back: it is in .*\/br0\/last\/backup\/1\nold$/);
  });

  it("lets either the confirmation or the roll-back happen", () => {
    const script = changeScript(change(layout([]), layout([])));
    const both = `echo kept >"$work/armed"; (confirm); (rollback); echo "roll-back $?"; ls "$home"; cat "$home/record.json"`;
    assert.equal(inside(script, directory, both), "roll-back 0\nrecord.json\nkept\n");
    const late = `mkdir "$work"; : >"$work/rolling"; (confirm); echo "confirmation $?"`;
    assert.equal(inside(script, directory, late), "confirmation 12\n");
  });

  describe("that is killed at any place", function () {
    // Some fifty shells, one after the other.
    this.timeout(60_000);
    const paths = () => [join(directory, "etc", "edited"), join(directory, "etc", "made")] as const;
    const home = () => join(directory, "lib", "bridges", "br0");
    const at = (...names: string[]) => join(home(), ...names);
    const asked = (changes: Partial<Change> = {}): string => {
      const [edited, made] = paths();
      const to = [
        { path: edited, content: "new", mode: "0644" },
        { path: made, content: "new", mode: "0644" },
      ];
      return changeScript({
        ...change(layout([{ path: edited, content: "old", mode: "0644" }]), layout(to)),
        ...changes,
      });
    };
    /** A host as it is before anything is changed. */
    const begin = () => {
      for (const name of readdirSync(directory).filter((name) => name !== "bin")) {
        rmSync(join(directory, name), { recursive: true });
      }
      mkdirSync(join(directory, "etc"));
      writeFileSync(paths()[0], "old");
      mkdirSync(at("change"), { recursive: true });
    };
    const said = () => (existsSync(join(directory, "said")) ? readFileSync(join(directory, "said"), "utf8") : "");

    it("is armed only with a timer that runs, and with its record", () => {
      let step = 1;
      const script = asked({ record: '{"it\'s": 1}' });
      for (begin(); cut(script, directory, step, "(arm)"); begin(), step++) {
        if (!existsSync(at("change", "armed"))) continue;
        assert.match(
          said(),
          /^systemd-run .*windrose-bridge-br0-rollback --on-active=60s/m,
          `killed before step ${step}`,
        );
      }
      assert.ok(step > 10, `${step} steps`);
      assert.equal(readFileSync(at("change", "armed"), "utf8"), '{"it\'s": 1}');
      assert.match(said(), /^systemd-run .*windrose-bridge-br0-apply/m);
    });

    it("is not armed where the bridge has another record by now", () => {
      begin();
      const other = `echo other >"$home/record.json"; (arm); echo $?; ls "$work"`;
      assert.equal(inside(asked(), directory, other), "10\n");
      const same = `(arm); echo $?`;
      assert.equal(inside(asked({ recordBefore: "other\n" }), directory, same), "0\n");
    });

    for (const record of ["new record", undefined]) {
      it(`is armed still, or is confirmed and has ${record ? "its" : "no"} record`, () => {
        let [step, confirmed] = [1, 0];
        const prepare = () => {
          begin();
          writeFileSync(at("record.json"), "old record");
          writeFileSync(at("change", "armed"), record ?? "");
        };
        for (prepare(); cut(asked({ record }), directory, step, "(confirm)"); prepare(), step++) {
          if (!existsSync(at("change", "armed"))) confirmed++;
          const now = existsSync(at("record.json")) ? readFileSync(at("record.json"), "utf8") : "";
          assert.equal(now, existsSync(at("change", "armed")) ? "old record" : (record ?? ""), `before step ${step}`);
        }
        assert.ok(confirmed > 3 && confirmed < step - 1, `${confirmed} of ${step}`);
        assert.deepEqual(existsSync(home()) ? readdirSync(home()) : [], record ? ["record.json"] : []);
      });
    }

    for (const [first, second] of [
      ["rollback", "rollback"],
      ["rollback", "at_boot"],
      ["at_boot", "at_boot"],
    ] as const) {
      it(`is taken back whole: ${first}, and ${second} after it`, () => {
        let step = 1;
        const prepare = () => {
          begin();
          const change = `mkdir "$work/backup"; save_files; write_files; : >"$work/armed"; : >"$work/script"; : >"$boot"`;
          inside(asked(), directory, change);
          writeFileSync(`${paths()[1]}.windrose-new`, "half");
        };
        for (prepare(); cut(asked(), directory, step, `(${first})`); prepare(), step++) {
          const unit = readdirSync(join(directory, "units")).some((name) => name.endsWith("boot.service"));
          const unfinished = existsSync(at("change", "armed")) || existsSync(at("change", "rolling"));
          const whole = unit && existsSync(at("change", "script")) && existsSync(at("change", "backup"));
          assert.ok(whole || !unfinished, `nothing goes on at boot: killed before step ${step}`);
          inside(asked(), directory, `(${second})`);
          assert.deepEqual(readdirSync(join(directory, "etc")), ["edited"], `killed before step ${step}`);
          assert.equal(readFileSync(paths()[0], "utf8"), "old", `killed before step ${step}`);
          assert.deepEqual(readdirSync(home()), ["last"], `killed before step ${step}`);
          assert.match(readFileSync(at("last", "outcome"), "utf8"), /^rolled-back/);
        }
        assert.ok(step > 10, `${step} steps`);
        assert.deepEqual(
          readdirSync(at("last")).filter((name) => name !== "log"),
          ["outcome"],
        );
        assert.deepEqual(readdirSync(join(directory, "units")), ["sysinit.target.wants"]);
      });
    }
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
