import fc from "fast-check";
import type { Shape } from "../../../provider/drivers/libvirt/rpc/xdr";

const plain = fc.string({ unit: "binary", maxLength: 40 }).map((value) => value.replaceAll("\0", ""));

/** Arbitrary values of a described type, as decoding gives them. */
export function arbitraryOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case "int":
      return fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
    case "uint":
      return fc.integer({ min: 0, max: 0xffff_ffff });
    case "hyper":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "uhyper":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case "double":
      return fc.double();
    case "truth":
      return fc.boolean();
    case "uuid":
      return fc.uuid();
    case "string":
      return plain;
    case "characters":
      return fc.string({ unit: "grapheme-ascii", maxLength: shape.length });
    case "opaque":
      return fc.uint8Array({ minLength: shape.length, maxLength: shape.length }).map((value) => Buffer.from(value));
    case "bytes":
      return fc.uint8Array({ maxLength: Math.min(shape.max, 40) }).map((value) => Buffer.from(value));
    case "optional":
      return fc.option(arbitraryOf(shape.item), { nil: null });
    case "defaulted":
      return arbitraryOf(shape.item);
    case "array":
      return fc.array(arbitraryOf(shape.item), { maxLength: Math.min(shape.max, 4) });
    case "struct":
      return fc.record(Object.fromEntries(shape.fields.map(([name, field]) => [name, arbitraryOf(field)]))).map(
        // fast-check's records have no prototype; decoded ones have
        (value) => ({ ...value }),
      );
    case "union":
      return fc.oneof(
        ...shape.cases.map(([, name, value]) => arbitraryOf(value).map((given) => ({ type: name, value: given }))),
      );
  }
}
