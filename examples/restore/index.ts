/** A machine, a snapshot of it while it runs, and a token whose every new value rolls it back. */
import * as pulumi from "@pulumi/pulumi";
import { Host, Image, Network, Snapshot, StoragePool, VirtualMachine } from "pulumi-windrose";

const config = new pulumi.Config();
const virtualization = config.require<"required" | "preferred" | "none">("virtualization");

const host = new Host("anemoi", { requirements: { virtualization } });
const pool = new StoragePool("restore", { host });
const network = new Network("restore", {
  host,
  ipv4: { address: "172.17.4.1/24", dhcp: { start: "172.17.4.2", end: "172.17.4.254" } },
});
const image = new Image("restore", { host, pool, source: config.require("image") });

const notus = new VirtualMachine("notus", {
  host,
  memory: "512MiB",
  disks: { root: { pool, image } },
  interfaces: { lan: { network, address: "172.17.4.2" } },
  cloudInit: { sshKeys: [config.require("sshKey")] },
  wait: { for: "ssh" },
});

if (config.requireBoolean("snapshot")) {
  new Snapshot("before-upgrade", {
    host,
    machine: notus,
    memory: true,
    restore: config.get("token") || undefined,
  });
}

export const address = notus.ipAddress;
export const sshHostKeys = notus.sshHostKeys;
