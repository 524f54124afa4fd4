import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { FreshMachine, freshVariable } from "../lab/fresh";

/** The first minutes of `npm run test:fresh`, with what was downloaded and built before. */
describe("a fresh machine, a sample", function () {
  this.timeout(15 * 60_000);
  let machine: FreshMachine;

  before(async function () {
    if (process.env[freshVariable]) {
      console.log("      this is a fresh machine: it makes no other in itself");
      this.skip();
    }
    machine = await FreshMachine.create({ downloads: true, built: true });
  });
  after(() => machine?.destroy());

  it("has Node.js and Go, and nothing that tests need besides", async () => {
    const run = (...argv: string[]) => machine.run(argv, { timeout: 60_000 });
    assert.equal((await run("node", "--version")).stdout.trim(), process.version);
    assert.equal((await run("go", "version")).code, 0);
    for (const name of [
      "sshd",
      "ssh-keygen",
      "ip",
      "mmdebstrap",
      "qemu-img",
      "systemd-nspawn",
      "curl",
      "git",
      "python3",
    ])
      assert.notEqual((await run("sh", "-c", `command -v ${name}`)).code, 0, name);
    assert.deepEqual(await readdir(machine.inside("/root/.cache/windrose")), ["actionlint", "lab", "toolchain"]);
    assert.ok(!existsSync(machine.inside("/root/pulumi-windrose/node_modules")));
  });

  it("brings what they need by itself: an ssh server, hosts of the lab, kubeadm, a linter", async () => {
    const files = ["transports/authentication", "rpc/polkit", "kubeadm-configuration", "workflows"];
    const paths = files.map((name) => `test/integration/${name}.test.ts`);
    const argv = ["npm", "test", "--", "integration", ...paths];
    const { code, stdout, stderr } = await machine.run(argv, { timeout: 14 * 60_000 });
    assert.equal(code, 0, stdout.slice(-3000) + stderr.slice(-1000));
    assert.match(stderr, /installing .*openssh-server/);
    assert.match(stdout, /\nintegration: [1-9]\d* passed, 0 failed, 0 skipped, in /);
    assert.match(
      (await machine.run(["systemctl", "is-enabled", "ssh.service"], { timeout: 60_000 })).stdout,
      /^disabled/,
    );
  });

  it("leaves nothing behind, whatever still ran in it", async () => {
    const { directory } = machine;
    await machine.run(["sh", "-c", "setsid sleep 1000 > /dev/null 2>&1 &"], { timeout: 10_000 });
    await machine.destroy();
    assert.ok(!existsSync(directory));
  });
});
