/** How people get into the guests: texts made of what is known about them. Pure. */

export interface Access {
  readonly name: string;
  readonly address: string;
  readonly user: string;
  /** Public host keys: `ssh-ed25519 AAAA…`. */
  readonly hostKeys: readonly string[];
}

/** A piece of ssh_config(5): one `Host` for each guest, whose keys are looked up under its name. */
export function sshConfigText(guests: readonly Access[], proxyJump: string | undefined): string {
  return guests
    .map((guest) =>
      [
        `Host ${guest.name}`,
        `  HostName ${guest.address}`,
        `  User ${guest.user}`,
        `  HostKeyAlias ${guest.name}`,
        ...(proxyJump === undefined ? [] : [`  ProxyJump ${proxyJump}`]),
        "",
      ].join("\n"),
    )
    .join("\n");
}

/** Lines of known_hosts, by name and by address. */
export function knownHostsText(guests: readonly Access[]): string {
  return guests.flatMap((guest) => guest.hostKeys.map((key) => `${guest.name},${guest.address} ${key}\n`)).join("");
}

export function sshCommand(guest: Access, proxyJump: string | undefined): string {
  return ["ssh", ...(proxyJump === undefined ? [] : ["-J", proxyJump]), `${guest.user}@${guest.address}`].join(" ");
}

/** Name, address and ssh command, in columns. */
export function tableText(guests: readonly Access[], proxyJump: string | undefined): string {
  const rows = [
    ["NAME", "ADDRESS", "SSH"],
    ...guests.map((guest) => [guest.name, guest.address, sshCommand(guest, proxyJump)]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}
