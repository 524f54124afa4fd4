import { known } from "../../basics/record";

/** `/a//b/` is `/a/b`, as libvirt keeps it. */
export const plainPath = (path: unknown) =>
  String(path)
    .replace(/\/+/g, "/")
    .replace(/(.)\/$/, "$1");

export const samePath = (one: unknown, other: unknown) =>
  known(one) && known(other) && plainPath(one) === plainPath(other);

export const defaultPath = (name: unknown) => `/var/lib/libvirt/images/${name}`;
