/** Commands in a guest by @pulumi/command, over the connection that the guest itself gives. */
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { Host, Image, Network, StoragePool, VirtualMachine } from "pulumi-windrose";

const config = new pulumi.Config();
const host = new Host("anemoi");
const pool = new StoragePool("winds", { host });
const network = new Network("winds", { host, ipv4: { address: "172.17.2.1/24" } });
const image = new Image("debian", { host, pool, source: config.require("image") });

const boreas = new VirtualMachine("boreas", {
  host,
  memory: "2GiB",
  disks: { root: { pool, image, size: "20GiB" } },
  interfaces: { lan: { network, address: "172.17.2.2" } },
  cloudInit: { sshKeys: [config.require("publicKey")] },
  wait: { for: "ssh" },
});

// The machine waits for ssh, so it has a connection for sure; a key is all that is missing.
const privateKey = config.requireSecret("privateKey");
const uptime = new remote.Command("uptime", {
  connection: boreas.connection.apply((connection) => ({ ...connection, privateKey })),
  create: "uptime",
});
export const said = uptime.stdout;

// Where an agent or a default key of this machine lets you in, it is taken as it is.
export const listed = new remote.Command("disks", { connection: boreas.connection, create: "lsblk" }).stdout;
