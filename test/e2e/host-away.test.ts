import assert from "node:assert/strict";
import { Fixture } from "./fixture";
import { connection, frame } from "./guests";
import type { Asked } from "./stack";

/** Hosts that can't be reached, or not with the rights that they were once prepared by. */
describe("a host that is away", function () {
  this.timeout(180_000);
  let fixture: Fixture;
  let live: string;
  before(async () => {
    fixture = await Fixture.create();
    live = connection(fixture.host);
  });
  after(() => fixture?.dispose());

  const host = (name: string, args: object = {}): Asked => ({
    kind: "Host",
    name,
    args: { requirements: { virtualization: "none" }, ...args },
  });
  const count = (text: string, what: RegExp) => [...text.matchAll(new RegExp(what, "g"))].length;
  const diagnostics = (output: string) => output.slice(output.indexOf("Diagnostics:"));

  it("says on each resource what happened, once, and goes on with others under `--continue-on-error`", async () => {
    const { stack } = fixture;
    // Nothing listens there.
    const dead = live.replace("/system", ":9/system");
    const pool = { kind: "StoragePool", name: "other", args: { host: { $ref: "boreas" } } };
    await stack.ask({ anemoi: dead, boreas: live }, [...frame(), host("boreas"), pool]);
    const up = await stack.up({ check: false, args: ["--continue-on-error"] });
    assert.notEqual(up.code, 0);
    const said = diagnostics(up.output);
    assert.doesNotMatch(said, /is required/);
    for (const [kind, name] of [
      ["StoragePool", "pool"],
      ["Network", "winds"],
    ])
      assert.match(
        said,
        new RegExp(
          `${kind} \\(${name}\\):\\s+warning: not made or changed: its Host could not be made or updated: Unable to create Host "anemoi" .*ECONNREFUSED`,
        ),
      );
    const { deployment } = await stack.state();
    assert.ok(deployment.resources.some(({ urn }) => urn.endsWith("::other")));

    await fixture.host.networkCut();
    const refresh = await stack.refresh({ check: false });
    await fixture.host.networkRestore();
    assert.notEqual(refresh.code, 0);
    for (const what of [/Unable to read Host "boreas"/, /Unable to read StoragePool "other"/])
      assert.equal(count(diagnostics(refresh.output), what), 1, refresh.output);
    await stack.destroy();
  });

  it("owes what it could not take back for want of rights, until it is done", async () => {
    const { stack } = fixture;
    const windy = live.replace("root@", "windy@");
    const martians = () =>
      fixture.host.exec(["cat", "/proc/sys/net/ipv4/conf/all/log_martians"]).then(({ stdout }) => stdout.trim());
    const ask = (args: object) => stack.ask({ anemoi: windy }, [host("anemoi", args)]);
    const was = await martians();
    await ask({ sysctl: { "net.ipv4.conf.all.log_martians": was === "1" ? 0 : 1 } });
    await stack.up();
    const rights = (text: string) => fixture.host.exec(["sh", "-c", text]);
    await rights("mv /etc/sudoers.d/windy /root/sudoers-windy");
    await ask({});
    for (const _ of ["first", "second"]) {
      const { code, output } = await stack.up({ check: false });
      assert.notEqual(code, 0, output);
      assert.match(output, /what was put on the host before could not be taken back/);
    }
    await rights("mv /root/sudoers-windy /etc/sudoers.d/windy");
    await stack.up();
    assert.equal(await martians(), was);
    await rights("test ! -e /var/lib/windrose && test ! -e /etc/sysctl.d/90-windrose.conf");
    await stack.destroy();
  });
});
