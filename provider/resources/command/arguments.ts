// Made from the field tables by scripts/generate.ts: change those, and run it again.

import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { VirtualMachine } from "../virtual-machine";

/** How `machine` is logged in to. */
export interface CommandConnectionArgs {
  /** User in the guest. Default: `"root"`. A change: in the state alone. */
  user?: pulumi.Input<string>;
  /** Port of its ssh server. Bounds: 1 to 65535. Default: `22`. A change: in the state alone. */
  port?: pulumi.Input<number>;
  /** Its address, as the host sees it. Default: asked of the host: leases, guest agent, neighbours. A change: in the state alone. */
  address?: pulumi.Input<string>;
  /** The one accepted host key, `ssh-ed25519 AAAA…`. Default: those that `cloudInit` gave the machine. A change: in the state alone. */
  hostKey?: pulumi.Input<string>;
  /** Path of a private key. Default: that of the host's connection, and your own default keys. A change: in the state alone. */
  identityFile?: pulumi.Input<string>;
  /** false: no ssh agent; a path: that agent's socket. Default: as for the host. A change: in the state alone. */
  agent?: pulumi.Input<boolean | string>;
  /** An OpenSSH private key as text. Used, and never stored: what runs without the program (`delete` in a `destroy`) needs another way in. Default: that of the host's connection. Secret. A change: in the state alone. */
  privateKey?: pulumi.Input<string>;
  /** Passphrase of the key. Used, and never stored. Secret. A change: in the state alone. */
  passphrase?: pulumi.Input<string>;
  /** Seconds to wait until the guest answers. Bounds: 1 to 86400. Default: `300`. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
}

/** How `machine` is logged in to. */
export interface CommandConnection {
  /** User in the guest. */
  readonly user?: string;
  /** Port of its ssh server. */
  readonly port?: number;
  /** Its address, as the host sees it. */
  readonly address?: string;
  /** The one accepted host key, `ssh-ed25519 AAAA…`. */
  readonly hostKey?: string;
  /** Path of a private key. */
  readonly identityFile?: string;
  /** false: no ssh agent; a path: that agent's socket. */
  readonly agent?: boolean | string;
  /** An OpenSSH private key as text. Used, and never stored: what runs without the program (`delete` in a `destroy`) needs another way in. */
  readonly privateKey?: string;
  /** Passphrase of the key. Used, and never stored. */
  readonly passphrase?: string;
  /** Seconds to wait until the guest answers. */
  readonly timeout?: number;
}

/** Arguments of a Command. */
export interface CommandArgs {
  /** The machine on which it runs, or on which `machine` is. A change: replaces it. */
  host: Host;
  /** Runs it in this machine, by ssh through the host's connection. The machine must be running. A change: replaces it. */
  machine?: VirtualMachine | pulumi.Input<string>;
  /** How `machine` is logged in to. */
  connection?: pulumi.Input<CommandConnectionArgs>;
  /** Runs when it is made: a script, or a program and its arguments. One that failed or was cut off is run again by the next `up`. Arguments can be read by all users of the machine while it runs; a script can't. It is over when its outputs are closed: what it leaves in the background needs others. A script with the line ends of Windows gets those of Unix. A change: live: runs `update`, or `create` where there is none. */
  create?: pulumi.Input<string | pulumi.Input<string>[]>;
  /** Runs in place of `create` where it ran before and something of it has changed. A change: live: runs it; taken away: in the state alone. */
  update?: pulumi.Input<string | pulumi.Input<string>[]>;
  /** Runs before it is deleted or replaced; also where `create` failed. Without it, a command in a machine goes with the machine. In a machine that is gone already it is left out. A change: in the state alone. */
  delete?: pulumi.Input<string | pulumi.Input<string>[]>;
  /** A program and its first arguments, to which the path of the script is added: `["python3"]`. Default: `sh`. A change: live: runs `update`, or `create` where there is none. */
  interpreter?: pulumi.Input<pulumi.Input<string>[]>;
  /** Variables. Secret ones are stored encrypted, and replaced by `[secret]` in what is shown. `update` and `delete` have `PULUMI_COMMAND_STDOUT` and `PULUMI_COMMAND_STDERR` of the run before as well. A change: live: runs `update`, or `create` where there is none. */
  environment?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Its standard input. A change: live: runs `update`, or `create` where there is none. */
  stdin?: pulumi.Input<string>;
  /** Any values: a change of one runs it. A change: live: runs `update`, or `create` where there is none. */
  triggers?: pulumi.Input<pulumi.Input<unknown>[]>;
  /** An absolute path. Default: the user's home. A change: live: runs `update`, or `create` where there is none. */
  workingDirectory?: pulumi.Input<string>;
  /** Runs as root, through sudo where the user is not. Default: as the connection has it. A change: live: runs `update`, or `create` where there is none. */
  root?: pulumi.Input<boolean>;
  /** Lines of output: `status`, as the resource's live status; `diagnostics`, as lasting messages too, 500 at most; `none`. Default: `"status"`. A change: in the state alone. */
  log?: pulumi.Input<"status" | "diagnostics" | "none">;
  /** Whether `stdout` and `stderr` are secret, and are kept out of what is shown. Default: true where the command itself is a secret; secret variables and input are replaced in what is shown. A change: in the state alone. */
  secretOutput?: pulumi.Input<boolean>;
  /** Seconds that creating, updating, reading or deleting it may take. Bounds: 1 to 86400. Default: by kind. A change: in the state alone. */
  timeout?: pulumi.Input<number>;
}

/** What a Command has once it is there. */
export interface CommandOutputs {
  /** The machine on which it runs, or on which `machine` is. */
  readonly host: pulumi.Output<string>;
  /** Runs it in this machine, by ssh through the host's connection. The machine must be running. */
  readonly machine: pulumi.Output<string | undefined>;
  /** How `machine` is logged in to. */
  readonly connection: pulumi.Output<CommandConnection | undefined>;
  /** Runs when it is made: a script, or a program and its arguments. One that failed or was cut off is run again by the next `up`. Arguments can be read by all users of the machine while it runs; a script can't. It is over when its outputs are closed: what it leaves in the background needs others. A script with the line ends of Windows gets those of Unix. */
  readonly create: pulumi.Output<string | string[] | undefined>;
  /** Runs in place of `create` where it ran before and something of it has changed. */
  readonly update: pulumi.Output<string | string[] | undefined>;
  /** Runs before it is deleted or replaced; also where `create` failed. Without it, a command in a machine goes with the machine. In a machine that is gone already it is left out. */
  readonly delete: pulumi.Output<string | string[] | undefined>;
  /** A program and its first arguments, to which the path of the script is added: `["python3"]`. */
  readonly interpreter: pulumi.Output<string[] | undefined>;
  /** Variables. Secret ones are stored encrypted, and replaced by `[secret]` in what is shown. `update` and `delete` have `PULUMI_COMMAND_STDOUT` and `PULUMI_COMMAND_STDERR` of the run before as well. */
  readonly environment: pulumi.Output<{ [key: string]: string } | undefined>;
  /** Its standard input. */
  readonly stdin: pulumi.Output<string | undefined>;
  /** Any values: a change of one runs it. */
  readonly triggers: pulumi.Output<unknown[] | undefined>;
  /** An absolute path. */
  readonly workingDirectory: pulumi.Output<string | undefined>;
  /** Runs as root, through sudo where the user is not. */
  readonly root: pulumi.Output<boolean | undefined>;
  /** Lines of output: `status`, as the resource's live status; `diagnostics`, as lasting messages too, 500 at most; `none`. */
  readonly log: pulumi.Output<"status" | "diagnostics" | "none" | undefined>;
  /** Whether `stdout` and `stderr` are secret, and are kept out of what is shown. */
  readonly secretOutput: pulumi.Output<boolean | undefined>;
  /** Seconds that creating, updating, reading or deleting it may take. */
  readonly timeout: pulumi.Output<number | undefined>;
  /** What the last run wrote, without newlines at the end; the last 64 KiB. Encrypted in the state; a secret in the program where something that it was made from is one. Secret. */
  readonly stdout: pulumi.Output<string>;
  /** What the last run wrote to its standard error, as `stdout`. Secret. */
  readonly stderr: pulumi.Output<string>;
  /** Exit code of the last run: anything but 0 is an error. */
  readonly exitCode: pulumi.Output<number>;
}
