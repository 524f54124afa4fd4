// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { VirtualMachine } from "../virtual-machine";

/** How to log in to `machine`. */
export interface CommandConnectionArgs {
  /** User to log in as. Default: `"root"`. Effect of a change: state only. */
  user?: pulumi.Input<string>;
  /** Port of its ssh server. Bounds: 1 to 65535. Default: `22`. Effect of a change: state only. */
  port?: pulumi.Input<number>;
  /** Its address, as the host sees it. Default: found through the host: leases, guest agent, neighbours. Effect of a change: state only. */
  address?: pulumi.Input<string>;
  /** Only host key that is accepted: `ssh-ed25519 AAAA…`. Default: those that `cloudInit` gave the machine. Effect of a change: state only. */
  hostKey?: pulumi.Input<string>;
  /** Path of a private key. Default: the host connection's key, and your own default keys. Effect of a change: state only. */
  identityFile?: pulumi.Input<string>;
  /** Whether to use the ssh agent, or the path of an agent's socket. Default: as for the host. Effect of a change: state only. */
  agent?: pulumi.Input<boolean | string>;
  /** OpenSSH private key as text. Used but never stored, so a run without the program (`delete` in a `destroy`) needs another way to log in. Default: the host connection's key. Secret. Effect of a change: state only. */
  privateKey?: pulumi.Input<string>;
  /** Passphrase of the key. Used but never stored. Secret. Effect of a change: state only. */
  passphrase?: pulumi.Input<string>;
  /** Seconds to wait until the guest answers. Bounds: 1 to 86400. Default: `300`. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
}

/** How to log in to `machine`. */
export interface CommandConnection {
  /** User to log in as. */
  readonly user?: string;
  /** Port of its ssh server. */
  readonly port?: number;
  /** Its address, as the host sees it. */
  readonly address?: string;
  /** Only host key that is accepted: `ssh-ed25519 AAAA…`. */
  readonly hostKey?: string;
  /** Path of a private key. */
  readonly identityFile?: string;
  /** Whether to use the ssh agent, or the path of an agent's socket. */
  readonly agent?: boolean | string;
  /** OpenSSH private key as text. Used but never stored, so a run without the program (`delete` in a `destroy`) needs another way to log in. */
  readonly privateKey?: string;
  /** Passphrase of the key. Used but never stored. */
  readonly passphrase?: string;
  /** Seconds to wait until the guest answers. */
  readonly timeout?: number;
}

/** Arguments of a Command. */
export interface CommandArgs {
  /** Host that the command runs on, or that `machine` is on. Effect of a change: replaces it. */
  host: Host;
  /** Runs the command in this machine, by ssh through the host's connection. The machine must be running. Effect of a change: replaces it. */
  machine?: VirtualMachine | pulumi.Input<string>;
  /** How to log in to `machine`. */
  connection?: pulumi.Input<CommandConnectionArgs>;
  /** Runs when the resource is created: a script, or a program and its arguments. If it fails or is interrupted, the next `up` runs it again. All users of the machine can read the arguments while it runs, but not a script. It has ended when its outputs are closed, so a background process must redirect its outputs. Windows line endings in a script are converted to Unix ones. Effect of a change: live: runs `update`, or `create` without it. */
  create?: pulumi.Input<string | pulumi.Input<string>[]>;
  /** Runs instead of `create` when a field of a command that has run before changes. Effect of a change: live: runs it; removed: state only. */
  update?: pulumi.Input<string | pulumi.Input<string>[]>;
  /** Runs before the resource is deleted or replaced, also when `create` failed. It is skipped when the machine no longer exists. Without `delete`, a command in a machine is deleted together with the machine. Effect of a change: state only. */
  delete?: pulumi.Input<string | pulumi.Input<string>[]>;
  /** Program that runs the script, with its first arguments. The path of the script is appended: `["python3"]`. Default: `sh`. Effect of a change: live: runs `update`, or `create` without it. */
  interpreter?: pulumi.Input<pulumi.Input<string>[]>;
  /** Environment variables. Secret ones are stored encrypted and shown as `[secret]`. `update` and `delete` also get the previous run's output in `PULUMI_COMMAND_STDOUT` and `PULUMI_COMMAND_STDERR`. Effect of a change: live: runs `update`, or `create` without it. */
  environment?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Standard input. Effect of a change: live: runs `update`, or `create` without it. */
  stdin?: pulumi.Input<string>;
  /** Any values; a change of one runs the command again. Effect of a change: live: runs `update`, or `create` without it. */
  triggers?: pulumi.Input<pulumi.Input<unknown>[]>;
  /** Directory that it runs in, an absolute path. Default: the user's home. Effect of a change: live: runs `update`, or `create` without it. */
  workingDirectory?: pulumi.Input<string>;
  /** Runs as root, through sudo if the user is not root. Default: as the connection says. Effect of a change: live: runs `update`, or `create` without it. */
  root?: pulumi.Input<boolean>;
  /** Where lines of output are shown. `status`: in the resource's live status; `diagnostics`: also as lasting messages, at most 500; `none`: nowhere. Default: `"status"`. Effect of a change: state only. */
  log?: pulumi.Input<"status" | "diagnostics" | "none">;
  /** Whether `stdout` and `stderr` are secret and not shown. Default: true if the command itself is secret; secret variables and input are masked in any case. Effect of a change: state only. */
  secretOutput?: pulumi.Input<boolean>;
  /** Seconds allowed for creating, updating, reading or deleting it. Bounds: 1 to 86400. Default: by kind. Effect of a change: state only. */
  timeout?: pulumi.Input<number>;
}

/** What a Command has once it is there. */
export interface CommandOutputs {
  /** Host that the command runs on, or that `machine` is on. */
  readonly host: pulumi.Output<string>;
  /** Runs the command in this machine, by ssh through the host's connection. The machine must be running. */
  readonly machine: pulumi.Output<string | undefined>;
  /** How to log in to `machine`. */
  readonly connection: pulumi.Output<CommandConnection | undefined>;
  /** Runs when the resource is created: a script, or a program and its arguments. If it fails or is interrupted, the next `up` runs it again. All users of the machine can read the arguments while it runs, but not a script. It has ended when its outputs are closed, so a background process must redirect its outputs. Windows line endings in a script are converted to Unix ones. */
  readonly create: pulumi.Output<string | string[] | undefined>;
  /** Runs instead of `create` when a field of a command that has run before changes. */
  readonly update: pulumi.Output<string | string[] | undefined>;
  /** Runs before the resource is deleted or replaced, also when `create` failed. It is skipped when the machine no longer exists. Without `delete`, a command in a machine is deleted together with the machine. */
  readonly delete: pulumi.Output<string | string[] | undefined>;
  /** Program that runs the script, with its first arguments. The path of the script is appended: `["python3"]`. */
  readonly interpreter: pulumi.Output<string[] | undefined>;
  /** Environment variables. Secret ones are stored encrypted and shown as `[secret]`. `update` and `delete` also get the previous run's output in `PULUMI_COMMAND_STDOUT` and `PULUMI_COMMAND_STDERR`. */
  readonly environment: pulumi.Output<{ [key: string]: string } | undefined>;
  /** Standard input. */
  readonly stdin: pulumi.Output<string | undefined>;
  /** Any values; a change of one runs the command again. */
  readonly triggers: pulumi.Output<unknown[] | undefined>;
  /** Directory that it runs in, an absolute path. */
  readonly workingDirectory: pulumi.Output<string | undefined>;
  /** Runs as root, through sudo if the user is not root. */
  readonly root: pulumi.Output<boolean | undefined>;
  /** Where lines of output are shown. `status`: in the resource's live status; `diagnostics`: also as lasting messages, at most 500; `none`: nowhere. */
  readonly log: pulumi.Output<"status" | "diagnostics" | "none" | undefined>;
  /** Whether `stdout` and `stderr` are secret and not shown. */
  readonly secretOutput: pulumi.Output<boolean | undefined>;
  /** Seconds allowed for creating, updating, reading or deleting it. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** Output of the last run: its last 64 KiB, without trailing newlines. Encrypted in the state; secret in the program if any of the inputs is. Secret. */
  readonly stdout: pulumi.Output<string>;
  /** Standard error of the last run, in the same form as `stdout`. Secret. */
  readonly stderr: pulumi.Output<string>;
  /** Exit code of the last run. Any other than 0 is an error. */
  readonly exitCode: pulumi.Output<number>;
}
