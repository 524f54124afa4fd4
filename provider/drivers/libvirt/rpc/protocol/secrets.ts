import { bytes, int, uuid } from "../xdr";
import { procedure } from "./procedure";
import { flags, Limit, secret, text } from "./types";

export const secretProcedures = {
  SECRET_LOOKUP_BY_UUID: procedure(141, { uuid }, { secret }),
  SECRET_LOOKUP_BY_USAGE: procedure(147, { usageType: int, usageId: text }, { secret }),
  SECRET_DEFINE_XML: procedure(142, { xml: text, flags }, { secret }),
  SECRET_GET_XML_DESC: procedure(143, { secret, flags }, { xml: text }),
  SECRET_SET_VALUE: procedure(144, { secret, value: bytes(Limit.secret), flags }, {}),
  SECRET_UNDEFINE: procedure(146, { secret }, {}),
};
