/**
 * kubeadm's configuration for guests without hardware virtualization: everything takes ten times as long there, so waits are
 * longer, probes rarer, and what a cluster of one control plane has no use for is off. Merged into the project's own.
 */

interface Setting {
  readonly name: string;
  readonly value: string;
}

const settings = (values: Readonly<Record<string, string>>): Setting[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

/** Garbage is collected less often, by one thread. */
const frugal = settings({ GOGC: "400", GOMAXPROCS: "1" });

const nodeRegistration = {
  // Before an upgrade a job has to come to its end within 15 s.
  ignorePreflightErrors: ["CreateJob"],
  imagePullPolicy: "IfNotPresent",
  kubeletExtraArgs: settings({ "housekeeping-interval": "60s" }),
};

const timeouts = {
  kubeletHealthCheck: "15m0s",
  kubernetesAPICall: "5m0s",
  tlsBootstrap: "20m0s",
  discovery: "20m0s",
  // A third member of etcd, on cores that are busy with two others.
  etcdAPICall: "10m0s",
  controlPlaneComponentHealthCheck: "20m0s",
};

/** Probes of a static pod: a busy API server that answers after 20 s is not one that has to be killed. */
function patch(container: string, readiness: boolean): string {
  return [
    "spec:",
    "  containers:",
    `  - name: ${container}`,
    "    livenessProbe: {periodSeconds: 60, timeoutSeconds: 60}",
    "    startupProbe: {timeoutSeconds: 60}",
    ...(readiness ? ["    readinessProbe: {periodSeconds: 15}"] : []),
    "",
  ].join("\n");
}

export const tunedKubeadm = {
  init: { nodeRegistration, timeouts },
  cluster: {
    // RSA keys take 20 s.
    encryptionAlgorithm: "ECDSA-P256",
    apiServer: { extraArgs: settings({ profiling: "false" }), extraEnvs: settings({ GOGC: "400" }) },
    controllerManager: {
      extraArgs: settings({ "leader-elect": "false", "node-monitor-grace-period": "200s" }),
      extraEnvs: frugal,
    },
    scheduler: { extraArgs: settings({ "leader-elect": "false" }), extraEnvs: frugal },
    etcd: {
      local: {
        extraArgs: settings({ "heartbeat-interval": "1000", "election-timeout": "10000", "unsafe-no-fsync": "true" }),
        extraEnvs: frugal,
      },
    },
  },
  join: { nodeRegistration, timeouts },
  // A patch version has the same etcd; its restart takes the API away for two minutes.
  upgrade: { apply: { etcdUpgrade: false }, node: { etcdUpgrade: false } },
  kubelet: {
    runtimeRequestTimeout: "15m0s",
    nodeStatusUpdateFrequency: "30s",
    nodeLeaseDurationSeconds: 160,
    featureGates: { KubeletCrashLoopBackOffMax: true },
    crashLoopBackOff: { maxContainerRestartPeriod: "5s" },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: { "memory.available": "50Mi", "nodefs.available": "2%", "imagefs.available": "2%" },
  },
  patches: {
    "kube-apiserver+strategic.yaml": patch("kube-apiserver", true),
    "kube-controller-manager+strategic.yaml": patch("kube-controller-manager", false),
    "kube-scheduler+strategic.yaml": patch("kube-scheduler", true),
    "etcd+strategic.yaml": patch("etcd", true),
  },
};

/** The same for several control planes, of which one is the leader; on busy cores a lease is not renewed within 10 s. */
const election = settings({
  "leader-elect": "true",
  "leader-elect-lease-duration": "120s",
  "leader-elect-renew-deadline": "90s",
  "leader-elect-retry-period": "15s",
});
const elected = <T extends { readonly extraArgs: Setting[] }>(component: T): T => ({
  ...component,
  extraArgs: [...component.extraArgs.filter(({ name }) => name !== "leader-elect"), ...election],
});
export const electedKubeadm = {
  ...tunedKubeadm,
  cluster: {
    ...tunedKubeadm.cluster,
    controllerManager: elected(tunedKubeadm.cluster.controllerManager),
    scheduler: elected(tunedKubeadm.cluster.scheduler),
  },
};
