// Stands in for pulumi-windrose/entry: what an up would do on a host is written down, and not done. Checks and diffs are the
// real ones, so that the order and the kinds of all steps are those of the real engine.
const { appendFileSync } = require("node:fs");
const { join } = require("node:path");

const { entry } = require("./built.json");
const real = require(entry);
const log = join(__dirname, "log.jsonl");

/** What a host, and what is on it, would say of itself. */
const facts = {
  Host: ({ __urn }) => ({ hostId: `${nameOf(__urn)}-id`, lineage: "5eed", cpus: 64, memory: "256GiB" }),
  StoragePool: () => ({ capacity: "1TiB" }),
  Image: () => ({ size: "2GiB", path: "/pool/image", digest: `sha256:${"0".repeat(64)}` }),
  VirtualMachine: () => ({ sshHostKeys: ["ssh-ed25519 AAAA"], restartPending: [], addresses: {} }),
  Command: () => ({ stdout: "", stderr: "", exitCode: 0, __created: true }),
  KubernetesNode: ({ cluster, through }) => ({
    version: cluster.version,
    ready: true,
    endpoint: `https://${cluster.endpoint}`,
    caCertificate: "PEM",
    ...(through === undefined ? { kubeconfig: "kind: Config" } : {}),
  }),
};

const nameOf = (urn) => urn.split("::").at(-1);

const ids = {
  Host: ({ __urn }) => `${nameOf(__urn)}-id`,
  Image: ({ pool, __urn }) => `${pool}/${nameOf(__urn)}`,
  KubernetesNode: ({ machine, nodeName }) => `${machine}/${nodeName}`,
};

exports.resource = (kind) => {
  const handler = real.resource(kind);
  const note = (op, { __urn }) => appendFileSync(log, `${JSON.stringify([op, kind, nameOf(__urn)])}\n`);
  const made = (inputs) => ({ ...inputs, ...facts[kind]?.(inputs) });
  return {
    configure: handler.configure,
    check: handler.check,
    diff: handler.diff,
    create: async ({ __provider, ...inputs }) => {
      note("create", inputs);
      return { id: ids[kind]?.(inputs) ?? inputs.uuid ?? `${nameOf(inputs.__urn)}-id`, outs: made(inputs) };
    },
    update: async (_id, _olds, { __provider, ...inputs }) => {
      note("update", inputs);
      return { outs: made(inputs) };
    },
    delete: async (_id, state) => note("delete", state),
    read: async (id, props) => ({ id, props }),
  };
};
