import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changeScript } from "../../../provider/host-system/preparation/change";
import type { Claim, Plan } from "../../../provider/host-system/preparation/claims";
import { parseObserved } from "../../../provider/host-system/preparation/observe";
import { removableCommand } from "../../../provider/host-system/preparation/packages";
import type { HostProfiles } from "../../../provider/host-system/profile";
import { libvirtHost, windsHost } from "../../fake-driver/profile";

const observed = parseObserved(`\0digest\n${"0".repeat(64)}\n`, { things: [], profiles: libvirtHost });
const holder = { lineage: "0".repeat(32), project: "winds", stack: "dev", urn: "u" };
const claim = (name: string): Claim => ({ kind: "package", name, before: null, set: ["installed"], holders: {} });

describe("packages that nobody asks for any more", function () {
  this.timeout(20_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "windrose-removal-"));
    for (const part of ["bin", "run/libvirt/qemu", "run/winds", "lib"])
      mkdirSync(join(directory, part), { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Carries the change out in a directory, where others need the packages in `needed`: what was removed, what was said. */
  function release(
    names: string[],
    needed: string[] = [],
    profiles: HostProfiles = libvirtHost,
  ): { removed: string; said: string[] } {
    const gone = names.map(claim);
    const plan: Plan = { write: [], remove: gone, after: [], set: [], restore: gone, left: [] };
    const request = {
      profiles,
      plan,
      observed,
      holder,
      family: "debian",
      removePackages: true,
      creating: false,
      over: [],
    } as const;
    const body = changeScript(request)!
      .body.replaceAll("/run/", `${directory}/run/`)
      .replaceAll("/var/lib/windrose", `${directory}/lib`);
    const removed = join(directory, "removed");
    const tool = (name: string, text: string) =>
      writeFileSync(join(directory, "bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    tool("dpkg", `for p; do case " ${needed.join(" ")} " in *" $p "*) exit 1 ;; esac; done`);
    tool("apt-get", `while [ "$1" != -- ]; do shift; done; shift; echo "$@" >>${removed}`);
    const functions = 'run() { "$@"; }; say() { :; }; left() { echo "$1"; }; die() { echo "died: $1"; exit 1; }';
    const said = execFileSync("sh", ["-s"], {
      input: `${functions}\n${body}\n`,
      encoding: "utf8",
      env: { PATH: `${directory}/bin:${process.env.PATH}` },
    });
    return {
      removed: existsSync(removed) ? readFileSync(removed, "utf8") : "",
      said: said.split("\n").filter(Boolean),
    };
  }

  it("are removed together", () => {
    assert.deepEqual(release(["libvirt-daemon-system", "curl"]), {
      removed: "libvirt-daemon-system curl\n",
      said: [],
    });
  });

  it("stay where packages of others need them, which would go with them", () => {
    assert.deepEqual(release(["curl"], ["curl"]), {
      removed: "",
      said: ["curl stay installed: other packages need them"],
    });
    for (const family of ["debian", "fedora", "arch", "suse"] as const) {
      const argv = removableCommand(family, ["a", "b"]);
      assert.deepEqual(argv.slice(-3), ["--", "a", "b"]);
      assert.ok(argv.some((word) => /^--(no-act|test|print)$/.test(word)));
    }
  });

  it("stay where guests run by them, whoever's they are", () => {
    writeFileSync(join(directory, "run/libvirt/qemu/theirs.xml"), "");
    assert.deepEqual(release(["libvirt-daemon-system", "qemu-system-x86", "tmux"]), {
      removed: "tmux\n",
      said: ["libvirt-daemon-system, qemu-system-x86 stay installed: guests run by them"],
    });
  });

  it("stay where guests of any hypervisor run by them, whichever driver the Host has", () => {
    const all = ["winds-utils", "qemu-system-x86", "tmux"];
    const held = "winds-utils, qemu-system-x86 stay installed: guests run by them";
    assert.deepEqual(release(all, [], windsHost), { removed: "winds-utils qemu-system-x86 tmux\n", said: [] });
    for (const guest of ["run/winds/guest", "run/libvirt/qemu/theirs.xml"]) {
      rmSync(join(directory, "removed"), { force: true });
      writeFileSync(join(directory, guest), "");
      assert.deepEqual(release(all, [], windsHost), { removed: "tmux\n", said: [held] }, guest);
      rmSync(join(directory, guest));
    }
  });
});
