import * as pulumi from "@pulumi/pulumi";
import { type Inputs, isRecord } from "../../schema";
import type { CommandArgs } from "../arguments";
import { mayBeSecret } from "./fields";

/** Of `connection`, what is used and never stored. */
const keyNames = ["privateKey", "passphrase"];

/**
 * What goes to the engine: the arguments; which of them are secrets (values arrive plain at the provider); the host keys
 * that the machine was given; and, apart from what is stored, keys for the guest.
 */
export function sent(args: CommandArgs): Inputs {
  const { connection, machine } = args;
  const parts = connection === undefined ? undefined : pulumi.output(connection as pulumi.Input<Inputs>);
  const pick = (wanted: boolean) =>
    parts?.apply((value) =>
      isRecord(value)
        ? Object.fromEntries(Object.entries(value).filter(([name]) => keyNames.includes(name) === wanted))
        : value,
    );
  return {
    ...args,
    connection: parts && pulumi.unsecret(pick(false)!),
    __guestKeys: parts && pulumi.secret(pick(true)!),
    __hostKeys: machine instanceof pulumi.CustomResource ? (machine as unknown as Inputs).sshHostKeys : undefined,
    __secrets: secretPaths(args as unknown as Inputs),
  };
}

/** `["create", "environment.TOKEN"]` */
async function secretPaths(args: Inputs): Promise<string[]> {
  const found: string[] = [];
  for (const name of mayBeSecret) {
    const value = args[name];
    if (value === undefined) continue;
    if (name === "environment" && isRecord(value) && !pulumi.Output.isInstance(value) && !(value instanceof Promise)) {
      for (const [key, inner] of Object.entries(value)) if (await isSecret(inner)) found.push(`environment.${key}`);
    } else if (await isSecret(value)) found.push(name);
  }
  return found;
}

function isSecret(value: unknown): Promise<boolean> {
  return pulumi.isSecret(pulumi.output(value));
}

/**
 * `stdout` or `stderr` as the program has it. In the state it is a secret always; here where it was made from one, unless
 * the program says what it is to be.
 */
export function received(output: pulumi.Output<string>, args: CommandArgs): pulumi.Output<string> {
  const all = args as unknown as Inputs;
  const plain = pulumi.unsecret(output);
  const values = pulumi.output(mayBeSecret.map((name) => all[name])).apply(() => "");
  const like = pulumi.all([plain, values]).apply(([value]) => value);
  if (args.secretOutput === undefined) return like;
  return pulumi
    .output(args.secretOutput)
    .apply((secret) => (secret === undefined ? like : secret ? pulumi.secret(plain) : plain));
}
