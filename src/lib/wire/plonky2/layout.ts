import { isElement } from './goldilocks.ts';
import type { PlonkyFault } from './fault.ts';

/*
 * What a proof looks like, described once: its reader and its check both follow the description.
 */

/** An element, 8 bytes little endian; a list of known length; or named parts, one after the other. */
export type Layout = 'element' | List | Parts;
interface List {
  readonly items: readonly Layout[];
  /** How many bytes before the list hold its length, little endian. */
  readonly lengthBytes: 0 | 1 | 8;
}
interface Parts {
  readonly parts: Readonly<Record<string, Layout>>;
}

/** How many bytes it takes. */
export function sizeOf(layout: Layout): number {
  if (layout === 'element') return 8;
  const sum = (parts: readonly Layout[]) => parts.reduce((size, part) => size + sizeOf(part), 0);
  if ('parts' in layout) return sum(Object.values(layout.parts));
  return layout.lengthBytes + sum(layout.items);
}

/** Cuts bytes into what the layout says; elements may be too large. Faults: `length`, `shape`. */
export function cut(layout: Layout, bytes: Uint8Array): { readonly value: unknown } | PlonkyFault {
  if (bytes.length !== sizeOf(layout)) return { problem: 'length', detail: String(bytes.length) };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let fault: PlonkyFault | undefined;
  const next = (part: Layout, where: string): unknown => {
    if (part === 'element') {
      at += 8;
      return view.getBigUint64(at - 8, true);
    }
    if ('parts' in part)
      return Object.fromEntries(
        Object.entries(part.parts).map(([name, inner]) => [name, next(inner, join(where, name))]),
      );
    const { items, lengthBytes } = part;
    if (lengthBytes > 0) {
      const length = lengthBytes === 1 ? view.getUint8(at) : Number(view.getBigUint64(at, true));
      if (length !== items.length) fault ??= { problem: 'shape', detail: where };
      at += lengthBytes;
    }
    return items.map((item, i) => next(item, `${where}[${i}]`));
  };
  const value = next(layout, '');
  return fault ?? { value };
}

/** Where a value differs from the layout. Faults: `shape` for a length, `element` for a number. */
export function mismatch(layout: Layout, value: unknown, where = ''): PlonkyFault | undefined {
  const shape: PlonkyFault = { problem: 'shape', detail: where };
  if (layout === 'element') {
    if (typeof value !== 'bigint') return shape;
    return isElement(value) ? undefined : { problem: 'element', detail: where };
  }
  if ('parts' in layout) {
    if (typeof value !== 'object' || value === null) return shape;
    const given = value as Readonly<Record<string, unknown>>;
    return firstFault(Object.entries(layout.parts), ([name, part]) =>
      mismatch(part, given[name], join(where, name)),
    );
  }
  if (!Array.isArray(value) || value.length !== layout.items.length) return shape;
  return firstFault(layout.items, (item, i) => mismatch(item, value[i], `${where}[${i}]`));
}

const join = (where: string, name: string) => (where === '' ? name : `${where}.${name}`);

function firstFault<T>(
  items: readonly T[],
  faultOf: (item: T, i: number) => PlonkyFault | undefined,
): PlonkyFault | undefined {
  for (const [i, item] of items.entries()) {
    const fault = faultOf(item, i);
    if (fault) return fault;
  }
  return undefined;
}
