import { currentLab, ensureMicroGuest } from "../lab";
import { bareCalls, type CallTimes } from "./calls";
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

async function measure(count: number): Promise<void> {
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
  } finally {
    await host.destroy();
  }
}

async function main(): Promise<void> {
  for (const count of process.argv.slice(2).map(Number)) await measure(count);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
