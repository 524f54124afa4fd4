import * as pulumi from "@pulumi/pulumi";
import { Host, Image, Network, StoragePool, VirtualMachine } from "pulumi-windrose";

const config = new pulumi.Config();
const virtualization = config.require<"required" | "preferred" | "none">("virtualization");

const host = new Host("anemoi", { packages: "auto", forwarding: { ipv4: true }, requirements: { virtualization } });
const pool = new StoragePool("one", { host });
const network = new Network("one", {
  host,
  ipv4: { address: "172.17.2.1/24", dhcp: { start: "172.17.2.2", end: "172.17.2.254" } },
});
const image = new Image("one", { host, pool, source: config.require("image") });
const boreas = new VirtualMachine("boreas", {
  host,
  memory: "1GiB",
  disks: { root: { pool, image } },
  interfaces: { lan: { network, address: "172.17.2.2" } },
  cloudInit: { sshKeys: [config.require("sshKey")] },
  wait: { for: "ssh" },
});
export const address = boreas.ipAddress;
