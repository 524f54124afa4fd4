import assert from "node:assert/strict";
import { WindroseError } from "../../../provider/basics/errors";
import { attempt, classify, found } from "../../../provider/drivers/libvirt/errors";
import { ConnectionLost, DeadlineExceeded, ErrorNumber, LibvirtError } from "../../../provider/drivers/libvirt/rpc";

function refusal(code: number, int1 = 0, message = "no domain with matching name"): LibvirtError {
  const fields = { code, domain: 10, message, level: 2, str1: null, str2: null, str3: null, int1, int2: 0 };
  return new LibvirtError(fields, "DOMAIN_LOOKUP_BY_UUID");
}

describe("libvirt's errors", () => {
  const cases: [number, number, string][] = [
    [ErrorNumber.NO_DOMAIN, 0, "not-found"],
    [ErrorNumber.NO_STORAGE_VOL, 0, "not-found"],
    [ErrorNumber.NO_DOMAIN_SNAPSHOT, 0, "not-found"],
    [ErrorNumber.NETWORK_EXIST, 0, "already-exists"],
    [ErrorNumber.AUTH_FAILED, 0, "permission-denied"],
    [ErrorNumber.ACCESS_DENIED, 0, "permission-denied"],
    [ErrorNumber.CONFIG_UNSUPPORTED, 0, "unsupported"],
    [ErrorNumber.XML_ERROR, 0, "invalid-input"],
    [ErrorNumber.OPERATION_TIMEOUT, 0, "timeout"],
    [ErrorNumber.AGENT_UNRESPONSIVE, 0, "guest-not-ready"],
    [ErrorNumber.NO_CONNECT, 0, "hypervisor-unavailable"],
    [ErrorNumber.OPERATION_INVALID, 0, "hypervisor-refused"],
    [ErrorNumber.INTERNAL_ERROR, 28, "hypervisor-refused"],
    [ErrorNumber.SYSTEM_ERROR, 28, "no-space"],
    [ErrorNumber.SYSTEM_ERROR, 122, "no-space"],
    [ErrorNumber.SYSTEM_ERROR, 13, "permission-denied"],
    [ErrorNumber.SYSTEM_ERROR, 39, "in-use"],
    [ErrorNumber.SYSTEM_ERROR, 2, "hypervisor-refused"],
    [4711, 0, "hypervisor-refused"],
  ];
  for (const [code, errno, expected] of cases) {
    it(`are ${expected} for ${refusal(code).codeName}, errno ${errno}, whatever they say`, () => {
      const error = classify(refusal(code, errno), "trying");
      assert.equal(error.code, expected);
      assert.match(error.message, /^trying: no domain with matching name\. /);
    });
  }

  it("leave alone what is classified already", () => {
    const errors = [new ConnectionLost("cut"), new DeadlineExceeded("X", 1), new WindroseError("in-use", "x")];
    assert.deepEqual(
      errors.map((error) => classify(error, "trying")),
      errors,
    );
    assert.equal(classify(new TypeError("oops"), "trying").code, "internal");
  });

  it("mean absent only where the number says so", async () => {
    assert.equal(await found(Promise.reject(refusal(ErrorNumber.NO_NETWORK))), undefined);
    assert.equal(await found(Promise.resolve(5)), 5);
    for (const code of [ErrorNumber.INTERNAL_ERROR, ErrorNumber.DEVICE_MISSING, ErrorNumber.NO_CONNECT]) {
      await assert.rejects(found(Promise.reject(refusal(code))), LibvirtError);
    }
    await assert.rejects(found(Promise.reject(new WindroseError("not-found", "x"))), WindroseError);
    await assert.rejects(
      attempt("trying", () => Promise.reject(refusal(ErrorNumber.NO_NETWORK))),
      { code: "not-found" },
    );
  });
});
