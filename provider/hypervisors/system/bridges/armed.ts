import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { asWindroseError, hasCode, WindroseError } from "../../../errors";
import type { Transport } from "../../../transports/transport";
import type { Work } from "../../hypervisor";
import { base, type Change, changeScript, exits } from "./change-script";

/** Milliseconds that the host gets, after its own roll-back began, to be reached again. */
const afterRollback = 90_000;
/** Between two looks at a host that may be cut off. */
const interval = 700;

/**
 * Makes a change that can cut the host off: it lies on the host, armed to roll itself back, is applied there without us,
 * and stays only if a fresh connection finds all as it should be.
 *
 * @throws WindroseError `rolled-back`, with what was seen, once the host is as it was before; `host-unreachable` where it
 * does not come back.
 */
export async function armedChange(transport: Transport, change: Change, work: Work): Promise<void> {
  const { name } = change;
  const home = `${base}/${name}`;
  const script = `${home}/change/script`;
  work.progress(`arming the change of ${name}`);
  const owner = randomUUID();
  await stage(transport, home, owner, changeScript(change));
  await arm(transport, name, home, owner);
  const end = Date.now() + change.rollbackAfter * 1000;
  let seen = "the host was not reached over a fresh connection";
  while (Date.now() < end) {
    work.progress(`waiting for ${name} to be confirmed: ${seen}`);
    const answer = await confirmed(transport, script);
    if (answer === true) return;
    if (answer.seen) seen = answer.seen;
    if (answer.over) break;
    stopIfLate(work, name, seen, change.rollbackAfter);
    await delay(Math.min(interval, Math.max(0, end - Date.now())));
  }
  const outcome = await waitForRollback(transport, home, end + afterRollback, name, seen, work);
  const detail = outcome.log ? ` (${outcome.log})` : "";
  throw new WindroseError(
    "rolled-back",
    `the change of ${name} was not confirmed: ${seen}${detail}. The host has rolled it back and is as it was before`,
  );
}

/** One change at a time on a host: two may edit one file. Both steps look under a lock whether another is armed. */
const alone = [
  `exec 9<${base} && flock -w 10 9 || exit ${exits.underWay}`,
  `for other in ${base}/*/change; do test -e "$other/armed" || test -e "$other/rolling" || continue; exit ${exits.underWay}; done`,
];

/** @param owner Tells what was staged from what somebody else has staged in its place since. */
async function stage(transport: Transport, home: string, owner: string, text: string): Promise<void> {
  const prepare = [
    `umask 022; mkdir -p ${base} || exit 1`,
    ...alone,
    'umask 077; mkdir -p "$0" && rm -rf "$0/change" && mkdir "$0/change" && cat >"$0/change/script" && printf %s "$1" >"$0/change/owner"',
  ].join("\n");
  const { code, stderr } = await transport.exec(["sh", "-c", prepare, home, owner], { root: true, stdin: text });
  if (code === exits.underWay) throw underWay();
  if (code !== 0) throw new WindroseError("command-failed", `${home} can't be written: ${stderr.trim().slice(-300)}`);
}

async function arm(transport: Transport, name: string, home: string, owner: string): Promise<void> {
  const ours = '[ "$(cat "$0/change/owner")" = "$1" ]';
  const text = [...alone, `${ours} || exit ${exits.underWay}`, 'sh "$0/change/script" arm 9<&-'].join("\n");
  const { code, stderr } = await transport.exec(["sh", "-c", text, home, owner], { root: true, timeout: 30_000 });
  if (code === exits.underWay) throw underWay();
  if (code === 0) return;
  const tidy = `test -e "$0/change/armed" || { ${ours} && rm -rf "$0/change"; }`;
  await transport.exec(["sh", "-c", tidy, home, owner], { root: true });
  throw new WindroseError("command-failed", `the change of ${name} can't be armed: ${stderr.trim().slice(-500)}`);
}

function underWay(): WindroseError {
  return new WindroseError("in-use", "another change of a bridge is under way on the host", {
    hint: "It is confirmed or rolled back within its time; run the command again then.",
  });
}

/** One look over a fresh connection; true: it is confirmed. */
async function confirmed(transport: Transport, script: string): Promise<true | { seen?: string; over?: boolean }> {
  const fresh = transport.fresh?.() ?? transport;
  const began = Date.now();
  try {
    const check = `test -e "$0" || exit ${exits.over}; exec sh "$0" check`;
    const look = await fresh.exec(["sh", "-c", check, script], { root: true, timeout: 8000 });
    // It answered only once it had rolled back: the connection was stuck meanwhile.
    if (look.code === exits.over) {
      return Date.now() - began > 3000
        ? { seen: "the host did not answer over a fresh connection", over: true }
        : { over: true };
    }
    if (look.code !== 0) {
      const seen = look.stdout.trim() || look.stderr.trim().slice(-300);
      // What the manager refused does not get better by waiting.
      if (!seen.startsWith("the network manager refused")) return { seen };
      await rollBackNow(fresh, script);
      return { seen, over: true };
    }
    const { code, stderr } = await fresh.exec(["sh", script, "confirm"], { root: true, timeout: 20_000 });
    if (code === 0) return true;
    if (code === exits.over) return { over: true };
    return { seen: stderr.trim().slice(-300) || `the confirmation ended with ${code}` };
  } catch (error) {
    if (hasCode(error, "host-unreachable", "connection-cut", "timeout")) {
      return { seen: `over a fresh connection: ${asWindroseError(error).why}` };
    }
    return { seen: asWindroseError(error).why };
  } finally {
    if (fresh !== transport) await fresh.close().catch(() => undefined);
  }
}

/** The work's own end. The host does without us from here on. */
function stopIfLate(work: Work, name: string, seen: string, rollbackAfter: number): void {
  if (Date.now() < work.deadline && !work.signal?.aborted) return;
  throw new WindroseError(
    work.signal?.aborted ? "aborted" : "timeout",
    `the change of ${name} was not confirmed in time: ${seen}. The host takes it back by itself within ${rollbackAfter} s`,
  );
}

async function rollBackNow(transport: Transport, script: string): Promise<void> {
  await transport
    .exec(["systemd-run", "--quiet", "--collect", "/bin/sh", script, "rollback"], { root: true, timeout: 15_000 })
    .catch(() => undefined);
}

async function waitForRollback(
  transport: Transport,
  home: string,
  end: number,
  name: string,
  seen: string,
  work: Work,
): Promise<{ log: string }> {
  const look =
    'test -e "$0/last/outcome" && ! test -e "$0/change" || exit 11; sed -n "/^[^+]/p" "$0/last/log" 2>/dev/null | tail -n 3 | tr "\\n" " "';
  for (;;) {
    work.progress(`waiting for the host to roll ${name} back: ${seen}`);
    const fresh = transport.fresh?.() ?? transport;
    try {
      const { code, stdout } = await fresh.exec(["sh", "-c", look, home], { root: true, timeout: 15_000 });
      if (code === 0) return { log: stdout.trim().slice(-400) };
    } catch {
      // It is cut off still; the bound is below.
    } finally {
      if (fresh !== transport) await fresh.close().catch(() => undefined);
    }
    if (Date.now() > end) {
      throw new WindroseError(
        "host-unreachable",
        `the change of ${name} was not confirmed (${seen}), and the host did not come back within ${afterRollback / 1000} s of its roll-back`,
        { hint: `Look at the host's console; ${home} holds what was there before.` },
      );
    }
    await delay(interval);
  }
}
