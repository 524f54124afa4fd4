/** A command or script, run on a host or in a guest, over the connection that is already open. */
import { Command } from "pulumi-windrose";
import { host } from "./Host";
import { boreas } from "./VirtualMachine";

export const release = new Command("release", {
  host,
  machine: boreas,
  connection: { user: "debian" },
  create: "sudo hostnamectl set-chassis vm\ncat /etc/os-release",
  delete: ["sudo", "hostnamectl", "set-chassis", ""],
  triggers: ["2026-11"],
});
