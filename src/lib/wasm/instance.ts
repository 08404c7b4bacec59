/**
 * One running engine: its memory and its operations. Operands are put into 64-byte slots, an
 * operation is run, the result is taken from slot 0 (assembly/memory.ts).
 */

/** Bytes of an operand slot. */
const SLOT = 64;

export class Instance {
  readonly #operations: Readonly<Record<string, () => number>>;
  readonly #memory: WebAssembly.Memory;
  readonly #io: number;
  #bytes: Uint8Array<ArrayBuffer>;

  constructor({ exports }: WebAssembly.Instance) {
    this.#operations = exports as Record<string, () => number>;
    this.#memory = exports['memory'] as WebAssembly.Memory;
    this.#io = (exports['io'] as WebAssembly.Global<'i32'>).value;
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /** The operation of a name. */
  operation(name: string): () => number {
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

  /** Overwrite everything a secret may have touched: operands, result, temporary numbers. */
  wipe(): void {
    this.operation('wipe')();
  }

  /** Whether the operand region and the temporary numbers hold only zeros (for tests). */
  isWiped(): boolean {
    return this.operation('isWiped')() === 1;
  }
}
