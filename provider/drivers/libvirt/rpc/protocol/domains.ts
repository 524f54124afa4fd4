import { array, int, struct, truth, uhyper, uint, uuid } from "../xdr";
import { procedure, slow } from "./procedure";
import { domain, flags, Limit, nullableText, text } from "./types";

/** Virtual machines: their definition, their life and what the guest tells. */
export const domainProcedures = {
  DOMAIN_LOOKUP_BY_NAME: procedure(23, { name: text }, { domain }),
  DOMAIN_LOOKUP_BY_UUID: procedure(24, { uuid }, { domain }),

  DOMAIN_DEFINE_XML_FLAGS: procedure(350, { xml: text, flags }, { domain }),
  DOMAIN_UNDEFINE_FLAGS: procedure(231, { domain, flags }, {}),
  DOMAIN_GET_XML_DESC: procedure(14, { domain, flags }, { xml: text }),
  /** The domain must be stopped. */
  DOMAIN_RENAME: procedure(358, { domain, name: nullableText, flags }, { code: int }),
  DOMAIN_IS_PERSISTENT: procedure(151, { domain }, { persistent: truth }),
  /** Memory in KiB, time in ns. */
  DOMAIN_GET_INFO: procedure(
    16,
    { domain },
    { state: uint, maxMemory: uhyper, memory: uhyper, vcpus: uint, cpuTime: uhyper },
  ),
  DOMAIN_GET_STATE: procedure(212, { domain, flags }, { state: int, reason: int }),
  DOMAIN_GET_AUTOSTART: procedure(15, { domain }, { autostart: truth }),
  DOMAIN_SET_AUTOSTART: procedure(29, { domain, autostart: truth }, {}),
  /** `type` is one of `MetadataType`; for an element, `key` is its prefix and `uri` its namespace. null removes it. */
  DOMAIN_SET_METADATA: procedure(
    264,
    { domain, type: int, metadata: nullableText, key: nullableText, uri: nullableText, flags },
    {},
  ),

  DOMAIN_CREATE_XML: procedure(10, { xml: text, flags }, { domain }, slow),
  DOMAIN_CREATE_WITH_FLAGS: procedure(196, { domain, flags }, { domain }, slow),
  DOMAIN_SHUTDOWN_FLAGS: procedure(258, { domain, flags }, {}),
  DOMAIN_DESTROY_FLAGS: procedure(234, { domain, flags }, {}),
  DOMAIN_SUSPEND: procedure(34, { domain }, {}),
  DOMAIN_RESUME: procedure(28, { domain }, {}),
  DOMAIN_PM_WAKEUP: procedure(267, { domain, flags }, {}),

  /** KiB. */
  DOMAIN_SET_MEMORY_FLAGS: procedure(204, { domain, memory: uhyper, flags }, {}),
  DOMAIN_SET_VCPUS_FLAGS: procedure(199, { domain, count: uint, flags }, {}),
  DOMAIN_GET_VCPUS_FLAGS: procedure(200, { domain, flags }, { count: int }),

  /** A terminal of the guest, both ways. Without a name the first serial port or console. */
  DOMAIN_OPEN_CONSOLE: procedure(201, { domain, device: nullableText, flags }, {}, { stream: "both" }),

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
};
