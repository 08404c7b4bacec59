/**
 * Where things lie. JS writes operands to IO and reads results from it. Everything a secret passes
 * through lies in IO or SCRATCH, so that one fill wipes it; tables and public work lie elsewhere.
 */

/** Operands and results: 64-byte slots. */
export const IO: usize = memory.data(1024, 16);
const IO_SIZE: usize = 1024;

/** Temporary numbers; every function that uses it names its range. */
export const SCRATCH: usize = memory.data(8192, 16);
const SCRATCH_SIZE: usize = 8192;

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
