import type { Field, Fields, Group, Keyed, Leaf } from "./schema";

/** The inputs of a run as the field table has them: a misspelt field does not compile. */
export type InputsOf<F extends Fields> = {
  -readonly [Name in keyof F]: ValueOf<F[Name]>;
};

type ValueOf<F extends Field> =
  F extends Leaf<infer T, infer Sure>
    ? Sure extends true
      ? T
      : T | undefined
    : F extends Group<infer Inner, infer Sure>
      ? Sure extends true
        ? InputsOf<Inner>
        : InputsOf<Inner> | undefined
      : F extends Keyed<infer Entry>
        ? { [key: string]: InputsOf<Entry> } | undefined
        : never;

/** Names of ours among them, and what is not yet in a table. */
export type Hidden = { readonly [name: `__${string}`]: unknown };
