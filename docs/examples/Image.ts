/** A base image in a pool: downloaded once, verified, and used as the backing file of disks. */
import { Image } from "pulumi-windrose";
import { host } from "./Host";
import { pool } from "./StoragePool";

export const image = new Image("debian", {
  host,
  pool,
  source: "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2",
  checksum: "https://cloud.debian.org/images/cloud/bookworm/latest/SHA512SUMS",
});
