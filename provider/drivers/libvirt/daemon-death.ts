import { constants } from "node:os";
import { WindroseError } from "../../basics/errors";
import type { Transport } from "../../transports/transport";

/**
 * systemd's message "unit process exited" (systemd/sd-messages.h, `SD_MESSAGE_UNIT_PROCESS_EXIT`), which has the way of
 * the end in fields of its own.
 */
const processExit = "98e322203f7a4ed290d09fe03c09fe15";

/** systemd hears of an end a little later than the connection that is cut by it: it is asked for 3 s at most. */
const script = `
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  recent=$(journalctl --quiet --output=json --since=-60s "$@") || exit 1
  if [ -n "$recent" ]; then exec journalctl --quiet --output=json --since=-1h "$@"; fi
  sleep 0.2
done`;

const units = ["libvirtd", "virtqemud", "virtnetworkd", "virtstoraged", "virtproxyd"];

/** Calls that only look: another one is what the daemon died of. */
const looks = /^CONNECT_|_(GET|LIST|LOOKUP|IS|HAS)_/;

interface Death {
  unit: string;
  signal: string;
}

/**
 * The connection was cut while libvirt carried a call out: whether its daemon died under it, by what the host's journal
 * says. Answers nothing where the daemon lives, or where nobody knows.
 */
export async function daemonDeath(transport: Transport, procedure: string): Promise<WindroseError | undefined> {
  if (looks.test(procedure)) return undefined;
  const deaths = await readDeaths(transport).catch(() => []);
  const last = deaths.at(-1);
  if (!last) return undefined;
  const { unit, signal } = last;
  const why = `${unit} died by the signal ${signal} during the call ${procedure}`;
  if (deaths.length < 2)
    return new WindroseError("connection-cut", why, {
      hint: `Run the command again; it finishes what was interrupted. If the daemon dies again, it is this call that kills it: see \`journalctl -u ${unit}\` on the host.`,
    });
  return new WindroseError("hypervisor-refused", `${why}, and has died ${deaths.length} times within an hour`, {
    hint: `This is a defect of the daemon, and running the command again kills it again. Undo the change, or make it while the machine is off; and upgrade libvirt on the host. \`journalctl -u ${unit}\` there says more.`,
  });
}

async function readDeaths(transport: Transport): Promise<Death[]> {
  const match = [`MESSAGE_ID=${processExit}`, ...units.map((unit) => `--unit=${unit}.service`)];
  const { code, stdout } = await transport.exec(["sh", "-c", script, "sh", ...match], { root: true, timeout: 15_000 });
  if (code !== 0) return [];
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((entry) => entry.EXIT_CODE === "killed" || entry.EXIT_CODE === "dumped")
    .map((entry) => ({ unit: String(entry.UNIT).replace(/\.service$/, ""), signal: signalName(entry.EXIT_STATUS) }));
}

/** The journal has the signal's number. */
function signalName(status: unknown): string {
  const found = Object.entries(constants.signals).find(([, number]) => number === Number(status));
  return found?.[0] ?? "unknown";
}
