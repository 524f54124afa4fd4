import assert from "node:assert/strict";
import fc from "fast-check";
import { type GuestRequest, type LabRequest, PlanError, plan } from "../../../../../components/index";
import { overlap, parseSubnet, type Subnet } from "../../../../../components/kubernetes-lab/subnet";

const winds = (more: Partial<GuestRequest> = {}): GuestRequest[] => [
  { name: "boreas", role: "controlPlane", address: "172.17.2.2", vcpus: 2, memory: "2GiB", ...more },
  { name: "zephyrus", address: "172.17.2.3" },
  { name: "notus", address: "172.17.2.4" },
  { name: "eurus", address: "172.17.2.5" },
];

const request = (kubernetes: object = {}, more: Partial<LabRequest> = {}): LabRequest => ({
  name: "winds",
  project: "four-winds",
  stack: "unit",
  hosts: { anemoi: {} },
  subnet: "172.17.2.0/24",
  images: ["debian-12"],
  guests: winds(),
  kubernetes: { version: "1.34.4", ...kubernetes },
  ...more,
});

const cluster = (...args: Parameters<typeof request>) => {
  const { kubernetes } = plan(request(...args));
  assert.ok(kubernetes);
  return kubernetes;
};

/** What is wrong, by argument. */
function problems(...args: Parameters<typeof request>): Record<string, string> {
  try {
    plan(request(...args));
  } catch (error) {
    assert.ok(error instanceof PlanError, String(error));
    return Object.fromEntries(error.problems.map(({ property, reason }) => [property, reason]));
  }
  return {};
}

const refuses = (property: string, reason: RegExp, ...args: Parameters<typeof request>) => {
  const found = problems(...args);
  assert.deepEqual(Object.keys(found), [property], JSON.stringify(found));
  assert.match(found[property]!, reason);
};

const subnet = (text: string): Subnet => {
  const read = parseSubnet(text);
  assert.ok(typeof read !== "string", String(read));
  return read;
};

describe("the plan of a cluster", function () {
  this.timeout(20_000);

  it("is none where none is asked for", () => {
    assert.equal(plan(request({}, { kubernetes: undefined })).kubernetes, undefined);
  });

  it("makes each guest a node, control planes first, under a name that leads to all control planes", () => {
    const { nodes, ...whole } = cluster({ version: "v1.34.4" });
    assert.deepEqual(whole, {
      version: "1.34.4",
      podSubnet: "10.244.0.0/16",
      serviceSubnet: "10.96.0.0/12",
      dnsDomain: "cluster.local",
      endpoint: "winds-api:6443",
      endpointAddresses: ["172.17.2.2"],
      server: "172.17.2.2:6443",
    });
    assert.deepEqual(
      nodes.map(({ name, role }) => [name, role]),
      [
        ["boreas", "controlPlane"],
        ["zephyrus", "worker"],
        ["notus", "worker"],
        ["eurus", "worker"],
      ],
    );
  });

  it("takes three control planes, and an endpoint of the user's own", () => {
    const size = { role: "controlPlane" as const, vcpus: 2, memory: "2GiB" };
    const guests = winds().map((guest, index) => (index < 3 ? { ...guest, ...size } : guest));
    assert.deepEqual(cluster({}, { guests }).endpointAddresses, ["172.17.2.2", "172.17.2.3", "172.17.2.4"]);
    const own = cluster({ endpoint: "api.example.org" }, { guests });
    assert.equal(own.endpoint, "api.example.org:6443");
    assert.equal(own.endpointAddresses, undefined);
    assert.equal(own.server, "api.example.org:6443");
  });

  it("keeps what is said of a guest as a node", () => {
    const more = { labels: { zone: "north" }, taints: ["dedicated=db:NoSchedule", "dedicated:NoExecute"] };
    const [boreas, zephyrus] = cluster({}, { guests: winds(more) }).nodes;
    assert.deepEqual(boreas!.labels, more.labels);
    assert.deepEqual(boreas!.taints, more.taints);
    assert.equal(zephyrus!.labels, undefined);
  });

  it("numbers the pods of routes by the nodes' addresses", () => {
    const { nodes, guestSubnet } = cluster({ network: { plugin: "routes" } });
    assert.equal(guestSubnet, "172.17.2.0/24");
    assert.deepEqual(
      nodes.map(({ podCidr }) => podCidr),
      ["10.244.2.0/24", "10.244.3.0/24", "10.244.4.0/24", "10.244.5.0/24"],
    );
  });

  it("gives each node of any routes a block of its own, inside the pods' subnet, whoever else is there", () => {
    const labs = fc
      .record({
        prefix: fc.integer({ min: 22, max: 28 }),
        pods: fc.integer({ min: 8, max: 20 }),
        names: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/), { minLength: 2, maxLength: 5 }),
      })
      .map(({ prefix, pods, names }) =>
        request(
          { podSubnet: `10.0.0.0/${pods}`, serviceSubnet: "192.168.0.0/20", network: { plugin: "routes" } },
          {
            subnet: `172.17.0.0/${prefix}`,
            guests: names.map((name, index) => ({
              ...(index === 0 ? { role: "controlPlane", vcpus: 2, memory: "2GiB" } : {}),
              name,
            })),
          },
        ),
      );
    const made = (lab: LabRequest) => {
      try {
        return plan(lab).kubernetes!;
      } catch (error) {
        assert.ok(error instanceof PlanError);
        // Two names meet at one address; or the blocks would be too small.
        assert.ok(
          error.problems.every(({ property }) => /address$|podSubnet$/.test(property)),
          error.message,
        );
        fc.pre(false);
      }
    };
    fc.assert(
      fc.property(labs, (lab) => {
        const { nodes, podSubnet } = made(lab);
        const blocks = nodes.map(({ podCidr }) => subnet(podCidr!));
        for (const [index, block] of blocks.entries()) {
          assert.ok(overlap(block, subnet(podSubnet)) && block.prefix >= subnet(podSubnet).prefix);
          for (const other of blocks.slice(0, index)) assert.ok(!overlap(block, other), `${block.text} ${other.text}`);
        }
        const fewer = made({ ...lab, guests: lab.guests.slice(0, -1) });
        for (const node of fewer.nodes) {
          assert.deepEqual(
            nodes.find(({ name }) => name === node.name),
            node,
          );
        }
      }),
    );
  });

  it("refuses subnets that are in each other's way, whatever they are", () => {
    const text = fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 12, max: 22 }))
      .map(([second, prefix]) => {
        const base = (10 * 2 ** 24 + second * 2 ** 16) & (-1 << (32 - prefix));
        return `${[24, 16, 8, 0].map((shift) => (base >>> shift) & 255).join(".")}/${prefix}`;
      });
    fc.assert(
      fc.property(text, text, text, (podSubnet, serviceSubnet, guests) => {
        const lab = request(
          { podSubnet, serviceSubnet },
          { subnet: guests, guests: winds().map(({ address: _, ...guest }) => guest) },
        );
        const clash = [
          [podSubnet, serviceSubnet],
          [podSubnet, guests],
          [serviceSubnet, guests],
        ].some(([one, other]) => overlap(subnet(one!), subnet(other!)));
        let refused = false;
        try {
          plan(lab);
        } catch (error) {
          assert.ok(error instanceof PlanError);
          fc.pre(error.problems.every(({ property }) => !property.endsWith("address")));
          refused = true;
          assert.ok(error.problems.every(({ property }) => /^kubernetes\.(pod|service)Subnet$/.test(property)));
        }
        assert.equal(refused, clash);
      }),
    );
  });
});

describe("what is wrong with the request of a cluster", () => {
  it("names subnets that are in the way of guests, hosts, or each other", () => {
    refuses("kubernetes.podSubnet", /in the way of the guests of host "anemoi"/, { podSubnet: "172.17.0.0/16" });
    refuses("kubernetes.serviceSubnet", /in the way of the pods/, { serviceSubnet: "10.244.4.0/22" });
    refuses(
      "kubernetes.serviceSubnet",
      /in the way of host "anemoi" itself, 10\.96\.0\.7/,
      {},
      { hosts: { anemoi: { address: "10.96.0.7" } } },
    );
    refuses("kubernetes.serviceSubnet", /from \/12 to \/28/, { serviceSubnet: "192.0.0.0/8" });
    refuses("kubernetes.podSubnet", /is not written as/, { podSubnet: "10.244.0.0" });
    refuses("kubernetes.podSubnet", /has host bits/, { podSubnet: "10.244.1.0/16" });
    refuses("kubernetes.podSubnet", /has 2 blocks of \/24, one for each node: there are 4 guests/, {
      podSubnet: "10.244.0.0/23",
    });
    const extraArgs = [{ name: "node-cidr-mask-size", value: "26" }];
    const kubeadm = { cluster: { controllerManager: { extraArgs } } };
    assert.deepEqual(problems({ podSubnet: "10.244.0.0/23", kubeadm }), {});
  });

  it("names a number of control planes that is no use", () => {
    const size = { role: "controlPlane" as const, vcpus: 2, memory: "2GiB" };
    const several = (count: number) => ({
      guests: [...winds(), { name: "lips" }, { name: "kaikias" }].map((guest, index) =>
        index < count ? { ...guest, ...size } : { ...guest, role: "worker" as const },
      ),
    });
    refuses("guests", /has no control plane/, {}, several(0));
    refuses("guests", /has 2 control planes: an even number/, {}, several(2));
    refuses("guests", /has 5 control planes: make it 1 or 3/, {}, several(5));
    assert.deepEqual(problems({}, several(1)), {});
    assert.deepEqual(problems({}, several(3)), {});
  });

  it("names a version that is none", () => {
    for (const version of ["", "1.34", "stable", "1.34.x", "01.34.4", "2.0.0", "1.34.4-rc.1", "1.034.1"]) {
      refuses("kubernetes.version", /is not a version: write it as 1\.34\.4/, { version });
    }
    refuses("kubernetes.version", /too old/, { version: "1.30.9" });
  });

  it("names taints and labels that are none", () => {
    const taints = (...all: string[]) => problems({}, { guests: winds({ taints: all }) });
    assert.deepEqual(taints("a=b:NoSchedule", "example.org/x:NoExecute", "a:PreferNoSchedule"), {});
    for (const taint of [
      "a",
      "a=b",
      "a=b:Never",
      ":NoSchedule",
      "=b:NoSchedule",
      "a b:NoSchedule",
      "a=b c:NoExecute",
    ]) {
      assert.deepEqual(Object.keys(taints(taint)), ["guests.boreas.taints[0]"], taint);
    }
    assert.match(
      taints("a=1:NoSchedule", "a=2:NoSchedule")["guests.boreas.taints[1]"]!,
      /key and effect of taints\[0\]/,
    );
    const labels = (all: Record<string, string>) => problems({}, { guests: winds({ labels: all }) });
    assert.deepEqual(labels({ "example.org/zone": "a", empty: "" }), {});
    assert.deepEqual(Object.keys(labels({ "a/b/c": "x" })), ['guests.boreas.labels["a/b/c"]']);
    assert.deepEqual(Object.keys(labels({ zone: "not one" })), ['guests.boreas.labels["zone"]']);
    assert.match(Object.values(labels({ "node-role.kubernetes.io/control-plane": "" }))[0]!, /kubeadm's own/);
  });

  it("names guests too small for a control plane, and workers of no size", () => {
    refuses(
      "guests.boreas.vcpus",
      /1 is too little for a control plane: kubeadm asks for 2/,
      {},
      { guests: winds({ vcpus: 1 }) },
    );
    refuses("guests.boreas.memory", /1GiB is too little .* give it 2GiB/, {}, { guests: winds({ memory: "1GiB" }) });
  });

  it("names a network that can't be", () => {
    refuses("kubernetes.network.plugin", /"calico" is none of/, { network: { plugin: "calico" } });
    refuses("kubernetes.network.backend", /"udp" is none of/, { network: { plugin: "flannel", backend: "udp" } });
    refuses("kubernetes.network.manifest", /is needed/, { network: { plugin: "manifest" } });
    refuses("kubernetes.network.checksum", /is needed: what a URL has may change/, {
      network: { plugin: "manifest", manifest: "https://example.org/net.yaml" },
    });
    refuses("kubernetes.network.checksum", /not written as sha256/, {
      network: { plugin: "manifest", manifest: "./net.yaml", checksum: "md5:00" },
    });
    refuses("kubernetes.podSubnet", /has no 126 addresses/, {
      podSubnet: "10.244.0.0/20",
      network: { plugin: "routes" },
    });
    const two = {
      hosts: { anemoi: { subnet: "172.17.2.0/24" }, aeolus: { subnet: "172.17.3.0/24" } },
      subnet: undefined,
      guests: winds().map(({ address: _, ...guest }, index) => ({ ...guest, host: index < 2 ? "anemoi" : "aeolus" })),
    };
    refuses("network.mode", /"nat" keeps guests of different hosts apart/, {}, two);
    const routed = { ...two, network: { mode: "routed" as const } };
    assert.deepEqual(problems({}, routed), {});
    refuses(
      "kubernetes.network.plugin",
      /"routes" needs all guests in one subnet/,
      { network: { plugin: "routes" } },
      routed,
    );
  });

  it("names a source that can't be", () => {
    const network = { plugin: "routes" } as const;
    refuses("kubernetes.network.plugin", /is flannel, whose manifest no package has/, { source: { from: "packages" } });
    refuses("kubernetes.source.from", /is none of image/, { source: { from: "air" } });
    refuses("kubernetes.source.bundle", /is needed/, { source: { from: "bundle" } });
    refuses("kubernetes.source.key", /is needed: packages are installed only/, {
      network,
      source: { from: "packages", repository: "deb https://packages.example.org/v1.34/deb/ /" },
    });
    refuses("kubernetes.source.repository", /is not written as `deb/, {
      network,
      source: { from: "packages", repository: "v1.34", key: "x" },
    });
    refuses(
      "kubernetes.source.from",
      /"packages" are fetched by guests/,
      { network, source: { from: "packages" } },
      {
        network: { mode: "isolated" },
      },
    );
  });

  it("names what follows from other arguments, and the rest", () => {
    refuses("kubernetes.kubeadm.cluster.networking.podSubnet", /follows from `podSubnet`/, {
      kubeadm: { cluster: { networking: { podSubnet: "10.1.0.0/16" } } },
    });
    refuses("kubernetes.kubeadm.init", /is not an object/, { kubeadm: { init: [] } });
    refuses('kubernetes.kubeadm.patches["../x.yaml"]', /not the name of a patch/, {
      kubeadm: { patches: { "../x.yaml": "" } },
    });
    assert.deepEqual(problems({ kubeadm: { patches: { "kube-apiserver0+strategic.yaml": "spec: {}" } } }), {});
    refuses("kubernetes.endpoint", /is not an endpoint/, { endpoint: "https://api:6443" });
    refuses("kubernetes.endpoint", /10\.96\.0\.9 is among the services/, { endpoint: "10.96.0.9:6443" });
    refuses("kubernetes.dnsDomain", /is no DNS domain/, { dnsDomain: "-x" });
    refuses("kubernetes.proxyMode", /is none of/, { proxyMode: "userspace" });
    refuses("kubernetes.drain.timeout", /whole number of seconds/, { drain: { timeout: 0 } });
    refuses("kubernetes.timeout", /whole number of seconds/, { timeout: 1.5 });
    refuses("kubernetes.generation", /neither a number nor a word/, { generation: "a b" });
    refuses(
      "guests.boreas.taints",
      /there is no `kubernetes`/,
      {},
      {
        kubernetes: undefined,
        guests: winds({ taints: [] }),
      },
    );
  });

  it("tells all of it at once", () => {
    const found = problems(
      { version: "one", podSubnet: "172.17.0.0/16" },
      { guests: winds({ vcpus: 1, taints: ["x"] }) },
    );
    assert.deepEqual(Object.keys(found).sort(), [
      "guests.boreas.taints[0]",
      "guests.boreas.vcpus",
      "kubernetes.podSubnet",
      "kubernetes.version",
    ]);
  });
});
