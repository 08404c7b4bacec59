/**
 * Masked table lookups: every entry is read, the wanted one is kept by a mask, so neither the
 * addresses nor the time depend on the index.
 */

/** out = entry `index` of `count` entries of 80 bytes. */
export function lookup80(out: usize, table: usize, count: i32, index: u32): void {
  const wanted = i32x4.splat(index);
  let a0 = i64x2.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  for (let i = 0; i < count; i++) {
    const mask = i32x4.eq(i32x4.splat(i), wanted);
    a0 = v128.or(a0, v128.and(mask, v128.load(table, 0)));
    a1 = v128.or(a1, v128.and(mask, v128.load(table, 16)));
    a2 = v128.or(a2, v128.and(mask, v128.load(table, 32)));
    a3 = v128.or(a3, v128.and(mask, v128.load(table, 48)));
    a4 = v128.or(a4, v128.and(mask, v128.load(table, 64)));
    table += 80;
  }
  v128.store(out, a0, 0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  v128.store(out, a4, 64);
}
