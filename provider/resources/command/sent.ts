import * as pulumi from "@pulumi/pulumi";
import { type Inputs, isRecord } from "../../basics/record";
import { sentConnection } from "../guest-connection";
import type { CommandArgs } from "./arguments";
import { mayBeSecret } from "./fields";

/**
 * What goes to the engine: the arguments; which of them are secrets (values arrive plain at the provider); the host keys
 * that the machine was given; and, apart from what is stored, keys for the guest.
 */
export function sent(args: CommandArgs): Inputs {
  return {
    ...args,
    ...sentConnection(args.connection, args.machine),
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
