/** A guest: its size, its disks and interfaces by key, and its cloud-init seed. */
import { VirtualMachine } from "pulumi-windrose";
import { host } from "./Host";
import { image } from "./Image";
import { network } from "./Network";
import { pool } from "./StoragePool";
import { data } from "./Volume";

export const boreas = new VirtualMachine("boreas", {
  host,
  vcpus: 2,
  maxVcpus: 4,
  memory: "2GiB",
  maxMemory: "8GiB",
  disks: { root: { pool, image, size: "20GiB" }, data: { volume: data } },
  interfaces: { lan: { network, address: "172.17.2.2" } },
  cloudInit: { sshKeys: ["ssh-ed25519 AAAA… you@example.org"], packages: ["python3"] },
  restart: "defer",
  wait: { for: "ssh" },
});
