import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Fixture } from "./fixture";
import { frame, guest, inGuest } from "./guests";
import { type Asked, Stack, type StateResource } from "./stack";

interface GuestOutput {
  uuid: string;
  ipAddress: string;
  macAddresses: Record<string, string>;
  sshHostKeys: string[];
}

/** Several stacks on one host: of one project, and of another project with the same names. */
describe("side by side", function () {
  this.timeout(600_000);
  let fixture: Fixture;
  /** Two stacks of one project, in one backend. */
  let first: Stack;
  let second: Stack;
  const scratch: string[] = [];

  before(async () => {
    fixture = await Fixture.create();
    first = fixture.stack;
    second = await Stack.create({ backend: first.directory });
    fixture.stacks.push(second);
  });
  after(async () => {
    await fixture?.dispose();
    for (const directory of scratch) await rm(directory, { recursive: true, force: true });
  });

  const subnet = (stack: Stack) => (stack === second ? "172.17.3" : "172.17.2");
  /** The same program and names in both stacks; only the subnet is a stack's own. */
  const asked = (stack: Stack): Asked[] =>
    JSON.parse(
      JSON.stringify([...frame(), guest("boreas", 0, fixture.publicKey)]).replaceAll("172.17.2", subnet(stack)),
    ) as Asked[];
  const boreas = async (stack: Stack) =>
    (await stack.outputs<{ guests: Record<string, GuestOutput> }>()).guests.boreas!;
  const ssh = async (stack: Stack, command: string) => {
    const { ipAddress, sshHostKeys } = await boreas(stack);
    return inGuest(fixture.host, ipAddress, sshHostKeys[0]!, command);
  };
  const lines = (text: string) => text.split("\n").filter((line) => line !== "");
  /** All that is on the host, by libvirt and by its files, which carries the text. */
  const objects = async (text: string) => {
    const everything = await Promise.all([
      fixture.virsh("list", "--all", "--name"),
      fixture.virsh("net-list", "--all", "--name"),
      fixture.virsh("pool-list", "--all", "--name"),
      fixture.host.exec(["find", "/var/lib/libvirt/images", "/var/lib/libvirt/dnsmasq"]).then(({ stdout }) => stdout),
    ]);
    return everything.flatMap(lines).filter((name) => name.includes(text));
  };
  /** What must not change when somebody else's stack comes and goes. */
  const standing = async (stack: Stack) => ({
    process: (await fixture.host.exec(["cat", `/run/libvirt/qemu/${stack.name}-boreas.pid`])).stdout.trim(),
    definition: await fixture.virsh("dumpxml", "--inactive", `${stack.name}-boreas`),
    network: await fixture.virsh("net-dumpxml", "--inactive", `${stack.name}-winds`),
    pool: await fixture
      .virsh("pool-dumpxml", `${stack.name}-pool`)
      .then((xml) => xml.replace(/<(allocation|available|capacity).*/g, "")),
    volumes: await fixture.virsh("vol-list", `${stack.name}-pool`),
    state: (await stack.state()).deployment.resources,
  });
  const works = async (stack: Stack) => {
    assert.equal(await ssh(stack, "hostname"), "boreas");
    await stack.preview({ args: ["--expect-no-changes"] });
    await stack.refresh({ args: ["--expect-no-changes"] });
  };
  /** Another project with a stack of the first one's name, in a backend of its own. */
  const stranger = async (): Promise<Stack> => {
    const directory = join(await mkdtemp(join(tmpdir(), "windrose-other-")), "program");
    scratch.push(join(directory, ".."));
    await mkdir(directory);
    for (const name of ["index.js", "package.json", "Pulumi.yaml"]) {
      const text = await readFile(join(__dirname, "program", name), "utf8");
      await writeFile(join(directory, basename(name)), text.replace("name: windrose-e2e", "name: another"));
    }
    const stack = await Stack.create({ name: first.name, program: directory });
    fixture.stacks.push(stack);
    return stack;
  };

  it("two stacks of one project come up at once on one host", async () => {
    for (const stack of [first, second]) await stack.ask(fixture.hosts, asked(stack));
    await Promise.all([first.up(), second.up()]);
    const [one, other] = await Promise.all([boreas(first), boreas(second)]);
    assert.equal(one.ipAddress, "172.17.2.2");
    assert.equal(other.ipAddress, "172.17.3.2");
    assert.notEqual(one.uuid, other.uuid);
    assert.notDeepEqual(one.macAddresses, other.macAddresses);
    await works(first);
    await works(second);
  });

  it("neither's state names an object of the other", async () => {
    const words = async (stack: Stack) => {
      const { uuid, macAddresses, ipAddress } = await boreas(stack);
      return [stack.name, uuid, ipAddress, ...Object.values(macAddresses)];
    };
    const text = (resources: StateResource[]) => JSON.stringify(resources);
    const [one, other] = [(await first.state()).deployment.resources, (await second.state()).deployment.resources];
    for (const word of await words(second)) assert.ok(!text(one).includes(word), word);
    for (const word of await words(first)) assert.ok(!text(other).includes(word), word);
  });

  it("a change in one changes nothing of the other", async () => {
    const before = await standing(second);
    const [frame_, ...rest] = asked(first);
    const larger = rest.map((each) =>
      each.name === "boreas" ? { ...each, args: { ...each.args, memory: "256MiB" } } : each,
    );
    await first.ask(fixture.hosts, [frame_!, ...larger]);
    await first.up();
    assert.deepEqual(await standing(second), before);
    await works(second);
  });

  it("a subnet that the other's network has is refused; with a free one the stack goes on", async () => {
    const before = await standing(second);
    const third = await Stack.create({ backend: first.directory });
    fixture.stacks.push(third);
    const parts = asked(second).slice(0, 3);
    await third.ask(fixture.hosts, parts);
    const { code, output } = await third.up({ check: false });
    assert.notEqual(code, 0);
    assert.match(
      output,
      /Unable to create Network "winds".*172\.17\.3\.0\/24 overlaps 172\.17\.3\.0\/24 of the network/,
    );
    assert.deepEqual(await objects(`${third.name}-winds`), []);
    assert.deepEqual(await standing(second), before);
    await third.ask(fixture.hosts, JSON.parse(JSON.stringify(parts).replaceAll(subnet(second), "172.17.5")));
    await third.up();
    await third.preview({ args: ["--expect-no-changes"] });
    await third.destroy();
    assert.deepEqual(await objects(third.name), []);
    assert.deepEqual(await standing(second), before);
    await works(second);
  });

  it("another project's stack of the same name is refused what isn't its own, kind by kind, with a hint", async () => {
    const before = await standing(first);
    const others = await stranger();
    const refused = async (resources: readonly Asked[], what: RegExp) => {
      await others.ask(fixture.hosts, resources);
      const { code, output } = await others.up({ check: false });
      assert.notEqual(code, 0, output);
      assert.match(output, what);
      assert.match(
        output,
        /choose another `name` \(by default .* Only if|If no state has it any more, set `adopt: true`/,
      );
      await others.destroy();
      assert.deepEqual(await standing(first), before);
    };
    const [host, pool, network, machine] = asked(first) as [Asked, Asked, Asked, Asked];
    const mine = { ...pool, args: { ...pool.args, name: "another-pool" } };
    const apart = { name: "another-winds", ipv4: { address: "172.17.4.1/24" } };
    const elsewhere = { ...network, args: { ...network.args, ...apart } };
    const foreign = (kind: string, name: string, made = `which the stack windrose-e2e/${first.name} made`) =>
      new RegExp(`a ${kind} "${first.name}-${name}" already, ${made}`);
    await refused([host, pool], foreign("StoragePool", "pool", "which another stack made"));
    await refused([host, network], foreign("Network", "winds"));
    const still = { running: false, wait: { for: "none" }, interfaces: { lan: { network: { $ref: "winds" } } } };
    const off = { ...machine, args: { ...machine.args, ...still } };
    await refused([host, mine, elsewhere, off], foreign("VirtualMachine", "boreas"));
    assert.deepEqual(await objects("another"), []);
    await works(first);
  });

  it("a destroy of one leaves the other as it was, and working", async () => {
    const before = await standing(second);
    await first.destroy();
    assert.deepEqual(await objects(first.name), []);
    assert.deepEqual(await standing(second), before);
    await works(second);
    await second.destroy();
    assert.equal(await fixture.ours(), "");
  });
});
