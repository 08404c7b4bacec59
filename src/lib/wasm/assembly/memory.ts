/**
 * Where things lie. JS writes operands to IO and reads results from it. Everything a secret passes
 * through lies in IO or SCRATCH, so that one fill wipes it; tables and public work lie elsewhere.
 */

/** Operands and results: 64-byte slots. */
export const IO: usize = memory.data(256, 16);
const IO_SIZE: usize = 256;

/** Temporary numbers, in ranges by who uses them. The two curves never run at once and share them. */
const SCRATCH: usize = memory.data(6144, 16);
const SCRATCH_SIZE: usize = 6144;

/** generated/…-scalar: 1024 bytes. */
export const SCALAR_WORK: usize = SCRATCH;
/** Powers of field elements: 12 numbers. */
export const POWER_WORK: usize = SCRATCH + 1024;
/** Inside one point formula: 13 numbers. */
export const FORMULA_WORK: usize = SCRATCH + 1520;
/** Points, scalars and tables of one multiplication: 4096 bytes. */
export const MULTIPLY_WORK: usize = SCRATCH + 2048;

/** Overwrite every byte a secret may have touched. */
export function wipe(): void {
  memory.fill(IO, 0, IO_SIZE);
  memory.fill(SCRATCH, 0, SCRATCH_SIZE);
}

/** Whether `wipe` left nothing: 1 or 0. */
export function isWiped(): u32 {
  let bits: u64 = 0;
  for (let i: usize = 0; i < IO_SIZE; i += 8) bits |= load<u64>(IO + i);
  for (let i: usize = 0; i < SCRATCH_SIZE; i += 8) bits |= load<u64>(SCRATCH + i);
  return <u32>(bits === 0);
}

/** The first byte after all static data: operands and work of public sums over many points. */
export const HEAP: usize = __heap_base;

/** Make the memory reach `end`. Returns 1, or 0 where the host gives no more memory. */
export function reserve(end: usize): u32 {
  const pages = <i32>((end + 0xffff) >> 16) - memory.size();
  return <u32>(pages <= 0 || memory.grow(pages) >= 0);
}
