import assert from "node:assert/strict";
import type { Family } from "../../../provider/host-system/preparation/model";
import {
  familyOf,
  groupNames,
  installCommands,
  installedScript,
  removeCommands,
  resolvePackages,
} from "../../../provider/host-system/preparation/packages";
import { enabledValue, runningValue, unitOf } from "../../../provider/host-system/preparation/unit-state";
import { parseUnits } from "../../../provider/host-system/preparation/units";
import { winds } from "../../fake-driver/profile";

const families: Record<Family, string[][]> = {
  debian: [["debian"], ["ubuntu", "debian"], ["linuxmint", "ubuntu", "debian"], ["raspbian", "debian"]],
  fedora: [["fedora"], ["rhel", "fedora"], ["rocky", "rhel", "centos", "fedora"], ["almalinux", "rhel"]],
  arch: [["arch"], ["manjaro", "arch"]],
  suse: [["opensuse-leap", "suse", "opensuse"], ["opensuse-tumbleweed", "opensuse", "suse"], ["sles"]],
};
const all = Object.keys(families) as Family[];
const auto = { packages: ["auto"], packageNames: {}, firewall: false };
const names = (distributions: string[], request: Partial<typeof auto> = {}, arch = "x86_64") =>
  [...resolvePackages({ ...auto, ...request }, winds.packages, distributions, arch).values()].flat();

describe("packages", () => {
  it("are of the distribution's family, the nearest first; an unknown one is said so", () => {
    for (const family of all)
      for (const distributions of families[family]) assert.equal(familyOf(distributions), family);
    assert.throws(() => familyOf(["alpine"]), /alpine/);
    assert.throws(() => familyOf([]), /this system/);
    assert.deepEqual(names(["alpine"], { packages: [] }), []);
  });

  it("are those of the hypervisor and of the system itself, by what they are for", () => {
    assert.deepEqual(groupNames(winds.packages), ["winds", "winds-image", "curl", "nftables"]);
    assert.deepEqual(names(["debian"]), ["winds-utils", "winds-amd64", "curl"]);
    assert.deepEqual(names(["debian"], { firewall: true }), ["winds-utils", "winds-amd64", "curl", "nftables"]);
    assert.deepEqual(names(["debian"], {}, "aarch64"), ["winds-utils", "winds-arm64", "curl"]);
    assert.deepEqual(names(["fedora"], {}, "aarch64"), ["winds", "winds-image", "curl"]);
  });

  it("are the user's where he says so, and others are taken as they are", () => {
    assert.deepEqual(
      names(["debian"], { packages: ["tmux", "winds"], packageNames: { winds: "winds-4.17" } as object }),
      ["tmux", "winds-4.17"],
    );
  });

  it("are installed and removed by arrays of arguments, with no question asked and nothing taken for an option", () => {
    const unattended: Record<Family, RegExp> = {
      debian: /-y/,
      fedora: /-y/,
      arch: /--noconfirm/,
      suse: /--non-interactive/,
    };
    for (const family of all)
      for (const commands of [installCommands(family, ["a", "b"]), removeCommands(family, ["a", "b"])]) {
        const { argv, mayFail } = commands.at(-1)!;
        assert.deepEqual(argv.slice(-3), ["--", "a", "b"], family);
        assert.match(argv.join(" "), unattended[family]);
        assert.ok(!mayFail);
      }
    const [install] = installCommands("debian", ["a"]).slice(-1);
    for (const option of ["DPkg::Lock::Timeout=120", "Dpkg::Options::=--force-confold", "--no-install-recommends"])
      assert.ok(install!.argv.includes(option), option);
    // dpkg refuses everything else while a run that was cut off has left something half-configured.
    for (const commands of [installCommands, removeCommands])
      assert.match(commands("debian", ["a"])[0]!.argv.join(" "), /dpkg --configure -a$/);
    assert.ok(!removeCommands("debian", ["a"])[1]!.argv.includes("autoremove"));
    for (const family of all) assert.match(installedScript(family, ["a", "x y"]), /'x y'/);
  });
});

const shown = `Id=libvirtd.service
LoadState=loaded
ActiveState=inactive
UnitFileState=enabled
TriggeredBy=libvirtd.socket libvirtd-ro.socket

Id=nothing.service
LoadState=not-found
ActiveState=inactive
UnitFileState=
TriggeredBy=

Id=ssh.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled
TriggeredBy=

==
Id=libvirtd-ro.socket
ActiveState=inactive

Id=libvirtd.socket
ActiveState=active
`;

describe("services", () => {
  it("run while a socket listens for them; a unit's alias is known by its place", () => {
    const units = parseUnits(shown, ["libvirtd.service", "nothing.service", "sshd.service"]);
    assert.deepEqual(
      ["libvirtd.service", "nothing.service", "sshd.service"]
        .map((name) => units.get(name))
        .map((unit) => [enabledValue(unit), runningValue(unit)]),
      [
        ["enabled", "running"],
        [null, null],
        ["enabled", "running"],
      ],
    );
    const silent = parseUnits(shown.replace(/ActiveState=active\n$/, "ActiveState=inactive\n"), ["libvirtd.service"]);
    assert.equal(runningValue(silent.get("libvirtd.service")), "stopped");
    for (const odd of ["", "==", "\n\n==\n\n", "x"])
      assert.equal(parseUnits(odd, ["a.service"]).size, odd === "x" ? 0 : 0);
  });

  it("have a suffix of systemd's own, or are services", () => {
    assert.deepEqual(
      [unitOf("chrony"), unitOf("a.socket"), unitOf("a.b")],
      ["chrony.service", "a.socket", "a.b.service"],
    );
  });
});
