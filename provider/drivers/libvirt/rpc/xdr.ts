import { ProtocolError } from "./errors";
import { XdrReader, XdrWriter } from "./xdr-buffer";

/**
 * Descriptions of XDR values. A description encodes, decodes, and tells its own form (`shape`), from which tests make
 * arbitrary values and compare it with libvirt's own. `Out` is what decoding gives; `In` what encoding takes, which is
 * wider where that is handy: a 64-bit integer may be given as a number, and what may be null may be left out.
 */
export interface Codec<Out, In = Out> {
  readonly shape: Shape;
  encode(writer: XdrWriter, value: In): void;
  decode(reader: XdrReader): Out;
  /** Never set: holds the types for `Decoded` and `Encodable`. */
  readonly types?: { out: Out; in: In };
}

export type Shape =
  | { kind: "int" | "uint" | "hyper" | "uhyper" | "double" | "truth" | "uuid" }
  | { kind: "string"; max: number }
  | { kind: "characters"; length: number }
  | { kind: "opaque"; length: number }
  | { kind: "bytes"; max: number }
  | { kind: "optional"; item: Shape }
  | { kind: "array"; item: Shape; max: number }
  | { kind: "defaulted"; item: Shape }
  | { kind: "struct"; fields: readonly (readonly [string, Shape])[] }
  | { kind: "union"; cases: readonly (readonly [number, string, Shape])[] };

// biome-ignore lint/suspicious/noExplicitAny: a codec of anything; its In is contravariant, so `unknown` would not do
export type AnyCodec = Codec<any, any>;
export type Decoded<C> = C extends Codec<infer Out, infer _In> ? Out : never;
type Encodable<C> = C extends Codec<infer _Out, infer In> ? In : never;

type Flat<T> = { [K in keyof T]: T[K] };
export type Fields = Readonly<Record<string, AnyCodec>>;
export type DecodedFields<F extends Fields> = Flat<{ -readonly [K in keyof F]: Decoded<F[K]> }>;
export type EncodableFields<F extends Fields> = Flat<
  { [K in keyof F as undefined extends Encodable<F[K]> ? never : K]: Encodable<F[K]> } & {
    [K in keyof F as undefined extends Encodable<F[K]> ? K : never]?: Encodable<F[K]>;
  }
>;

function whole(value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new ProtocolError(`${String(value)} is not a whole number from ${low} to ${high}`);
  }
  return value;
}

function wholeBig(value: bigint | number, low: bigint, high: bigint): bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new ProtocolError(`${value} is not a whole number that is exact; give a bigint`);
  }
  const big = BigInt(value);
  if (big < low || big > high) throw new ProtocolError(`${big} is not from ${low} to ${high}`);
  return big;
}

export const int: Codec<number> = {
  shape: { kind: "int" },
  encode: (writer, value) => writer.int32(whole(value, -0x8000_0000, 0x7fff_ffff)),
  decode: (reader) => reader.int32(),
};

export const uint: Codec<number> = {
  shape: { kind: "uint" },
  encode: (writer, value) => writer.uint32(whole(value, 0, 0xffff_ffff)),
  decode: (reader) => reader.uint32(),
};

export const hyper: Codec<bigint, bigint | number> = {
  shape: { kind: "hyper" },
  encode: (writer, value) => writer.int64(wholeBig(value, -(2n ** 63n), 2n ** 63n - 1n)),
  decode: (reader) => reader.int64(),
};

export const uhyper: Codec<bigint, bigint | number> = {
  shape: { kind: "uhyper" },
  encode: (writer, value) => writer.uint64(wholeBig(value, 0n, 2n ** 64n - 1n)),
  decode: (reader) => reader.uint64(),
};

export const double: Codec<number> = {
  shape: { kind: "double" },
  encode: (writer, value) => writer.double(value),
  decode: (reader) => reader.double(),
};

/** An `int` of the protocol that stands for yes or no. Anything but zero is yes. */
export const truth: Codec<boolean> = {
  shape: { kind: "truth" },
  encode: (writer, value) => writer.int32(value ? 1 : 0),
  decode: (reader) => reader.int32() !== 0,
};

/** UTF-8 text of at most `max` bytes. Text with a NUL is refused: libvirt would cut it there. */
export function string(max: number): Codec<string> {
  return {
    shape: { kind: "string", max },
    encode: (writer, value) => {
      const bytes = Buffer.from(value, "utf8");
      if (bytes.length > max) throw new ProtocolError(`A text of ${bytes.length} bytes is over the ${max} allowed`);
      if (bytes.includes(0)) throw new ProtocolError("A text with a NUL can't be sent");
      writer.uint32(bytes.length);
      writer.padded(bytes);
    },
    decode: (reader) => reader.padded(reader.length(max, "a text")).toString("utf8"),
  };
}

/** C's `char name[length]`: each character takes four bytes on the wire; it ends at the first NUL. */
export function characters(length: number): Codec<string> {
  return {
    shape: { kind: "characters", length },
    encode: (writer, value) => {
      const bytes = Buffer.from(value, "utf8");
      if (bytes.length > length)
        throw new ProtocolError(`A text of ${bytes.length} bytes is over the ${length} allowed`);
      for (let index = 0; index < length; index++) writer.int32(bytes[index] ?? 0);
    },
    decode: (reader) => {
      const bytes = Buffer.alloc(length);
      for (let index = 0; index < length; index++) bytes[index] = reader.int32() & 0xff;
      const end = bytes.indexOf(0);
      return bytes.toString("utf8", 0, end < 0 ? length : end);
    },
  };
}

/** Exactly `length` bytes. */
export function opaque(length: number): Codec<Buffer, Uint8Array> {
  return {
    shape: { kind: "opaque", length },
    encode: (writer, value) => {
      if (value.length !== length) throw new ProtocolError(`${value.length} bytes where ${length} must be`);
      writer.padded(value);
    },
    decode: (reader) => Buffer.from(reader.padded(length)),
  };
}

/** At most `max` bytes. */
export function bytes(max: number): Codec<Buffer, Uint8Array> {
  return {
    shape: { kind: "bytes", max },
    encode: (writer, value) => {
      if (value.length > max) throw new ProtocolError(`${value.length} bytes are over the ${max} allowed`);
      writer.uint32(value.length);
      writer.padded(value);
    },
    decode: (reader) => Buffer.from(reader.padded(reader.length(max, "a run of bytes"))),
  };
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Sixteen bytes, written as people write them: `6ba7b810-9dad-11d1-80b4-00c04fd430c8`. */
export const uuid: Codec<string> = {
  shape: { kind: "uuid" },
  encode: (writer, value) => {
    if (!uuidForm.test(value)) throw new ProtocolError(`"${value.slice(0, 64)}" is not a UUID`);
    writer.padded(Buffer.from(value.replaceAll("-", ""), "hex"));
  },
  decode: (reader) =>
    reader
      .padded(16)
      .toString("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
};

/** What may be null. It may be left out of what is sent. */
export function optional<Out, In>(item: Codec<Out, In>): Codec<Out | null, In | null | undefined> {
  return {
    shape: { kind: "optional", item: item.shape },
    encode: (writer, value) => {
      const present = value !== null && value !== undefined;
      writer.uint32(present ? 1 : 0);
      if (present) item.encode(writer, value);
    },
    decode: (reader) => {
      const present = reader.uint32();
      if (present > 1) throw new ProtocolError(`${present} where only 0 or 1 can be`);
      return present ? item.decode(reader) : null;
    },
  };
}

/** A field that has this value when it is left out of what is sent (flags). On the wire it is always there. */
export function defaulted<Out, In>(item: Codec<Out, In>, value: In): Codec<Out, In | undefined> {
  return {
    shape: { kind: "defaulted", item: item.shape },
    encode: (writer, given) => item.encode(writer, given ?? value),
    decode: (reader) => item.decode(reader),
  };
}

/** At most `max` items. Every item takes bytes, so that a length without the items is found before memory is used. */
export function array<Out, In>(item: Codec<Out, In>, max: number): Codec<Out[], readonly In[]> {
  return {
    shape: { kind: "array", item: item.shape, max },
    encode: (writer, value) => {
      if (value.length > max) throw new ProtocolError(`A list of ${value.length} is over the ${max} allowed`);
      writer.uint32(value.length);
      for (const one of value) item.encode(writer, one);
    },
    decode: (reader) => {
      const length = reader.length(max, "a list");
      if (length * 4 > reader.remaining) throw new ProtocolError(`The answer is too short for a list of ${length}`);
      const items: Out[] = [];
      for (let index = 0; index < length; index++) items.push(item.decode(reader));
      return items;
    },
  };
}

export function struct<F extends Fields>(fields: F): Codec<DecodedFields<F>, EncodableFields<F>> {
  const entries = Object.entries(fields);
  return {
    shape: { kind: "struct", fields: entries.map(([name, codec]) => [name, codec.shape] as const) },
    encode: (writer, value) => {
      for (const [name, codec] of entries) codec.encode(writer, (value as Record<string, unknown>)[name]);
    },
    decode: (reader) => {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of entries) value[name] = codec.decode(reader);
      return value as DecodedFields<F>;
    },
  };
}

type UnionOut<C extends Record<string, readonly [number, AnyCodec]>> = {
  [K in keyof C]: { type: K; value: Decoded<C[K][1]> };
}[keyof C];
type UnionIn<C extends Record<string, readonly [number, AnyCodec]>> = {
  [K in keyof C]: { type: K; value: Encodable<C[K][1]> };
}[keyof C];

/** A number that says which value follows: `{ type, value }`, the type by its name. */
export function union<const C extends Record<string, readonly [number, AnyCodec]>>(
  cases: C,
): Codec<UnionOut<C>, UnionIn<C>> {
  const byNumber = new Map(Object.entries(cases).map(([name, [number, codec]]) => [number, { name, codec }]));
  return {
    shape: {
      kind: "union",
      cases: Object.entries(cases).map(([name, [number, codec]]) => [number, name, codec.shape] as const),
    },
    encode: (writer, given) => {
      const { type, value } = given as { type: string; value: unknown };
      const found = Object.hasOwn(cases, type) ? cases[type] : undefined;
      if (!found) throw new ProtocolError(`There is no value of type "${type}"`);
      writer.int32(found[0]);
      found[1].encode(writer, value);
    },
    decode: (reader) => {
      const number = reader.int32();
      const found = byNumber.get(number);
      if (!found) throw new ProtocolError(`The answer holds a value of an unknown type, ${number}`);
      return { type: found.name, value: found.codec.decode(reader) } as UnionOut<C>;
    },
  };
}

/** One value, alone. */
export function encode<Out, In>(codec: Codec<Out, In>, value: In): Buffer {
  const writer = new XdrWriter();
  codec.encode(writer, value);
  return writer.finish();
}

/** One value that must fill the buffer to its end. */
export function decode<Out, In>(codec: Codec<Out, In>, buffer: Buffer): Out {
  const reader = new XdrReader(buffer);
  const value = codec.decode(reader);
  reader.end();
  return value;
}
