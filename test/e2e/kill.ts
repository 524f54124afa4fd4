import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { Fixture } from "./fixture";
import { frame, guest, winds } from "./guests";

/** Processes of the dynamic provider that work for a stack's directory. */
function providers(directory: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("dynamic-provider") &&
          readFileSync(`/proc/${pid}/environ`, "utf8").includes(directory)
        );
      } catch {
        return false;
      }
    });
}

async function gone(directory: string): Promise<void> {
  const until = Date.now() + 15_000;
  while (providers(directory).length > 0) {
    assert.ok(Date.now() < until, "a provider process stays behind");
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Kills `up` and `destroy` at random moments and lets the next run finish. `group`: all processes; else the CLI alone. */
export async function killed(times: number, report: (text: string) => void): Promise<void> {
  const fixture = await Fixture.create();
  try {
    const { stack } = fixture;
    const resources = [
      ...frame(),
      ...winds.map((name, index) =>
        guest(name, index, fixture.publicKey, { wait: { for: "none" }, shutdown: { timeout: 1 }, serial: false }),
      ),
    ];
    await fixture.ask(resources);
    // How long each takes when it is left alone.
    const length: Record<string, number> = {};
    for (const verb of ["up", "destroy"] as const) {
      const began = Date.now();
      await stack[verb]();
      length[verb] = Date.now() - began;
    }
    for (let round = 0; round < times; round++) {
      for (const verb of ["up", "destroy"] as const) {
        const group = round % 2 === 0;
        const moment = Math.floor(Math.random() * length[verb]!);
        const child = stack.spawn([verb, "--yes", "--skip-preview"], { detached: true });
        child.stdout!.resume();
        child.stderr!.resume();
        const ended = new Promise<void>((done) => child.on("exit", () => done()));
        await Promise.race([ended, new Promise((done) => setTimeout(done, moment))]);
        if (child.exitCode === null) process.kill(group ? -child.pid! : child.pid!, "SIGKILL");
        await ended;
        await gone(stack.directory);
        await stack.run(["cancel", "--yes"], { check: false });
        const { output } = await stack[verb](verb === "up" ? {} : { check: false });
        if (verb === "destroy") await stack.destroy();
        report(
          `${verb} killed after ${moment} ms (${group ? "all processes" : "the CLI alone"}): ${/Resources:[\s\S]*?\n\n/.exec(output)?.[0].replace(/\s+/g, " ") ?? ""}`,
        );
        if (verb === "up") {
          const names = (await fixture.virsh("list", "--name")).split("\n").sort();
          assert.deepEqual(names, winds.map((name) => `${stack.name}-${name}`).sort());
          const files = (await fixture.host.exec(["sh", "-c", "ls -A /var/lib/libvirt/images/*"])).stdout
            .trim()
            .split("\n");
          assert.equal(files.length, 8, files.join(" "));
          await stack.run(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
          await stack.preview({ args: ["--expect-no-changes"] });
        } else assert.equal(await fixture.ours(), "");
      }
    }
    assert.equal(await fixture.ours(), "");
  } finally {
    await fixture.dispose();
  }
}
