import { array, bytes, hyper, int, struct, truth, uhyper, uint, uuid } from "../xdr";
import { procedure, slow } from "./procedure";
import { domain, flags, Limit, nullableText, parameters, text } from "./types";

/** Virtual machines: their definition, their life and what the guest tells. */
export const domainProcedures = {
  DOMAIN_LOOKUP_BY_ID: procedure(22, { id: int }, { domain }),
  DOMAIN_LOOKUP_BY_NAME: procedure(23, { name: text }, { domain }),
  DOMAIN_LOOKUP_BY_UUID: procedure(24, { uuid }, { domain }),

  DOMAIN_DEFINE_XML_FLAGS: procedure(350, { xml: text, flags }, { domain }),
  DOMAIN_UNDEFINE_FLAGS: procedure(231, { domain, flags }, {}),
  DOMAIN_GET_XML_DESC: procedure(14, { domain, flags }, { xml: text }),
  /** The domain must be stopped. */
  DOMAIN_RENAME: procedure(358, { domain, name: nullableText, flags }, { code: int }),
  DOMAIN_IS_ACTIVE: procedure(150, { domain }, { active: truth }),
  DOMAIN_IS_PERSISTENT: procedure(151, { domain }, { persistent: truth }),
  /** Whether the stored definition differs from the running one. */
  DOMAIN_IS_UPDATED: procedure(202, { domain }, { updated: truth }),
  /** Memory in KiB, time in ns. */
  DOMAIN_GET_INFO: procedure(
    16,
    { domain },
    { state: uint, maxMemory: uhyper, memory: uhyper, vcpus: uint, cpuTime: uhyper },
  ),
  DOMAIN_GET_STATE: procedure(212, { domain, flags }, { state: int, reason: int }),
  DOMAIN_GET_CONTROL_INFO: procedure(229, { domain, flags }, { state: uint, details: uint, time: uhyper }),
  DOMAIN_GET_OS_TYPE: procedure(19, { domain }, { type: text }),
  DOMAIN_GET_AUTOSTART: procedure(15, { domain }, { autostart: truth }),
  DOMAIN_SET_AUTOSTART: procedure(29, { domain, autostart: truth }, {}),
  /** `type` is one of `MetadataType`; for an element, `key` is its prefix and `uri` its namespace. null removes it. */
  DOMAIN_SET_METADATA: procedure(
    264,
    { domain, type: int, metadata: nullableText, key: nullableText, uri: nullableText, flags },
    {},
  ),
  DOMAIN_GET_METADATA: procedure(265, { domain, type: int, uri: nullableText, flags }, { metadata: text }),
  /** Warnings about the domain (deprecated features, a tainted state). */
  DOMAIN_GET_MESSAGES: procedure(426, { domain, flags }, { messages: array(text, Limit.messages) }),

  DOMAIN_CREATE_XML: procedure(10, { xml: text, flags }, { domain }, slow),
  DOMAIN_CREATE_WITH_FLAGS: procedure(196, { domain, flags }, { domain }, slow),
  DOMAIN_SHUTDOWN_FLAGS: procedure(258, { domain, flags }, {}),
  DOMAIN_DESTROY_FLAGS: procedure(234, { domain, flags }, {}),
  DOMAIN_REBOOT: procedure(27, { domain, flags }, {}),
  DOMAIN_RESET: procedure(245, { domain, flags }, {}),
  DOMAIN_SUSPEND: procedure(34, { domain }, {}),
  DOMAIN_RESUME: procedure(28, { domain }, {}),
  DOMAIN_PM_WAKEUP: procedure(267, { domain, flags }, {}),

  /** KiB. */
  DOMAIN_GET_MAX_MEMORY: procedure(17, { domain }, { memory: uhyper }),
  /** KiB. */
  DOMAIN_SET_MEMORY_FLAGS: procedure(204, { domain, memory: uhyper, flags }, {}),
  DOMAIN_SET_MEMORY_STATS_PERIOD: procedure(308, { domain, period: int, flags }, {}),
  DOMAIN_MEMORY_STATS: procedure(
    159,
    { domain, maximum: uint, flags },
    { stats: array(struct({ tag: int, value: uhyper }), Limit.memoryStats) },
  ),
  DOMAIN_SET_MEMORY_PARAMETERS: procedure(197, { domain, parameters: parameters(16), flags }, {}),
  DOMAIN_GET_MAX_VCPUS: procedure(18, { domain }, { count: int }),
  DOMAIN_SET_VCPUS_FLAGS: procedure(199, { domain, count: uint, flags }, {}),
  DOMAIN_GET_VCPUS_FLAGS: procedure(200, { domain, flags }, { count: int }),
  DOMAIN_PIN_VCPU_FLAGS: procedure(225, { domain, vcpu: uint, map: bytes(2048), flags }, {}),
  DOMAIN_GET_SCHEDULER_PARAMETERS_FLAGS: procedure(223, { domain, count: int, flags }, { parameters: parameters(16) }),
  DOMAIN_SET_SCHEDULER_PARAMETERS_FLAGS: procedure(219, { domain, parameters: parameters(16), flags }, {}),

  DOMAIN_MANAGED_SAVE: procedure(182, { domain, flags }, {}, slow),
  DOMAIN_HAS_MANAGED_SAVE_IMAGE: procedure(183, { domain, flags }, { saved: truth }),
  DOMAIN_MANAGED_SAVE_REMOVE: procedure(184, { domain, flags }, {}),
  DOMAIN_CORE_DUMP: procedure(53, { domain, path: text, flags }, {}, slow),
  DOMAIN_GET_JOB_INFO: procedure(
    163,
    { domain },
    {
      type: int,
      timeElapsed: uhyper,
      timeRemaining: uhyper,
      dataTotal: uhyper,
      dataProcessed: uhyper,
      dataRemaining: uhyper,
      memoryTotal: uhyper,
      memoryProcessed: uhyper,
      memoryRemaining: uhyper,
      fileTotal: uhyper,
      fileProcessed: uhyper,
      fileRemaining: uhyper,
    },
  ),
  DOMAIN_GET_JOB_STATS: procedure(298, { domain, flags }, { type: int, parameters: parameters(64) }),
  DOMAIN_ABORT_JOB: procedure(164, { domain }, {}),

  /** A terminal of the guest, both ways. Without a name the first serial port or console. */
  DOMAIN_OPEN_CONSOLE: procedure(201, { domain, device: nullableText, flags }, {}, { stream: "both" }),
  DOMAIN_OPEN_CHANNEL: procedure(296, { domain, name: nullableText, flags }, {}, { stream: "both" }),
  DOMAIN_SCREENSHOT: procedure(211, { domain, screen: uint, flags }, { mime: nullableText }, { stream: "down" }),

  /** `source` is one of `InterfaceAddressSource`. */
  DOMAIN_INTERFACE_ADDRESSES: procedure(
    353,
    { domain, source: uint, flags },
    {
      interfaces: array(
        struct({
          name: text,
          mac: nullableText,
          addresses: array(struct({ type: int, address: text, prefix: uint }), Limit.addresses),
        }),
        Limit.interfaces,
      ),
    },
    slow,
  ),
  DOMAIN_GET_HOSTNAME: procedure(277, { domain, flags }, { hostname: text }, slow),
  /** `types` as in `virDomainGuestInfoTypes`; 0 for all that the agent knows. */
  DOMAIN_GET_GUEST_INFO: procedure(418, { domain, types: uint, flags }, { parameters: parameters(2048) }, slow),
  DOMAIN_GET_FSINFO: procedure(
    349,
    { domain, flags },
    {
      fileSystems: array(
        struct({ mountpoint: text, name: text, type: text, devices: array(text, Limit.fileSystems) }),
        Limit.fileSystems,
      ),
      count: uint,
    },
    slow,
  ),
  DOMAIN_FSTRIM: procedure(294, { domain, mountpoint: nullableText, minimum: uhyper, flags }, {}, slow),
  DOMAIN_GET_TIME: procedure(337, { domain, flags }, { seconds: hyper, nanoseconds: uint }, slow),
  DOMAIN_SET_TIME: procedure(338, { domain, seconds: hyper, nanoseconds: uint, flags }, {}, slow),
  DOMAIN_SET_USER_PASSWORD: procedure(357, { domain, user: nullableText, password: nullableText, flags }, {}, slow),
  DOMAIN_AGENT_SET_RESPONSE_TIMEOUT: procedure(420, { domain, seconds: int, flags }, { result: int }),
};
