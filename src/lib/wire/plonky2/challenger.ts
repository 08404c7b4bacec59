import type { Extension } from './extension.ts';
import { RATE, type Cap } from './hashing.ts';
import { permute, WIDTH } from './poseidon.ts';

/**
 * The transcript (plonky2/src/iop/challenger.rs): everything the prover said so far decides what it is
 * asked next. A duplex sponge that overwrites.
 */
export class Challenger {
  #state: readonly bigint[] = new Array<bigint>(WIDTH).fill(0n);
  #observed: bigint[] = [];
  #output: bigint[] = [];

  observe(elements: readonly bigint[]): void {
    for (const element of elements) {
      this.#observed.push(element);
      if (this.#observed.length === RATE) this.#duplex();
    }
  }

  observeExtensions(elements: readonly Extension[]): void {
    this.observe(elements.flat());
  }

  observeCap(cap: Cap): void {
    this.observe(cap.flat());
  }

  challenge(): bigint {
    if (this.#observed.length > 0 || this.#output.length === 0) this.#duplex();
    return this.#output.pop()!;
  }

  challenges(count: number): bigint[] {
    return Array.from({ length: count }, () => this.challenge());
  }

  extensionChallenge(): Extension {
    return [this.challenge(), this.challenge()];
  }

  #duplex(): void {
    this.#state = permute([...this.#observed, ...this.#state.slice(this.#observed.length)]);
    this.#observed = [];
    this.#output = this.#state.slice(0, RATE);
  }
}
