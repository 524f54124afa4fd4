import assert from "node:assert/strict";
import type { Inputs } from "../../../provider/basics/record";
import { diff } from "../../../provider/lifecycle/diff";
import { read, remove } from "../../../provider/lifecycle/lifecycle";
import { host as definition } from "../../../provider/resources/host/definition";
import { anyOf, change, checkOf, contextOf, FakeHost, halfMade, make } from "../fakes";

const everything = {
  packages: ["auto", "uefi"],
  packageNames: { uefi: "ovmf" },
  services: ["libvirtd"],
  users: { ada: ["libvirt", "kvm"] },
  forwarding: { ipv4: true },
  sysctl: { "net.bridge.bridge-nf-call-iptables": 0 },
  modules: ["br-netfilter"],
  firewall: { bridges: { lan: { bridge: "virbr7", subnets: ["172.17.2.9/24"] } } },
  files: { "/etc/motd": { content: "anemoi\n", mode: "640" } },
  libvirt: { "network.conf": { firewall_backend: "iptables", max: 7, list: ["a"] } },
  apparmorPaths: ["/srv/disks"],
};

describe("what a Host puts on its machine", function () {
  this.timeout(20_000);
  let host: FakeHost;
  beforeEach(() => {
    host = new FakeHost();
  });
  const prepared = () => host.calls.filter((call) => call.startsWith("system.preparation"));
  const seen = async (state: Record<string, unknown>) =>
    (await read(anyOf(definition), state, contextOf(host, "Host")))!;

  it("is nothing where nothing is asked for: no command more, in any operation", async () => {
    const made = await make(host, definition, {});
    const changed = await change(host, definition, made, { timeout: 9 });
    await seen(changed.state);
    await remove(anyOf(definition), changed.state, contextOf(host, "Host"));
    assert.deepEqual(prepared(), []);
  });

  it("comes after the requirements and before the hypervisor, in the system's own terms", async () => {
    const made = await make(host, definition, everything);
    const order = host.calls.filter((call) => /^(system.preparation.apply|host.facts)$/.test(call));
    assert.deepEqual(order, ["system.preparation.apply", "host.facts"]);
    assert.deepEqual(host.prepared, {
      packages: ["auto", "uefi"],
      packageNames: { uefi: "ovmf" },
      services: { libvirtd: {} },
      users: { ada: ["libvirt", "kvm"] },
      sysctl: { "net.ipv4.ip_forward": "1", "net.bridge.bridge-nf-call-iptables": "0" },
      modules: ["br_netfilter"],
      firewall: [{ bridge: "virbr7", subnets: ["172.17.2.0/24"], masquerade: false }],
      files: [{ path: "/etc/motd", content: "anemoi\n", mode: "0640", owner: "root:root", adopt: false }],
      settings: { "network.conf": { firewall_backend: "iptables", max: 7, list: ["a"] } },
      apparmorPaths: ["/srv/disks"],
    });
    assert.equal(host.preparations[0]!.creating, true);
    const answer = await seen(made.state);
    assert.deepEqual(diff(anyOf(definition), answer.outputs, made.inputs).rows, []);
    assert.deepEqual(answer.inputs, { ...made.inputs, lineage: made.state.lineage });
  });

  it("is not begun where a requirement is not met", async () => {
    await halfMade(make(host, definition, { ...everything, requirements: { cpus: 99 } }));
    assert.deepEqual(prepared(), []);
  });

  it("goes when it is no longer asked for, and with the Host, libvirt there or not", async () => {
    const made = await make(host, definition, everything);
    const changed = await change(host, definition, made, {});
    assert.deepEqual(Object.keys(host.preparations[1]!.previous!.users), ["ada"]);
    assert.deepEqual(host.prepared.users, {});
    const again = await change(host, definition, changed, { modules: ["bridge"] });
    host.fail("host.facts", "hypervisor-unavailable");
    const context = contextOf(host, "Host");
    await remove(anyOf(definition), again.state, context);
    assert.equal(host.preparations.at(-1)!.previous!.modules[0], "bridge");
    assert.deepEqual(context.told, ["warning: something was left"]);
  });

  it("is taken back though the state no longer knows of it, where the host says that there is something", async () => {
    const made = await make(host, definition, {});
    host.system = { ...host.system, claimed: true };
    await remove(anyOf(definition), made.state, contextOf(host, "Host"));
    assert.deepEqual(prepared(), ["system.preparation.release"]);
    // Others' claims are no business of a user without root's rights.
    host.fail("system.preparation.apply", "sudo-password");
    await make(host, definition, {});
    await halfMade(make(host, definition, { modules: ["bridge"] }));
  });

  it("is kept in the state by its lineage where it fails half-way, and finished by the next", async () => {
    host.fail("system.preparation.apply", "command-failed");
    const half = await halfMade(make(host, definition, everything));
    assert.match(String(half.outputs.lineage), /^[0-9a-f]{32}$/);
    host.failing.clear();
    const made = await change(host, definition, { id: half.id, inputs: everything, state: half.outputs }, everything);
    assert.equal(made.state.lineage, half.outputs.lineage);
    assert.equal(host.preparations[0]!.creating, false);
  });

  describe("and that could not be taken back", () => {
    const gone = "system.preparation.apply";
    const half = async (made: Awaited<ReturnType<typeof make>>, inputs: Inputs) => {
      const { id, outputs, error } = await halfMade(change(host, definition, made, inputs));
      return { error, made: { id, inputs, state: outputs } };
    };

    for (const code of ["sudo-password", "permission-denied", "command-failed"] as const)
      it(`is owed by each run until it was (${code})`, async () => {
        const first = await make(host, definition, { sysctl: { "vm.swappiness": 10 } });
        host.fail(gone, code);
        const second = await half(first, {});
        const third = await half(second.made, {});
        assert.match(third.error.message, /what was put on the host before could not be taken back/);
        host.fail("system.preparation.release", code);
        await assert.rejects(() => remove(anyOf(definition), third.made.state, contextOf(host, "Host")), { code });
        const seenAgain = await seen(third.made.state);
        host.failing.clear();
        const last = await change(host, definition, { ...third.made, state: seenAgain.outputs }, {});
        assert.equal(last.state.__pending, undefined);
        assert.equal(last.state.__claims, false);
      });

    it("is owed where a step before it failed", async () => {
      const first = await make(host, definition, { sysctl: { "vm.swappiness": 10 } });
      const second = await half(first, { requirements: { cpus: 99 } });
      host.fail(gone, "sudo-password");
      const third = await half(second.made, {});
      await half(third.made, {});
    });

    it("is nothing where it was never put there", async () => {
      host.fail(gone, "sudo-password");
      host.fail("system.preparation.release", "sudo-password");
      const { id, outputs } = await halfMade(make(host, definition, { forwarding: { ipv6: true } }));
      const first = { id, inputs: {}, state: outputs };
      // Others' claims are there.
      host.system = { ...host.system, claimed: true };
      const second = await change(host, definition, first, {});
      assert.equal(second.state.__pending, undefined);
      await remove(anyOf(definition), outputs, contextOf(host, "Host"));
    });

    it("is nothing where nobody's claim is on the host any more", async () => {
      const first = await make(host, definition, { sysctl: { "vm.swappiness": 10 } });
      host.system = { ...host.system, claimed: false };
      host.fail(gone, "sudo-password");
      await change(host, definition, first, {});
      await remove(anyOf(definition), first.state, contextOf(host, "Host"));
    });
  });

  const drifts: [string, Partial<FakeHost["standing"]>, string[]][] = [
    ["a package", { packages: ["libvirt"], missingPackages: ["qemu"] }, ["packages"]],
    ["a service", { services: { libvirtd: { enabled: true, running: false } } }, ["services"]],
    ["a group", { users: { ada: ["kvm"] } }, ["users"]],
    ["a parameter", { sysctl: { "net.ipv4.ip_forward": "1", "net.bridge.bridge-nf-call-iptables": "1" } }, ["sysctl"]],
    [
      "forwarding",
      { sysctl: { "net.ipv4.ip_forward": "0", "net.bridge.bridge-nf-call-iptables": "0" } },
      ["forwarding.ipv4"],
    ],
    ["a module", { modules: [] }, ["modules"]],
    ["a rule", { firewall: [] }, ["firewall.bridges.lan"]],
    ["a file", { files: [{ path: "/etc/motd", content: "x", mode: "0600", owner: "ada:ada" }] }, ["files"]],
    ["no file", { files: [] }, ["files"]],
    ["a setting", { settings: { "network.conf": { firewall_backend: "nftables", max: 7, list: ["a"] } } }, ["libvirt"]],
    ["a path", { apparmorPaths: [] }, ["apparmorPaths"]],
  ];
  for (const [what, standing, rows] of drifts) {
    it(`shows that ${what} is otherwise, on its own field alone`, async () => {
      const made = await make(host, definition, everything);
      host.standing = standing;
      const answer = await seen(made.state);
      const { rows: found, changes } = diff(anyOf(definition), answer.outputs, made.inputs);
      assert.deepEqual(
        found.map((row) => row.path),
        rows,
      );
      assert.notEqual(changes, false);
      assert.ok(found.every((row) => row.effect === "live"));
      const mended = await change(
        host,
        definition,
        { ...made, inputs: answer.inputs, state: answer.outputs },
        everything,
      );
      host.standing = {};
      assert.deepEqual(diff(anyOf(definition), (await seen(mended.state)).outputs, mended.inputs).rows, []);
    });
  }

  it("shows libvirt's own services, which no program named, and that they are right again", async () => {
    const made = await make(host, definition, { packages: "auto" });
    host.standing = { services: { libvirtd: { enabled: true, running: false } } };
    const answer = await seen(made.state);
    assert.deepEqual(answer.inputs.services, { libvirtd: { enabled: true, running: false } });
    assert.deepEqual(
      diff(anyOf(definition), answer.outputs, made.inputs).rows.map((row) => row.path),
      ["services"],
    );
  });

  it("takes longer where packages are installed", async () => {
    const timeout = (inputs: object) => {
      const spec = definition.fields.timeout as { default: (inputs: object) => number };
      return spec.default(inputs);
    };
    assert.deepEqual([timeout({}), timeout({ packages: "none" }), timeout({ packages: "auto" })], [120, 120, 1800]);
  });

  const refused: [string, unknown, string][] = [
    ["packages", ["-y"], "packages"],
    ["packages", ["a b"], "packages"],
    ["packages", ["openssh-server-"], "packages"],
    ["packageNames", { qemu: "openssh-server-" }, "packageNames"],
    ["packages", "all", "packages"],
    ["services", ["-x"], "services"],
    ["services", ["getty@"], "services"],
    ["services", { "getty@.service": {} }, "services"],
    ["services", { libvirtd: { runing: true } }, "services"],
    ["users", { "a b": ["kvm"] }, "users"],
    ["users", { ada: ["kvm\nroot"] }, "users"],
    ["sysctl", { "net/../kernel.x": "1" }, "sysctl"],
    ["sysctl", { "net..x": "1" }, "sysctl"],
    ["sysctl", { "net.ipv4.ip_forward": "1\n2" }, "sysctl"],
    ["sysctl", { "net.ipv4.ip_forward": "0" }, "sysctl"],
    ["modules", ["a/b"], "modules"],
    ["files", { "/etc/../x": { content: "" } }, "files"],
    ["files", { "etc/x": { content: "" } }, "files"],
    ["files", { "/var/lib/windrose/claims/x": { content: "" } }, "files"],
    ["files", { "/run/windrose.lock": { content: "" } }, "files"],
    ["files", { "/etc/sysctl.d/90-windrose.conf": { content: "" } }, "files"],
    ["files", { "/etc/systemd/system/windrose-firewall.service": { content: "" } }, "files"],
    ["files", { "/etc/x": { content: "", mode: "rw" } }, "files"],
    ["files", { "/etc/x": { content: "", owner: "a;b" } }, "files"],
    ["libvirt", { "../x.conf": { a: 1 } }, "libvirt"],
    ["libvirt", { "qemu.conf": { "a b": 1 } }, "libvirt"],
    ["libvirt", { "qemu.conf": { a: "x\ny" } }, "libvirt"],
    ["apparmorPaths", ['/srv/a" rw,'], "apparmorPaths"],
    ["apparmorPaths", ["/srv/**"], "apparmorPaths"],
    ["firewall", { bridges: { lan: { bridge: 'a" accept', subnets: ["10.0.0.0/8"] } } }, "firewall.bridges.lan.bridge"],
    ["firewall", { bridges: { lan: { subnets: ["10.0.0.0"] } } }, "firewall.bridges.lan.subnets"],
    ["firewall", { bridges: { lan: { subnets: [] } } }, "firewall.bridges.lan.subnets"],
  ];
  for (const [field, value, property] of refused) {
    it(`refuses ${field}: ${JSON.stringify(value)}`, async () => {
      const { failures } = await checkOf(definition, { ...everything, [field]: value });
      assert.ok(failures.length > 0, "it was taken");
      assert.ok(failures[0]!.property.startsWith(property), JSON.stringify(failures));
    });
  }
});
