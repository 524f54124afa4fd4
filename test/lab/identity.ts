import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./process.js";

export interface IdentityOptions {
  readonly root: string;
  readonly name: string;
  /** The lab's public key: root and windy may log in with it. */
  readonly authorizedKey: string;
  /** Names and addresses of the lab's other hosts, for /etc/hosts. */
  readonly peers: readonly { name: string; address: string }[];
}

const windy = 1000;

async function authorize(home: string, key: string, owner: number): Promise<void> {
  const directory = join(home, ".ssh");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, "authorized_keys");
  await writeFile(file, key, { mode: 0o600 });
  await chown(directory, owner, owner);
  await chown(file, owner, owner);
}

/** Gives a fresh host its name, machine id, ssh host key and users' keys. Gives the public host key ("ssh-ed25519 AAAA…"). */
export async function giveIdentity(options: IdentityOptions): Promise<string> {
  const { root, name, authorizedKey, peers } = options;
  await writeFile(join(root, "etc/hostname"), `${name}\n`);
  const hosts = ["127.0.0.1 localhost", `127.0.1.1 ${name}`, ...peers.map((peer) => `${peer.address} ${peer.name}`)];
  await writeFile(join(root, "etc/hosts"), `${hosts.join("\n")}\n`);
  // Version 4 and variant bits as systemd sets them (machine-id(5)), so that the id is a valid UUID too.
  const id = randomBytes(16);
  id[6] = (id[6]! & 0x0f) | 0x40;
  id[8] = (id[8]! & 0x3f) | 0x80;
  await writeFile(join(root, "etc/machine-id"), `${id.toString("hex")}\n`, { mode: 0o444 });
  await authorize(join(root, "root"), authorizedKey, 0);
  await authorize(join(root, "home/windy"), authorizedKey, windy);
  const key = join(root, "etc/ssh/ssh_host_ed25519_key");
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key]);
  await chmod(key, 0o600);
  return (await readFile(`${key}.pub`, "utf8")).split(" ").slice(0, 2).join(" ");
}
