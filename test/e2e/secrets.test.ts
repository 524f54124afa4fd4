import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Fixture } from "./fixture";
import { frame, guest } from "./guests";

describe("secrets and the state", function () {
  this.timeout(600_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await Fixture.create();
  });
  after(async () => {
    await fixture?.dispose();
  });

  it("holds no secret in clear, in the state or in what is printed, and stays small", async () => {
    const { stack, lab } = fixture;
    const password = "pass-in-user-data";
    const screen = "screen12";
    const privateKey = await readFile(lab.privateKeyPath, "utf8");
    const boreas = guest("boreas", 0, fixture.publicKey, {
      running: false,
      wait: { for: "none" },
      graphics: { type: "vnc", password: { $secret: "screen" } },
      cloudInit: { sshKeys: [fixture.publicKey], userData: { chpasswd: { list: { $env: "WINDROSE_TEST_PASSWORD" } } } },
    });
    const connection = {
      address: fixture.host.address,
      user: "root",
      knownHosts: lab.knownHostsPath,
      agent: false,
      sshConfig: false,
    };
    // The engine itself keeps the configuration in the state: a key in it is set as a secret.
    const env = { WINDROSE_TEST_PASSWORD: `root:${password}` };
    await stack.ask({ anemoi: connection }, [...frame(), boreas], {
      screen,
      "windrose:hosts.anemoi.privateKey": privateKey,
    });
    const outputs = [await stack.preview({ env }), await stack.up({ env })];
    const { output: state } = await stack.run(["stack", "export"]);
    const body = privateKey.split("\n").slice(1, -2).join("\n");
    for (const secret of [password, screen, body.slice(0, 60), "BEGIN OPENSSH PRIVATE KEY"]) {
      assert.ok(!state.includes(secret), `the state holds ${secret}`);
      // The program's own text is in the configuration; what is printed must not repeat a secret.
      for (const { output } of outputs) assert.ok(!output.includes(secret), `the output holds ${secret}`);
    }
    for (const resource of JSON.parse(state).deployment.resources) {
      if (!resource.type.includes("windrose")) continue;
      // What we put there: not the engine's own notes (stackTrace, propertyDependencies, …), nor the user's own texts.
      const ours = ({ boot: _boot, cloudInit: _cloudInit, graphics: _graphics, ...rest }: Record<string, unknown>) =>
        rest;
      const { urn, type, id, inputs, outputs } = resource;
      const size = JSON.stringify({ urn, type, id, inputs: ours(inputs), outputs: ours(outputs) }).length;
      assert.ok(size <= 3000, `${resource.type} takes ${size} bytes`);
    }

    // A rotated key: nothing to do, and everything goes on with it.
    const rotated = { anemoi: { ...connection, identityFile: lab.privateKeyPath } };
    await stack.ask(rotated, [...frame(), boreas], { screen });
    await stack.preview({ args: ["--expect-no-changes"], env });
    await stack.up({ args: ["--expect-no-changes"], env });
    await stack.refresh({ args: ["--expect-no-changes"], env });
    await stack.destroy();
    assert.equal(await fixture.ours(), "");
  });
});
