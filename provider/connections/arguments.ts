// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";

/** How a host is reached: an object in place of a name or a libvirt URI. */
export interface ConnectionArgs {
  /** The hypervisor as the host itself has it. Default: `qemu:///system`. One with a host (`qemu+ssh://…`) says the way too; the other fields override it. */
  uri?: pulumi.Input<string>;
  /** The driver, where no `uri` says it: `libvirt`, which is the default. */
  driver?: pulumi.Input<string>;
  /** Name or address; absent: this machine. */
  address?: pulumi.Input<string>;
  /** Default: that of ~/.ssh/config, else 22. */
  port?: pulumi.Input<number>;
  /** Default: that of ~/.ssh/config, else your own name. */
  user?: pulumi.Input<string>;
  /** An OpenSSH private key as text. Used, and never stored. */
  privateKey?: pulumi.Input<string>;
  /** Passphrase of the key. Used, and never stored. */
  passphrase?: pulumi.Input<string>;
  /** The user's password. Used, and never stored. */
  password?: pulumi.Input<string>;
  /** Path of a private key. */
  identityFile?: pulumi.Input<string>;
  /** false: no ssh agent; a path: that agent's socket. Default: SSH_AUTH_SOCK. */
  agent?: pulumi.Input<boolean | string>;
  /** Path of a known_hosts file in place of the user's and the system's. */
  knownHosts?: pulumi.Input<string>;
  /** The one accepted host key: `ssh-ed25519 AAAA…`. In place of known_hosts. */
  hostKey?: pulumi.Input<string>;
  /** Hosts to go through, as OpenSSH writes them: `[user@]host[:port][,…]`; `none`: none. */
  proxyJump?: pulumi.Input<string>;
  /** true: every command through sudo, where the user is not root; false: none. Default: those that need root. */
  sudo?: pulumi.Input<boolean>;
  /** Path of the ssh configuration; false: none. Default: ~/.ssh/config and the system's. */
  sshConfig?: pulumi.Input<string | boolean>;
  /** Seconds until a connection must be up. Default: 20. */
  connectTimeout?: pulumi.Input<number>;
}
