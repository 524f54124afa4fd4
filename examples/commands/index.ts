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

// The machine waits for ssh, so it has a connection for sure. A key is missing, and where Pulumi runs elsewhere than on the host,
// the way through that: the guest is behind its NAT.
const privateKey = config.requireSecret("privateKey");
const gate = config.get("gate");
const proxy = gate === undefined ? undefined : { host: gate, user: "root", privateKey };
const connection = boreas.connection.apply((own) => ({ ...own, privateKey, proxy }));
export const said = new remote.Command("uptime", { connection, create: "uptime" }).stdout;

// On the host itself, with an ssh agent that has the key, the connection is taken as it is.
export const listed =
  gate === undefined
    ? new remote.Command("disks", { connection: boreas.connection, create: "lsblk" }).stdout
    : undefined;
