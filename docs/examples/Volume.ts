/** A disk of its own, which outlives the machines that use it. It grows, also under a running guest, and never shrinks. */
import { Volume } from "pulumi-windrose";
import { host } from "./Host";
import { pool } from "./StoragePool";

export const data = new Volume("data", { host, pool, size: "100GiB" });
