import { stringify } from "yaml";

/** The image that is on each node of the lab's. */
const image = "docker.io/library/busybox:lab";

/** Says its own name to all who ask. */
const page = "mkdir /tmp/page; hostname > /tmp/page/index.html; exec httpd -f -p 8080 -h /tmp/page";

const container = (more: object = {}) => ({
  name: "page",
  image,
  imagePullPolicy: "Never",
  command: ["sh", "-c", page],
  ...more,
});

const service = (name: string, more: object) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { selector: { app: name }, ...more },
});

/** Where `answer` is asked from outside, on each node. */
export const nodePort = 30080;

/** `each`: a pod on each worker. `answer`: two pods, never on one node, one of which is up whatever is drained. */
export const workloads: string = [
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "each" },
    spec: {
      selector: { matchLabels: { app: "each" } },
      template: {
        metadata: { labels: { app: "each" } },
        spec: { terminationGracePeriodSeconds: 1, containers: [container()] },
      },
    },
  },
  service("each", { ports: [{ port: 80, targetPort: 8080 }] }),
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "answer" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "answer" } },
      template: {
        metadata: { labels: { app: "answer" } },
        spec: {
          terminationGracePeriodSeconds: 14,
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "answer" } } },
              ],
            },
          },
          containers: [
            container({
              readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 5, timeoutSeconds: 10 },
              // The other nodes hear that it goes before it is gone.
              lifecycle: { preStop: { sleep: { seconds: 12 } } },
            }),
          ],
        },
      },
    },
  },
  service("answer", { type: "NodePort", ports: [{ port: 80, targetPort: 8080, nodePort }] }),
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "answer" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "answer" } } },
  },
]
  .map((manifest) => stringify(manifest))
  .join("---\n");
