import assert from "node:assert/strict";
import { Fixture } from "./fixture";
import { cmdline, frame, guest, initrd, kernel } from "./guests";
import type { Asked } from "./stack";

/** What a first `up` got wrong is corrected by the next, and what is replaced is not restarted. */
describe("a correction", function () {
  this.timeout(600_000);
  let fixture: Fixture;

  beforeEach(async () => {
    fixture = await Fixture.create();
  });
  afterEach(async () => {
    await fixture?.dispose();
  });

  const wind = (extra: object = {}, options?: object): Asked => ({
    ...guest("boreas", 0, fixture.publicKey, { wait: { for: "none" }, shutdown: { timeout: 1 }, ...extra }),
    options,
  });
  const domain = () => `${fixture.stack.name}-boreas`;
  const settled = () => fixture.stack.preview({ args: ["--expect-no-changes"] });

  it("of a kernel that is not there, before the machine ever ran; and of one that somebody switched off", async () => {
    const { stack } = fixture;
    await fixture.ask([...frame(), wind({ boot: { kernel: "/nonexistent", initrd, cmdline } })]);
    const { code, output } = await stack.up({ check: false });
    assert.notEqual(code, 0);
    assert.match(output, /\/nonexistent/);
    assert.equal(await fixture.virsh("domstate", domain()), "shut off");
    await fixture.ask([...frame(), wind({ boot: { kernel, initrd, cmdline } })]);
    await stack.up();
    assert.equal(await fixture.virsh("domstate", domain()), "running");
    await settled();

    const clock = { boot: { kernel, initrd, cmdline }, clock: "localtime" };
    await fixture.ask([...frame(), wind(clock)]);
    const refused = await stack.up({ check: false });
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /`clock` takes effect after a restart, and `restart` is "refuse"/);
    await fixture.virsh("destroy", domain());
    await stack.up();
    assert.equal(await fixture.virsh("domstate", domain()), "running");
    assert.match(await fixture.virsh("dumpxml", domain()), /<clock offset='localtime'/);
    await settled();
  });

  it("that replaces the machine by `replaceOnChanges` is no restart", async () => {
    const { stack } = fixture;
    const options = { replaceOnChanges: ["cloudInit"] };
    await fixture.ask([...frame(), wind({}, options)]);
    await stack.up();
    const pid = () => fixture.host.exec(["cat", `/run/libvirt/qemu/${domain()}.pid`]).then(({ stdout }) => stdout);
    const before = await pid();
    await fixture.ask([...frame(), wind({ cloudInit: { sshKeys: [fixture.publicKey], packages: ["vim"] } }, options)]);
    const preview = await stack.preview();
    assert.match(preview.output, /replaceOnChanges/);
    assert.match(preview.output, /1 to replace/);
    assert.doesNotMatch(preview.output, /will refuse/);
    await stack.up();
    assert.notEqual(await pid(), before);
    await settled();
  });

  it("waits for an address of the boot that it made, not for the lease of the machine before", async () => {
    const { stack } = fixture;
    const dhcp = { interfaces: { lan: { network: { $ref: "winds" } } } };
    await fixture.ask([...frame(), wind({ ...dhcp, wait: { for: "address", timeout: 60 } })]);
    await stack.up();
    const lease = await fixture.virsh("net-dhcp-leases", `${stack.name}-winds`);
    assert.match(lease, /172\.17\.2\.1\d\d/);
    // Another machine with the same MAC address, which starts nothing.
    const dead = { ...dhcp, name: "dead", boot: {}, wait: { for: "address", timeout: 12 } };
    await fixture.ask([...frame(), wind(dead)]);
    const { code, output } = await stack.up({ check: false });
    assert.notEqual(code, 0, "the old lease was taken for the new machine's");
    assert.match(output, /the guest got no address/);
    const alive = { ...dhcp, name: "alive", wait: { for: "address", timeout: 60 } };
    await fixture.ask([...frame(), wind(alive)]);
    await stack.up();
    const { guests } = await stack.outputs<{ guests: Record<string, { ipAddress: string }> }>();
    assert.match(guests.boreas!.ipAddress, /^172\.17\.2\.1\d\d$/);
  });
});
