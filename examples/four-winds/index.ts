/**
 * Four guests on a host of one's own. All that differs from one environment to the next is in the stack's configuration;
 * Pulumi.yaml says what there is to set.
 */
import * as pulumi from "@pulumi/pulumi";
import { Host } from "pulumi-windrose";
import { GuestGroup, type GuestSize } from "pulumi-windrose/components";

const config = new pulumi.Config();
const text = (name: string) => config.get(name) || undefined;

// How the host is reached is in `windrose:hosts`, under its name.
const host = new Host("anemoi", {
  connection: config.require("host"),
  requirements: { virtualization: config.require<"required" | "preferred" | "none">("virtualization") },
});

const sizes = config.requireObject<Record<string, GuestSize>>("sizes");
const kernel = text("kernel");

const winds = new GuestGroup("winds", {
  host,
  pool: { type: "dir" },
  image: { source: config.require("image"), checksum: text("checksum") },
  subnet: config.require("subnet"),
  network: { mode: "nat", domain: config.require("domain") },
  guests: config.requireObject<string[]>("guests").map((name) => ({ name, ...sizes[name] })),
  vcpus: config.requireNumber("vcpus"),
  maxVcpus: config.requireNumber("maxVcpus"),
  memory: config.require("memory"),
  maxMemory: config.require("maxMemory"),
  diskSize: text("diskSize"),
  sshKeys: config.requireObject<string[]>("sshKeys"),
  user: config.require("user"),
  proxyJump: text("proxyJump"),
  machine: {
    ...(kernel ? { boot: { kernel, initrd: text("initrd"), cmdline: text("commandLine") } } : {}),
    restart: config.require<"refuse" | "defer" | "now">("restart"),
    wait: {
      for: config.require<"none" | "address" | "ssh" | "agent">("waitFor"),
      timeout: config.requireNumber("waitTimeout"),
    },
  },
});

export const guests = winds.guests;
export const table = winds.table;
export const sshConfig = winds.sshConfig;
export const knownHosts = winds.knownHosts;
