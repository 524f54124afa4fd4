import type { HostProfile } from "../profile";
import type { Kind, Thing } from "./model";

const words: Readonly<Record<Kind, (name: string, profile: HostProfile) => string>> = {
  package: (name) => `the package ${name}`,
  module: (name) => `the module ${name}`,
  sysctl: (name) => `sysctl ${name}`,
  member: (name) => `the user ${name.split(" ")[0]} in the group ${name.split(" ")[1]}`,
  setting: (name, { settings }) => {
    const [file, key] = name.split(" ") as [string, string];
    return `${key} in ${settings?.path(file) ?? file}`;
  },
  file: (name) => `the file ${name}`,
  apparmor: (name, { apparmor }) => `${name} in ${apparmor?.called ?? "AppArmor's profiles"}`,
  enabled: (name) => `whether ${name} is enabled`,
  running: (name) => `whether ${name} runs`,
  firewall: (name) => `the firewall of ${name.split(" ")[0]} for ${name.split(" ")[1]}`,
};

/** A thing of the host, for people. */
export function describeThing(thing: Thing, profile: HostProfile): string {
  return words[thing.kind](thing.name, profile);
}
