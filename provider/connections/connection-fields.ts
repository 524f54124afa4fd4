import type { SshConnection } from "../transports/transport";

/**
 * The one list of what a connection object may have, in `windrose:hosts` or in a program: from it come the check, the type
 * `ConnectionArgs` and the reference.
 */

export interface ConnectionField {
  /** The type as TypeScript has it. */
  readonly typeText: string;
  readonly doc: string;
  /** Used, and never stored. */
  readonly secret?: boolean;
  /** Says nothing unless there is an address to go to. */
  readonly needsAddress?: boolean;
}

export const connectionFields = {
  uri: {
    typeText: "string",
    doc: "Hypervisor, as tools on the host name it. Default: `qemu:///system`. A URI with a host (`qemu+ssh://…`) also says how the host is reached; the other fields override that.",
  },
  driver: {
    typeText: "string",
    doc: "Driver, if `uri` does not say it. Default: `libvirt`.",
  },
  address: { typeText: "string", doc: "Name or address. Default: this machine." },
  port: { typeText: "number", doc: "ssh port. Default: as in ~/.ssh/config, else 22.", needsAddress: true },
  user: { typeText: "string", doc: "User. Default: as in ~/.ssh/config, else your own name.", needsAddress: true },
  privateKey: {
    typeText: "string",
    doc: "OpenSSH private key as text.",
    secret: true,
    needsAddress: true,
  },
  passphrase: { typeText: "string", doc: "Passphrase of the key.", secret: true },
  password: { typeText: "string", doc: "The user's password.", secret: true, needsAddress: true },
  identityFile: { typeText: "string", doc: "Path of a private key.", needsAddress: true },
  agent: {
    typeText: "boolean | string",
    doc: "`false`: no ssh agent; a path: the socket of an agent. Default: SSH_AUTH_SOCK.",
  },
  knownHosts: {
    typeText: "string",
    doc: "Path of a known_hosts file, used instead of the user's and the system's.",
  },
  hostKey: {
    typeText: "string",
    doc: "Only host key that is accepted: `ssh-ed25519 AAAA…`. Used instead of known_hosts.",
    needsAddress: true,
  },
  proxyJump: {
    typeText: "string",
    doc: "Jump hosts, in OpenSSH's form: `[user@]host[:port][,…]`. `none`: no jump host.",
    needsAddress: true,
  },
  sudo: {
    typeText: "boolean",
    doc: "`true`: every command runs through sudo, unless the user is root; `false`: no command does. Default: those that need root.",
  },
  sshConfig: {
    typeText: "string | boolean",
    doc: "Path of the ssh configuration; `false`: none. Default: ~/.ssh/config and the system's.",
  },
  connectTimeout: { typeText: "number", doc: "Seconds allowed for establishing a connection. Default: 20." },
} as const satisfies Readonly<Record<"uri" | "driver" | keyof SshConnection, ConnectionField>>;

/** Parameters of a URI that are heeded (https://libvirt.org/uri.html); `sudo` is none of libvirt's. */
export const uriParameters = {
  keyfile: "Path of a private key. Same as `identityFile`.",
  known_hosts: "Path of a known_hosts file. Same as `knownHosts`.",
  sudo: "`1`: every command runs through sudo; any other value: no command does. Same as `sudo`.",
  no_verify: "Refused if it is `1`, since host keys are always checked.",
} as const;
