import { describe, expect, it } from 'vitest';
import { releaseOf } from './release.mjs';

const root = '0f'.repeat(32);

describe('BUNDLE_ROOT', () => {
  it('speaks of the version it names', () => {
    expect(releaseOf('1.2.3', `1.2.3 ${root}\n`)).toEqual({ version: '1.2.3', root });
  });

  it('says nothing of another version: a development build', () => {
    expect(releaseOf('1.2.4', `1.2.3 ${root}\n`)).toBeUndefined();
  });

  it('may record no release yet', () => {
    expect(releaseOf('1.2.3', 'none\n')).toBeUndefined();
  });

  it.each(['', '1.2.3\n', `1.2.3 ${root}`, `1.2.3 ${root.slice(2)}\n`, `1.2.3  ${root}\n`])(
    'is refused in another form: %j',
    (text) => {
      expect(() => releaseOf('1.2.3', text)).toThrow('restore it from git');
    },
  );

  it('is in that form in this checkout', () => {
    expect(() => releaseOf('0.0.0')).not.toThrow();
  });
});
