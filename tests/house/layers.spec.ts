import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { house, sansIO } from '../../house.js';

const eslint = new ESLint();

/** The rules that a file with this content would break at this path. */
async function broken(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return result!.messages.map(({ ruleId, message }) => ruleId ?? message);
}

describe('the arrows between the layers', () => {
  // The linter reads types, so it judges a file that the project has; only its text is replaced.
  const at = 'src/lib/wasm/group.ts';

  it('let a folder import what lies below it', async () => {
    const rules = await broken(
      'src/lib/integrity/check.ts',
      `import '../../../bundle/manifest.mjs';\n`,
    );
    expect(rules).toEqual([]);
  });

  it('stop an import that points up', async () => {
    expect(await broken(at, `import '../ui/text.ts';\n`)).toEqual(['boundaries/dependencies']);
  });

  it('stop a program that reaches into pages', async () => {
    const rules = await broken('programs/collect.ts', `import '../src/lib/ui/text.ts';\n`);
    expect(rules).toEqual(['boundaries/dependencies']);
  });

  it('stop an import beside', async () => {
    expect(await broken(at, `import '../integrity/check.ts';\n`)).toEqual([
      'boundaries/dependencies',
    ]);
  });

  it('stop the reader from taking anything of ours, and ours from taking anything of it', async () => {
    for (const file of ['src/lib/crypto/cbor.ts', 'programs/terminal.ts', 'bundle/manifest.mjs'])
      expect(await broken('reader/bytes.ts', `import '../${file}';\n`)).toEqual([
        'boundaries/dependencies',
      ]);
    for (const from of ['programs/collect.ts', 'src/lib/integrity/check.ts']) {
      const up = from.replace(/[^/]+/g, '..').slice(3);
      expect(await broken(from, `import '${up}/reader/bytes.ts';\n`)).toEqual([
        'boundaries/dependencies',
      ]);
    }
  });

  it('form no cycle', () => {
    const reach = (from: string, seen: string[]): string[] =>
      house[from]!.mayImport.flatMap((to) => {
        expect(seen, `${from} → ${to}`).not.toContain(to);
        return [to, ...reach(to, [...seen, to])];
      });
    for (const layer of Object.keys(house)) expect(reach(layer, [layer])).not.toContain(layer);
  });
});

describe('the sans-I/O folders', () => {
  const config = async (folder: string) =>
    (await eslint.calculateConfigForFile(`${folder}/any.ts`)) as {
      rules: Record<string, [number, ...{ name: string }[]]>;
    };

  it.each(sansIO)('%s reach neither clock, randomness, storage nor network', async (folder) => {
    const [severity, ...names] = (await config(folder)).rules['no-restricted-globals']!;
    expect(severity).toBe(2);
    const forbidden = names.map(({ name }) => name);
    for (const name of ['Date', 'crypto', 'indexedDB', 'fetch', 'document']) {
      expect(forbidden).toContain(name);
    }
  });
});
