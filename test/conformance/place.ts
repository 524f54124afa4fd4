/** What samples refer to: real on a host of the lab, made up in the unit test. */
export interface Place {
  /** Ids. */
  readonly host: string;
  readonly connection: string;
  readonly pool: string;
  readonly otherPool: string;
  readonly image: string;
  readonly otherImage: string;
  readonly volume: string;
  readonly otherVolume: string;
  readonly spareVolume: string;
  readonly network: string;
  readonly otherNetwork: string;
  readonly machine: string;
  readonly otherMachine: string;
  /** A machine that is off. */
  readonly stopped: string;
  /** URLs of the same image at two places, of another image, and the digests of both. */
  readonly source: string;
  readonly sameSource: string;
  readonly otherSource: string;
  readonly digest: string;
  readonly otherDigest: string;
  /** Another way to the same host. */
  readonly otherConnection: string;
  /** A key that lets the tests into guests. */
  readonly publicKey: string;
  /** Another machine, with all that is on this one. */
  readonly elsewhere?: Place;
}

const pool = "aaaaaaaa-2222-8333-8444-555555555555";
const otherPool = "bbbbbbbb-2222-8333-8444-555555555555";
const uuid = "11111111-2222-8333-8444-555555555555";
const otherUuid = "22222222-2222-8333-8444-555555555555";

/** Ids of nothing: for tests that reach no host. */
export const nowhere: Place = {
  host: "h1",
  connection: "anemoi",
  otherConnection: "boreas",
  pool,
  otherPool,
  image: `${pool}/a.qcow2`,
  otherImage: `${pool}/b.qcow2`,
  volume: `${pool}/c.qcow2`,
  otherVolume: `${pool}/d.qcow2`,
  spareVolume: `${pool}/e.qcow2`,
  network: uuid,
  otherNetwork: otherUuid,
  machine: uuid,
  otherMachine: otherUuid,
  stopped: uuid,
  source: "https://images.example/micro.qcow2",
  sameSource: "https://mirror.example/micro.qcow2",
  otherSource: "https://images.example/other.qcow2",
  digest: `sha256:${"a".repeat(64)}`,
  otherDigest: `sha256:${"b".repeat(64)}`,
  publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA a",
};

/** The place of the samples that change the machine that a thing is on. */
export function elsewhere(place: Place): Place {
  return place.elsewhere ?? { ...place, host: "h2", connection: "boreas" };
}
