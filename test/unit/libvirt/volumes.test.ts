import assert from "node:assert/strict";
import fc from "fast-check";
import { checkUrl, curlConfig, redacted } from "../../../provider/drivers/libvirt/volumes/fetch-url";
import { checkName, isPartial, partialName } from "../../../provider/drivers/libvirt/volumes/partial";
import { readVolume, volumeXml } from "../../../provider/drivers/libvirt/volumes/volume-xml";

describe("the XML of libvirt's volumes", () => {
  it("reads back what was written", () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            name: fc.constantFrom("a.qcow2", "<b>&'\"", "c d"),
            format: fc.constantFrom("qcow2" as const, "raw" as const),
            capacity: fc.integer({ min: 0, max: 2 ** 52 }),
            mode: fc.constantFrom("0640", "0000"),
            owner: fc.nat(),
            group: fc.nat(),
            preallocation: fc.constantFrom("off" as const, "metadata" as const, "full" as const),
          },
          { requiredKeys: ["name", "format", "capacity"] },
        ),
        (definition) => {
          const { preallocation, ...rest } = definition;
          const state = readVolume("p", volumeXml({ ...definition, backing: { path: "/a&b", format: "raw" } }));
          const { path, key, allocation, owner, group, mode, ...read } = state;
          const { owner: _owner, group: _group, mode: _mode, ...wanted } = rest;
          assert.deepEqual(read, { pool: "p", ...wanted, backingPath: "/a&b" });
          assert.deepEqual([mode, owner, group], [rest.mode, rest.owner, rest.group]);
          assert.equal(allocation, preallocation === "full" ? rest.capacity : 0);
        },
      ),
    );
  });
});

describe("names of volumes", () => {
  it("are one file of the directory, and none of an unfinished one", () => {
    for (const bad of [
      "",
      ".",
      "..",
      "a/b",
      "../a",
      "a\nb",
      "a\0",
      ".x.partial",
      ".x.partial.source",
      "é".repeat(101),
    ]) {
      assert.throws(() => checkName(bad), { code: "invalid-input" }, JSON.stringify(bad));
    }
    for (const good of ["a", ".hidden", "-rf", "a b.qcow2", "x.partial"]) {
      assert.equal(checkName(good), good);
      assert.ok(!isPartial(good) && isPartial(partialName(good)) && isPartial(`${partialName(good)}.source`));
    }
  });
});

describe("URLs that a host fetches", () => {
  it("show neither user nor password nor query", () => {
    const secret = fc.stringMatching(/^[a-z]{6,12}$/).map((text) => `s3cret${text}`);
    fc.assert(
      fc.property(secret, (password) => {
        const url = checkUrl(
          `https://${password}:${password}@images.test:8443/a/b.qcow2?token=${password}#${password}`,
        );
        assert.equal(redacted(url), "https://images.test:8443/a/b.qcow2?…");
      }),
    );
  });

  it("are of few protocols, and an error repeats nothing of them", () => {
    for (const bad of ["hush", "ftp://hush@x/", "javascript:hush", "scp://hush@x/y", "http://[hush", ""]) {
      assert.throws(
        () => checkUrl(bad),
        (error: Error) => !error.message.includes("hush"),
      );
    }
  });

  it("can't break out of curl's configuration", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (path) => {
        const url = checkUrl(`http://x/${encodeURI("")}`);
        url.pathname = path;
        url.search = path;
        const config = curlConfig(url);
        const match = /^url = "((?:[^"\\\r\n]|\\.)*)"\n$/.exec(config);
        assert.ok(match, config);
        assert.equal(match[1]!.replace(/\\(.)/g, "$1"), url.href);
      }),
    );
  });
});
