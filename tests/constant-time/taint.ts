/**
 * Follows what a function reads from memory. Everything that was ever loaded counts as secret, except
 * nothing: the check does not know which bytes are keys. Constants, loop counters and addresses
 * computed from them are public. A finding is a place where something secret decides
 *
 * - a branch (`if`, `br_if`, `br_table`) or a `select`, which a compiler may turn into one;
 * - an address or a length (`load`, `store`, `memory.fill`, `memory.copy`);
 * - an operand of an instruction whose time depends on it (`div`, `rem`), or an indirect call.
 *
 * Functions without findings run the same instructions on the same addresses whatever the secret is.
 */
import type { Instruction, WatFunction, WatModule } from './wat.ts';

/** What is known of a function so far: whether each parameter and the result may be secret. */
interface Summary {
  readonly parameters: boolean[];
  result: boolean;
}

/** Secret or public, for the locals and for the operand stack. */
interface State {
  readonly locals: boolean[];
  readonly stack: boolean[];
}

/** The findings in everything the exported functions reach, as “function: what”, sorted, repeated if found twice. */
export function findLeaks(module: WatModule, exported: readonly string[]): string[] {
  const summaries = new Map<string, Summary>();
  const summaryOf = (name: string): Summary => {
    const known = summaries.get(name);
    if (known) return known;
    const { parameters } = functionOf(name);
    const summary = { parameters: Array<boolean>(parameters).fill(false), result: false };
    summaries.set(name, summary);
    return summary;
  };
  const functionOf = (name: string): WatFunction => {
    const found = module.functions.get(name);
    if (!found) throw new RangeError(`the engine has no function ${name}`);
    return found;
  };
  for (const name of exported) {
    const target = module.exports.get(name);
    if (target === undefined) throw new RangeError(`the engine exports no ${name}`);
    summaryOf(target);
  }
  // Secrecy only ever grows, so this ends.
  for (;;) {
    const before = JSON.stringify([...summaries]);
    const leaks = [...summaries.keys()].flatMap((name) =>
      new Analysis(functionOf(name), functionOf, summaryOf).run(),
    );
    if (JSON.stringify([...summaries]) === before) return leaks.sort();
  }
}

/** One pass over one function. */
class Analysis {
  /** By instruction, so that a loop walked twice finds once. */
  readonly #leaks = new Map<Instruction, string>();
  /** For each enclosing label: the joined state of the branches to it. */
  readonly #labels: { name: string; joined: boolean[] | undefined }[] = [];
  readonly #function: WatFunction;
  readonly #functionOf: (name: string) => WatFunction;
  readonly #summaryOf: (name: string) => Summary;

  constructor(
    analysed: WatFunction,
    functionOf: (name: string) => WatFunction,
    summaryOf: (name: string) => Summary,
  ) {
    this.#function = analysed;
    this.#functionOf = functionOf;
    this.#summaryOf = summaryOf;
  }

  run(): string[] {
    const { name, locals, results, body } = this.#function;
    const summary = this.#summaryOf(name);
    const state: State = {
      locals: Array.from({ length: locals }, (_, i) => summary.parameters[i] ?? false),
      stack: [],
    };
    const end = this.#walk(body, state);
    if (end && results > 0) summary.result ||= end.stack.includes(true);
    return [...this.#leaks.values()];
  }

  /** The state behind a list of instructions; undefined where its end is never reached. */
  #walk(list: readonly Instruction[], state: State): State | undefined {
    let now: State | undefined = state;
    for (const instruction of list) {
      if (!now) return undefined;
      now = this.#step(instruction, now);
    }
    return now;
  }

  #step(instruction: Instruction, { locals, stack }: State): State | undefined {
    const { name, operand, body, otherwise } = instruction;
    const pop = () => {
      const secret = stack.pop();
      if (secret === undefined) throw new Error(`${this.#function.name}: nothing left for ${name}`);
      return secret;
    };
    const leak = (secret: boolean, what: string) => {
      if (secret) this.#leaks.set(instruction, `${this.#function.name}: ${what}`);
    };
    const local = Number(operand.slice(1));
    switch (name) {
      case 'local.get':
        stack.push(locals[local]!);
        return { locals, stack };
      case 'local.set':
        locals[local] = pop();
        return { locals, stack };
      case 'local.tee':
        locals[local] = pop();
        stack.push(locals[local]);
        return { locals, stack };
      case 'global.get':
      case 'memory.size':
        stack.push(false);
        return { locals, stack };
      case 'global.set':
        leak(pop(), 'global');
        return { locals, stack };
      case 'drop':
        pop();
        return { locals, stack };
      case 'nop':
        return { locals, stack };
      case 'memory.fill':
      case 'memory.copy':
        leak(pop(), 'length');
        leak(name === 'memory.copy' ? pop() : (pop(), false), 'address');
        leak(pop(), 'address');
        return { locals, stack };
      case 'select': {
        leak(pop(), 'select');
        const [a, b] = [pop(), pop()];
        stack.push(a || b);
        return { locals, stack };
      }
      case 'call':
        this.#call(operand.slice(1), stack, pop);
        return { locals, stack };
      case 'return':
        if (this.#function.results > 0) this.#summaryOf(this.#function.name).result ||= pop();
        return undefined;
      case 'br':
        this.#join(operand, locals);
        return undefined;
      case 'br_if':
        leak(pop(), 'branch');
        this.#join(operand, locals);
        return { locals, stack };
      case 'if':
        leak(pop(), 'branch');
        return merge(
          this.#walk(body, copy({ locals, stack })),
          this.#walk(otherwise, copy({ locals, stack })),
        );
      case 'block':
      case 'loop':
        return this.#labelled(name, operand, body, { locals, stack });
    }
    if (name.endsWith('.const')) stack.push(false);
    else if (/\.load/.test(name)) {
      leak(pop(), 'address');
      stack.push(true);
    } else if (/\.store/.test(name)) {
      pop();
      leak(pop(), 'address');
    } else if (/\.(eqz|clz|ctz|popcnt|wrap_i64|extend\w*|splat)$/.test(name)) {
      stack.push(pop());
    } else if (/^[iv]\w+\.\w+$/.test(name)) {
      const secret = [pop(), pop()].includes(true);
      if (/\.(div|rem)_/.test(name)) leak(secret, 'division');
      stack.push(secret);
    } else throw new Error(`${this.#function.name}: the check does not know ${name}`);
    return { locals, stack };
  }

  /** Hand the arguments' secrecy to the called function and take its result's. */
  #call(name: string, stack: boolean[], pop: () => boolean): void {
    const { parameters, results } = this.#functionOf(name);
    const summary = this.#summaryOf(name);
    for (let i = parameters - 1; i >= 0; i--)
      summary.parameters[i] = pop() || summary.parameters[i]!;
    if (results > 0) stack.push(summary.result);
  }

  /** A branch to a label. Labels of this compiler carry no values. */
  #join(label: string, locals: readonly boolean[]): void {
    const target = this.#labels.findLast(({ name }) => name === label);
    if (!target) throw new Error(`${this.#function.name}: no label ${label}`);
    target.joined = locals.map((secret, i) => secret || (target.joined?.[i] ?? false));
  }

  #labelled(name: string, operand: string, body: readonly Instruction[], state: State) {
    if (operand.includes('(result')) {
      throw new Error(`${this.#function.name}: the check knows no labels with values`);
    }
    for (;;) {
      const label: { name: string; joined: boolean[] | undefined } = {
        name: operand,
        joined: undefined,
      };
      this.#labels.push(label);
      const end = this.#walk(body, copy(state));
      this.#labels.pop();
      const joined = label.joined && { locals: label.joined, stack: [...state.stack] };
      if (name === 'block') return merge(end, joined);
      const entry = merge(copy(state), joined)!;
      if (entry.locals.join() === state.locals.join()) return end;
      state = entry;
    }
  }
}

const copy = ({ locals, stack }: State): State => ({ locals: [...locals], stack: [...stack] });

/** What may be secret on either way. */
function merge(a: State | undefined, b: State | undefined): State | undefined {
  if (!a || !b) return a ?? b;
  return {
    locals: a.locals.map((secret, i) => secret || b.locals[i]!),
    stack: a.stack.map((secret, i) => secret || b.stack[i]!),
  };
}
