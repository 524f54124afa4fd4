import { currentLab, ensureMicroGuest } from "../lab";
import { bareCalls, type CallTimes } from "./calls";
import { loadingText } from "./loading";
import { BenchStack } from "./stack";

/**
 * What our resources cost beside what can't be had for less: the engine with as many resources that do nothing, and the
 * bare calls of libvirt, one after the other. All three are measured in one run, on one host.
 */

const phases = ["up", "preview", "refresh", "destroy"] as const;
type Phase = (typeof phases)[number];

const argumentsOf: Readonly<Record<Phase, readonly string[]>> = {
  up: ["up", "--yes", "--skip-preview"],
  preview: ["preview", "--expect-no-changes"],
  refresh: ["refresh", "--yes", "--skip-preview"],
  destroy: ["destroy", "--yes", "--skip-preview"],
};

/** A life of the program; gives milliseconds of each phase. `between` runs while everything is there. */
async function life(config: Record<string, unknown>, between: () => Promise<void>): Promise<Record<Phase, number>> {
  const stack = await BenchStack.create(config);
  const times = {} as Record<Phase, number>;
  try {
    for (const phase of phases) {
      if (phase === "destroy") await between();
      const since = performance.now();
      await stack.run(argumentsOf[phase]);
      times[phase] = performance.now() - since;
    }
    return times;
  } finally {
    await stack.dispose();
  }
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1).padStart(6);

interface Measured {
  readonly count: number;
  readonly ours: Record<Phase, number>;
  readonly floor: Record<Phase, number>;
}

async function measure(count: number): Promise<Measured> {
  const lab = await currentLab();
  const micro = await ensureMicroGuest(() => {});
  const host = await lab.startHost({ name: `bench${count}` });
  try {
    // The first call to a fresh daemon makes it probe QEMU, which is neither ours nor the engine's.
    await host.exec(["virsh", "-c", "qemu:///system", "domcapabilities", "--virttype", "qemu"]);
    const uri = `qemu+ssh://root@${host.address}/system?keyfile=${host.privateKeyPath}&known_hosts=${host.knownHostsPath}`;
    const common = { "bench:count": count, "bench:image": micro.image, "windrose:hosts": { anemoi: uri } };
    const floor = await life({ ...common, "bench:kind": "floor" }, async () => {});
    let calls: CallTimes = { up: 0, preview: 0, refresh: 0, destroy: 0 };
    const ours = await life({ ...common, "bench:kind": "guests" }, async () => {
      calls = await bareCalls(host, count);
    });
    console.log(`\n${count} guests, each with an overlay and a seed, not started (seconds)`);
    console.log("           ours   floor   calls   ours / (floor + calls)");
    for (const phase of phases) {
      const ratio = ours[phase] / (floor[phase] + calls[phase]);
      const verdict = ratio <= 1.3 ? "" : "   above 1.3";
      console.log(
        `${phase.padEnd(8)} ${seconds(ours[phase])}  ${seconds(floor[phase])}  ${seconds(calls[phase])}   ${ratio.toFixed(2)}${verdict}`,
      );
    }
    return { count, ours, floor };
  } finally {
    await host.destroy();
  }
}

/** Milliseconds that each further guest costs, from one count to the next: where they are alike, it grows in a straight line. */
function slopes(all: readonly Measured[]): void {
  if (all.length < 2) return;
  console.log("\nmilliseconds for each further guest: ours (the engine's floor)");
  for (const phase of phases) {
    const parts = all.slice(1).map((next, index) => {
      const last = all[index]!;
      const each = (of: "ours" | "floor") =>
        Math.round((next[of][phase] - last[of][phase]) / (next.count - last.count)).toString();
      return `${last.count} to ${next.count}: ${each("ours").padStart(4)} (${each("floor")})`;
    });
    console.log(`${phase.padEnd(8)} ${parts.join("   ")}`);
  }
}

async function main(): Promise<void> {
  console.log(await loadingText());
  const all: Measured[] = [];
  for (const count of process.argv.slice(2).map(Number)) all.push(await measure(count));
  slopes(all);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
