import { randomUUID } from "node:crypto";
import { asWindroseError, hasCode, WindroseError } from "../../basics/errors";
import { pause } from "../../basics/wait";
import type { Work } from "../../basics/work";
import type { Transport } from "../../transports/transport";
import { base, type Change, changeScript, exits, rollbackUnit } from "./change-script";

/** Milliseconds that the host gets, after its own roll-back began, to be reached again. */
const afterRollback = 90_000;
/** Between two looks at a host that may be cut off. */
const interval = 700;

/**
 * Makes a change that can cut the host off: it lies on the host, armed to roll itself back, is applied there without us,
 * and stays only if a fresh connection finds all as it should be.
 *
 * @throws WindroseError `rolled-back`, with what was seen, once the host is as it was before; `host-unreachable` where it
 * does not come back; `in-use` where another change is under way on the host.
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
    const answer = await confirmed(transport, name, script);
    if (answer === true) return;
    if (answer.seen) seen = answer.seen;
    if (answer.over) break;
    stopIfLate(work, name, seen, change.rollbackAfter);
    await pause(Math.min(interval, Math.max(0, end - Date.now())));
  }
  const outcome = await waitForOutcome(transport, change, owner, end + afterRollback, seen, work);
  if (outcome === "confirmed") {
    // The rest of the confirmation may have been cut too.
    await unstaged(transport, home, owner);
    return;
  }
  const detail = outcome.log ? ` (${outcome.log})` : "";
  throw new WindroseError(
    "rolled-back",
    `the change of ${name} was not confirmed: ${seen}${detail}. The host has rolled it back and is as it was before`,
  );
}

/** @param refused What is done where another has the lock for long. */
const locked = (refused: string) => `exec 9<${base} && flock -w 10 9 || ${refused}`;

/** One change at a time on a host: two may edit one file. Both steps look under a lock whether another is armed. */
const alone = [
  locked(`exit ${exits.underWay}`),
  `for other in ${base}/*/change; do test -e "$other/armed" || test -e "$other/rolling" || continue; exit ${exits.underWay}; done`,
];

const unfinished = '{ test -e "$0/change/armed" || test -e "$0/change/rolling"; }';
const disarm = '! test -e "$0/change/script" || sh "$0/change/script" disarm 9<&-';
const ours = '[ "$(cat "$0/change/owner")" = "$1" ]';
/** Only a roll-back moves it there. */
const oursRolledBack = '[ "$(cat "$0/last/owner" 2>/dev/null)" = "$1" ]';

/** @param owner Tells what was staged from what somebody else has staged in its place since. */
async function stage(transport: Transport, home: string, owner: string, text: string): Promise<void> {
  const prepare = [
    // Whoever can open the directory can lock it.
    `umask 077; mkdir -p -m 0700 /var/lib/windrose ${base} && chmod 0700 ${base} || exit 1`,
    ...alone,
    'mkdir -p "$0" && rm -rf "$0/last" "$0/change" && mkdir "$0/change" && cat >"$0/change/script" && printf %s "$1" >"$0/change/owner"',
  ].join("\n");
  const { code, stderr } = await transport.exec(["sh", "-c", prepare, home, owner], { root: true, stdin: text });
  if (code === exits.underWay) throw underWay();
  if (code !== 0) throw new WindroseError("command-failed", `${home} can't be written: ${stderr.trim().slice(-300)}`);
}

async function arm(transport: Transport, name: string, home: string, owner: string): Promise<void> {
  const text = [...alone, `${ours} || exit ${exits.underWay}`, 'sh "$0/change/script" arm 9<&-'].join("\n");
  let failure: unknown;
  try {
    // The host writes its files to the disk first, which takes long where much is to be written.
    const { code, stderr } = await transport.exec(["sh", "-c", text, home, owner], { root: true, timeout: 120_000 });
    if (code === 0) return;
    failure =
      code === exits.underWay
        ? underWay()
        : new WindroseError("command-failed", `the change of ${name} can't be armed: ${stderr.trim().slice(-500)}`);
  } catch (error) {
    failure = error;
  }
  const armed = await unstaged(transport, home, owner);
  // It is applied as soon as it is armed, which may have cut the answer off.
  if (armed && hasCode(failure, "timeout", "connection-cut", "host-unreachable")) return;
  throw failure;
}

/** Takes away what is left of a change, unless the host says that it is armed, or was rolled back: true then. */
async function unstaged(transport: Transport, home: string, owner: string): Promise<boolean> {
  const text = [
    locked("exit 1"),
    `${oursRolledBack} && exit ${exits.notYet}`,
    `${ours} || exit 0`,
    `${unfinished} && exit ${exits.notYet}`,
    disarm,
    'test -s "$0/record.json" || rm -f "$0/record.json"',
    'rm -rf "$0/change"; rmdir "$0" 2>/dev/null; exit 0',
  ].join("\n");
  const answer = await afresh(transport, (fresh) =>
    fresh.exec(["sh", "-c", text, home, owner], { root: true, timeout: 30_000 }),
  ).catch(() => undefined);
  return answer?.code === exits.notYet;
}

/** Takes away what the last change of a bridge that is gone has left; a cut may have left more than its log. */
export async function clear(transport: Transport, name: string): Promise<void> {
  const text = [
    locked("exit 1"),
    `${unfinished} && exit 1`,
    disarm,
    'test -s "$0/record.json" || rm -rf "$0/last" "$0/change" "$0/record.json"',
    'rmdir "$0" 2>/dev/null',
  ].join("\n");
  await transport.exec(["sh", "-c", text, `${base}/${name}`], { root: true });
}

/**
 * Begins the roll-back of each change that lies on the host with nothing there that would end it: neither its timer nor
 * its roll-back runs any more.
 */
export async function resume(transport: Transport): Promise<void> {
  const text = [
    locked("exit 1"),
    `for change in ${base}/*/change; do`,
    '  test -e "$change/armed" || test -e "$change/rolling" || continue',
    '  name=$(basename "$(dirname "$change")")',
    `  unit=${rollbackUnit("$name")}`,
    '  systemctl is-active "$unit.timer" "$unit.service" "windrose-bridge-$name-boot.service" | grep -qxE "active|(de)?activating|reloading" && continue',
    '  systemd-run --quiet --collect --unit="$unit" /bin/sh "$change/script" rollback 9<&-',
    "done",
  ].join("\n");
  await transport.exec(["sh", "-c", text], { root: true });
}

function underWay(): WindroseError {
  return new WindroseError("in-use", "another change of a bridge is under way on the host", {
    hint: "It is confirmed or rolled back within its time; run the command again then.",
  });
}

/** The same host over a connection of its own, where it has any. */
async function afresh<T>(transport: Transport, use: (fresh: Transport) => Promise<T>): Promise<T> {
  const fresh = transport.fresh?.() ?? transport;
  try {
    return await use(fresh);
  } finally {
    if (fresh !== transport) await fresh.close().catch(() => undefined);
  }
}

type Seen = true | { seen?: string; over?: boolean };

/** One look over a fresh connection; true: it is confirmed. */
async function confirmed(transport: Transport, name: string, script: string): Promise<Seen> {
  const began = Date.now();
  return afresh(transport, async (fresh): Promise<Seen> => {
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
      await rollBackNow(fresh, name);
      return { seen, over: true };
    }
    const { code, stderr } = await fresh.exec(["sh", script, "confirm"], { root: true, timeout: 20_000 });
    if (code === 0) return true;
    if (code === exits.over) return { over: true };
    return { seen: stderr.trim().slice(-300) || `the confirmation ended with ${code}` };
  }).catch((error): Seen => {
    const { why } = asWindroseError(error);
    const cut = hasCode(error, "host-unreachable", "connection-cut", "timeout");
    return { seen: cut ? `over a fresh connection: ${why}` : why };
  });
}

/** The work's own end. The host does without us from here on. */
function stopIfLate(work: Work, name: string, seen: string, rollbackAfter: number): void {
  if (Date.now() < work.deadline && !work.signal?.aborted) return;
  throw new WindroseError(
    work.signal?.aborted ? "aborted" : "timeout",
    `the change of ${name} was not confirmed in time: ${seen}. The host takes it back by itself within ${rollbackAfter} s`,
  );
}

/** As its timer would do it: one roll-back at a time. */
async function rollBackNow(transport: Transport, name: string): Promise<void> {
  await transport
    .exec(["systemctl", "start", "--no-block", `${rollbackUnit(name)}.service`], { root: true, timeout: 15_000 })
    .catch(() => undefined);
}

/** How a change ended that is not armed any more; it was confirmed where only the answer to that was lost. */
async function waitForOutcome(
  transport: Transport,
  change: Change,
  owner: string,
  end: number,
  seen: string,
  work: Work,
): Promise<"confirmed" | { log: string }> {
  const { name, record = "" } = change;
  const home = `${base}/${name}`;
  const look = [
    // Both ends take their last steps under the lock.
    locked(`exit ${exits.notYet}`),
    `${unfinished} && exit ${exits.notYet}`,
    `${oursRolledBack} || { [ "$(cat "$0/record.json" 2>/dev/null)" = "$(cat)" ] && exit ${exits.confirmed}; exit 0; }`,
    'sed -n "/^[^+]/p" "$0/last/log" 2>/dev/null | tail -n 3 | tr "\\n" " "',
  ].join("\n");
  for (;;) {
    work.progress(`waiting for the host to roll ${name} back: ${seen}`);
    const answer = await afresh(transport, (fresh) =>
      fresh.exec(["sh", "-c", look, home, owner], { root: true, stdin: record, timeout: 15_000 }),
    ).catch(() => undefined); // It is cut off still; the bound is below.
    if (answer?.code === exits.confirmed) return "confirmed";
    if (answer?.code === 0) return { log: answer.stdout.trim().slice(-400) };
    if (Date.now() > end) {
      throw new WindroseError(
        "host-unreachable",
        `the change of ${name} was not confirmed (${seen}), and the host did not come back within ${afterRollback / 1000} s of its roll-back`,
        { hint: `Look at the host's console; ${home} holds what was there before.` },
      );
    }
    await pause(interval);
  }
}
