/** A directory on a host for images and volumes. An existing directory is not deleted with the pool. */
import { StoragePool } from "pulumi-windrose";
import { host } from "./Host";

export const pool = new StoragePool("winds", { host, path: "/srv/winds" });
