import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import type { WantedPreparation } from "../../../provider/host-system/preparation/model";
import { ensurePackageRepository } from "../../lab/index.js";
import { differences, type HostSnapshot, snapshotOfHost } from "../../lab/snapshot-of-host.js";
import { holder, PreparedHost } from "./fixtures";

/** Packages of a repository that the host has at hand, by apt: the other families' tools are not to be had here. */
describe("packages of a host", function () {
  this.timeout(180_000);
  let host: PreparedHost;
  let bare: HostSnapshot;

  const wanted: Partial<WantedPreparation> = { packages: ["genisoimage", "tpm"], packageNames: { tpm: "dmidecode" } };

  before(async () => {
    host = await PreparedHost.open({
      form: "bare",
      share: { "/srv/packages": await ensurePackageRepository(() => {}) },
    });
    await writeFile(host.host.inside("/etc/apt/sources.list"), "deb [trusted=yes] file:/srv/packages ./\n");
    bare = await snapshotOfHost(host.host);
  });
  after(() => host?.close());

  const installed = (name: string) => host.text(`dpkg-query -W -f '\${db:Status-Status}' ${name} 2>/dev/null || true`);
  const apart = [/^files \/etc\/(alternatives|logrotate\.d|default)/];

  it("are installed, said while it lasts, seen where they are gone, and stay unless they are to go", async () => {
    const told: string[] = [];
    await host.apply(wanted, undefined, { progress: (text) => told.push(text) });
    assert.deepEqual([await installed("genisoimage"), await installed("dmidecode")], ["installed", "installed"]);
    assert.ok(
      told.includes("installing dmidecode, genisoimage") && told.some((line) => /Setting up genisoimage/.test(line)),
      told.join("\n"),
    );
    assert.deepEqual((await host.read(wanted)).missingPackages, []);
    await host.text("dpkg --remove genisoimage >/dev/null 2>&1");
    assert.deepEqual((await host.read(wanted)).missingPackages, ["genisoimage"]);
    await host.apply(wanted);
    await host.release(wanted);
    assert.equal(await installed("genisoimage"), "installed");
    assert.equal(await host.text("ls -d /var/lib/windrose 2>/dev/null || true"), "");
    await host.text("dpkg --purge genisoimage dmidecode >/dev/null 2>&1");
  });

  it("go with the last one that asked for them, where they were not there before", async () => {
    const [one, two] = [holder("one"), holder("two")];
    await host.apply({ ...wanted, packages: [...wanted.packages!, "curl"] }, one);
    await host.apply(wanted, two);
    await host.release({}, one, true);
    assert.equal(await installed("genisoimage"), "installed");
    await host.release({}, two, true);
    assert.deepEqual([await installed("genisoimage"), await installed("curl")], ["", "installed"]);
    await host.text("dpkg --purge genisoimage dmidecode libmagic1 >/dev/null 2>&1 || true");
    const left = differences(bare, await snapshotOfHost(host.host), apart).filter(
      (line) => !line.startsWith("packages:"),
    );
    assert.deepEqual(left, []);
  });

  /** dpkg(1), pre-invoke and post-invoke: dpkg waits for what kills it, with apt-get and the script above it. */
  const diesAt = (hook: string, action: string) =>
    host.text(
      [
        "cat > /root/die <<'END'",
        `[ "$DPKG_HOOK_ACTION" = ${action} ] && pgrep -x apt-get >/dev/null || exit 0`,
        "rm /etc/dpkg/dpkg.cfg.d/die",
        "kill -9 $(pgrep -x -f 'sh -s') $(pgrep -x apt-get) $PPID",
        "END",
        `echo '${hook}=. /root/die' > /etc/dpkg/dpkg.cfg.d/die`,
      ].join("\n"),
    );

  it("are finished by the next run, where one was killed in their midst", async () => {
    for (const place of ["pre-invoke unpack", "post-invoke unpack", "post-invoke configure"]) {
      const [hook = "", action = ""] = place.split(" ");
      await diesAt(hook, action);
      const dying = await host.again();
      await assert.rejects(dying.apply(wanted), /137|SIGKILL/, place);
      await dying.transport.close();
      await host.apply(wanted);
      assert.equal(await installed("genisoimage"), "installed");
      await host.release(wanted, undefined, true);
      assert.notEqual(await installed("genisoimage"), "installed");
    }
  });

  it("are removed by the next run, where one was killed while it removed them", async () => {
    await host.apply(wanted);
    await diesAt("post-invoke", "remove");
    const dying = await host.again();
    await assert.rejects(dying.release(wanted, undefined, true), /137|SIGKILL/);
    await dying.transport.close();
    await host.release(wanted, undefined, true);
    assert.notEqual(await installed("genisoimage"), "installed");
    assert.equal(await host.text("find /var/lib/windrose 2>/dev/null || true"), "");
  });

  it("are unpacked again, where one was killed while it was unpacked", async () => {
    await host.apply(wanted);
    const status = "Status: install reinstreq half-installed";
    await host.text(`sed -i '/^Package: genisoimage$/,/^$/s/^Status: .*/${status}/' /var/lib/dpkg/status`);
    assert.equal(await installed("genisoimage"), "half-installed");
    await host.apply(wanted);
    assert.equal(await installed("genisoimage"), "installed");
    await host.release(wanted, undefined, true);
    assert.notEqual(await installed("genisoimage"), "installed");
  });

  it("that no repository has are an error in the tool's own words", async () => {
    await assert.rejects(host.apply({ packages: ["no-such-package"] }), /Unable to locate package no-such-package/);
    await host.release();
    assert.equal(await host.text("ls -d /var/lib/windrose 2>/dev/null || true"), "");
  });
});
