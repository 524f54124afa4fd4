import {
  array,
  type Decoded,
  defaulted,
  double,
  hyper,
  int,
  optional,
  string,
  struct,
  truth,
  uhyper,
  uint,
  union,
  uuid,
} from "../xdr";

/** Limits of libvirt 9.0's remote_protocol.x. */
export const Limit = {
  text: 4_194_304,
  objects: 16_384,
  leases: 65_536,
  authTypes: 20,
  interfaces: 2048,
  addresses: 2048,
} as const;

export const text = string(Limit.text);
export const nullableText = optional(text);
/** Left out, it is 0. */
export const flags = defaulted(uint, 0);

export const domain = struct({ name: text, uuid, id: int });
export const network = struct({ name: text, uuid });
export const pool = struct({ name: text, uuid });
export const volume = struct({ pool: text, name: text, key: text });
export const snapshot = struct({ name: text, domain });

/** `id` is -1 while the domain is not running. */
export type DomainHandle = Decoded<typeof domain>;
export type NetworkHandle = Decoded<typeof network>;
export type PoolHandle = Decoded<typeof pool>;
export type VolumeHandle = Decoded<typeof volume>;
export type SnapshotHandle = Decoded<typeof snapshot>;

/** libvirt's `virTypedParameter`: a named value that says its own type. */
const parameter = struct({
  field: text,
  value: union({
    int: [1, int],
    uint: [2, uint],
    llong: [3, hyper],
    ullong: [4, uhyper],
    double: [5, double],
    boolean: [6, truth],
    string: [7, text],
  }),
});
export const parameters = (max: number) => array(parameter, max);

/** `virNetMessageError`: what a refused call answers. */
export const errorBody = struct({
  code: int,
  domain: int,
  message: nullableText,
  level: int,
  unusedDomain: optional(domain),
  str1: nullableText,
  str2: nullableText,
  str3: nullableText,
  int1: int,
  int2: int,
  unusedNetwork: optional(network),
});

/** The first argument of the listing procedures: 1 to get the objects, not their number alone. */
export const needResults = defaulted(int, 1);
