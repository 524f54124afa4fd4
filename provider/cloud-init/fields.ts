/** What a user can say about a guest's first boot. Types only. */
export interface CloudInitFields {
  /** RFC 1123 host name; a label, or several with dots. */
  hostname: string;
  /** Full name, `boreas.lab.example`. */
  fqdn?: string;
  /**
   * An object or text that begins with `#cloud-config` is merged with the other fields: its own values win, lists are
   * joined. Any other text (a script with `#!`, MIME, `#include`, a jinja template) becomes a part beside ours.
   */
  userData?: string | object;
  /** Names or objects, as cloud-init's `users`. Write `default` to keep the image's own user. */
  users?: readonly (string | object)[];
  /**
   * Public keys. They let in the image's default user (where `users` is absent or names `default`) and root:
   * cloud-init's `ssh_authorized_keys` with `disable_root: false` (cloudinit/config/cc_ssh.py, apply_credentials).
   */
  sshKeys?: readonly string[];
  packages?: readonly string[];
  /** Run once, in order, after userData's own `runcmd`: text for a shell, or arguments. */
  runCommands?: readonly (string | readonly string[])[];
  /** Network configuration, version 1 or 2; a wrapping `network:` is taken off. Default: what the image does. */
  networkConfig?: string | object;
  /** As userData, of lower rank; cloud-init merges it itself. */
  vendorData?: string | object;
}

export interface HostKeyPair {
  /** OpenSSH PEM. Secret. */
  private: string;
  /** `ssh-ed25519 AAAA…` */
  public: string;
}

export interface SeedInput extends CloudInitFields {
  /** The guest's ssh host keys: the only ones that it will have. Empty: it makes its own. */
  hostKeys: readonly HostKeyPair[];
  /** UUID of the machine; a part of the instance id. */
  machine: string;
}
