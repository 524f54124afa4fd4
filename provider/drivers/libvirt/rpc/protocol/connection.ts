import { array, characters, int, optional, struct, truth, uhyper, uint } from "../xdr";
import { procedure, slow } from "./procedure";
import { domain, flags, Limit, needResults, network, nullableText, pool, text } from "./types";

/** The connection itself, the host, and the registration of events. */
export const connectionProcedures = {
  CONNECT_OPEN: procedure(1, { name: nullableText, flags }, {}),
  CONNECT_CLOSE: procedure(2, {}, {}),
  AUTH_LIST: procedure(66, {}, { types: array(int, Limit.authTypes) }),
  AUTH_POLKIT: procedure(70, {}, { complete: truth }),
  CONNECT_SUPPORTS_FEATURE: procedure(60, { feature: int }, { supported: truth }),

  CONNECT_GET_TYPE: procedure(3, {}, { type: text }),
  /** The hypervisor's: 7,002,000 is 7.2.0. */
  CONNECT_GET_VERSION: procedure(4, {}, { version: uhyper }),
  /** libvirt's: 9,000,000 is 9.0.0. */
  CONNECT_GET_LIB_VERSION: procedure(157, {}, { version: uhyper }),
  CONNECT_GET_HOSTNAME: procedure(59, {}, { hostname: text }),
  CONNECT_GET_URI: procedure(110, {}, { uri: text }),
  /** The first call to a fresh daemon probes every emulator: seconds. */
  CONNECT_GET_CAPABILITIES: procedure(7, {}, { xml: text }, slow),
  CONNECT_GET_DOMAIN_CAPABILITIES: procedure(
    342,
    { emulator: nullableText, architecture: nullableText, machine: nullableText, type: nullableText, flags },
    { xml: text },
    slow,
  ),
  /** Memory is in KiB, the clock in MHz. */
  NODE_GET_INFO: procedure(
    6,
    {},
    {
      model: characters(32),
      memory: uhyper,
      cpus: int,
      mhz: int,
      nodes: int,
      sockets: int,
      cores: int,
      threads: int,
    },
  ),
  /** KiB, by name (total, free, buffers, cached). `count` 0 asks how many there are; `cell` -1 means all. */
  NODE_GET_MEMORY_STATS: procedure(
    228,
    { count: int, cell: int, flags },
    { stats: array(struct({ field: text, value: uhyper }), 16), count: int },
  ),

  CONNECT_LIST_ALL_DOMAINS: procedure(
    273,
    { needResults, flags },
    { domains: array(domain, Limit.objects), count: uint },
  ),
  CONNECT_LIST_ALL_NETWORKS: procedure(
    283,
    { needResults, flags },
    { networks: array(network, Limit.objects), count: uint },
  ),
  CONNECT_LIST_ALL_STORAGE_POOLS: procedure(
    281,
    { needResults, flags },
    { pools: array(pool, Limit.objects), count: uint },
  ),

  CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY: procedure(
    316,
    { eventId: int, domain: optional(domain) },
    { callbackId: int },
  ),
  CONNECT_NETWORK_EVENT_REGISTER_ANY: procedure(313, { eventId: int, network: optional(network) }, { callbackId: int }),
  CONNECT_STORAGE_POOL_EVENT_REGISTER_ANY: procedure(368, { eventId: int, pool: optional(pool) }, { callbackId: int }),
};
