import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { currentLab, ensurePackageRepository, type LabHost } from "../lab";
import { type HostSnapshot, snapshotOfHost } from "../lab/snapshot-of-host";

/** What `packages: "auto"` is on Debian. */
const packages = ["libvirt-daemon-system", "libvirt-clients", "qemu-system-x86", "qemu-utils", "dnsmasq-base", "curl"];

/** A host with nothing but Linux and ssh, whose packages come from a repository of the lab's own. */
export async function startBareHost(): Promise<LabHost> {
  const lab = await currentLab();
  const repository = await ensurePackageRepository(() => {});
  const name = `bare${randomBytes(3).toString("hex")}`;
  const host = await lab.startHost({ name, form: "bare", share: { "/srv/packages": repository } });
  await writeFile(host.inside("/etc/apt/sources.list"), "deb [trusted=yes] file:/srv/packages ./\n");
  // Modules of the kernel are loaded at their first use, and then there, with parameters of their own.
  await host.exec(["sh", "-c", "nft list ruleset; iptables -L; ip6tables -L"]);
  return host;
}

/** What a bare host would be had somebody installed the packages by hand, and switched their services off. */
export async function packagesAlone(): Promise<HostSnapshot> {
  const twin = await startBareHost();
  try {
    await twin.exec(["apt-get", "-q", "update"]);
    await twin.exec(["apt-get", "-q", "-y", "--no-install-recommends", "install", ...packages], {
      timeout: 120_000,
      env: { DEBIAN_FRONTEND: "noninteractive" },
    });
    const sockets = ["libvirtd.socket", "libvirtd-ro.socket", "libvirtd-admin.socket"];
    await twin.exec(["systemctl", "disable", "libvirtd"]);
    await twin.exec(["systemctl", "stop", "libvirtd", ...sockets]);
    return await snapshotOfHost(twin);
  } finally {
    await twin.destroy();
  }
}

/** What differs between two hosts that were installed in the same way, and what libvirt keeps of what it once ran. */
export const itsOwn = [
  /^files \/etc\/(machine-id|hostname|hosts|resolv\.conf)$/,
  /^files \/etc\/ssh\/ssh_host_/,
  /^files \/root(\/|$)/,
  // UUIDs that are made at the installation.
  /^files \/etc\/libvirt\/(nwfilter\/|qemu\/networks\/default\.xml$)/,
  /^files \/etc\/libvirt\/storage(\/autostart)?$/,
  /^files \/var\/lib\/libvirt\/(boot|dnsmasq|qemu|images|network)(\/|$)/,
  // It goes on after the first guest.
  /^units virtlogd\.service /,
];
