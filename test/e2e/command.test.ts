import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeGuestKey } from "../lab/guest";
import { Fixture } from "./fixture";
import { frame, guest } from "./guests";
import type { Asked } from "./stack";

const log = "/root/log";

describe("commands", function () {
  this.timeout(900_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await Fixture.create();
  });
  after(async () => {
    await fixture?.dispose();
  });

  const onHost = (name: string, args: object): Asked => ({
    kind: "Command",
    name,
    args: { host: { $ref: "anemoi" }, ...args },
  });
  const inGuest = (name: string, args: object): Asked => onHost(name, { machine: { $ref: "boreas" }, ...args });
  const logged = async () =>
    (await fixture.host.exec(["cat", log], { check: false })).stdout.split("\n").filter((line) => line !== "");
  const state = async (name: string) =>
    (await fixture.stack.state()).deployment.resources.find((one) => one.urn.endsWith(`::${name}`));

  it("run on a host and in its guest, over the host's connection, and go with what they stand on", async () => {
    const { stack } = fixture;
    const token = "tok-5f1d83a0c2";
    const note = (word: string) => `echo ${word} >> ${log}`;
    const hosted = {
      create: `${note("create")}; echo "it is $TOKEN"; hostname`,
      update: note("update"),
      delete: note("delete"),
      environment: { TOKEN: { $secret: "token" } },
    };
    // In the guest: its delete runs there, before the machine goes.
    const guestly = {
      create: 'echo "$(cat /proc/sys/kernel/hostname) $TOKEN"; cat',
      delete: "true",
      environment: { TOKEN: { $secret: "token" } },
      stdin: "from outside",
      connection: { timeout: 120 },
    };
    const asked = (more: object = {}, resources: Asked[] = []): Asked[] => [
      ...frame(),
      guest("boreas", 0, fixture.publicKey),
      onHost("hosted", { ...hosted, ...more }),
      inGuest("guestly", guestly),
      // Without `delete` it goes with the machine.
      inGuest("light", { create: ["true"], triggers: [{ $ref: "pool" }, { $id: "winds" }] }),
      ...resources,
    ];
    await fixture.ask(asked(), { token });
    const outcome = await stack.up();
    assert.deepEqual(await logged(), ["create"]);
    const made = (await state("guestly"))!;
    assert.equal(made.outputs!.exitCode, 0);

    // The state holds the outputs encrypted, and neither token nor key in clear; what is printed holds none.
    const { output: exported } = await stack.run(["stack", "export"]);
    const { output: plain } = await stack.run(["stack", "export", "--show-secrets"]);
    const find = (text: string, name: string) =>
      JSON.parse(text).deployment.resources.find((one: { urn: string }) => one.urn.endsWith(`::${name}`));
    const stdout = JSON.parse(find(plain, "guestly").outputs.stdout.plaintext);
    assert.equal(stdout, `boreas ${token}\nfrom outside`);
    assert.equal(JSON.parse(find(plain, "hosted").outputs.stdout.plaintext), `it is ${token}\n${fixture.host.name}`);
    assert.equal(JSON.parse(find(plain, "hosted").outputs.environment.TOKEN.plaintext), token);
    const body = (await readFile(fixture.lab.privateKeyPath, "utf8")).split("\n")[2]!;
    for (const secret of [token, body]) {
      assert.ok(!exported.includes(secret));
      assert.ok(!outcome.output.includes(secret));
    }

    await stack.preview({ args: ["--expect-no-changes"] });
    await stack.up({ args: ["--expect-no-changes"] });
    await stack.refresh({ args: ["--expect-no-changes"] });
    assert.deepEqual(await logged(), ["create"]);

    // A trigger: `update` runs; a preview says so and runs nothing.
    await fixture.ask(asked({ triggers: ["one"] }), { token });
    const { output: preview } = await stack.preview();
    assert.match(preview, /live, runs `update`/);
    assert.deepEqual(await logged(), ["create"]);
    await stack.up();
    assert.deepEqual(await logged(), ["create", "update"]);

    // A failure: kept, shown with its last lines, and run again by the next `up`.
    const failing = {
      create: `${note("try")}; echo "bad $TOKEN"; [ -e /root/ready ]`,
      environment: hosted.environment,
    };
    await fixture.ask(asked({ triggers: ["one"] }, [onHost("failing", failing)]), { token });
    const failed = await stack.up({ check: false });
    assert.notEqual(failed.code, 0);
    assert.match(failed.output, /`create` ended with exit code 1: bad \[secret\]/);
    assert.ok(!failed.output.includes(token));
    await fixture.host.exec(["touch", "/root/ready"]);
    await stack.up();
    assert.deepEqual(await logged(), ["create", "update", "try", "try"]);
    await stack.up({ args: ["--expect-no-changes"] });

    // Taken out of the program: its `delete` runs.
    await fixture.ask(
      asked({ triggers: ["one"] }).filter((one) => one.name !== "hosted"),
      { token },
    );
    await stack.up();
    assert.equal((await logged()).at(-1), "delete");

    await stack.destroy();
    assert.equal(await fixture.ours(), "");
  });

  it("log in to a guest by keys of their own, which no state holds, and are left out of a destroy where it was deleted by hand", async () => {
    const { stack } = fixture;
    const key = await makeGuestKey();
    const identityFile = join(stack.directory, "guest-key");
    await writeFile(identityFile, key.privateKey, { mode: 0o600 });
    const asked = (more: object = {}): Asked[] => [
      ...frame(),
      guest("boreas", 0, key.publicKey),
      inGuest("by-file", { create: "echo in", delete: "false", connection: { identityFile } }),
      inGuest("by-text", { create: "echo in", connection: { privateKey: { $secret: "key" } }, log: "diagnostics" }),
      onHost("hosted", { create: `echo first > ${log}`, ...more }),
    ];
    await fixture.ask(asked(), { key: key.privateKey });
    const { output } = await stack.up();
    assert.match(output, /Command \(by-text\):\n\s+in\n/);
    const { output: exported } = await stack.run(["stack", "export", "--show-secrets"]);
    const body = key.privateKey.split("\n")[2]!;
    for (const resource of JSON.parse(exported).deployment.resources) {
      if (resource.type.includes("windrose:")) assert.ok(!JSON.stringify(resource).includes(body), resource.urn);
    }
    await stack.up({ args: ["--expect-no-changes"] });

    // What runs on the host itself needs no hypervisor.
    const sockets = ["libvirtd.socket", "libvirtd-ro.socket", "libvirtd-admin.socket"];
    await fixture.host.exec(["systemctl", "stop", ...sockets, "libvirtd.service"]);
    await fixture.ask(asked({ triggers: [1], update: `echo second > ${log}` }), { key: key.privateKey });
    await stack.up({ args: ["--target", (await state("hosted"))!.urn] });
    assert.deepEqual(await logged(), ["second"]);
    await fixture.host.exec(["systemctl", "start", ...sockets, "libvirtd.service"]);

    const [name] = (await fixture.virsh("list", "--all", "--name")).split("\n");
    await fixture.virsh("destroy", name!);
    await fixture.virsh("undefine", name!);
    await stack.destroy();
    assert.equal(await fixture.ours(), "");
  });
});
