// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";

/** How a host is reached: an object in place of a name or a libvirt URI. */
export interface ConnectionArgs {
  /** Hypervisor, as tools on the host name it. Default: `qemu:///system`. A URI with a host (`qemu+ssh://…`) also says how the host is reached; the other fields override that. */
  uri?: pulumi.Input<string>;
  /** Driver, if `uri` does not say it. Default: `libvirt`. */
  driver?: pulumi.Input<string>;
  /** Name or address. Default: this machine. */
  address?: pulumi.Input<string>;
  /** ssh port. Default: as in ~/.ssh/config, else 22. */
  port?: pulumi.Input<number>;
  /** User. Default: as in ~/.ssh/config, else your own name. */
  user?: pulumi.Input<string>;
  /** OpenSSH private key as text. Used but never stored. */
  privateKey?: pulumi.Input<string>;
  /** Passphrase of the key. Used but never stored. */
  passphrase?: pulumi.Input<string>;
  /** The user's password. Used but never stored. */
  password?: pulumi.Input<string>;
  /** Path of a private key. */
  identityFile?: pulumi.Input<string>;
  /** `false`: no ssh agent; a path: the socket of an agent. Default: SSH_AUTH_SOCK. */
  agent?: pulumi.Input<boolean | string>;
  /** Path of a known_hosts file, used instead of the user's and the system's. */
  knownHosts?: pulumi.Input<string>;
  /** Only host key that is accepted: `ssh-ed25519 AAAA…`. Used instead of known_hosts. */
  hostKey?: pulumi.Input<string>;
  /** Jump hosts, in OpenSSH's form: `[user@]host[:port][,…]`. `none`: no jump host. */
  proxyJump?: pulumi.Input<string>;
  /** `true`: every command runs through sudo, unless the user is root; `false`: no command does. Default: those that need root. */
  sudo?: pulumi.Input<boolean>;
  /** Path of the ssh configuration; `false`: none. Default: ~/.ssh/config and the system's. */
  sshConfig?: pulumi.Input<string | boolean>;
  /** Seconds allowed for establishing a connection. Default: 20. */
  connectTimeout?: pulumi.Input<number>;
}
