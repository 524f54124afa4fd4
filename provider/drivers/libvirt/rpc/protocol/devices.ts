import { uhyper } from "../xdr";
import { procedure, slow } from "./procedure";
import { domain, flags, parameters, text } from "./types";

/** Devices of virtual machines: attaching, detaching, disks, network interfaces. */
export const deviceProcedures = {
  DOMAIN_ATTACH_DEVICE_FLAGS: procedure(160, { domain, xml: text, flags }, {}, slow),
  /** Only asks for it: the device is gone when the event `device-removed` says so. */
  DOMAIN_DETACH_DEVICE_FLAGS: procedure(161, { domain, xml: text, flags }, {}, slow),
  DOMAIN_DETACH_DEVICE_ALIAS: procedure(392, { domain, alias: text, flags }, {}, slow),
  DOMAIN_UPDATE_DEVICE_FLAGS: procedure(174, { domain, xml: text, flags }, {}, slow),

  /** KiB, or bytes with the flag `bytes`. */
  DOMAIN_BLOCK_RESIZE: procedure(251, { domain, disk: text, size: uhyper, flags }, {}),
  /** Bytes. */
  DOMAIN_GET_BLOCK_INFO: procedure(
    194,
    { domain, disk: text, flags },
    { allocation: uhyper, capacity: uhyper, physical: uhyper },
  ),
  DOMAIN_SET_BLOCK_IO_TUNE: procedure(252, { domain, disk: text, parameters: parameters(32), flags }, {}),
};
