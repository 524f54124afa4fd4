import assert from "node:assert/strict";
import fc from "fast-check";
import { ProtocolError } from "../../../provider/drivers/libvirt/rpc/errors";
import { errorBody, events, procedures } from "../../../provider/drivers/libvirt/rpc/protocol";
import * as xdr from "../../../provider/drivers/libvirt/rpc/xdr";
import { arbitraryOf } from "./arbitrary";

type AnyCodec = xdr.Codec<unknown, unknown>;

const described: [string, AnyCodec][] = [
  ["errorBody", errorBody as AnyCodec],
  ...Object.entries(procedures).flatMap(([name, { arguments: args, result }]): [string, AnyCodec][] => [
    [`${name} arguments`, args as AnyCodec],
    [`${name} result`, result as unknown as AnyCodec],
  ]),
  ...Object.entries(events).map(([kind, { body }]): [string, AnyCodec] => [`event ${kind}`, body as AnyCodec]),
];

/** Decodes, and accepts nothing but a value or a ProtocolError. */
function decodes(codec: AnyCodec, bytes: Buffer): boolean {
  try {
    xdr.decode(codec, bytes);
    return true;
  } catch (error) {
    assert.ok(error instanceof ProtocolError, `${error}`);
    return false;
  }
}

describe("XDR", function () {
  this.timeout(60_000);

  it("every described structure comes back as it went", () => {
    for (const [name, codec] of described) {
      fc.assert(
        fc.property(arbitraryOf(codec.shape), (value) => {
          const bytes = xdr.encode(codec, value);
          assert.equal(bytes.length % 4, 0);
          assert.deepEqual(xdr.decode(codec, bytes), value, name);
        }),
        { numRuns: 15 },
      );
    }
  });

  it("random bytes are refused or decoded, never worse", () => {
    for (const [, codec] of described) {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
          decodes(codec, Buffer.from(bytes));
        }),
        { numRuns: 20 },
      );
    }
  });

  it("a valid message with a bit changed, cut short or lengthened is refused or decoded, never worse", () => {
    for (const [, codec] of described) {
      fc.assert(
        fc.property(arbitraryOf(codec.shape), fc.nat(), fc.nat(7), (value, position, bit) => {
          const bytes = Buffer.from(xdr.encode(codec, value));
          assert.equal(decodes(codec, Buffer.concat([bytes, Buffer.alloc(4)])), false);
          if (bytes.length === 0) return;
          assert.equal(decodes(codec, bytes.subarray(0, position % bytes.length)), false);
          bytes[position % bytes.length]! ^= 1 << bit;
          decodes(codec, bytes);
        }),
        { numRuns: 10 },
      );
    }
  });

  it("has the forms of RFC 4506", () => {
    const { int, uint, hyper, double, truth, string, opaque, bytes, optional, array, uuid } = xdr;
    const forms: [AnyCodec, unknown, string][] = [
      [int as AnyCodec, -2, "fffffffe"],
      [uint as AnyCodec, 0xffff_fffe, "fffffffe"],
      [hyper as AnyCodec, -2, "fffffffffffffffe"],
      [xdr.uhyper as AnyCodec, 2n ** 63n, "8000000000000000"],
      [double as AnyCodec, 1, "3ff0000000000000"],
      [truth as AnyCodec, true, "00000001"],
      [string(9) as AnyCodec, "abcde", "000000056162636465000000"],
      [opaque(3) as AnyCodec, Buffer.from([1, 2, 3]), "01020300"],
      [bytes(3) as AnyCodec, Buffer.from([1]), "0000000101000000"],
      [optional(int) as AnyCodec, null, "00000000"],
      [optional(int) as AnyCodec, 7, "0000000100000007"],
      [array(int, 3) as AnyCodec, [1, 2], "000000020000000100000002"],
      [xdr.characters(2) as AnyCodec, "a", "0000006100000000"],
      [uuid as AnyCodec, "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b8109dad11d180b400c04fd430c8"],
    ];
    for (const [codec, value, hex] of forms) assert.equal(xdr.encode(codec, value).toString("hex"), hex);
  });

  it("refuses what does not fit, both ways", () => {
    const refuse = (work: () => unknown) => assert.throws(work, ProtocolError);
    refuse(() => xdr.encode(xdr.int, 2 ** 31));
    refuse(() => xdr.encode(xdr.int, 1.5));
    refuse(() => xdr.encode(xdr.uint, -1));
    refuse(() => xdr.encode(xdr.uhyper, -1n));
    refuse(() => xdr.encode(xdr.hyper, 2n ** 63n));
    refuse(() => xdr.encode(xdr.hyper, 2 ** 60));
    refuse(() => xdr.encode(xdr.string(3), "four"));
    refuse(() => xdr.encode(xdr.string(9), "a\0b"));
    refuse(() => xdr.encode(xdr.uuid, "6ba7b810"));
    refuse(() => xdr.encode(xdr.array(xdr.int, 1), [1, 2]));
    refuse(() => xdr.decode(xdr.string(3), Buffer.from("0000000461626364", "hex")));
    refuse(() => xdr.decode(xdr.string(3), Buffer.from("0000000161626364", "hex")));
    refuse(() => xdr.decode(xdr.optional(xdr.int), Buffer.from("0000000200000001", "hex")));
    refuse(() => xdr.decode(xdr.array(xdr.int, 1), Buffer.from("000000020000000100000002", "hex")));
  });

  it("a huge length without the items costs nothing", () => {
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 1000; round++) {
      const claim = Buffer.from("00040000", "hex");
      assert.equal(decodes(xdr.array(xdr.uhyper, 262_144) as AnyCodec, claim), false);
      assert.equal(decodes(xdr.bytes(4_194_304) as AnyCodec, claim), false);
    }
    assert.ok(process.memoryUsage().rss - before < 64 << 20);
  });
});
