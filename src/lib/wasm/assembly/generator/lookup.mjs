/**
 * Masked table lookups: every entry is read, the wanted one is kept by a mask, so neither the
 * addresses nor the time depend on the index.
 */
import { range } from './limbs.mjs';

/** The text of generated/lookup.ts. @param {number[]} sizes bytes of an entry, multiples of 16 */
export const lookupModule = (sizes) =>
  sizes.flatMap((size) => {
    const parts = range(size / 16);
    return [
      `/** out = entry \`index\` of \`count\` entries of ${size} bytes. */`,
      `export function lookup${size}(out: usize, table: usize, count: i32, index: u32): void {`,
      '  const wanted = i32x4.splat(index);',
      ...parts.map((i) => `  let a${i} = i64x2.splat(0);`),
      '  for (let i = 0; i < count; i++) {',
      '    const mask = i32x4.eq(i32x4.splat(i), wanted);',
      ...parts.map((i) => {
        return `    a${i} = v128.or(a${i}, v128.and(mask, v128.load(table, ${16 * i})));`;
      }),
      `    table += ${size};`,
      '  }',
      ...parts.map((i) => `  v128.store(out, a${i}, ${16 * i});`),
      '}',
      '',
    ];
  });
