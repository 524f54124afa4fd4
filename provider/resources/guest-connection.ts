import * as pulumi from "@pulumi/pulumi";
import { type Inputs, isRecord } from "../basics/record";
import { field } from "../lifecycle/schema";

/** How a machine is logged in to, by whatever does something in it. */

export const guestConnection = (doc: string) =>
  field.group(doc, {
    user: field.text("User to log in as.", "local", {
      pattern: /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/,
      says: "is not a user name",
      default: "root",
    }),
    port: field.integer("Port of its ssh server.", "local", { min: 1, max: 65_535 }, { default: 22 }),
    address: field.text("Its address, as the host sees it.", "local", {
      pattern: /^[0-9a-fA-F.:]+$/,
      says: "is not an address",
      defaultText: "found through the host: leases, guest agent, neighbours",
    }),
    hostKey: field.text("Only host key that is accepted: `ssh-ed25519 AAAA…`.", "local", {
      pattern: /^[a-z0-9@.-]+ [A-Za-z0-9+/=]+( .*)?$/,
      says: "must be a public key, such as `ssh-ed25519 AAAA…`",
      defaultText: "those that `cloudInit` gave the machine",
    }),
    identityFile: field.text("Path of a private key.", "local", {
      defaultText: "the host connection's key, and your own default keys",
    }),
    agent: field.of(
      (z) => z.union([z.boolean(), z.string().min(1).max(1024)]),
      "boolean | string",
      "Whether to use the ssh agent, or the path of an agent's socket.",
      "local",
      { defaultText: "as for the host" },
    ),
    privateKey: field.text(
      "OpenSSH private key as text. Used but never stored, so a run without the program (`delete` in a `destroy`) needs another way to log in.",
      "local",
      { secret: true, max: 65_536, lines: true, defaultText: "the host connection's key" },
    ),
    passphrase: field.text("Passphrase of the key. Used but never stored.", "local", { secret: true }),
    timeout: field.integer(
      "Seconds to wait until the guest answers.",
      "local",
      { min: 1, max: 86_400 },
      { default: 300 },
    ),
  });

/** The fields of `connection` that are used but never stored. */
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
