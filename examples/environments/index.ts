/** What an environment is, once; how large it is and where it runs is its stack's configuration. */
import * as pulumi from "@pulumi/pulumi";
import { Host, Image, Network, StoragePool, VirtualMachine } from "pulumi-windrose";

const config = new pulumi.Config();
const virtualization = config.require<"required" | "preferred" | "none">("virtualization");
const subnet = config.require("subnet");

const host = new Host("anemoi", { requirements: { virtualization } });
const pool = new StoragePool("guests", { host });
const network = new Network("guests", {
  host,
  domain: pulumi.getStack(),
  ipv4: { address: `${subnet}.1/24`, dhcp: { start: `${subnet}.2`, end: `${subnet}.254` } },
});
const image = new Image("debian", { host, pool, source: config.require("image") });

const machines = config.requireObject<string[]>("guests").map(
  (name, index) =>
    new VirtualMachine(name, {
      host,
      memory: config.require("memory"),
      disks: { root: { pool, image } },
      interfaces: { lan: { network, address: `${subnet}.${index + 2}` } },
      cloudInit: { hostname: name, sshKeys: config.requireObject<string[]>("sshKeys") },
      wait: { for: "ssh" },
    }),
);

export const addresses = pulumi.all(machines.map((machine) => machine.ipAddress));
