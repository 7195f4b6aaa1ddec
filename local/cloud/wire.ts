/**
 * The JSON form of an official SDK model: dates are RFC 3339 strings and enumerations are their plain values, so
 * that the compiler holds our documents to the published API.
 */
export type Wire<T> = 0 extends 1 & T
  ? unknown
  : T extends Date
    ? string
    : T extends string
      ? `${T}`
      : T extends number | boolean | null | undefined
        ? T
        : T extends (infer Item)[]
          ? Wire<Item>[]
          : T extends object
            ? { [Key in keyof T]: Wire<T[Key]> }
            : T;

/** Tags as every service takes and returns them. */
export interface Tags {
  freeformTags?: Record<string, string>;
  definedTags?: Record<string, Record<string, unknown>>;
}
