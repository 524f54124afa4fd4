import * as pulumi from "@pulumi/pulumi";
import { type Inputs, isRecord } from "../basics/record";
import { field } from "../lifecycle/schema";

/** How a machine is logged in to, by whatever does something in it. */

export const guestConnection = (doc: string) =>
  field.group(doc, {
    user: field.text("User in the guest.", "local", {
      pattern: /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/,
      says: "is not a user's name",
      default: "root",
    }),
    port: field.integer("Port of its ssh server.", "local", { min: 1, max: 65_535 }, { default: 22 }),
    address: field.text("Its address, as the host sees it.", "local", {
      pattern: /^[0-9a-fA-F.:]+$/,
      says: "is not an address",
      defaultText: "asked of the host: leases, guest agent, neighbours",
    }),
    hostKey: field.text("The one accepted host key, `ssh-ed25519 AAAA…`.", "local", {
      pattern: /^[a-z0-9@.-]+ [A-Za-z0-9+/=]+( .*)?$/,
      says: "must be a public key as `ssh-ed25519 AAAA…`",
      defaultText: "those that `cloudInit` gave the machine",
    }),
    identityFile: field.text("Path of a private key.", "local", {
      defaultText: "that of the host's connection, and your own default keys",
    }),
    agent: field.of(
      (z) => z.union([z.boolean(), z.string().min(1).max(1024)]),
      "boolean | string",
      "false: no ssh agent; a path: that agent's socket.",
      "local",
      { defaultText: "as for the host" },
    ),
    privateKey: field.text(
      "An OpenSSH private key as text. Used, and never stored: what runs without the program (`delete` in a `destroy`) needs another way in.",
      "local",
      { secret: true, max: 65_536, lines: true, defaultText: "that of the host's connection" },
    ),
    passphrase: field.text("Passphrase of the key. Used, and never stored.", "local", { secret: true }),
    timeout: field.integer(
      "Seconds to wait until the guest answers.",
      "local",
      { min: 1, max: 86_400 },
      { default: 300 },
    ),
  });

/** Of `connection`, what is used and never stored. */
const keyNames = ["privateKey", "passphrase"];

/** What the constructor of such a resource sends for its `connection` and `machine`: keys go apart from what is stored. */
export function sentConnection(connection: unknown, machine: unknown): Inputs {
  const parts = connection === undefined ? undefined : pulumi.output(connection as pulumi.Input<Inputs>);
  const pick = (wanted: boolean) =>
    parts?.apply((value) =>
      isRecord(value)
        ? Object.fromEntries(Object.entries(value).filter(([name]) => keyNames.includes(name) === wanted))
        : value,
    );
  return {
    connection: parts && pulumi.unsecret(pick(false)!),
    __guestKeys: parts && pulumi.secret(pick(true)!),
    __hostKeys: machine instanceof pulumi.CustomResource ? (machine as unknown as Inputs).sshHostKeys : undefined,
  };
}
