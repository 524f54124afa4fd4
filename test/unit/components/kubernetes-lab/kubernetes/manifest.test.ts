import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manifestText } from "../../../../../components/kubernetes-lab/kubernetes/manifest";
import { PlanError } from "../../../../../components/kubernetes-lab/problems";

const text = "apiVersion: v1\nkind: Namespace\nmetadata: { name: net }\n";
const digest = (algorithm: string) => `${algorithm}:${createHash(algorithm).update(text).digest("hex")}`;
const plugin = "manifest";

const refusal = (property: string, reason: RegExp) => (error: unknown) => {
  assert.ok(error instanceof PlanError, String(error));
  assert.equal(error.problems[0]!.property, `kubernetes.network.${property}`);
  assert.match(error.problems[0]!.reason, reason);
  return true;
};

describe("the manifest of a pod network", function () {
  this.timeout(10_000);

  /** Serves on loopback while `use` runs. */
  async function serving(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
    const server = createServer(answer);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    try {
      await use(`http://user:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}/net.yaml?token=hunter2`);
    } finally {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  }

  it("is text, or a file, that holds objects", async () => {
    assert.equal(await manifestText({ plugin, manifest: text }), text);
    const directory = mkdtempSync(join(tmpdir(), "manifest-"));
    try {
      const manifest = join(directory, "net.yaml");
      writeFileSync(manifest, text);
      assert.equal(await manifestText({ plugin, manifest, checksum: digest("sha512") }), text);
      assert.throws(
        () => manifestText({ plugin, manifest, checksum: `sha256:${"0".repeat(64)}` }),
        refusal("checksum", /is not that of the manifest, which is sha256:[0-9a-f]{64}/),
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
    assert.throws(() => manifestText({ plugin, manifest: "/nowhere/net.yaml" }), refusal("manifest", /ENOENT/));
    assert.throws(() => manifestText({ plugin, manifest: "<html>" }), refusal("manifest", /no object of Kubernetes/));
  });

  it("is fetched from a URL, and is what its checksum says", async () => {
    const url = (address: string) => address.replace("user:hunter2@", "");
    await serving(
      (_, response) => response.end(text),
      async (address) => {
        const manifest = url(address);
        assert.equal(await manifestText({ plugin, manifest, checksum: digest("sha256") }), text);
        await assert.rejects(
          async () => manifestText({ plugin, manifest, checksum: `sha256:${"0".repeat(64)}` }),
          refusal("checksum", /is not that of/),
        );
      },
    );
  });

  it("names what a URL answers instead, without what may be a password", async () => {
    const fails = (answer: RequestListener, reason: RegExp) =>
      serving(answer, async (manifest) => {
        await assert.rejects(
          async () =>
            manifestText({ plugin, manifest: manifest.replace("user:hunter2@", ""), checksum: digest("sha256") }),
          (error: Error) => refusal("manifest", reason)(error) && !error.message.includes("hunter2"),
        );
      });
    await fails((_, response) => response.writeHead(404).end("kind: NotFound"), /answers with status 404/);
    await fails((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("kind: x");
      setImmediate(() => response.destroy());
    }, /is incomplete/);
    await fails((_, response) => {
      response.writeHead(200);
      response.end(Buffer.alloc(5 << 20, 32));
    }, /more than 4MiB/);
  });
});
