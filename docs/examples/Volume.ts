/** A separate disk, which outlives the machines that use it. It can grow, also while a guest uses it, and never shrinks. */
import { Volume } from "pulumi-windrose";
import { host } from "./Host";
import { pool } from "./StoragePool";

export const data = new Volume("data", { host, pool, size: "100GiB" });
