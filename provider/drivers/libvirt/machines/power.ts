import { hasCode, WindroseError } from "../../../basics/errors";
import type { Work } from "../../../basics/work";
import type { MachineFile, PowerState } from "../../model";
import { attempt, found } from "../errors";
import {
  Affect,
  type ClientEvent,
  DomainDestroy,
  type DomainHandle,
  DomainShutdown,
  DomainStart,
  DomainUndefine,
  ErrorNumber,
  type EventWatch,
  isLibvirtError,
} from "../rpc";
import type { LibvirtSession } from "../session";
import { isActive, lookup, need, powerOf } from "./access";
import { agentConnected } from "./guest";
import { definitionNaming } from "./left-files";

/** Milliseconds after which the guest is asked again: one that is still booting does not hear the first time. */
const askAgain = 5_000;
/** Milliseconds for the guest's agent to take the request. */
const agentDeadline = 5000;

type LifecycleWatch = EventWatch<"lifecycle">;

function watchLifecycle<T>(
  session: LibvirtSession,
  uuid: string,
  work: (watch: LifecycleWatch) => Promise<T>,
): Promise<T> {
  return session.using(async (client) => {
    const watch = await client.watch(
      ["lifecycle"],
      (event: ClientEvent<"lifecycle">) => event.body.domain.uuid === uuid,
    );
    try {
      return await work(watch);
    } finally {
      watch.close();
    }
  });
}

/** Waits for the next event, at most so long; answers whether one came. */
async function eventWithin(watch: LifecycleWatch, milliseconds: number, signal?: AbortSignal): Promise<boolean> {
  try {
    await watch.next(undefined, { deadline: Math.max(1, milliseconds), signal });
    return true;
  } catch (error) {
    if (hasCode(error, "timeout")) return false;
    throw error;
  }
}

export async function start(session: LibvirtSession, uuid: string, paused: boolean): Promise<void> {
  const domain = await need(session, uuid);
  await attempt(`starting the machine ${domain.name}`, async () => {
    if (isActive(await powerOf(session, domain))) return;
    try {
      await session.call("DOMAIN_CREATE_WITH_FLAGS", { domain, flags: paused ? DomainStart.paused : 0 });
    } catch (error) {
      // Somebody else was quicker.
      const there = isLibvirtError(error, ErrorNumber.OPERATION_INVALID) && isActive(await powerOf(session, domain));
      if (!there) throw error;
    }
  });
}

export async function pause(session: LibvirtSession, uuid: string): Promise<void> {
  const domain = await need(session, uuid);
  await attempt(`pausing the machine ${domain.name}`, async () => {
    if ((await powerOf(session, domain)) !== "paused") await session.call("DOMAIN_SUSPEND", { domain });
  });
}

export async function resume(session: LibvirtSession, uuid: string): Promise<void> {
  const domain = await need(session, uuid);
  await attempt(`resuming the machine ${domain.name}`, async () => {
    const power = await powerOf(session, domain);
    if (power === "suspended") await session.call("DOMAIN_PM_WAKEUP", { domain });
    else if (power !== "running") await session.call("DOMAIN_RESUME", { domain });
  });
}

/** Ends the machine's process: SIGTERM first, so that what QEMU has in its cache is written. One that is off is fine. */
async function destroy(session: LibvirtSession, domain: DomainHandle): Promise<void> {
  const offAlready = async (error: unknown) =>
    isLibvirtError(error, ErrorNumber.OPERATION_INVALID) && !isActive(await powerOf(session, domain));
  await attempt(`powering the machine ${domain.name} off`, async () => {
    try {
      await session.call("DOMAIN_DESTROY_FLAGS", { domain, flags: DomainDestroy.graceful });
    } catch (error) {
      if (await offAlready(error)) return;
      if (!isLibvirtError(error)) throw error;
      try {
        await session.call("DOMAIN_DESTROY_FLAGS", { domain });
      } catch (second) {
        if (!(await offAlready(second))) throw second;
      }
    }
  });
}

export interface ShutdownOptions {
  /** Milliseconds. */
  timeout: number;
  force: boolean;
}

/** Asks the guest to shut down, again every `askAgain` ms, and waits for the event. After `timeout`, `force` powers it off. */
export async function shutdown(
  session: LibvirtSession,
  uuid: string,
  { timeout, force }: ShutdownOptions,
  work: Work,
): Promise<void> {
  const domain = await lookup(session, uuid);
  if (!domain) return;
  const started = Date.now();
  const end = Math.min(started + timeout, work.deadline);
  const off = await attempt(`shutting the machine ${domain.name} down`, () =>
    watchLifecycle(session, uuid, (watch) => askUntilOff(session, domain, watch, started, end, work)),
  );
  if (off) return;
  if (!force) {
    const seconds = Math.round((Date.now() - started) / 1000);
    throw new WindroseError("guest-still-running", `The guest of ${domain.name} still runs after ${seconds} s`);
  }
  work.progress("powering off");
  await destroy(session, domain);
}

async function askUntilOff(
  session: LibvirtSession,
  domain: DomainHandle,
  watch: LifecycleWatch,
  started: number,
  end: number,
  work: Work,
): Promise<boolean> {
  let asked = Number.NEGATIVE_INFINITY;
  for (;;) {
    const power = await powerOf(session, domain);
    if (power === "crashed") await destroy(session, domain);
    if (!isActive(power)) return true;
    const now = Date.now();
    if (now >= end) return false;
    work.progress(`waiting for the guest to shut down (${Math.round((now - started) / 1000)} s)`);
    if (now - asked >= askAgain) {
      asked = now;
      // One that is paused hears nothing.
      if (power === "paused") await ignoreInvalid(session.call("DOMAIN_RESUME", { domain }));
      if (power === "suspended") await ignoreInvalid(session.call("DOMAIN_PM_WAKEUP", { domain }));
      await ask(session, domain);
    }
    await eventWithin(watch, Math.min(end, asked + askAgain) - Date.now(), work.signal);
  }
}

/** By the agent where it is connected, else by the power button. */
async function ask(session: LibvirtSession, domain: DomainHandle): Promise<void> {
  if (await agentConnected(session, domain)) {
    try {
      const args = { domain, flags: DomainShutdown.agent };
      await session.call("DOMAIN_SHUTDOWN_FLAGS", args, { deadline: agentDeadline });
      return;
    } catch (error) {
      if (!isLibvirtError(error) && !hasCode(error, "timeout")) throw error;
    }
  }
  await ignoreInvalid(session.call("DOMAIN_SHUTDOWN_FLAGS", { domain, flags: DomainShutdown.acpi }));
}

/** The state changed between the look and the call: the next look tells. */
async function ignoreInvalid(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isLibvirtError(error, ErrorNumber.OPERATION_INVALID)) throw error;
  }
}

export async function waitForPower(
  session: LibvirtSession,
  uuid: string,
  wanted: PowerState,
  work: Work,
): Promise<void> {
  const domain = await need(session, uuid);
  await attempt(`waiting for the machine ${domain.name}`, () =>
    watchLifecycle(session, uuid, async (watch) => {
      for (;;) {
        const power = await powerOf(session, domain);
        if (power === wanted) return;
        const left = work.deadline - Date.now();
        if (left <= 0 || !(await eventWithin(watch, left, work.signal))) {
          throw new WindroseError("timeout", `The machine ${domain.name} is ${power}, not ${wanted}, in time`);
        }
      }
    }),
  );
}

/** From the widest to what any libvirt takes: an old one refuses flags that it does not know. */
const undefineFlags = [
  DomainUndefine.managedSave |
    DomainUndefine.snapshotsMetadata |
    DomainUndefine.nvram |
    DomainUndefine.checkpointsMetadata |
    DomainUndefine.tpm,
  DomainUndefine.managedSave |
    DomainUndefine.snapshotsMetadata |
    DomainUndefine.nvram |
    DomainUndefine.checkpointsMetadata,
  DomainUndefine.managedSave | DomainUndefine.snapshotsMetadata | DomainUndefine.nvram,
];

/** Powers off, then undefines: undefined while it ran, with snapshots, it would go on as a transient machine. */
export async function remove(session: LibvirtSession, uuid: string): Promise<void> {
  const domain = await lookup(session, uuid);
  if (!domain) return;
  await attempt(`removing the machine ${domain.name}`, () =>
    found(
      (async () => {
        if (isActive(await powerOf(session, domain))) await destroy(session, domain);
        await undefine(session, domain);
      })(),
    ),
  );
}

/**
 * Deletes what libvirt made for a machine that is no longer defined. There is no call for that: a definition that names the
 * file is stored and undefined again.
 */
export async function removeFiles(
  session: LibvirtSession,
  machine: { uuid: string; name: string; type: string; arch: string },
  files: readonly MachineFile[],
): Promise<void> {
  await attempt(`removing the files of the machine ${machine.name}`, async () => {
    // Somebody has another machine of that name now: the files of that name are that one's.
    const other = await found(session.call("DOMAIN_LOOKUP_BY_NAME", { name: machine.name }));
    if (other && other.domain.uuid !== machine.uuid) return;
    for (const file of files) {
      const { domain } = await session.call("DOMAIN_DEFINE_XML_FLAGS", { xml: definitionNaming(file, machine) });
      await undefine(session, domain);
    }
  });
}

async function undefine(session: LibvirtSession, domain: DomainHandle): Promise<void> {
  for (const [attemptNumber, flags] of undefineFlags.entries()) {
    try {
      await session.call("DOMAIN_UNDEFINE_FLAGS", { domain, flags });
      return;
    } catch (error) {
      const unknownFlag = isLibvirtError(error, ErrorNumber.INVALID_ARG, ErrorNumber.ARGUMENT_UNSUPPORTED);
      if (!unknownFlag || attemptNumber === undefineFlags.length - 1) throw error;
    }
  }
}

export async function setVcpus(session: LibvirtSession, uuid: string, count: number): Promise<void> {
  const domain = await need(session, uuid);
  await attempt(`setting the vCPUs of the machine ${domain.name}`, async () => {
    if (isActive(await powerOf(session, domain))) {
      const { count: present } = await session.call("DOMAIN_GET_VCPUS_FLAGS", { domain, flags: Affect.live });
      // Taking one away from a running guest can crash it: that waits for the next start.
      if (count > present) await session.call("DOMAIN_SET_VCPUS_FLAGS", { domain, count, flags: Affect.live });
    }
    await session.call("DOMAIN_SET_VCPUS_FLAGS", { domain, count, flags: Affect.config });
  });
}

export async function setMemory(session: LibvirtSession, uuid: string, bytes: number): Promise<void> {
  const domain = await need(session, uuid);
  await attempt(`setting the memory of the machine ${domain.name}`, async () => {
    const flags = isActive(await powerOf(session, domain)) ? Affect.live | Affect.config : Affect.config;
    await session.call("DOMAIN_SET_MEMORY_FLAGS", { domain, memory: Math.ceil(bytes / 1024), flags });
  });
}
