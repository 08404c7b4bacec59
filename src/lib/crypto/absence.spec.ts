import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/*
 * What must not exist: a way back from shares to a group secret, nonces that are not fresh, numbers
 * whose arithmetic takes time that depends on them.
 */

const folder = new URL('.', import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
  .map((name) => ({ name, text: withoutComments(readFileSync(new URL(name, folder), 'utf8')) }));

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

const forbidden = {
  'a group secret from shares':
    /\b(?:function|const)\s+\w*(?:reconstruct|combine|recoverSecret)\w*/i,
  'deterministic signing': /\b(?:function|const)\s+\w*determin\w*/i,
  'numbers without bounds': /\bBigInt\b|\b\d+n\b/,
  'randomness of its own': /Math\.random|getRandomValues|randomBytes|randomUUID/,
};

it('looks at all files', () => {
  expect(sources.length).toBeGreaterThan(20);
});

it.each(Object.entries(forbidden))('%s: nowhere', (_, pattern) => {
  for (const { name, text } of sources) expect(text, name).not.toMatch(pattern);
});

it('the patterns find what they are for', () => {
  const examples = [
    'export function reconstructSecret(',
    'const deterministicSign =',
    'return 2n ** 32n',
    'crypto.getRandomValues(bytes)',
  ];
  for (const [i, pattern] of Object.values(forbidden).entries())
    expect(examples[i]).toMatch(pattern);
});

it('nobody multiplies a share with a coefficient for the secret but the two signers', () => {
  const users = sources.filter(({ text }) => /interpolatingValue\(/.test(text));
  expect(users.map(({ name }) => name).sort()).toEqual([
    'frost-ed25519.ts',
    'frost-secp256k1.ts',
    'frost-signers.ts',
    'imported-key.ts',
    'lagrange.ts',
  ]);
});

it('nobody signs under an aggregate nonce that is believed', () => {
  const users = sources.filter(({ text }) => /\bsignAggregated\(/.test(text));
  expect(users.map(({ name }) => name)).toEqual(['frost-secp256k1.ts']);
  expect(users[0]!.text.match(/\bsignAggregated\(/g)).toHaveLength(1); // where it is declared
});
