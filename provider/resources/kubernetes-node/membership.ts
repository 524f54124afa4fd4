import { randomBytes } from "node:crypto";
import { hasCode, WindroseError } from "../../basics/errors";
import { asRecord } from "../../basics/record";
import { pause } from "../../basics/wait";
import { Cluster, newToken } from "../../guest/kubernetes/cluster";
import { initConfiguration, joinConfiguration, type NodeRequest } from "../../guest/kubernetes/configuration";
import { Etcd } from "../../guest/kubernetes/etcd";
import { follow, init, join, markDone, phase, reset, restartKubelet } from "../../guest/kubernetes/kubeadm";
import { hostsBlock, kubeletWords, lookAtGuest, prepareGuest } from "../../guest/kubernetes/look";
import { writeRoutes } from "../../guest/kubernetes/pod-network";
import { bringPrograms, enableUnits, type Source } from "../../guest/kubernetes/programs";
import {
  authorityOf,
  boundsOf,
  firstGuest,
  type Guest,
  isFirst,
  type NodeRun,
  observeNode,
  ownGuest,
  requestOf,
  throughOf,
  wantedOf,
} from "./node";
import { type NodeStep, nextSteps, type Observed } from "./plan";

/** From whatever a guest is to a member of the cluster: looked up, done, and looked up again. */

const mostRounds = 6;

export interface Member {
  readonly guest: Guest;
  readonly observed: Observed;
}

const members = new WeakMap<NodeRun, Member>();

/** The member that this run has made or found; looked at again where a step has changed it. */
export async function memberOf(run: NodeRun, again = false): Promise<Member> {
  const known = members.get(run);
  if (known && !again) return known;
  const guest = await ownGuest(run);
  const member = { guest, observed: await observeNode(run, guest) };
  members.set(run, member);
  return member;
}

export async function becomeMember(run: NodeRun): Promise<void> {
  const wanted = wantedOf(run);
  const tried = new Set<NodeStep>();
  const guest = await ownGuest(run);
  for (let round = 0; round < mostRounds; round++) {
    const observed = (round === 0 ? run.observed?.seen : undefined) ?? (await observeNode(run, guest));
    const plan = nextSteps(observed, wanted, tried);
    if ("refused" in plan) {
      const { code, why, hint } = plan.refused;
      const more = code === "guest-not-ready" ? await kubeletWords(guest, boundsOf(run)) : "";
      throw new WindroseError(code, `${why}${more}`, { hint });
    }
    // What is refused is not ours by any name.
    run.made.__owner = wanted.owner;
    if (plan.steps.length === 0) {
      await keepNames(run, guest, observed);
      members.set(run, { guest, observed });
      return;
    }
    for (const step of plan.steps) {
      await perform(run, guest, step, observed);
      tried.add(step);
    }
  }
  throw new WindroseError(
    "guest-not-ready",
    "the node does not become a member of the cluster, however often it is tried",
  );
}

/** For an existing node: the names of control planes may have changed. */
async function keepNames(run: NodeRun, guest: Guest, { guest: facts }: Observed): Promise<void> {
  const request = requestOf(run);
  if (facts.hosts.trim() === hostsBlock(request.endpoint, request.endpointAddresses)) return;
  await prepare(run, guest);
  // A pod in the host's network has /etc/hosts as it was when it was started.
  await new Cluster(isFirst(run) ? guest : await firstGuest(run), boundsOf(run)).restartProxy(request.nodeName);
}

export async function prepare(run: NodeRun, guest: Guest): Promise<void> {
  const request = requestOf(run);
  const patches = Object.fromEntries(
    Object.entries(asRecord(request.kubeadm.patches)).map(([name, text]) => [name, String(text)]),
  );
  const hosts = hostsBlock(request.endpoint, request.endpointAddresses);
  await prepareGuest(guest, boundsOf(run), { owner: wantedOf(run).owner, hosts, patches });
}

async function perform(run: NodeRun, guest: Guest, step: NodeStep, observed: Observed): Promise<void> {
  const bounds = boundsOf(run);
  const { version, nodeName } = wantedOf(run);
  run.context.progress(step === "programs" ? "preparing the guest" : step);
  if (step === "wait") await follow(guest, bounds, "the kubeadm of an earlier run");
  else if (step === "reset") {
    // kubeadm's own reset takes a member that can't leave etcd for gone.
    if (observed.cluster.state === "up" && requestOf(run).role === "controlPlane") await leaveEtcd(run);
    await reset(guest, bounds);
  } else if (step === "forget") await new Cluster(await firstGuest(run), bounds).deleteNode(nodeName);
  else if (step === "programs") await programs(run, guest, observed);
  else if (step === "init" || step === "init again")
    await explained(run, guest, () =>
      init(guest, bounds, version, initConfiguration(requestOf(run), newToken()), step === "init again"),
    );
  else if (step === "join") await explained(run, guest, () => joinCluster(run, guest));
  else if (step === "mark") await markDone(guest, bounds, isFirst(run) ? "init" : "join", version);
  else await startKubelet(run, guest);
}

async function leaveEtcd(run: NodeRun): Promise<void> {
  if (isFirst(run)) return;
  const bounds = boundsOf(run);
  const control = await firstGuest(run);
  const { files } = await lookAtGuest(control, bounds);
  if (files.has("etcd")) await new Etcd(control, bounds).leave(requestOf(run).address);
}

async function programs(run: NodeRun, guest: Guest, { guest: facts }: Observed): Promise<void> {
  const bounds = boundsOf(run);
  const request = requestOf(run);
  await prepare(run, guest);
  const source = asRecord(run.inputs.source) as unknown as Source;
  await bringPrograms(guest, bounds, facts, { source, version: request.version, role: request.role });
  await enableUnits(guest, bounds);
  const { guestSubnet, podSubnet, address } = request;
  if (guestSubnet !== undefined) await writeRoutes(guest, bounds, { guestSubnet, podSubnet, address });
}

/** A failure of kubeadm with the kubelet's own last words. */
export async function explained<T>(run: NodeRun, guest: Guest, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, "command-failed", "timeout", "guest-not-ready")) throw error;
    const words = await kubeletWords(guest, boundsOf(run));
    throw new WindroseError(error.code, `${error.why}${words}`, { hint: error.hint, cause: error });
  }
}

async function joinCluster(run: NodeRun, guest: Guest): Promise<void> {
  const bounds = boundsOf(run);
  const control = await firstGuest(run);
  const authority = await authorityOf(control, bounds);
  if (!authority) throw new WindroseError("guest-not-ready", "there is no cluster on the first control plane");
  const cluster = new Cluster(control, bounds);
  const request = requestOf(run);
  const certificateKey = request.role === "controlPlane" ? await uploadCertificates(run, control) : undefined;
  const { token, revoke } = await cluster.token();
  try {
    const configuration = joinConfiguration(request, { token, caHash: authority.hash, certificateKey });
    await join(guest, bounds, request.version, configuration);
  } finally {
    // It ends by itself in an hour; that it can't be taken away is no reason to fail.
    await revoke().catch(() => {});
    if (certificateKey !== undefined)
      await cluster.delete("taking the keys away", "secret", "kubeadm-certs", "-n", "kube-system").catch(() => {});
  }
}

/** The authority's keys into the cluster, encrypted, for one more control plane. */
async function uploadCertificates(run: NodeRun, control: Guest): Promise<string> {
  run.context.progress("handing the control plane's certificates over");
  const { nodeName, address } = throughOf(run);
  const key = randomBytes(32).toString("hex");
  const request: NodeRequest = { ...requestOf(run), nodeName: String(nodeName), address: String(address) };
  const configuration = initConfiguration({ ...request, coreDns: true }, newToken(), key);
  await phase(
    control,
    boundsOf(run),
    "init phase upload-certs --upload-certs --skip-certificate-key-print",
    configuration,
  );
  return key;
}

/** Milliseconds until a kubelet that was started must have told the cluster of its node. */
const registration = 300_000;

async function startKubelet(run: NodeRun, guest: Guest): Promise<void> {
  const bounds = boundsOf(run);
  await restartKubelet(guest, bounds);
  const cluster = new Cluster(isFirst(run) ? guest : await firstGuest(run), bounds);
  if (!(await cluster.awaitApi(600_000)))
    await explained(run, guest, async () => {
      throw new WindroseError(
        "guest-not-ready",
        "the control plane's API does not answer after its kubelet was started",
      );
    });
  const until = Math.min(bounds.deadline, Date.now() + registration);
  while ((await cluster.node(run.inputs.nodeName)) === undefined && Date.now() < until) {
    run.context.progress("waiting for the kubelet");
    await pause(3000, run.context.signal);
  }
}
