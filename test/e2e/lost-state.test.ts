import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../lab";
import { Fixture } from "./fixture";
import { frame, guest, inGuest } from "./guests";
import { type Asked, type Outcome, Stack } from "./stack";

/** The whole state of a stack is lost while its guest runs. What the errors say takes everything back, as it was. */
describe("a lost state", function () {
  this.timeout(600_000);
  let fixture: Fixture;
  let folder: string;
  let hostKey: string;
  let more: Record<string, object>;

  beforeEach(async () => {
    fixture = await Fixture.create();
    folder = await mkdtemp(join(tmpdir(), "windrose-lost-"));
    await writeFile(join(folder, "base.img"), randomBytes(1 << 20));
    more = {};
  });
  afterEach(async () => {
    await fixture?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const on = { host: { $ref: "anemoi" }, pool: { $ref: "pool" } };
  const resources = (): Asked[] =>
    [
      ...frame(),
      { kind: "Image", name: "base", args: { ...on, source: join(folder, "base.img"), format: "raw" } },
      { kind: "Volume", name: "store", args: { ...on, size: "8MiB" } },
      guest("boreas", 0, fixture.publicKey, {
        disks: {
          data: { pool: { $ref: "pool" }, image: { $ref: "base" }, size: "4MiB" },
          store: { volume: { $ref: "store" } },
        },
      }),
      { kind: "Snapshot", name: "before", args: { host: { $ref: "anemoi" }, machine: { $ref: "boreas" } } },
    ].map((asked) => ({ ...asked, args: { ...asked.args, ...more[asked.name] } }));

  const boreas = (command: string) =>
    until(
      "the guest answers",
      () => inGuest(fixture.host, "172.17.2.2", hostKey, command).catch(() => undefined),
      60_000,
      250,
    );
  /** What the guest has on its disks, and which boot it is of. */
  const seen = () => boreas("cat /proc/sys/kernel/random/boot_id; for d in vda vdb vdc; do sha256sum < /dev/$d; done");

  /** A stack that is up, with bytes of the guest's own on each disk; then another of its name, with nothing in its state. */
  async function lost(): Promise<{ stack: Stack; before: string; uuid: string }> {
    await fixture.ask(resources());
    await fixture.stack.up();
    const { guests } = await fixture.stack.outputs<{ guests: Record<string, { sshHostKeys: string[] }> }>();
    hostKey = guests.boreas!.sshHostKeys[0]!;
    await boreas("for d in vda vdb vdc; do head -c 512K /dev/urandom > /dev/$d; done; sync");
    const before = await seen();
    const uuid = await fixture.uuid(`${fixture.stack.name}-boreas`);
    const stack = await Stack.create({ name: fixture.stack.name });
    fixture.stacks.push(stack);
    return { stack, before, uuid };
  }

  async function fails(stack: Stack, words: RegExp): Promise<RegExpExecArray> {
    await stack.ask(fixture.hosts, resources());
    const { code, output }: Outcome = await stack.up({ check: false });
    assert.notEqual(code, 0, output);
    const found = words.exec(output);
    assert.ok(found, `${words} is not in:\n${output}`);
    return found;
  }

  async function settled(stack: Stack, before: string, uuid: string): Promise<void> {
    await stack.ask(fixture.hosts, resources());
    await stack.up();
    assert.equal(await seen(), before);
    assert.equal(await fixture.uuid(`${stack.name}-boreas`), uuid);
    await stack.preview({ args: ["--expect-no-changes"] });
    await stack.refresh({ args: ["--expect-no-changes"] });
    await stack.preview({ args: ["--expect-no-changes"] });
    assert.equal(await seen(), before);
  }

  it("comes back by the lineage of its Host, and is destroyed as if nothing had happened", async () => {
    const { stack, before, uuid } = await lost();
    const [, lineage] = await fails(stack, /If the state was lost, set `lineage: "([0-9a-f]{32})"` on the Host/);
    more.anemoi = { lineage };
    await settled(stack, before, uuid);
    await stack.destroy();
    assert.equal(await fixture.ours(), "");
  });

  it("comes back by adopting one thing after another, and nothing is pulled out or made blank", async () => {
    const { stack, before, uuid } = await lost();
    // Whoever has it under a lineage of another release is not told of it.
    more.anemoi = { lineage: randomBytes(16).toString("hex") };
    const taken = (kind: string) =>
      new RegExp(`Unable to create ${kind} [^]*?\`adopt: true\` and \`uuid: "([0-9a-f-]{36})"\` to take it over`);
    const [, pool] = await fails(stack, taken("StoragePool"));
    more.pool = { adopt: true, uuid: pool };
    const [, network] = await fails(stack, taken("Network"));
    more.winds = { adopt: true, uuid: network };
    const [, machine] = await fails(stack, taken("VirtualMachine"));
    assert.equal(machine, uuid);
    more.boreas = { adopt: true, uuid: machine };
    const [, volumeName] = await fails(
      stack,
      /`disks\.store\.volume` must be its file \(vdc: "([^"]+)"\): a Volume with `adopt: true` and that `volumeName`/,
    );
    more.store = { adopt: true, volumeName };
    await fails(stack, /Unable to create Snapshot [\s\S]*set `adopt: true` to take it over/);
    more.before = { adopt: true };
    await settled(stack, before, uuid);
    const file = `/var/lib/libvirt/images/${stack.name}-pool/${volumeName}`;
    await stack.destroy();
    assert.equal(await fixture.virsh("list", "--all", "--name"), "");
    await fixture.host.exec(["test", "-s", file]);
  });
});
