import { WindroseError } from "../../basics/errors";
import type { Work } from "../../basics/work";
import type { Transport } from "../../transports/transport";
import { criSocket } from "./configuration";
import { lastLines, limit, ours, running, runScript, tryScript } from "./shell";

/**
 * kubeadm in a guest, as a unit of systemd's: it goes on where this process is killed or the way to the guest is cut,
 * and a later run finds it, waits for it and looks at what it left. There is never a second one beside it.
 */

const unit = "windrose-kubeadm.service";

/** What is run: arguments without secrets, and what ends in the guest's mark where it succeeds. */
interface Job {
  readonly name: string;
  /** A line for a shell. `$d` is the directory of the run. */
  readonly command: string;
  /** For `$d/configuration`, mode 0600, which is gone when it ends. */
  readonly configuration?: string;
  /** Written to the guest's marks by the run itself, so that they are not lost with us. */
  readonly done?: "init" | "join";
  readonly version?: string;
  /** Seconds after which systemd ends it. */
  readonly most: number;
}

/** A control plane whose guest went while its certificates were renewed has its manifests elsewhere. */
const manifestsBack = `h=/etc/kubernetes/manifests.windrose
if [ -d "$h" ]; then
  for f in "$h"/*.yaml; do [ ! -e "$f" ] || mv "$f" /etc/kubernetes/manifests/; done
  rmdir "$h" 2>/dev/null || true
fi`;

const startScript = `
set -eu
umask 077
d=${running}
going() { case "$(systemctl is-active ${unit} 2>/dev/null || true)" in active|activating|deactivating|reloading) return 0;; esac; return 1; }
# One that has left its result is about to end.
left=50
while going; do
  if [ ! -e "$d/result" ] || [ "$left" = 0 ]; then exit 75; fi
  left=$((left - 1))
  sleep 0.2
done
${manifestsBack}
systemctl reset-failed ${unit} 2>/dev/null || true
mkdir -p "$d" ${ours}
rm -f "$d/log" "$d/result" "$d/configuration" "$d/run"
trap 'rm -f "$d/configuration"' EXIT
cat > "$d/configuration"
: > "$d/log"
cat > "$d/run" <<'WINDROSE_RUN'
exec >>${running}/log 2>&1
export HOME=/root KUBECONFIG=${"/etc/kubernetes/admin.conf"} d=${running}
cd /
code=0
trap 'rm -f "$d/configuration"' EXIT
trap 'exit 143' TERM
sh -c "$1" || code=$?
rm -f "$d/configuration"
mark() { printf '%s\\n' "$2" > "${ours}/$1.new"; mv "${ours}/$1.new" "${ours}/$1"; }
if [ "$code" = 0 ] && [ -n "$3" ]; then mark version "$3"; fi
if [ "$code" = 0 ] && [ -n "$2" ]; then mark done "$2"; fi
sync
echo "$code" > "$d/result.new"
mv "$d/result.new" "$d/result"
exit "$code"
WINDROSE_RUN
systemd-run --quiet --collect --unit=${unit} --property=RuntimeMaxSec="$MOST" --property=TimeoutStopSec=20 \\
  --setenv=PATH="$PATH" sh "$d/run" "$COMMAND" "$DONE" "$VERSION"
trap - EXIT
`;

/** Writes new lines of the log, and at last the exit code; 70 where the unit went without leaving one. */
const followScript = `
d=${running}
seen=0
gone=0
while :; do
  over=no
  [ -e "$d/result" ] && over=yes
  size=$(wc -c < "$d/log" 2>/dev/null || echo 0)
  if [ "$size" -gt "$seen" ]; then
    tail -c "+$((seen + 1))" "$d/log" | head -c "$((size - seen))"
    seen=$size
  fi
  if [ "$over" = yes ]; then printf '\\nwindrose-result %s\\n' "$(cat "$d/result")"; exit 0; fi
  case "$(systemctl is-active ${unit} 2>/dev/null)" in
    active|activating|deactivating|reloading) gone=0;;
    *) gone=$((gone + 1)); if [ "$gone" -gt 2 ]; then printf '\\nwindrose-result 70\\n'; exit 0; fi;;
  esac
  sleep 1
done
`;

/** Runs kubeadm to its end. Errors: `command-failed` with its last lines; `timeout`, where it goes on in the guest. */
async function run(guest: Transport, bounds: Work, job: Job): Promise<void> {
  const started = await tryScript(guest, bounds, startScript, {
    environment: { COMMAND: job.command, DONE: job.done ?? "", VERSION: job.version ?? "", MOST: String(job.most) },
    stdin: job.configuration ?? "",
  });
  // Somebody else's, or of an earlier run: whoever waits for it looks again at what is there.
  if (started.code === 75)
    throw new WindroseError("in-use", "another kubeadm runs in the guest", {
      hint: "Wait until it has ended, and run `pulumi up` again.",
    });
  if (started.code !== 0)
    throw new WindroseError("command-failed", `${job.name} can't be started: ${lastLines(started.stderr)}`);
  const end = await follow(guest, bounds, job.name);
  if (end.code !== 0) throw failure(job.name, end);
}

export interface End {
  readonly code: number;
  /** Its last lines, without secrets. */
  readonly words: string;
}

/** Waits for the kubeadm that runs there, and says what it says. */
export async function follow(guest: Transport, bounds: Work, name: string): Promise<End> {
  let code: number | undefined;
  const tail: string[] = [];
  const onLine = (line: string) => {
    const result = /^windrose-result (\d{1,3})$/.exec(line)?.[1];
    if (result !== undefined) {
      code = Number(result);
      return;
    }
    if (line.trim() === "") return;
    tail.push(line.slice(0, 1000));
    if (tail.length > 40) tail.shift();
    const phase = phaseOf(line);
    if (phase) bounds.progress(`${name}: ${phase}`);
  };
  try {
    await tryScript(guest, bounds, followScript, { timeout: limit(bounds, 24 * 3_600_000), onLine });
  } catch (error) {
    if (!(error instanceof WindroseError) || error.code !== "timeout") throw error;
    throw new WindroseError(
      "timeout",
      `${name} has not ended in time, and goes on in the guest: ${lastLines(tail.join("\n"))}`,
      {
        hint: "Run `pulumi up` again, which waits for it; or raise `timeout`.",
        cause: error,
      },
    );
  }
  if (code === undefined) throw new WindroseError("connection-cut", `the guest stopped answering during ${name}`);
  return { code, words: lastLines(tail.join("\n")) };
}

function failure(name: string, end: End): WindroseError {
  const how = end.code === 70 ? "was ended" : `ended with exit code ${end.code}`;
  return new WindroseError("command-failed", `${name} ${how}: ${end.words}`, {
    hint: "Correct what it says, and run `pulumi up` again: an unfinished node is reset and created again.",
  });
}

/** `[control-plane] Creating static Pod manifest …` as `control-plane: Creating static Pod manifest …` */
export function phaseOf(line: string): string | undefined {
  const [, phase, text] = /^\[([a-z0-9/-]{1,40})\] (.{1,2000})$/.exec(line.trimEnd()) ?? [];
  if (phase === undefined || text === undefined) return undefined;
  return lastLines(`${phase}: ${text}`, 1).slice(0, 120);
}

const configured = '"$d/configuration"';
const seconds = (bounds: Work) => Math.max(60, Math.ceil((bounds.deadline - Date.now()) / 1000));

/** `again`: goes over what an earlier init made, and keeps it. */
export function init(
  guest: Transport,
  bounds: Work,
  version: string,
  configuration: string,
  again: boolean,
): Promise<void> {
  const skip = again ? " --skip-phases=preflight" : "";
  return run(guest, bounds, {
    name: "kubeadm init",
    command: `kubeadm init --config ${configured} --skip-token-print${skip}`,
    configuration,
    done: "init",
    version,
    most: seconds(bounds),
  });
}

export function join(guest: Transport, bounds: Work, version: string, configuration: string): Promise<void> {
  return run(guest, bounds, {
    name: "kubeadm join",
    command: `kubeadm join --config ${configured}`,
    configuration,
    done: "join",
    version,
    most: seconds(bounds),
  });
}

/** Takes a node back to a guest without one; interfaces and addresses of its pods with it. */
export function reset(guest: Transport, bounds: Work): Promise<void> {
  return run(guest, bounds, {
    name: "kubeadm reset",
    command: [
      `rm -f ${ours}/done ${ours}/version`,
      "systemctl start containerd 2>/dev/null",
      `kubeadm reset -f --cri-socket ${criSocket}; code=$?`,
      "systemctl stop kubelet 2>/dev/null",
      "for link in cni0 flannel.1; do ip link delete $link 2>/dev/null; done",
      "rm -rf /var/lib/cni /run/flannel /etc/kubernetes/tmp /etc/kubernetes/manifests.windrose",
      `rm -f /etc/cni/net.d/10-flannel.conflist /etc/cni/net.d/10-windrose.conflist /root/.kube/config.windrose`,
      "exit $code",
    ].join("; "),
    most: seconds(bounds),
  });
}

/** The first control plane is told the version; every other node follows it. */
export function upgrade(
  guest: Transport,
  bounds: Work,
  version: string,
  configuration: string,
  first: boolean,
): Promise<void> {
  return run(guest, bounds, {
    name: "kubeadm upgrade",
    command: `kubeadm upgrade ${first ? `apply v${version} -y` : "node"} --config ${configured}`,
    configuration,
    version,
    most: seconds(bounds),
  });
}

export function phase(guest: Transport, bounds: Work, words: string, configuration?: string): Promise<void> {
  return run(guest, bounds, {
    name: `kubeadm ${words}`,
    command: `kubeadm ${words}${configuration === undefined ? "" : ` --config ${configured}`}`,
    configuration,
    most: seconds(bounds),
  });
}

/** Says that what is there was brought to its end, where the guest went before it could say so itself. */
export async function markDone(guest: Transport, bounds: Work, done: "init" | "join", version: string): Promise<void> {
  const script = `set -eu; umask 077; mkdir -p ${ours}; printf '%s\\n' "$VERSION" > ${ours}/version; printf '%s\\n' "$DONE" > ${ours}/done.new; mv ${ours}/done.new ${ours}/done; sync`;
  await runScript(guest, bounds, "marking the node", script, { environment: { DONE: done, VERSION: version } });
}

export async function restartKubelet(guest: Transport, bounds: Work): Promise<void> {
  bounds.progress("starting the kubelet");
  const script = `${manifestsBack}\nsystemctl daemon-reload; systemctl start containerd; systemctl restart kubelet`;
  await runScript(guest, bounds, "starting the kubelet", script);
}

/** Renews the certificates of a control plane and has its pods take them; a worker's kubelet renews its own. */
export async function renewCertificates(guest: Transport, bounds: Work, controlPlane: boolean): Promise<void> {
  bounds.progress("renewing certificates");
  if (!controlPlane) {
    await restartKubelet(guest, bounds);
    return;
  }
  await run(guest, bounds, { name: "kubeadm certs renew", command: "kubeadm certs renew all", most: seconds(bounds) });
  // The kubelet ends static pods whose manifests are away, and starts them anew when they are back.
  await run(guest, bounds, {
    name: "restarting the control plane",
    command: [
      "set -e; m=/etc/kubernetes/manifests; h=/etc/kubernetes/manifests.windrose; mkdir -p $h",
      'back() { for f in "$h"/*.yaml; do [ ! -e "$f" ] || mv "$f" "$m"/; done; rmdir "$h" 2>/dev/null || true; }; trap back EXIT TERM',
      'for f in "$m"/kube-*.yaml "$m"/etcd.yaml; do [ ! -e "$f" ] || mv "$f" "$h"/; done',
      "sleep 25; back; systemctl restart kubelet",
    ].join("; "),
    most: seconds(bounds),
  });
}
