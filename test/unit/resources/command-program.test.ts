import assert from "node:assert/strict";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { Command, type CommandArgs, Host, HostBridge, Snapshot, VirtualMachine, Volume } from "../../../provider/index";

interface Made {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** What the engine gives for a secret (sdk/nodejs/runtime/rpc.ts, `specialSecretSig`). */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const isSecret = (value: unknown) => (value as Record<string, unknown> | undefined)?.[signature] === secretSignature;
const secretOf = (value: unknown) => (isSecret(value) ? (value as { value: unknown }).value : value);
const value = <T>(output: pulumi.Output<T>): Promise<T> => new Promise((resolve) => output.apply((it) => resolve(it)));
// The SDK answers with the value itself where that is false-like.
const secret = async (output: pulumi.Output<unknown>) => Boolean(await pulumi.isSecret(output));

const connection = { host: "172.17.2.2", port: 22, user: "root", hostKey: "ssh-ed25519 BBBB" };

describe("Command in a program, under Pulumi's mocks", function () {
  this.timeout(20_000);
  let made: Made[];
  let host: Host;
  let machine: VirtualMachine;

  before(async () => {
    made = [];
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          made.push({ type, name, inputs });
          const outputs = type.endsWith("VirtualMachine")
            ? { connection, sshHostKeys: ["ssh-ed25519 BBBB"] }
            : { stdout: "out", stderr: "", exitCode: 0 };
          return { id: `${name}-id`, state: { ...inputs, ...outputs } };
        },
        call: () => ({}),
      },
      "four-winds",
      "unit",
    );
    host = new Host("anemoi");
    machine = new VirtualMachine("boreas", { host });
  });

  let count = 0;
  const make = async (args: Partial<CommandArgs>, options?: pulumi.CustomResourceOptions) => {
    const name = `command-${++count}`;
    const command = new Command(name, { host, ...args }, options);
    await value(command.urn);
    return { command, inputs: made.find((one) => one.name === name)!.inputs };
  };

  it("has the guest's keys sent apart from what is stored", async () => {
    const { inputs } = await make({
      machine,
      create: "true",
      connection: { user: "wind", privateKey: pulumi.secret("key-7"), passphrase: "pass-7" },
    });
    assert.deepEqual(inputs.connection, { user: "wind" });
    assert.ok(isSecret(inputs.__guestKeys));
    assert.deepEqual(secretOf(inputs.__guestKeys), { privateKey: "key-7", passphrase: "pass-7" });
    assert.deepEqual(inputs.__hostKeys, ["ssh-ed25519 BBBB"]);
    assert.equal(inputs.machine, "boreas-id");
  });

  it("tells the provider which of its values are secrets", async () => {
    const { inputs } = await make({
      create: pulumi.interpolate`echo ${pulumi.secret("a")}`,
      environment: { TOKEN: pulumi.secret("b"), PLAIN: "c", LATER: Promise.resolve("d") },
      stdin: pulumi.output("e"),
      triggers: [pulumi.secret(1)],
    });
    assert.deepEqual(inputs.__secrets, ["create", "environment.TOKEN", "triggers"]);
    const { inputs: whole } = await make({ create: "true", environment: pulumi.secret({ A: "1" }) });
    assert.deepEqual(whole.__secrets, ["environment"]);
    const { inputs: none } = await make({ create: ["true"], environment: { A: "1" } });
    assert.deepEqual(none.__secrets, []);
  });

  it("has secret output where it was made from a secret, or where the program says so", async () => {
    const token = pulumi.secret("b");
    const cases: [Partial<CommandArgs>, boolean][] = [
      [{ create: "true" }, false],
      [{ create: pulumi.output("true") }, false],
      [{ create: pulumi.interpolate`echo ${token}` }, true],
      [{ create: "true", environment: { TOKEN: token } }, true],
      [{ create: "true", stdin: token }, true],
      [{ create: "true", delete: token }, true],
      [{ create: "true", secretOutput: true }, true],
      [{ create: "true", secretOutput: pulumi.output(true) }, true],
      [{ create: pulumi.interpolate`echo ${token}`, secretOutput: false }, false],
    ];
    for (const [args, expected] of cases) {
      const { command } = await make(args);
      assert.equal(await value(command.stdout), "out");
      assert.equal(await secret(command.stdout), expected, JSON.stringify(Object.keys(args)));
      assert.equal(await secret(command.stderr), expected);
      assert.equal(await secret(command.exitCode), false);
    }
  });

  it("needs a Host", () => {
    const wrong = () => new Command("none", { create: "true" } as CommandArgs);
    assert.throws(wrong, (error: Error) => /must be a Host/.test(error.message) && pulumi.RunError.isInstance(error));
  });

  it("says without a stack by which arguments what is there is taken over", () => {
    const options = { import: "some-id" };
    const args = { host } as never;
    for (const [make, words] of [
      [() => new Command("a", args, options), /^Command "a": the option `import` does not .* Nothing of it can be/],
      [() => new VirtualMachine("a", args, options), /by arguments: `adopt: true` and the object's own `uuid`\.$/],
      [() => new Volume("a", args, options), /by arguments: `adopt: true` and its file's `volumeName`\.$/],
      [() => new Snapshot("a", args, options), /by arguments: `adopt: true` and its `name`\.$/],
      [() => new HostBridge("a", args, options), /by arguments: `adopt: true` and its `name`\.$/],
      [() => new Host("a", {}, options), /A Host is the machine itself/],
    ] as const)
      assert.throws(make, (error: Error) => {
        assert.match(error.message, words);
        return pulumi.RunError.isInstance(error) && error.stack === undefined;
      });
  });

  it("a machine's connection fits @pulumi/command's remote.Command", async () => {
    const way = machine.connection.apply((found) => ({ ...found!, privateKey: pulumi.secret("key-7") }));
    const command = new remote.Command("other", { connection: way, create: "true" });
    await value(command.urn);
    const { type, inputs } = made.find((one) => one.name === "other")!;
    assert.equal(type, "command:remote:Command");
    const sent = secretOf(inputs.connection) as Record<string, unknown>;
    const { host: address, port, user, hostKey, privateKey } = sent;
    assert.deepEqual({ host: address, port, user, hostKey }, connection);
    assert.equal(secretOf(privateKey), "key-7");
  });

  it("a machine's connection is one that @pulumi/command takes as it is", async () => {
    const typed: pulumi.Input<import("@pulumi/command").types.input.remote.ConnectionArgs> = machine.connection.apply(
      (found) => found!,
    );
    assert.deepEqual(await value(pulumi.output(typed)), connection);
  });
});
