import assert from "node:assert/strict";
import { hasCode, WindroseError } from "../../../provider/basics/errors";
import { type Dialer, DomainEvent, openLibvirt } from "../../../provider/drivers/libvirt/rpc";
import { type Call, FakeDaemon } from "./fake-daemon";

const domain = { name: "boreas", uuid: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", id: 3 };

interface Behaviour {
  auth?: number[];
  polkit?: "grants" | "refuses";
  features?: number[];
  respond?: (daemon: FakeDaemon, call: Call) => boolean;
}

/** A daemon that answers what opening asks. */
function greeter({ auth = [0], polkit = "grants", features = [10, 16], respond }: Behaviour = {}): FakeDaemon {
  const daemon = new FakeDaemon();
  daemon.onCall = (call) => {
    if (respond?.(daemon, call)) return;
    if (call.name === "AUTH_LIST") daemon.reply<"AUTH_LIST">(call, { types: auth });
    else if (call.name === "AUTH_POLKIT" && polkit === "refuses") daemon.refuse(call, 94, "no agent");
    else if (call.name === "AUTH_POLKIT") daemon.reply<"AUTH_POLKIT">(call, { complete: true });
    else if (call.name === "CONNECT_SUPPORTS_FEATURE") {
      daemon.reply<"CONNECT_SUPPORTS_FEATURE">(call, { supported: features.includes(call.args.feature as number) });
    } else if (call.name.endsWith("REGISTER_ANY")) {
      daemon.reply<"CONNECT_NETWORK_EVENT_REGISTER_ANY">({ ...call, name: call.name as never }, { callbackId: 1 });
    } else daemon.reply(call, {});
  };
  return daemon;
}

/** A host where only these ways lead to a daemon. */
function host(
  ways: Record<string, () => FakeDaemon>,
  otherwise: () => Error = () => new WindroseError("not-found", "ENOENT"),
) {
  const tried: string[] = [];
  const daemons: FakeDaemon[] = [];
  const dial = async (name: string) => {
    tried.push(name);
    const make = ways[name];
    if (!make) throw otherwise();
    const daemon = make();
    daemons.push(daemon);
    return daemon.client;
  };
  const dialer: Dialer = {
    description: "anemoi",
    connectUnix: (path) => dial(path),
    connectCommand: (argv) => dial(argv.join(" ")),
  };
  return { dialer, tried, daemons };
}

describe("opening libvirt", function () {
  this.timeout(10_000);

  it("tries the ways in order until a daemon answers", async () => {
    const all = [
      "/run/libvirt/libvirt-sock",
      "/run/libvirt/virtqemud-sock",
      "/var/run/libvirt/libvirt-sock",
      "virt-ssh-helper qemu:///system",
      "nc -U /run/libvirt/libvirt-sock",
      "nc -U /run/libvirt/virtqemud-sock",
    ];
    for (const [index, way] of all.entries()) {
      const { dialer, tried, daemons } = host({ [way]: () => greeter() });
      const client = await openLibvirt(dialer);
      assert.deepEqual(tried, all.slice(0, index + 1));
      assert.ok(client.information.path.endsWith(way));
      assert.deepEqual(daemons[0]!.calls.map(({ name }) => name).slice(0, 1), ["AUTH_LIST"]);
      assert.equal(daemons[0]!.calls.find(({ name }) => name === "CONNECT_OPEN")?.args.name, "qemu:///system");
      await client.close();
    }
  });

  it("goes on from a socket that is there but dead, or whose daemon has not the hypervisor", async () => {
    const dead = () => {
      const daemon = new FakeDaemon();
      daemon.onCall = () => daemon.socket.destroy();
      return daemon;
    };
    const without = () =>
      greeter({
        respond: (daemon, call) => {
          if (call.name !== "CONNECT_OPEN") return false;
          daemon.refuse(call, 38, "no virtqemud");
          return true;
        },
      });
    for (const broken of [dead, without]) {
      const { dialer } = host({ "/run/libvirt/libvirt-sock": broken, "/run/libvirt/virtqemud-sock": () => greeter() });
      const client = await openLibvirt(dialer);
      assert.equal(client.information.path, "unix:/run/libvirt/virtqemud-sock");
      await client.close();
    }
  });

  it("says first that there is no libvirt, and then what was tried, each once", async () => {
    const { dialer } = host({});
    dialer.connectCommand = async (argv) => {
      throw new WindroseError("command-missing", `${argv[0]} could not be started`);
    };
    const tried =
      "there is no /run/libvirt/libvirt-sock, /run/libvirt/virtqemud-sock; no program virt-ssh-helper, nc. " +
      "Check on the host that its libvirt daemon runs.";
    for (const [description, where] of [
      ["local", "this machine"],
      ["ssh://root@anemoi:22", "ssh://root@anemoi:22"],
    ] as const) {
      await assert.rejects(openLibvirt({ ...dialer, description }), {
        code: "hypervisor-unavailable",
        message: `libvirt's socket could not be opened on ${where} (is libvirt installed and running?); tried qemu:///system: ${tried}`,
      });
    }
  });

  it("tells the reason of each way that failed otherwise", async () => {
    const { dialer } = host({}, () => new WindroseError("unsupported", "no forwarding"));
    await assert.rejects(openLibvirt(dialer), (error) => {
      assert.ok(hasCode(error, "hypervisor-unavailable"));
      assert.match(error.message, /unix:\/run\/libvirt\/libvirt-sock: no forwarding; .*nc -U .*: no forwarding/);
      return true;
    });
    const denied = host({}, () => new WindroseError("permission-denied", "No right to connect"));
    await assert.rejects(openLibvirt(denied.dialer), (error) => {
      return hasCode(error, "permission-denied") && !/is libvirt installed/.test(error.message);
    });
  });

  it("gives up at once where the host itself can't be reached", async () => {
    const { dialer, tried } = host({}, () => new WindroseError("host-unreachable", "no route"));
    await assert.rejects(openLibvirt(dialer), (error) => hasCode(error, "host-unreachable"));
    assert.equal(tried.length, 1);
  });

  it("keeps its deadline with a daemon that says nothing", async () => {
    const { dialer } = host({ "/run/libvirt/libvirt-sock": () => new FakeDaemon() });
    const start = performance.now();
    await assert.rejects(openLibvirt(dialer, { deadline: 50 }), (error) => hasCode(error, "timeout"));
    assert.ok(performance.now() - start < 2000);
  });

  it("authenticates by polkit, and names what it can't do", async () => {
    const socket = "/run/libvirt/libvirt-sock";
    const granted = host({ [socket]: () => greeter({ auth: [2] }) });
    const client = await openLibvirt(granted.dialer);
    assert.ok(granted.daemons[0]!.calls.some(({ name }) => name === "AUTH_POLKIT"));
    await client.close();
    const refused = host({ [socket]: () => greeter({ auth: [2], polkit: "refuses" }) });
    await assert.rejects(openLibvirt(refused.dialer), (error) => {
      return hasCode(error, "permission-denied") && /polkit.*no agent/.test(error.message) && /root/.test(error.hint);
    });
    const sasl = host({ [socket]: () => greeter({ auth: [1] }) });
    await assert.rejects(openLibvirt(sasl.dialer), (error) => {
      return hasCode(error, "permission-denied") && /SASL/.test(error.message);
    });
  });

  it("finds a session's socket, and refuses a URI that names a host", async () => {
    const { dialer, tried } = host({});
    await assert.rejects(openLibvirt(dialer, { uri: "qemu:///session", sessionDirectory: "/run/user/7/libvirt" }));
    assert.deepEqual(tried, ["/run/user/7/libvirt/libvirt-sock", "/run/user/7/libvirt/virtqemud-sock"]);
    for (const uri of ["qemu+ssh://root@anemoi/system", "qemu", "qemu:///system;reboot"]) {
      await assert.rejects(openLibvirt(dialer, { uri }), (error) => hasCode(error, "invalid-input"));
    }
  });

  it("registers each kind of event once, and misses none between watch and wait", async () => {
    const { dialer, daemons } = host({ "/run/libvirt/libvirt-sock": () => greeter() });
    const client = await openLibvirt(dialer);
    const [daemon] = daemons;
    const first = await client.watch(["lifecycle"], ({ body }) => body.domain.uuid === domain.uuid);
    const second = await client.watch(["lifecycle", "device-removed"]);
    const registered = daemon!.calls.filter(({ name }) => name === "CONNECT_DOMAIN_EVENT_CALLBACK_REGISTER_ANY");
    assert.deepEqual(
      registered.map(({ args }) => args.eventId),
      [0, 15],
    );
    const other = { ...domain, uuid: "00000000-0000-4000-8000-000000000000" };
    daemon!.event("lifecycle", { callbackId: 1, domain: other, event: DomainEvent.stopped, detail: 0 });
    daemon!.event("lifecycle", { callbackId: 1, domain, event: DomainEvent.shutdown, detail: 0 });
    daemon!.event("lifecycle", { callbackId: 1, domain, event: DomainEvent.stopped, detail: 1 });
    daemon!.event("device-removed", { callbackId: 1, domain, alias: "net0" });
    const stopped = await first.next(({ body }) => body.event === DomainEvent.stopped, { deadline: 1000 });
    assert.equal(stopped.body.detail, 1);
    const removed = await second.next(({ kind }) => kind === "device-removed", { deadline: 1000 });
    assert.equal(removed.kind === "device-removed" && removed.body.alias, "net0");
    const shutdown = await first.next(undefined, { deadline: 1000 });
    assert.equal(shutdown.body.event, DomainEvent.shutdown);
    await assert.rejects(first.next(undefined, { deadline: 20 }), (error) => hasCode(error, "timeout"));
    const waiting = assert.rejects(first.next(undefined, { deadline: 5000 }), (error) => hasCode(error, "aborted"));
    first.close();
    await waiting;
    const cut = assert.rejects(
      second.next(({ kind }) => kind === "device-removed", { deadline: 5000 }),
      (error) => hasCode(error, "connection-cut"),
    );
    daemon!.socket.destroy();
    await cut;
    await assert.rejects(client.watch(["reboot"]), (error) => hasCode(error, "connection-cut"));
  });

  it("puts the arguments of a network's update in the order that the daemon takes", async () => {
    const update = {
      network: { name: "lagoon", uuid: domain.uuid },
      command: 3,
      section: 4,
      parentIndex: -1,
      xml: "<host/>",
    };
    for (const [features, command] of [
      [[10, 16], 3],
      [[10], 4],
    ] as const) {
      const { dialer, daemons } = host({ "/run/libvirt/libvirt-sock": () => greeter({ features: [...features] }) });
      const client = await openLibvirt(dialer);
      await client.updateNetwork(update);
      const sent = daemons[0]!.calls.find(({ name }) => name === "NETWORK_UPDATE")!;
      assert.equal(sent.args.command, command);
      assert.equal(sent.args.section, 7 - command);
      await client.close();
    }
  });
});
