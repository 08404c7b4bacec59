import { describe, expect, it } from 'vitest';
import { releaseOf } from './release.mjs';

const root = '0f'.repeat(32);

describe('BUNDLE_ROOT', () => {
  it('speaks of the version it names', () => {
    expect(releaseOf('1.2.3', false, `1.2.3 ${root}\n`)).toEqual({ version: '1.2.3', root });
  });

  it('may name the connected bundle’s root too', () => {
    const wider = 'e1'.repeat(32);
    const both = `1.2.3 ${root}\nconnected ${wider}\n`;
    expect(releaseOf('1.2.3', true, both)?.root).toBe(wider);
    expect(releaseOf('1.2.3', false, both)?.root).toBe(root);
    expect(releaseOf('1.2.3', true, `1.2.3 ${root}\n`)).toBeUndefined();
  });

  it('says nothing of another version: a development build', () => {
    expect(releaseOf('1.2.4', false, `1.2.3 ${root}\n`)).toBeUndefined();
  });

  it('may record no release yet', () => {
    expect(releaseOf('1.2.3', false, 'none\n')).toBeUndefined();
  });

  it.each([
    '',
    '1.2.3\n',
    `connected ${root}\n`,
    `1.2.3 ${root}`,
    `1.2.3 ${root.slice(2)}\n`,
    `1.2.3  ${root}\n`,
  ])('is refused in another form: %j', (text) => {
    expect(() => releaseOf('1.2.3', false, text)).toThrow('restore it from git');
  });

  it('is in that form in this checkout', () => {
    expect(() => releaseOf('0.0.0', false)).not.toThrow();
  });
});
