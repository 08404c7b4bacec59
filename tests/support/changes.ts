/** All that differ from a value in one leaf: a number, a text, one byte, an absent value, one entry less. */
export function* everyChange(value: unknown): Generator {
  if (typeof value === 'number') yield value + 1;
  else if (typeof value === 'boolean') yield !value;
  else if (typeof value === 'string') yield `${value}1`;
  else if (value instanceof Uint8Array) {
    for (let i = 0; i < value.length; i++)
      yield value.map((byte, at) => (at === i ? byte ^ 1 : byte));
  } else if (Array.isArray(value)) {
    if (value.length > 1) yield value.slice(1);
    for (const [i, entry] of value.entries())
      for (const changed of everyChange(entry as unknown)) yield value.with(i, changed);
  } else if (typeof value === 'object' && value !== null)
    for (const [name, entry] of Object.entries(value))
      for (const changed of everyChange(entry as unknown)) yield { ...value, [name]: changed };
}
