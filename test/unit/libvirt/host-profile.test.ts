import assert from "node:assert/strict";
import { packages } from "../../../provider/drivers/libvirt/host/packages";
import { services } from "../../../provider/drivers/libvirt/host/services";
import { virtualization } from "../../../provider/drivers/libvirt/host/virtualization";
import type { Family, Unit } from "../../../provider/host-system/preparation/model";
import { groupNames, resolvePackages } from "../../../provider/host-system/preparation/packages";

const distributions: Record<Family, string[]> = {
  debian: ["debian"],
  fedora: ["fedora"],
  arch: ["arch"],
  suse: ["opensuse-leap", "suse"],
};
const auto = { packages: ["auto"], packageNames: {}, firewall: false };
const names = (family: Family, request: Partial<typeof auto> = {}, arch = "x86_64") =>
  [...resolvePackages({ ...auto, ...request }, packages, distributions[family], arch).values()].flat();

describe("packages of libvirt", () => {
  it("have names in each family for everything in the table", () => {
    for (const family of Object.keys(distributions) as Family[])
      for (const name of groupNames(packages)) {
        const own = names(family, { packages: [name] });
        assert.ok(
          own.length > 0 && own.every((one) => /^[a-z0-9][a-z0-9+._-]+$/.test(one)),
          `${family} ${name}: ${own}`,
        );
      }
    assert.deepEqual(names("debian"), [
      "libvirt-daemon-system",
      "libvirt-clients",
      "qemu-system-x86",
      "qemu-utils",
      "dnsmasq-base",
      "curl",
    ]);
    assert.ok(names("debian", { firewall: true }).includes("nftables"));
    assert.ok(names("debian", {}, "aarch64").includes("qemu-system-arm"));
    assert.ok(names("fedora", {}, "aarch64").includes("qemu-kvm"));
  });
});

describe("services of libvirt", () => {
  it("are the one daemon, or one for each driver where the distribution has chosen so", () => {
    const unit = (file: string) => ({ loaded: true, file, running: false });
    const chosen = (units: Record<string, Unit>) =>
      services.choose(new Map(Object.entries(units)), () => false).map(({ service }) => service);
    assert.deepEqual(chosen({ "libvirtd.service": unit("disabled"), "virtqemud.service": unit("disabled") }), [
      "libvirtd.service",
    ]);
    assert.ok(
      chosen({ "libvirtd.service": unit("disabled"), "virtqemud.socket": unit("enabled") }).includes(
        "virtnetworkd.service",
      ),
    );
    assert.ok(chosen({ "libvirtd.service": { ...unit(""), loaded: false } }).includes("virtqemud.service"));
    for (const name of ["libvirtd.service", "virtqemud.service"]) assert.ok(services.candidates.includes(name));
  });
});

describe("hardware virtualization", () => {
  it("is there with its device, and else it is said what is lacking", () => {
    assert.equal(virtualization.lack("vmx\nkvm\n"), undefined);
    assert.match(virtualization.lack("svm\n")!.why, /no \/dev\/kvm/);
    assert.match(virtualization.lack("")!.why, /no hardware virtualization/);
    assert.match(virtualization.lack("")!.effect, /emulated/);
  });
});
