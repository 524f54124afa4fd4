/**
 * Four guests on a host of one's own. All that differs from one environment to the next is in the stack's configuration;
 * configuration.ts says what there is to set.
 */
import { Host } from "pulumi-windrose";
import { GuestGroup } from "pulumi-windrose/components";
import { readConfiguration } from "./read-configuration";

const config = readConfiguration();
const text = (value: string) => value || undefined;

// How the host is reached is in `windrose:hosts`, under its name.
const host = new Host("anemoi", {
  connection: config.host,
  requirements: { virtualization: config.virtualization },
});

const winds = new GuestGroup("winds", {
  host,
  pool: { type: "dir" },
  image: { source: config.image, checksum: text(config.checksum) },
  subnet: config.subnet,
  network: { mode: "nat", domain: config.domain },
  guests: config.guests.map((name) => ({ name, ...config.sizes[name] })),
  vcpus: config.vcpus,
  maxVcpus: config.maxVcpus,
  memory: config.memory,
  maxMemory: config.maxMemory,
  diskSize: text(config.diskSize),
  sshKeys: config.sshKeys,
  user: config.user,
  proxyJump: text(config.proxyJump),
  machine: {
    ...(config.kernel
      ? { boot: { kernel: config.kernel, initrd: text(config.initrd), cmdline: text(config.commandLine) } }
      : {}),
    restart: config.restart,
    wait: { for: config.waitFor, timeout: config.waitTimeout },
  },
});

export const guests = winds.guests;
export const table = winds.table;
export const sshConfig = winds.sshConfig;
export const knownHosts = winds.knownHosts;
