import { isDeepStrictEqual } from "node:util";
import { hasCode, WindroseError } from "../../basics/errors";
import { type Features, isPluggable } from "../../drivers/features";
import type { MachineDefinition, MachineState, ReportedMachine } from "../../drivers/model";
import { driverNamed } from "../../drivers/registry";
import { waitForAddress, waitForSsh } from "../../guest/ready";
import { addressesOfBoot, rememberLeases } from "./boot-addresses";
import { entries } from "./derive";
import type { MachineRun } from "./desired-machine";

/** What a definition holds that takes effect with a start, by the fields' names. Devices that are plugged live are not in it. */
function started(definition: ReportedMachine | MachineDefinition, features: Features): Record<string, unknown> {
  const { live } = features;
  const seed = definition.disks.find((disk) => disk.key === "seed");
  return {
    maxVcpus: definition.maxVcpus,
    maxMemory: definition.maxMemory,
    cpu: definition.cpu,
    machineType: definition.machineType,
    firmware: definition.firmware,
    boot: definition.boot,
    clock: definition.clock,
    video: definition.video,
    serial: definition.serial,
    guestAgent: definition.guestAgent,
    rng: definition.rng,
    graphics: definition.graphics && {
      type: definition.graphics.type,
      listen: definition.graphics.listen,
      port: definition.graphics.port,
      keymap: definition.graphics.keymap,
    },
    hotplugSlots: definition.hotplugSlots,
    interfaces: live.interfaces ? undefined : definition.interfaces,
    description: live.metadata ? undefined : definition.description,
    metadata: live.metadata ? undefined : definition.metadata,
    xml: "patched" in definition ? definition.patched : undefined,
    cloudInit: seed?.path,
    disks: Object.fromEntries(
      definition.disks
        .filter((disk) => disk.key && disk.key !== "seed")
        .map((disk) => [
          disk.key,
          [
            ...[disk.bus, disk.target, disk.readonly, disk.serial, disk.cache, disk.discard, disk.io, disk.device],
            live.diskLimits ? undefined : disk.limits,
            // Another file is plugged in at once, and media is changed, where that can be.
            isPluggable(features, disk) || (disk.device === "cdrom" && live.media) ? undefined : disk.path,
          ],
        ]),
    ),
  };
}

/** Fields whose stored value is not yet that of the running machine. */
export function restartPending(run: MachineRun): string[] {
  return pendingOf(run.observed!, run.hypervisor.features);
}

/** The same of a machine as the host has it. */
export function pendingOf({ stored, running }: Pick<MachineState, "stored" | "running">, features: Features): string[] {
  if (!running) return [];
  const [before, after] = [started(running, features), started(stored, features)];
  const pending = Object.keys(after).filter((name) => !isDeepStrictEqual(before[name], after[name]));
  const more = stored.vcpus > running.vcpus && (pending.includes("maxVcpus") || !features.live.vcpusUp);
  if (stored.vcpus < running.vcpus || more) pending.push("vcpus");
  if (stored.memory !== running.memory && (pending.includes("maxMemory") || !features.live.memory))
    pending.push("memory");
  return pending.sort();
}

/** Memory and CPUs of the running machine, as far as it can have them without a restart. */
export async function syncSize(run: MachineRun, wanted: MachineDefinition): Promise<void> {
  const { machines, features } = run.hypervisor;
  const { uuid, running, stored } = run.observed!;
  if (!running) return;
  const memory = wanted.memory !== running.memory || wanted.memory !== stored.memory;
  if (features.live.memory && memory && wanted.memory <= running.maxMemory && wanted.memory <= stored.maxMemory)
    await machines.setMemory(uuid, wanted.memory);
  const up = wanted.vcpus > running.vcpus && wanted.vcpus <= running.maxVcpus && wanted.vcpus <= stored.maxVcpus;
  if (features.live.vcpusUp && up) await machines.setVcpus(uuid, wanted.vcpus);
}

/** Runs, stands still or is off, as asked for. Answers whether it was started here. */
export async function syncPower(run: MachineRun): Promise<boolean> {
  const { machines } = run.hypervisor;
  const { inputs } = run;
  const { uuid } = run.observed!;
  let { power } = run.observed!;
  const off = power === "shutoff" || power === "crashed";
  if (inputs.running === false) {
    if (!off) await stop(run);
    return false;
  }
  let fresh = false;
  if (!off && inputs.restart === "now" && restartPending(run).length > 0) {
    run.context.progress("restarting");
    await stop(run);
    power = "shutoff";
  }
  if (power === "shutoff" || power === "crashed") {
    run.context.progress("starting");
    await rememberLeases(run);
    await machines.start(uuid, { paused: inputs.paused === true });
    fresh = true;
  } else if (inputs.paused === true && power === "running") await machines.pause(uuid);
  if (inputs.paused !== true && power === "paused") await machines.resume(uuid);
  return fresh;
}

export async function stop(run: MachineRun): Promise<void> {
  const how = run.inputs.shutdown;
  run.context.progress("shutting down");
  await run.hypervisor.machines.shutdown(
    String(run.observed!.uuid),
    { timeout: 1000 * Number(how?.timeout ?? 300), force: how?.force !== false },
    run.context,
  );
}

/** Waits until it counts as up. */
export async function awaitReady(run: MachineRun): Promise<void> {
  try {
    await ready(run);
  } catch (error) {
    if (!hasCode(error, "guest-not-ready")) throw error;
    const { driver, uri } = run.hypervisor;
    const look = driverNamed(driver).hints.stuck(uri, run.inputs.name);
    throw new WindroseError(error.code, error.why, {
      hint: `${look}; then run the command again, or raise \`wait.timeout\`.`,
      cause: error,
    });
  }
}

async function ready(run: MachineRun): Promise<void> {
  const { inputs, context } = run;
  const { wait } = inputs;
  const what = wait?.for ?? "none";
  if (what === "none" || inputs.running === false || inputs.paused === true) return;
  const { machines } = run.hypervisor;
  const uuid = String(run.observed!.uuid);
  const deadline = Math.min(context.deadline, Date.now() + 1000 * (wait?.timeout ?? 300));
  const common = {
    addresses: async () => (await machines.addresses(uuid)).map((found) => found.address),
    nextEvent: (milliseconds: number) => machines.nextEvent(uuid, milliseconds),
    deadline,
    progress: context.progress,
    signal: context.signal,
  };
  const ofBoot = () => addressesOfBoot(run);
  if (what === "address") await waitForAddress({ ...common, addresses: ofBoot });
  else if (what === "ssh") {
    const reserved = entries(inputs.interfaces).flatMap(([, nic]) =>
      typeof nic.address === "string" ? [nic.address] : [],
    );
    const hostKeys = (run.made.sshHostKeys as string[] | undefined) ?? [];
    const way = await machines.wayTo(uuid);
    await waitForSsh({
      ...common,
      // A reserved address is known before the guest has asked for it. A host key tells the guest from others.
      addresses: reserved.length > 0 ? async () => reserved : hostKeys.length > 0 ? common.addresses : ofBoot,
      connectTcp: (address: string, port: number, options?: { timeout?: number }) =>
        way.connectTcp(address, port, options),
      port: wait?.port ?? 22,
      hostKeys,
    });
  } else {
    while (!(await machines.agentAnswers(uuid))) {
      if (Date.now() > deadline) throw new WindroseError("guest-not-ready", "its guest agent does not answer");
      context.progress("waiting for the guest agent");
      await machines.nextEvent(uuid, 500);
    }
  }
}
