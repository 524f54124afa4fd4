import { array, int, truth } from "../xdr";
import { procedure, slow } from "./procedure";
import { domain, flags, Limit, needResults, snapshot, text } from "./types";

export const snapshotProcedures = {
  DOMAIN_SNAPSHOT_CREATE_XML: procedure(185, { domain, xml: text, flags }, { snapshot }, slow),
  DOMAIN_SNAPSHOT_LOOKUP_BY_NAME: procedure(189, { domain, name: text, flags }, { snapshot }),
  DOMAIN_SNAPSHOT_GET_XML_DESC: procedure(186, { snapshot, flags }, { xml: text }),
  DOMAIN_SNAPSHOT_NUM: procedure(187, { domain, flags }, { count: int }),
  DOMAIN_LIST_ALL_SNAPSHOTS: procedure(
    274,
    { domain, needResults, flags },
    { snapshots: array(snapshot, Limit.objects), count: int },
  ),
  DOMAIN_SNAPSHOT_LIST_ALL_CHILDREN: procedure(
    275,
    { snapshot, needResults, flags },
    { snapshots: array(snapshot, Limit.objects), count: int },
  ),
  DOMAIN_HAS_CURRENT_SNAPSHOT: procedure(190, { domain, flags }, { exists: truth }),
  DOMAIN_SNAPSHOT_CURRENT: procedure(191, { domain, flags }, { snapshot }),
  DOMAIN_SNAPSHOT_IS_CURRENT: procedure(271, { snapshot, flags }, { current: truth }),
  DOMAIN_REVERT_TO_SNAPSHOT: procedure(192, { snapshot, flags }, {}, slow),
  DOMAIN_SNAPSHOT_DELETE: procedure(193, { snapshot, flags }, {}, slow),
};
