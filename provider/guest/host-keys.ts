import { utils } from "ssh2";
import { WindroseError } from "../errors";

export interface HostKey {
  /** OpenSSH PEM, without a passphrase. Secret. */
  private: string;
  /** `ssh-ed25519 AAAA…`, no comment. */
  public: string;
}

const TRIES = 16;

/** A new random ed25519 host key, as sshd, `ssh-keygen -y` and dropbearconvert read it. */
export function makeHostKey(): HostKey {
  // ssh2 1.17 now and then writes a key that it can't read itself, hence the check and another try.
  for (let count = 0; count < TRIES; count++) {
    const pair = utils.generateKeyPairSync("ed25519");
    const publicKey = pair.public.trim().split(" ").slice(0, 2).join(" ");
    const parsed = utils.parseKey(pair.private);
    if (parsed instanceof Error) continue;
    const [type, base64] = publicKey.split(" ");
    if (type === "ssh-ed25519" && parsed.getPublicSSH().toString("base64") === base64)
      return { private: pair.private.endsWith("\n") ? pair.private : `${pair.private}\n`, public: publicKey };
  }
  throw new WindroseError("internal", "No ssh host key could be made");
}
