// So many guests that are defined and not started, or as many resources of the same size that do nothing.
const pulumi = require("@pulumi/pulumi");

const config = new pulumi.Config();
const count = config.requireNumber("count");
const guest = { vcpus: 1, memory: "192MiB", running: false };
const cloudInit = (name) => ({
  hostname: name,
  sshKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA bench"],
});
const names = Array.from({ length: count }, (_, index) => `guest${String(index).padStart(3, "0")}`);

function guests() {
  const { Host, Image, Network, StoragePool, VirtualMachine } = require("pulumi-windrose");
  const host = new Host("anemoi", { requirements: { virtualization: "none" } });
  const pool = new StoragePool("bench", { host, type: "dir" });
  const image = new Image("bench", { host, pool, source: config.require("image") });
  const network = new Network("bench", { host, ipv4: { address: "172.17.0.1/16" } });
  for (const name of names) {
    new VirtualMachine(name, {
      host,
      ...guest,
      disks: { root: { pool, image } },
      interfaces: { lan: { network } },
      cloudInit: cloudInit(name),
    });
  }
}

const nothing = `exports.handler = () => ({
  check: async (olds, news) => ({ inputs: news, failures: [] }),
  diff: async () => ({ changes: false }),
  create: async (inputs) => ({ id: inputs.name, outs: inputs }),
  read: async (id, props) => ({ id, props }),
  update: async (id, olds, news) => ({ outs: news }),
  delete: async () => {},
});`;

class Nothing extends pulumi.CustomResource {
  constructor(name, props) {
    super("pulumi-nodejs:dynamic/bench:Nothing", name, { ...props, name, __provider: nothing });
  }
}

/** The engine's own floor: resources that depend on each other in the same way, with inputs of the same size. */
function floor() {
  const host = new Nothing("anemoi", {});
  const pool = new Nothing("pool", { host: host.id });
  const image = new Nothing("image", { host: host.id, pool: pool.id });
  const network = new Nothing("network", { host: host.id });
  for (const name of names) {
    new Nothing(name, {
      host: host.id,
      ...guest,
      disks: { root: { pool: pool.id, image: image.id } },
      interfaces: { lan: { network: network.id } },
      cloudInit: cloudInit(name),
    });
  }
}

if (config.require("kind") === "floor") floor();
else guests();
