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
    doc: "The hypervisor as the host itself has it. Default: `qemu:///system`. One with a host (`qemu+ssh://…`) says the way too; the other fields override it.",
  },
  driver: {
    typeText: "string",
    doc: "The driver, where no `uri` says it: `libvirt`, which is the default.",
  },
  address: { typeText: "string", doc: "Name or address; absent: this machine." },
  port: { typeText: "number", doc: "Default: that of ~/.ssh/config, else 22.", needsAddress: true },
  user: { typeText: "string", doc: "Default: that of ~/.ssh/config, else your own name.", needsAddress: true },
  privateKey: {
    typeText: "string",
    doc: "An OpenSSH private key as text.",
    secret: true,
    needsAddress: true,
  },
  passphrase: { typeText: "string", doc: "Passphrase of the key.", secret: true },
  password: { typeText: "string", doc: "The user's password.", secret: true, needsAddress: true },
  identityFile: { typeText: "string", doc: "Path of a private key.", needsAddress: true },
  agent: {
    typeText: "boolean | string",
    doc: "false: no ssh agent; a path: that agent's socket. Default: SSH_AUTH_SOCK.",
  },
  knownHosts: {
    typeText: "string",
    doc: "Path of a known_hosts file in place of the user's and the system's.",
  },
  hostKey: {
    typeText: "string",
    doc: "The one accepted host key: `ssh-ed25519 AAAA…`. In place of known_hosts.",
    needsAddress: true,
  },
  proxyJump: {
    typeText: "string",
    doc: "Hosts to go through, as OpenSSH writes them: `[user@]host[:port][,…]`; `none`: none.",
    needsAddress: true,
  },
  sudo: {
    typeText: "boolean",
    doc: "true: every command through sudo, where the user is not root; false: none. Default: those that need root.",
  },
  sshConfig: {
    typeText: "string | boolean",
    doc: "Path of the ssh configuration; false: none. Default: ~/.ssh/config and the system's.",
  },
  connectTimeout: { typeText: "number", doc: "Seconds until a connection must be up. Default: 20." },
} as const satisfies Readonly<Record<"uri" | "driver" | keyof SshConnection, ConnectionField>>;

/** Parameters of a URI that are heeded (https://libvirt.org/uri.html); `sudo` is none of libvirt's. */
export const uriParameters = {
  keyfile: "Path of a private key: `identityFile`.",
  known_hosts: "Path of a known_hosts file: `knownHosts`.",
  sudo: "`1`: every command through sudo; anything else: none: `sudo`.",
  no_verify: "Refused where it is `1`: host keys are always checked.",
} as const;
