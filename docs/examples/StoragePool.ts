/** A place on a host where images and volumes are. A directory that was there before stays when the pool is deleted. */
import { StoragePool } from "pulumi-windrose";
import { host } from "./Host";

export const pool = new StoragePool("winds", { host, path: "/srv/winds" });
