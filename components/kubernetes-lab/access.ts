import type { Role } from "./request";

/** How people get into the guests: texts made of what is known about them. Pure. */

export interface Access {
  readonly name: string;
  readonly address: string;
  readonly user: string;
  readonly role: Role;
  /** Key of its host. */
  readonly host: string;
  /** What ssh goes through. */
  readonly proxyJump?: string;
  /** Public host keys: `ssh-ed25519 AAAA…`. */
  readonly hostKeys: readonly string[];
}

/** A piece of ssh_config(5): one `Host` for each guest, whose keys are looked up under its name. */
export function sshConfigText(guests: readonly Access[]): string {
  return guests
    .map((guest) =>
      [
        `Host ${guest.name}`,
        `  HostName ${guest.address}`,
        `  User ${guest.user}`,
        `  HostKeyAlias ${guest.name}`,
        ...(guest.proxyJump === undefined ? [] : [`  ProxyJump ${guest.proxyJump}`]),
        "",
      ].join("\n"),
    )
    .join("\n");
}

/** Lines of known_hosts, by name and by address. */
export function knownHostsText(guests: readonly Access[]): string {
  return guests.flatMap((guest) => guest.hostKeys.map((key) => `${guest.name},${guest.address} ${key}\n`)).join("");
}

export function sshCommand({ proxyJump, user, address }: Access): string {
  return ["ssh", ...(proxyJump === undefined ? [] : ["-J", proxyJump]), `${user}@${address}`].join(" ");
}

/** Name, role, host, address and ssh command, in columns. */
export function tableText(guests: readonly Access[]): string {
  const rows = [
    ["NAME", "ROLE", "HOST", "ADDRESS", "SSH"],
    ...guests.map((guest) => [
      guest.name,
      guest.role === "controlPlane" ? "control plane" : "worker",
      guest.host,
      guest.address,
      sshCommand(guest),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

/** An inventory for Ansible, in YAML: the groups `control_plane` and `workers`, each guest with its way in. */
export function inventoryText(guests: readonly Access[]): string {
  const group = (role: Role) => ({
    hosts: Object.fromEntries(
      guests
        .filter((guest) => guest.role === role)
        .map(({ name, address, user, host, proxyJump }) => [
          name,
          {
            ansible_host: address,
            ansible_user: user,
            // Host keys are looked up by name, as in the piece of ssh_config.
            ansible_ssh_common_args: [
              `-o HostKeyAlias=${name}`,
              ...(proxyJump === undefined ? [] : [`-o ProxyJump=${proxyJump}`]),
            ].join(" "),
            hypervisor: host,
          },
        ]),
    ),
  });
  // Loaded for the first text, long after the import of a program.
  const { stringify } = require("yaml") as typeof import("yaml");
  return stringify(
    { all: { children: { control_plane: group("controlPlane"), workers: group("worker") } } },
    { lineWidth: 0 },
  );
}
