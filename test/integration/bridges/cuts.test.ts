import assert from "node:assert/strict";
import { WindroseError } from "../../../provider/basics/errors";
import type { Work } from "../../../provider/basics/work";
import { createBridges } from "../../../provider/host-system/bridges/bridges";
import type { SshTransport } from "../../../provider/transports/ssh";
import type { ExecOptions } from "../../../provider/transports/transport";
import { arming, BridgeHost, definition, hasCode, mark, work } from "../../bridges/fixtures";
import { until } from "../../lab/index.js";

const home = "/var/lib/windrose/bridges/br0";
const unit = "windrose-bridge-br0";

describe("a change of a bridge that is cut", function () {
  this.timeout(120_000);
  let host: BridgeHost;
  let files: string;

  before(async () => {
    host = await BridgeHost.open("br-cuts", { manager: "systemd-networkd" });
    files = await host.configuration();
  });
  after(() => host?.close());

  const shell = (script: string) => host.text("sh", "-c", script);
  /** What the steps of a change see of the host, with something done around one of them. */
  const around = (exec: SshTransport["exec"]) =>
    createBridges(Object.assign(Object.create(host.transport) as SshTransport, { exec, fresh: undefined }));
  const isBack = async (outcome: string) => {
    assert.equal(await host.outcome(), outcome);
    await host.reached();
    assert.deepEqual(await host.addresses("host0"), [host.host.address]);
    assert.equal(await host.exists("/sys/class/net/br0"), false);
    assert.equal(await host.configuration(), files);
    await until("its units to be gone", async () => (await units()) === "");
    assert.equal(await shell(`ls ${home}/last | grep -vx -e log -e outcome`), owned);
  };
  /** What else of a change stays beside its log. */
  const owned = "applied\nbefore.addr\nbefore.json\nbefore.route4\nbefore.route6\nowner";
  const units = () =>
    shell(`ls /etc/systemd/system | grep windrose; systemctl list-units --plain --no-legend '${unit}*'`);

  it("is taken back at boot where its roll-back was cut before", async () => {
    await host.abandon(definition({ mtu: 1400 }), 600_000);
    const own = "/etc/systemd/network/05-windrose-br0.network";
    assert.equal(
      await shell(`test -e ${own} && mv ${home}/change/armed ${home}/change/rolling && cp ${own} ${own}.windrose-new`),
      "",
    );
    await host.restart();
    await isBack("rolled-back-at-boot");
  });

  it("goes on by itself where its roll-back is killed", async () => {
    await host.abandon(definition({ mtu: 1400 }), 600_000);
    const once = "[ -e /run/killed ] || { : >/run/killed; kill -9 $$; }";
    await shell(
      `sed -i 's,^restore_files() {$,& ${once},' ${home}/change/script && systemctl start --no-block ${unit}-rollback`,
    );
    await isBack("rolled-back");
    assert.ok(await host.exists("/run/killed"));
  });

  for (const left of ["armed", "rolling"]) {
    it(`is taken back with the next look where nothing on the host does: ${left}`, async () => {
      await host.abandon(definition({ mtu: 1400 }), 600_000);
      const lost = `systemctl stop ${unit}-rollback.timer; cd ${home}/change && mv armed ${left}`;
      await shell(lost);
      assert.equal(await host.section.find("br0", work()), undefined);
      await isBack("rolled-back");
    });
  }

  /** The confirmation is killed as soon as it has decided. */
  const killed = (then: () => void) =>
    around(async (argv, options) => {
      if (argv.at(-1) !== "confirm") return host.transport.exec(argv, options);
      await shell(`sed -i 's/^  sync "$home"$/  kill -9 $$/' ${home}/change/script`);
      then();
      return host.transport.exec(argv, options);
    });

  it("stays where all but the decision of its confirmation was cut", async () => {
    const section = killed(() => {});
    assert.equal((await section.apply(definition(), mark, arming, work())).record?.mark.uuid, mark.uuid);
    assert.deepEqual([await units(), await shell(`ls ${home}`)], ["", "record.json"]);
    await section.remove("br0", mark.uuid, arming, work());
    assert.deepEqual([await units(), await host.exists(home)], ["", false]);
    assert.equal(await host.configuration(), files);
  });

  it("stays where its program was cut too, and what was left goes with the next", async () => {
    const died = async (change: (section: ReturnType<typeof killed>, work: Work) => Promise<unknown>) => {
      const end = new AbortController();
      const dying = { ...work(), signal: end.signal };
      await assert.rejects(
        change(
          killed(() => end.abort()),
          dying,
        ),
        hasCode("aborted"),
      );
      assert.ok((await units()).includes(`${unit}-rollback.timer`));
      assert.ok(await host.exists(`${home}/change/script`));
    };
    await died((section, dying) => section.apply(definition(), mark, arming, dying));
    assert.equal((await host.section.find("br0", work()))?.record?.mark.uuid, mark.uuid);
    assert.equal((await host.section.apply(definition({ mtu: 1400 }), mark, arming, work())).mtu, 1400);
    assert.deepEqual([await units(), await shell(`ls ${home}`)], ["", "record.json"]);
    await died((section, dying) => section.remove("br0", mark.uuid, arming, dying));
    assert.equal(await host.section.find("br0", work()), undefined);
    await host.section.remove("br0", mark.uuid, arming, work());
    assert.deepEqual([await units(), await host.exists(home)], ["", false]);
    assert.equal(await host.configuration(), files);
  });

  it("stays where the answer to its confirmation was lost", async () => {
    const section = around(async (argv, options) => {
      const result = await host.transport.exec(argv, options);
      if (argv.at(-1) === "confirm") throw new WindroseError("connection-cut", "the connection was cut");
      return result;
    });
    assert.equal((await section.apply(definition(), mark, arming, work())).record?.mark.uuid, mark.uuid);
    await section.remove("br0", mark.uuid, arming, work());
    assert.deepEqual([await units(), await host.exists(home)], ["", false]);
  });

  it("is not armed where the host takes too long to write its files, and nothing of it is left", async () => {
    const arms = (argv: readonly string[]) => argv.some((word) => word.includes('script" arm'));
    const hasty = (argv: readonly string[], options?: ExecOptions) =>
      host.transport.exec(argv, arms(argv) ? { ...options, timeout: 2000 } : options);
    await shell("printf '#!/bin/sh\\nexec sleep 600\\n' >/usr/local/sbin/sync; chmod 755 /usr/local/sbin/sync");
    try {
      await assert.rejects(around(hasty).apply(definition(), mark, arming, work()), hasCode("timeout"));
    } finally {
      await shell("rm /usr/local/sbin/sync");
    }
    assert.deepEqual([await units(), await host.exists(home)], ["", false]);
    assert.equal(await host.section.find("br0", work(5000)), undefined);
  });
});
