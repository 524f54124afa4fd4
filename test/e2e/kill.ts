import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { until } from "../lab";
import { Fixture } from "./fixture";
import { frame, guest, winds } from "./guests";

/** Processes that work for a stack's directory, whatever group or session they are in: by their environment. */
function processes(directory: string, command = ""): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/environ`, "utf8").includes(directory) &&
          readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(command)
        );
      } catch {
        return false;
      }
    });
}

/** Kills them all, and what they start meanwhile. */
export function killAll(directory: string): void {
  for (let pids = processes(directory); pids.length > 0; pids = processes(directory)) {
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
  }
}

/** What the process of a provider is called once it has had its first call. */
const ours = "windrose dynamic-provider";

/**
 * Waits until no provider works for the stack: it must not outlive its engine. Answers in milliseconds. One that the SDK
 * had started, and that the engine had not called yet, knows nothing of this package: it is the SDK's, and ended here.
 */
async function providersGone(directory: string, report: (text: string) => void): Promise<number> {
  const began = Date.now();
  const gone = () => {
    if (processes(directory, "dynamic-provider").length === 0) return true;
    if (Date.now() - began > 5_000 && processes(directory, ours).length === 0) {
      report("the SDK's process, which the engine had not called yet, stayed and was ended");
      killAll(directory);
    }
    return false;
  };
  await until("the end of the provider's process", gone, 15_000);
  return Date.now() - began;
}

/** Kills `up` and `destroy` at random moments, all processes or the CLI alone by turns, and lets the next run finish. */
export async function killed(times: number, report: (text: string) => void): Promise<void> {
  const fixture = await Fixture.create();
  const { stack } = fixture;
  const tree = async () => {
    const found = await fixture.host.exec(["sh", "-c", "ls -A /var/lib/libvirt/images/*"]);
    return found.stdout.trim().split("\n").sort();
  };
  try {
    await fixture.ask([
      ...frame(),
      ...winds.map((name, index) =>
        guest(name, index, fixture.publicKey, { wait: { for: "none" }, shutdown: { timeout: 1 }, serial: false }),
      ),
    ]);
    // How long each takes when it is left alone, and what it leaves.
    const length: Record<string, number> = {};
    let began = Date.now();
    await stack.up();
    length.up = Date.now() - began;
    const [count, all] = [(await tree()).length, winds.map((name) => `${stack.name}-${name}`).sort()];
    began = Date.now();
    await stack.destroy();
    length.destroy = Date.now() - began;
    assert.equal(await fixture.ours(), "");
    for (let round = 0; round < times; round++) {
      for (const verb of ["up", "destroy"] as const) {
        const everything = Math.floor(round + (verb === "up" ? 0 : 1)) % 2 === 0;
        const moment = Math.floor(Math.random() * length[verb]!);
        const child = stack.spawn([verb, "--yes", "--skip-preview"], { detached: true });
        child.stdout!.resume();
        child.stderr!.resume();
        const ended = new Promise<void>((done) => child.on("exit", () => done()));
        let timer: NodeJS.Timeout | undefined;
        await Promise.race([ended, new Promise((done) => (timer = setTimeout(done, moment)))]);
        clearTimeout(timer);
        if (everything) killAll(stack.directory);
        else if (child.exitCode === null) process.kill(child.pid!, "SIGKILL");
        await ended;
        const stayed = await providersGone(stack.directory, report);
        await stack.run(["cancel", "--yes"], { check: false });
        const { output } = await stack[verb]();
        report(
          `${verb} killed after ${moment} of ${length[verb]} ms (${everything ? "all processes" : `the CLI alone; its provider ended ${stayed} ms later`}): ${/Resources:[\s\S]*?\n\n/.exec(output)?.[0].replace(/\s+/g, " ") ?? ""}`,
        );
        if (verb === "up") {
          assert.deepEqual((await fixture.virsh("list", "--name")).split("\n").sort(), all);
          assert.deepEqual((await fixture.virsh("list", "--all", "--name")).split("\n").sort(), all);
          const files = await tree();
          assert.equal(files.length, count, files.join(" "));
          await stack.run(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
          await stack.preview({ args: ["--expect-no-changes"] });
        } else assert.equal(await fixture.ours(), "");
      }
    }
  } finally {
    killAll(stack.directory);
    await fixture.dispose();
  }
}
