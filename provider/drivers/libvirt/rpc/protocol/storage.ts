import { array, int, truth, uhyper, uint, uuid } from "../xdr";
import { procedure, slow } from "./procedure";
import { flags, Limit, needResults, pool, text, volume } from "./types";

/** Storage pools and the volumes in them. Sizes are bytes. */
export const storageProcedures = {
  STORAGE_POOL_LOOKUP_BY_NAME: procedure(84, { name: text }, { pool }),
  STORAGE_POOL_LOOKUP_BY_UUID: procedure(85, { uuid }, { pool }),
  STORAGE_POOL_LOOKUP_BY_TARGET_PATH: procedure(391, { path: text }, { pool }),
  STORAGE_POOL_DEFINE_XML: procedure(77, { xml: text, flags }, { pool }),
  STORAGE_POOL_CREATE_XML: procedure(76, { xml: text, flags }, { pool }, slow),
  STORAGE_POOL_BUILD: procedure(79, { pool, flags }, {}, slow),
  STORAGE_POOL_CREATE: procedure(78, { pool, flags }, {}, slow),
  STORAGE_POOL_DESTROY: procedure(80, { pool }, {}, slow),
  STORAGE_POOL_UNDEFINE: procedure(82, { pool }, {}),
  STORAGE_POOL_DELETE: procedure(81, { pool, flags }, {}, slow),
  STORAGE_POOL_REFRESH: procedure(83, { pool, flags }, {}, slow),
  STORAGE_POOL_GET_INFO: procedure(
    87,
    { pool },
    { state: uint, capacity: uhyper, allocation: uhyper, available: uhyper },
  ),
  STORAGE_POOL_GET_XML_DESC: procedure(88, { pool, flags }, { xml: text }),
  STORAGE_POOL_GET_AUTOSTART: procedure(89, { pool }, { autostart: truth }),
  STORAGE_POOL_SET_AUTOSTART: procedure(90, { pool, autostart: truth }, {}),
  STORAGE_POOL_IS_ACTIVE: procedure(154, { pool }, { active: truth }),
  STORAGE_POOL_LIST_ALL_VOLUMES: procedure(
    282,
    { pool, needResults, flags },
    { volumes: array(volume, Limit.objects), count: uint },
  ),

  STORAGE_VOL_LOOKUP_BY_NAME: procedure(95, { pool, name: text }, { volume }),
  STORAGE_VOL_LOOKUP_BY_PATH: procedure(97, { path: text }, { volume }),
  STORAGE_VOL_CREATE_XML: procedure(93, { pool, xml: text, flags }, { volume }, slow),
  /** Copies `from` into a new volume: as long as its bytes take. */
  STORAGE_VOL_CREATE_XML_FROM: procedure(125, { pool, xml: text, from: volume, flags }, { volume }, slow),
  STORAGE_VOL_DELETE: procedure(94, { volume, flags }, {}, slow),
  STORAGE_VOL_RESIZE: procedure(260, { volume, capacity: uhyper, flags }, {}, slow),
  STORAGE_VOL_GET_INFO: procedure(98, { volume }, { type: int, capacity: uhyper, allocation: uhyper }),
  STORAGE_VOL_GET_XML_DESC: procedure(99, { volume, flags }, { xml: text }),
  STORAGE_VOL_GET_PATH: procedure(100, { volume }, { path: text }),
  /** A length of 0 means to the end. */
  STORAGE_VOL_UPLOAD: procedure(208, { volume, offset: uhyper, length: uhyper, flags }, {}, { stream: "up" }),
  STORAGE_VOL_DOWNLOAD: procedure(209, { volume, offset: uhyper, length: uhyper, flags }, {}, { stream: "down" }),
};
