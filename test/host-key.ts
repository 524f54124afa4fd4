import { type HostKey, hostKeyOf, makeHostKeySeed } from "../provider/guest/host-keys";

/** A new random host key. */
export function makeHostKey(): HostKey {
  return hostKeyOf(makeHostKeySeed());
}
