import { hyper, int, truth, uhyper } from "../xdr";
import { procedure, slow } from "./procedure";
import { domain, flags, nullableText, parameters, text } from "./types";

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
  DOMAIN_BLOCK_STATS: procedure(
    64,
    { domain, disk: text },
    { readRequests: hyper, readBytes: hyper, writeRequests: hyper, writeBytes: hyper, errors: hyper },
  ),
  DOMAIN_SET_BLOCK_IO_TUNE: procedure(252, { domain, disk: text, parameters: parameters(32), flags }, {}),
  /** `count` 0 asks how many parameters there are. */
  DOMAIN_GET_BLOCK_IO_TUNE: procedure(
    253,
    { domain, disk: nullableText, count: int, flags },
    { parameters: parameters(32), count: int },
  ),

  DOMAIN_INTERFACE_STATS: procedure(
    65,
    { domain, device: text },
    {
      receivedBytes: hyper,
      receivedPackets: hyper,
      receivedErrors: hyper,
      receivedDropped: hyper,
      sentBytes: hyper,
      sentPackets: hyper,
      sentErrors: hyper,
      sentDropped: hyper,
    },
  ),
  DOMAIN_SET_INTERFACE_PARAMETERS: procedure(256, { domain, device: text, parameters: parameters(16), flags }, {}),
  DOMAIN_GET_INTERFACE_PARAMETERS: procedure(
    257,
    { domain, device: text, count: int, flags },
    { parameters: parameters(16), count: int },
  ),

  /** Bandwidth in MiB/s, or bytes/s with its flag; 0 for no limit. */
  DOMAIN_BLOCK_COMMIT: procedure(
    290,
    { domain, disk: text, base: nullableText, top: nullableText, bandwidth: uhyper, flags },
    {},
  ),
  DOMAIN_BLOCK_PULL: procedure(240, { domain, disk: text, bandwidth: uhyper, flags }, {}),
  DOMAIN_BLOCK_REBASE: procedure(266, { domain, disk: text, base: nullableText, bandwidth: uhyper, flags }, {}),
  DOMAIN_BLOCK_COPY: procedure(345, { domain, disk: text, xml: text, parameters: parameters(16), flags }, {}),
  DOMAIN_BLOCK_JOB_ABORT: procedure(237, { domain, disk: text, flags }, {}, slow),
  DOMAIN_BLOCK_JOB_SET_SPEED: procedure(239, { domain, disk: text, bandwidth: uhyper, flags }, {}),
  DOMAIN_GET_BLOCK_JOB_INFO: procedure(
    238,
    { domain, disk: text, flags },
    { found: truth, type: int, bandwidth: uhyper, current: uhyper, end: uhyper },
  ),
};
