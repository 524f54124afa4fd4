import assert from "node:assert/strict";
import { certificateProblem, certificatesOf } from "../../../../components/kubernetes-lab/values";
import { certificate } from "./certificate";

describe("certificates of a lab", function () {
  this.timeout(10_000);

  it("are any number in one text, with words between them", () => {
    const two = `first\n${certificate}\nsecond\r\n${certificate}`;
    assert.equal(certificateProblem(two), undefined);
    assert.deepEqual(certificatesOf(two), [certificate, certificate]);
    assert.deepEqual(certificatesOf("nothing"), []);
  });

  it("are whole, and nothing else is beside them", () => {
    const key = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n";
    for (const [text, reason] of [
      [certificate.replace("-----END CERTIFICATE-----", ""), /is incomplete: it has no -----END CERTIFICATE-----/],
      [certificate + key, /holds a private key/],
      [`${key}${certificate}`, /holds a private key/],
      [`-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n${certificate}`, /holds a PUBLIC KEY, which is no/],
      ["-----BEGIN CERTIFICATE-----", /is incomplete/],
      [7, /is not the text/],
      [" ".repeat((1 << 20) + 1), /is not the text/],
    ] as const)
      assert.match(certificateProblem(text)!, reason);
  });

  it("are told from other texts in bounded time, however these are made", () => {
    const long = (part: string) => part.repeat(Math.floor((1 << 20) / part.length));
    for (const text of [
      long("-----BEGIN A-----"),
      long("-----BEGIN CERTIFICATE-----"),
      long("-----BEGIN "),
      long("-----"),
      `-----BEGIN ${long("A").slice(64)}`,
      long("-----BEGIN CERTIFICATE-----\n-----END CERTIFICAT"),
      long("-----BEGIN A-----\n-----END B-----"),
    ]) {
      const began = process.hrtime.bigint();
      assert.notEqual(certificateProblem(text), undefined);
      certificatesOf(text);
      const milliseconds = Number(process.hrtime.bigint() - began) / 1e6;
      // A few milliseconds where each character is read a few times; minutes where each beginning reads all the rest.
      assert.ok(milliseconds < 2_000, `${text.slice(0, 40)}: ${milliseconds} ms`);
    }
  });
});
