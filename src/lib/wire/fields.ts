/** Where a field stands in bytes that are signed: from `start` up to but not with `end`. */
export interface PlacedField<F extends string> {
  readonly field: F;
  /** Of which input, from 0; undefined where it is of none. */
  readonly input: number | undefined;
  readonly start: number;
  readonly end: number;
}

/** The places of fields that stand one after the other, with their lengths. */
export function placed<F extends string>(
  fields: readonly (readonly [field: F, length: number, input?: number])[],
): readonly PlacedField<F>[] {
  let end = 0;
  return fields.map(([field, length, input]) => ({
    field,
    input,
    start: end,
    end: (end += length),
  }));
}
