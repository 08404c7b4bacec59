/** Reads the WAT that the compiler wrote beside engine.wasm, as far as the constant-time check needs it. */

/** An instruction; block, loop and if hold those inside them. */
export interface Instruction {
  readonly name: string;
  /** What stands behind the name: a local, a label, a constant, a called function. */
  readonly operand: string;
  readonly body: Instruction[];
  readonly otherwise: Instruction[];
}

export interface WatFunction {
  readonly name: string;
  readonly parameters: number;
  readonly locals: number;
  readonly results: number;
  readonly body: Instruction[];
}

export interface WatModule {
  readonly functions: ReadonlyMap<string, WatFunction>;
  /** Exported name → function name. */
  readonly exports: ReadonlyMap<string, string>;
}

/**
 * Read a module in the text format.
 * @param text WAT as binaryen prints it: one instruction a line, top-level fields indented by one
 */
export function readWat(text: string): WatModule {
  const functions = new Map<string, WatFunction>();
  const exports = new Map<string, string>();
  for (const field of text.split(/\n (?=\()/)) {
    const exported = /^\(export "([^"]+)" \(func \$(.+)\)\)/.exec(field);
    if (exported) exports.set(exported[1]!, exported[2]!);
    const declared = /^\(func \$(\S+)(.*)/.exec(field);
    if (!declared) continue;
    const lines = field.split('\n').map((line) => line.trim());
    const count = (text: string, word: string) => text.split(`(${word} `).length - 1;
    const parameters = count(declared[2]!, 'param');
    functions.set(declared[1]!, {
      name: declared[1]!,
      parameters,
      locals: parameters + lines.filter((line) => line.startsWith('(local ')).length,
      results: count(declared[2]!, 'result'),
      body: readBody(lines.slice(1).filter((line) => !line.startsWith('(local '))),
    });
  }
  return { functions, exports };
}

/** Nest the lines of a function. */
function readBody(lines: readonly string[]): Instruction[] {
  const outermost: Instruction[] = [];
  const open: { owner: Instruction | undefined; list: Instruction[] }[] = [
    { owner: undefined, list: outermost },
  ];
  for (const line of lines) {
    if (line === ')') break;
    const [name = '', ...rest] = line.split(' ');
    if (name === 'end') {
      open.pop();
    } else if (name === 'else') {
      const { owner } = open.pop()!;
      open.push({ owner, list: owner!.otherwise });
    } else {
      const instruction: Instruction = { name, operand: rest.join(' '), body: [], otherwise: [] };
      open.at(-1)!.list.push(instruction);
      if (['block', 'loop', 'if'].includes(name)) {
        open.push({ owner: instruction, list: instruction.body });
      }
    }
  }
  return outermost;
}
