import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { WebServer } from "../integration/libvirt/web-server";
import { Fixture } from "./fixture";
import type { Asked } from "./stack";

/** What a download that was cut has brought goes on, or goes with its image. */
describe("an image whose download was cut", function () {
  this.timeout(300_000);
  let fixture: Fixture;
  let web: WebServer;

  before(async () => {
    fixture = await Fixture.create();
    web = new WebServer(fixture.lab.address);
    await web.listen();
  });
  after(async () => {
    await web?.close();
    await fixture?.dispose();
  });

  const body = randomBytes(300_000);
  const frame = (): Asked[] => [
    { kind: "Host", name: "anemoi", args: { requirements: { virtualization: "none" } } },
    { kind: "StoragePool", name: "pool", args: { host: { $ref: "anemoi" } } },
  ];
  const image = (file: string, via: string): Asked => {
    const args = { host: { $ref: "anemoi" }, pool: { $ref: "pool" }, source: web.url(file), format: "raw", via };
    return { kind: "Image", name: `by-${via}`, args };
  };
  const onHost = async () =>
    (await fixture.host.exec(["sh", "-c", "ls -A /var/lib/libvirt/images/*"])).stdout.split("\n").filter(Boolean);
  const here = () => {
    const folder = join(fixture.stack.directory, "home/windrose/downloads");
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it("is in the state, goes on in the next run, and takes what came with it", async () => {
    const { stack } = fixture;
    const cut = { body, etag: '"a"', cut: { after: 50_000, times: 1000 } };
    web.pages.set("/a", cut);
    await fixture.ask([...frame(), image("/a", "host"), image("/a", "client")]);
    const failed = await stack.up({ check: false });
    assert.notEqual(failed.code, 0);
    assert.equal(
      failed.output.match(/the connection was interrupted after 250000 of 300000 bytes\. Run the command again/g)
        ?.length,
      2,
    );
    assert.equal((await onHost()).filter((name) => name.endsWith(".partial")).length, 1);
    assert.equal(here().length, 1);

    // The one goes on; the other is taken out of the program.
    web.pages.set("/a", { ...cut, cut: { after: 0, times: 0 } });
    web.asked.length = 0;
    await fixture.ask([...frame(), image("/a", "client")]);
    await stack.up();
    assert.ok(web.asked.includes("GET /a bytes=250000-"), web.asked.join());
    assert.deepEqual(here(), []);
    assert.match((await onHost()).join("\n"), /^\S+-by-client-[0-9a-f]{12}-[0-9a-f]{8}\.img$/);
    await stack.preview({ args: ["--expect-no-changes"] });
  });

  it("leaves nothing of it when its source is another", async () => {
    const { stack } = fixture;
    web.pages.set("/b", { body, etag: '"b"', cut: { after: 50_000, times: 1000 } });
    web.pages.set("/c", { body });
    await fixture.ask([...frame(), image("/b", "host")]);
    assert.notEqual((await stack.up({ check: false })).code, 0);
    await fixture.ask([...frame(), image("/c", "host")]);
    await stack.up();
    assert.match((await onHost()).join("\n"), /^\S+-by-host-[0-9a-f]{12}-[0-9a-f]{8}\.img$/);
    await stack.destroy();
    assert.equal(await fixture.ours(), "");
  });
});
