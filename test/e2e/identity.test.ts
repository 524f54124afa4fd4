import assert from "node:assert/strict";
import { Fixture } from "./fixture";
import { frame, guest } from "./guests";
import { type Asked, Stack } from "./stack";

describe("identity", function () {
  this.timeout(600_000);
  let fixture: Fixture;
  const off = { running: false, wait: { for: "none" } };
  const only = (asked: Asked, options: object, logical?: string): Asked => ({ ...asked, options, logical });
  const boreas = () => guest("boreas", 0, fixture.publicKey, off);

  beforeEach(async () => {
    fixture = await Fixture.create();
  });
  afterEach(async () => {
    await fixture?.dispose();
  });

  /** UUID and interface of a domain, and that nothing else is there. */
  const identity = async () => {
    const names = (await fixture.virsh("list", "--all", "--name")).split("\n");
    assert.equal(names.length, 1, names.join(", "));
    return [
      names[0],
      await fixture.uuid(names[0]!),
      await fixture.virsh("domiflist", names[0]!),
      await fixture.host.exec(["ls", "-R", "/var/lib/libvirt/images"]).then((r) => r.stdout),
    ];
  };

  it("stays under a rename by alias, a move under a component and a rename of the stack", async () => {
    await fixture.ask([...frame(), boreas()]);
    await fixture.stack.up();
    const before = await identity();

    await fixture.ask([...frame(), only(boreas(), { aliases: [{ name: "boreas" }] }, "north")]);
    await fixture.stack.up();
    assert.deepEqual(await identity(), before);

    await fixture.ask([
      ...frame(),
      only(boreas(), { parent: "group", aliases: [{ name: "north", noParent: true }] }, "north"),
    ]);
    await fixture.stack.up();
    assert.deepEqual(await identity(), before);

    const { stack } = fixture;
    await stack.run(["stack", "rename", "renamed"]);
    (stack as { name: string }).name = "renamed";
    await fixture.ask([...frame(), only(boreas(), { parent: "group" }, "north")]);
    const { output } = await stack.preview({ args: ["--expect-no-changes"] });
    assert.doesNotMatch(output, /to (create|replace|delete)/);
    await stack.up();
    assert.deepEqual(await identity(), before);
    await stack.destroy();
    assert.equal(await fixture.ours(), "");
  });

  it("ends with one running guest after up --replace, taint, and retainOnDelete with up again", async () => {
    const running = () => guest("boreas", 0, fixture.publicKey, { wait: { for: "none" }, shutdown: { timeout: 1 } });
    const { stack } = fixture;
    await fixture.ask([...frame(), running()]);
    await stack.up();
    const { deployment } = await stack.state();
    const urn = deployment.resources.find((resource) => resource.type.endsWith(":VirtualMachine"))!.urn;
    const [name] = await identity();
    const one = async () => {
      const [now] = await identity();
      assert.equal(now, name);
      assert.equal(await fixture.virsh("domstate", name!), "running");
      await stack.preview({ args: ["--expect-no-changes"] });
    };
    await stack.up({ args: ["--replace", urn] });
    await one();
    await stack.run(["state", "taint", urn, "--yes"]);
    await stack.up();
    await one();
    await fixture.ask([...frame(), only(running(), { retainOnDelete: true })]);
    await stack.up();
    await fixture.ask(frame());
    await stack.up();
    assert.equal(await fixture.virsh("domstate", name!), "running");
    await fixture.ask([...frame(), running()]);
    await stack.up();
    await one();
    await stack.destroy();
    assert.equal(await fixture.ours(), "");
  });

  it("is that of a machine which somebody undefined: made anew, it has its disks and its guest's host key", async () => {
    await fixture.ask([...frame(), boreas()]);
    await fixture.stack.up();
    const keys = async () =>
      (await fixture.stack.outputs<{ guests: Record<string, { sshHostKeys: string[] }> }>()).guests.boreas!.sshHostKeys;
    const [before, hostKeys] = [await identity(), await keys()];
    await fixture.virsh("undefine", before[0]!, "--snapshots-metadata");
    await fixture.stack.refresh();
    await fixture.stack.up();
    assert.deepEqual(await keys(), hostKeys);
    assert.deepEqual((await identity()).slice(0, 3), before.slice(0, 3));
    await fixture.stack.destroy();
    assert.equal(await fixture.ours(), "");
  });

  it("makes two siblings in one component", async () => {
    const parts = frame().map((asked) => ({ ...asked, options: { parent: "group" } }));
    const siblings = ["boreas", "notus"].map((name, index) =>
      only(guest(name, index, fixture.publicKey, off), { parent: "group" }),
    );
    await fixture.ask([...parts, ...siblings]);
    await fixture.stack.up();
    assert.equal((await fixture.virsh("list", "--all", "--name")).split("\n").length, 2);
  });

  it("refuses the second of two backends with the same project and stack names", async () => {
    await fixture.ask([...frame(), boreas()]);
    await fixture.stack.up();
    const before = await identity();
    const second = await Stack.create({ name: fixture.stack.name });
    fixture.stacks.push(second);
    await second.ask(fixture.hosts, [...frame(), boreas()]);
    const { code, output } = await second.up({ check: false });
    assert.notEqual(code, 0);
    assert.match(output, /under the lineage .*, which the state does not know.*use another stack name/s);
    await second.destroy();
    assert.deepEqual(await identity(), before);
    await fixture.stack.preview({ args: ["--expect-no-changes"] });
  });
});
