/**
 * One running engine: its memory and its operations. Operands are put into 64-byte slots, an
 * operation is run, the result is taken from slot 0 (assembly/memory.ts). Long lists of public
 * operands are put on the heap.
 */

/** Bytes of an operand slot. */
const SLOT = 64;

/** An operation of the engine; what it takes and returns is said in assembly/. */
type Operation = (...operands: number[]) => number;

export class Instance {
  readonly #operations: Readonly<Record<string, Operation>>;
  readonly #memory: WebAssembly.Memory;
  readonly #io: number;
  readonly #heap: number;
  readonly #reserve: Operation;
  readonly #wipe: Operation;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor({ exports }: WebAssembly.Instance) {
    const address = (name: string) => (exports[name] as WebAssembly.Global<'i32'>).value;
    this.#operations = exports as Record<string, Operation>;
    this.#memory = exports['memory'] as WebAssembly.Memory;
    this.#io = address('io');
    this.#heap = address('heap');
    this.#reserve = this.operation('reserve');
    this.#wipe = this.operation('wipe');
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /** The operation of a name. */
  operation(name: string): Operation {
    const operation = this.#operations[name];
    if (!operation) throw new RangeError(`the engine has no operation ${name}`);
    return operation;
  }

  /** Copy an operand into a slot. */
  put(slot: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#io + SLOT * slot);
  }

  /** A copy of the first bytes of slot 0. */
  take(length: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(this.#io, this.#io + length);
  }

  /** Make room for `length` bytes on the heap. */
  reserve(length: number): void {
    if (this.#reserve(this.#heap + length) !== 1) throw new RangeError(OUT_OF_MEMORY);
    this.refresh();
  }

  /** Copy a public operand onto the heap. */
  putOnHeap(offset: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#heap + offset);
  }

  /** See the memory again after an operation that may have grown it. */
  refresh(): void {
    if (this.#bytes.byteLength === 0) this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /** Overwrite everything a secret may have touched: operands, result, temporary numbers. */
  wipe(): void {
    this.#wipe();
  }

  /** Whether the operand region and the temporary numbers hold only zeros (for tests). */
  isWiped(): boolean {
    return this.operation('isWiped')() === 1;
  }
}

/** What is said where the host gives the engine no more memory. */
export const OUT_OF_MEMORY = 'the engine got no more memory; use fewer points at once';
