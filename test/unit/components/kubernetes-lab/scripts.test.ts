import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { preparation } from "../../../../components/kubernetes-lab/prepare";
import { readinessScript } from "../../../../components/kubernetes-lab/readiness";
import { certificate } from "./certificate";

const shell = (argv: string[], input: string) => spawnSync("sh", argv, { input, encoding: "utf8", timeout: 30_000 });

describe("the scripts for guests", function () {
  this.timeout(60_000);

  it("are what a POSIX shell can read", () => {
    const scripts = [
      readinessScript({ hostname: "boreas", caCertificates: [certificate] }),
      ...preparation({ caCertificates: [certificate, certificate] }).map((argv) => argv.at(-1)!),
    ];
    for (const script of scripts) {
      const { status, stderr } = shell(["-n"], script);
      assert.equal(status, 0, `${stderr}\n${script}`);
    }
  });

  it("put each certificate into a file of its own", () => {
    const all = preparation({ caCertificates: [certificate, `${certificate}${certificate}`] })
      .flat()
      .join("\n");
    assert.equal(all.match(/lab-ca-\d/g)?.length, 3);
    assert.doesNotMatch(preparation({}).flat().join("\n"), /update-ca/);
  });

  it("say of each check how it went, and fail when one of them did", () => {
    // No machine has this name.
    const script = readinessScript({ hostname: "no-such-wind", timeout: 1 });
    const { status, stdout, stderr } = shell(["-s"], script);
    assert.equal(status, 1, stdout + stderr);
    assert.match(stdout, /^failed {2}the host name is no-such-wind: it is \S+$/m);
    assert.match(stderr, /^\d+ of the checks failed$/m);
    for (const line of stdout.trim().split("\n")) assert.match(line, /^(ok {6}|failed {2})\S/);
  });
});
