import assert from "node:assert/strict";
import {
  type Family,
  familyOf,
  installCommands,
  installedScript,
  packageTable,
  removeCommands,
  resolvePackages,
} from "../../../provider/host-system/preparation/packages";
import {
  candidates,
  enabledValue,
  hypervisorServices,
  runningValue,
  unitOf,
} from "../../../provider/host-system/preparation/services";
import { parseUnits, type Unit } from "../../../provider/host-system/preparation/units";

const families: Record<Family, string[][]> = {
  debian: [["debian"], ["ubuntu", "debian"], ["linuxmint", "ubuntu", "debian"], ["raspbian", "debian"]],
  fedora: [["fedora"], ["rhel", "fedora"], ["rocky", "rhel", "centos", "fedora"], ["almalinux", "rhel"]],
  arch: [["arch"], ["manjaro", "arch"]],
  suse: [["opensuse-leap", "suse", "opensuse"], ["opensuse-tumbleweed", "opensuse", "suse"], ["sles"]],
};
const all = Object.keys(families) as Family[];
const auto = { packages: ["auto"], packageNames: {}, firewall: false };
const names = (distributions: string[], request: Partial<typeof auto> = {}, arch = "x86_64") =>
  [...resolvePackages({ ...auto, ...request }, distributions, arch).values()].flat();

describe("packages", () => {
  it("are of the distribution's family, the nearest first; an unknown one is said so", () => {
    for (const family of all)
      for (const distributions of families[family]) assert.equal(familyOf(distributions), family);
    assert.throws(() => familyOf(["alpine"]), /alpine/);
    assert.throws(() => familyOf([]), /this system/);
    assert.deepEqual(names(["alpine"], { packages: [] }), []);
  });

  it("have names in each family for everything in the table", () => {
    for (const family of all)
      for (const name of packageTable) {
        const own = names(families[family][0]!, { packages: [name] });
        assert.ok(
          own.length > 0 && own.every((one) => /^[a-z0-9][a-z0-9+._-]+$/.test(one)),
          `${family} ${name}: ${own}`,
        );
      }
    assert.deepEqual(names(["debian"]), [
      "libvirt-daemon-system",
      "libvirt-clients",
      "qemu-system-x86",
      "qemu-utils",
      "dnsmasq-base",
      "curl",
    ]);
    assert.ok(names(["debian"], { firewall: true }).includes("nftables"));
    assert.ok(names(["debian"], {}, "aarch64").includes("qemu-system-arm"));
    assert.ok(names(["fedora"], {}, "aarch64").includes("qemu-kvm"));
  });

  it("are the user's where he says so, and others are taken as they are", () => {
    assert.deepEqual(
      names(["debian"], { packages: ["tmux", "qemu"], packageNames: { qemu: "qemu-system-x86-xen" } as object }),
      ["tmux", "qemu-system-x86-xen"],
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

  it("of libvirt are the one daemon, or one for each driver where the distribution has chosen so", () => {
    const unit = (file: string) => ({ loaded: true, file, running: false });
    const services = (units: Record<string, Unit>) =>
      hypervisorServices(new Map(Object.entries(units))).map(({ service }) => service);
    assert.deepEqual(services({ "libvirtd.service": unit("disabled"), "virtqemud.service": unit("disabled") }), [
      "libvirtd.service",
    ]);
    assert.ok(
      services({ "libvirtd.service": unit("disabled"), "virtqemud.socket": unit("enabled") }).includes(
        "virtnetworkd.service",
      ),
    );
    assert.ok(services({ "libvirtd.service": { ...unit(""), loaded: false } }).includes("virtqemud.service"));
    for (const name of ["libvirtd.service", "virtqemud.service"]) assert.ok(candidates.includes(name));
    assert.deepEqual(
      [unitOf("libvirtd"), unitOf("a.socket"), unitOf("a.b")],
      ["libvirtd.service", "a.socket", "a.b.service"],
    );
  });
});
