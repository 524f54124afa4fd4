import assert from "node:assert/strict";
import fc from "fast-check";
import { checkUrl, curlConfig, redacted } from "../../../provider/host-system/downloads/url";

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
