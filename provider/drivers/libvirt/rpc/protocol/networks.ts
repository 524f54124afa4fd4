import { array, hyper, int, struct, truth, uint, uuid } from "../xdr";
import { procedure } from "./procedure";
import { flags, Limit, needResults, network, nullableText, text } from "./types";

export const networkProcedures = {
  NETWORK_LOOKUP_BY_NAME: procedure(46, { name: text }, { network }),
  NETWORK_LOOKUP_BY_UUID: procedure(47, { uuid }, { network }),
  NETWORK_DEFINE_XML: procedure(41, { xml: text }, { network }),
  NETWORK_CREATE_XML: procedure(40, { xml: text }, { network }),
  NETWORK_CREATE: procedure(39, { network }, {}),
  NETWORK_DESTROY: procedure(42, { network }, {}),
  NETWORK_UNDEFINE: procedure(49, { network }, {}),
  NETWORK_GET_XML_DESC: procedure(43, { network, flags }, { xml: text }),
  NETWORK_GET_AUTOSTART: procedure(44, { network }, { autostart: truth }),
  NETWORK_SET_AUTOSTART: procedure(48, { network, autostart: truth }, {}),
  NETWORK_IS_ACTIVE: procedure(152, { network }, { active: truth }),
  NETWORK_IS_PERSISTENT: procedure(153, { network }, { persistent: truth }),
  /** Use `LibvirtClient.updateNetwork`: old daemons take `command` and `section` in the other order. */
  NETWORK_UPDATE: procedure(291, { network, command: uint, section: uint, parentIndex: int, xml: text, flags }, {}),
  /** Expiry in seconds since 1970; type 0 is IPv4, 1 IPv6. */
  NETWORK_GET_DHCP_LEASES: procedure(
    341,
    { network, mac: nullableText, needResults, flags },
    {
      leases: array(
        struct({
          interface: text,
          expiry: hyper,
          type: int,
          mac: nullableText,
          iaid: nullableText,
          address: text,
          prefix: uint,
          hostname: nullableText,
          clientId: nullableText,
        }),
        Limit.leases,
      ),
      count: uint,
    },
  ),
};
