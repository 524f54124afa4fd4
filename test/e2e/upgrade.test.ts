import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unpackEarlier } from "./earlier";
import { Fixture } from "./fixture";
import { frame, guest, reservations, winds } from "./guests";
import { inOrder } from "./in-order";
import { PretendedStack } from "./pretended";
import type { Asked, Stack } from "./stack";

/** The package before drivers were told apart: what it made says nothing of a driver. */
const earlier = "before-drivers";

/** A NIC for a bridge, and a manager of networks that leaves all others alone. */
const spareNic = `ip link add spare0 type veth peer name spare0-end
ip link set spare0-end up
mkdir -p /etc/systemd/network
for file in /lib/systemd/network/*.network; do ln -sf /dev/null "/etc/systemd/network/\${file##*/}"; done
rm -f /etc/systemd/system/systemd-networkd.service /etc/systemd/system/systemd-networkd.socket
systemctl daemon-reload
systemctl start systemd-networkd`;

/** For who changes the form of a state: writes what the earlier package left there into this file. */
async function record(stack: Stack): Promise<void> {
  const path = process.env.WINDROSE_RECORD_STATE;
  if (path) await writeFile(`${path}-${stack.name}.json`, JSON.stringify(await stack.state(), null, 2));
}

describe("a stack that an earlier release made", function () {
  this.timeout(600_000);
  inOrder();

  let fixture: Fixture;
  let old: string;
  const changes: Record<string, Record<string, unknown>> = {};

  const asked = (): Asked[] => [
    ...frame({ reservations: reservations(winds) }),
    ...winds.map((name, index) => guest(name, index, "", { cloudInit: undefined, wait: undefined, ...changes[name] })),
    { kind: "Volume", name: "spare", args: { host: { $ref: "anemoi" }, pool: { $ref: "pool" }, size: "16MiB" } },
    { kind: "Snapshot", name: "before", args: { host: { $ref: "anemoi" }, machine: { $ref: "eurus" } } },
    {
      kind: "HostBridge",
      name: "lan0",
      args: { host: { $ref: "anemoi" }, nic: "spare0", addresses: ["10.57.53.2/24"], checkGateway: false },
    },
    {
      kind: "Command",
      name: "greeting",
      args: { host: { $ref: "anemoi" }, create: "touch /root/greeting", delete: "rm /root/greeting" },
    },
  ];

  before(async () => {
    changes.eurus = { running: false };
    fixture = await Fixture.create();
    await fixture.host.exec(["sh", "-ec", spareNic]);
    old = await unpackEarlier(earlier, fixture.stack.program);
    await fixture.ask(asked());
    await fixture.stack.up();
    await record(fixture.stack);
    await rm(old, { recursive: true });
  });
  after(() => fixture?.dispose());

  it("previews without changes, also after a refresh", async () => {
    await fixture.stack.preview({ args: ["--expect-no-changes"] });
    await fixture.stack.refresh({ args: ["--expect-no-changes"] });
    await fixture.stack.preview({ args: ["--expect-no-changes"] });
  });

  it("is updated live, each machine the same as before", async () => {
    const uuids = () => Promise.all(winds.map((name) => fixture.uuid(`${fixture.stack.name}-${name}`)));
    const before = await uuids();
    changes.boreas = { memory: "256MiB" };
    await fixture.ask(asked());
    const { output } = await fixture.stack.preview();
    assert.match(output, /memory 192MiB → 256MiB: live/);
    assert.match(output, /~ 1 to update/);
    await fixture.stack.up();
    assert.deepEqual(await uuids(), before);
    await fixture.stack.preview({ args: ["--expect-no-changes"] });
  });

  it("is destroyed, and leaves nothing", async () => {
    await fixture.stack.destroy();
    assert.equal(await fixture.ours(), "");
    const left =
      "find /var/lib/windrose/bridges /root/greeting -type f 2>/dev/null; ls /sys/class/net | grep -x lan0 || true";
    assert.equal((await fixture.host.exec(["sh", "-c", left])).stdout.trim(), "");
  });
});

describe("a cluster that an earlier release made, on pretended hosts", function () {
  this.timeout(300_000);
  let stack: PretendedStack;

  before(async () => {
    stack = await PretendedStack.create();
  });
  after(() => stack?.dispose());

  it("previews without changes, and changes as one made today", async () => {
    const ask = (version: string) =>
      stack.ask(
        {
          winds: {
            hosts: { anemoi: {} },
            subnet: "172.17.2.0/24",
            images: { one: { source: "https://example.org/one.qcow2" } },
            image: "one",
            guests: [
              { name: "boreas", address: "172.17.2.2", role: "controlPlane", vcpus: 2, memory: "2GiB" },
              { name: "zephyrus", address: "172.17.2.3", memory: "1GiB" },
            ],
            kubernetes: { version },
          },
        },
        ["anemoi"],
      );
    await stack.use(join(await unpackEarlier(earlier, join(stack.stack.program, "earlier")), "dist"));
    await ask("1.34.3");
    await stack.up();
    await record(stack.stack);
    await stack.use(join(__dirname, "../../dist"));
    assert.deepEqual(await stack.preview(), {});
    await ask("1.34.4");
    assert.deepEqual(await stack.preview(), {
      "KubernetesNode winds-boreas": "update",
      "KubernetesNode winds-zephyrus": "update",
    });
  });
});
