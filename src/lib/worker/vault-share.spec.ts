import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vaultCombine, vaultSplit } from '../../../tests/support/gf256.ts';
import { unhex } from '../../../tests/support/hex.ts';
import { randomFrom } from '../../../tests/support/players.ts';
import { be32, concat, toHex } from '../crypto/bytes.ts';
import { taggedHash, tags } from '../crypto/tagged-hash.ts';
import {
  combineVault,
  readVaultShare,
  splitForVault,
  vaultLineOf,
  type VaultShare,
} from './vault-share.ts';

const random = randomFrom('vault shares');
const secret = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const group = { groupId: new Uint8Array(32).fill(0xab), epoch: 7 };

const shareOf = (text: string) => (readVaultShare(text) as VaultShare).share;
const payload = concat(
  Uint8Array.of(1),
  secret,
  taggedHash(tags.vaultPayload, group.groupId, be32(7), secret).slice(0, 16),
);

/** A share's line, made of the format's description alone. */
function line(share: Uint8Array, threshold: number, epoch = 7, id = group.groupId): string {
  const start = id.slice(0, 4);
  const check = taggedHash(
    tags.vaultShare,
    start,
    be32(epoch),
    Uint8Array.of(threshold),
    share,
  ).slice(0, 4);
  return `conclave-vault-share-1 ${toHex(start)} ${epoch} ${threshold} ${toHex(share)} ${toHex(check)}`;
}

/** All choices of `size` of these. */
function choices<T>(of: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return of.flatMap((one, i) => choices(of.slice(i + 1), size - 1).map((rest) => [one, ...rest]));
}

describe('known answers', () => {
  const lines = [
    'conclave-vault-share-1 abababab 7 2 ab4376e2f877f929c9c3e135436562567c43c38c7195f0bac37bf2914b354be001347810b8f3c9cd886bffb02090b84754c8 3c9944fa',
    'conclave-vault-share-1 abababab 7 2 f8e40cbe377d0e2faad12da1e56dc312dd76323a78693d78a2e306fd3643ef17df92f0df247ab16594f578f04ba2f693ae03 7f924711',
  ];

  it('two lines lead to the secret', async () => {
    expect(await combineVault(lines, group)).toEqual(secret);
  });

  it('are Vault’s shares of version, secret and hash', () => {
    expect(toHex(vaultCombine(lines.map(shareOf)))).toBe(toHex(payload));
  });
});

describe('a secret in shares', () => {
  it.each([
    [2, 2],
    [2, 3],
    [3, 5],
    [5, 5],
  ])('%i of %i: whoever has enough restores, whoever has less does not', async (t, n) => {
    const texts = await splitForVault(secret, group, t, n);
    expect(texts).toHaveLength(n);
    for (let size = 0; size <= n; size++)
      for (const some of choices(texts, size)) {
        const result = await combineVault(some.reverse(), group);
        if (size < t) expect(result).toEqual({ fault: 'too-few', at: undefined });
        else expect(result).toEqual(secret);
      }
  });

  it('as many as there can be', async () => {
    const texts = await splitForVault(secret, group, 255, 255);
    expect(await combineVault(texts, group)).toEqual(secret);
    expect(await combineVault(texts.slice(1), group)).toMatchObject({ fault: 'too-few' });
  });

  it('of any group and epoch', async () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const epoch = fc.oneof(fc.nat(3), fc.constant(2 ** 32 - 1));
    const property = fc.asyncProperty(bytes, bytes, epoch, async (secret, groupId, epoch) => {
      const texts = await splitForVault(secret, { groupId, epoch }, 2, 3);
      expect(await combineVault(texts.slice(1), { groupId, epoch })).toEqual(secret);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  it('is another splitting each time', async () => {
    const [a, b] = await Promise.all([1, 2].map(() => splitForVault(secret, group, 2, 2)));
    expect(a).not.toEqual(b);
  });

  it('has no other lengths and numbers', async () => {
    const refused: [Uint8Array, typeof group, number, number][] = [
      [secret.slice(1), group, 2, 3],
      [secret, { ...group, groupId: new Uint8Array(4) }, 2, 3],
      [secret, { ...group, epoch: 2 ** 32 }, 2, 3],
      [secret, { ...group, epoch: -1 }, 2, 3],
      [secret, { ...group, epoch: 0.5 }, 2, 3],
      [secret, group, 1, 3],
      [secret, group, 4, 3],
      [secret, group, 2, 256],
      [secret, group, 2.5, 3],
    ];
    for (const wrong of refused) await expect(splitForVault(...wrong)).rejects.toThrow(RangeError);
  });
});

describe('another program for Vault’s shares', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  it('combines ours', async () => {
    for (let i = 0; i < 20; i++) {
      const t = 2 + (i % 4);
      const shares = (await splitForVault(secret, group, t, t + 2)).map(shareOf);
      for (const some of [shares.slice(0, t), shares.slice(2), shares])
        expect(vaultCombine(some)).toEqual(payload);
      // Fewer give something else, and Vault’s own format does not tell.
      expect(vaultCombine(shares.slice(1, t))).not.toEqual(payload);
    }
  });

  it('makes shares that we combine', async () => {
    const places = fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { minLength: 4, maxLength: 4 });
    const property = fc.asyncProperty(
      fc.array(bytes(49), { minLength: 1, maxLength: 3 }),
      places,
      async (coefficients, xs) => {
        const t = coefficients.length + 1;
        const shares = vaultSplit(payload, coefficients, xs);
        const texts = shares.map((share) => line(share, t));
        expect(await combineVault(texts.slice(0, t), group)).toEqual(secret);
        expect(await combineVault(texts, group)).toEqual(secret);
      },
    );
    await fc.assert(property);
  });
});

describe('pieces that do not fit are named', async () => {
  const [a, b, c] = (await splitForVault(secret, group, 2, 3)) as [string, string, string];
  const again = await splitForVault(secret, group, 2, 3);
  const of = async (...texts: string[]) => combineVault(texts, group);

  it('none at all, or one', async () => {
    for (const texts of [[], [a]])
      expect(await of(...texts)).toEqual({ fault: 'too-few', at: undefined });
  });

  it('of another group, of another epoch', async () => {
    const other = { groupId: random(), epoch: 7 };
    const theirs = await splitForVault(secret, other, 2, 2);
    expect(await of(a, theirs[0]!)).toEqual({ fault: 'other-group', at: 1 });
    const later = await splitForVault(secret, { ...group, epoch: 8 }, 2, 2);
    expect(await of(later[0]!, a)).toEqual({ fault: 'other-epoch', at: 0 });
  });

  it('of a group whose id begins alike', async () => {
    const groupId = concat(group.groupId.slice(0, 4), random().slice(4));
    const theirs = await splitForVault(secret, { groupId, epoch: 7 }, 2, 2);
    expect(await of(...theirs)).toEqual({ fault: 'payload-damaged', at: undefined });
  });

  it('the same one twice, also written otherwise', async () => {
    expect(await of(a, b, a)).toEqual({ fault: 'duplicate', at: 2 });
    expect(await of(a, ` ${a.toUpperCase()}`)).toEqual({ fault: 'duplicate', at: 1 });
  });

  it('of another splitting', async () => {
    const higher = await splitForVault(secret, group, 3, 3);
    expect(await of(a, b, higher[0]!)).toEqual({ fault: 'other-set', at: 2 });
    const [one, two] = vaultSplit(payload, [random49()], [5, 5]);
    two![0]! ^= 1;
    expect(await of(line(one!, 2), line(two!, 2))).toEqual({ fault: 'other-set', at: 1 });
    const place = shareOf(a).at(-1);
    const elsewhere = again.find((text) => shareOf(text).at(-1) !== place)!;
    expect(await of(a, elsewhere)).toEqual({ fault: 'payload-damaged', at: undefined });
  });

  it('more than enough, one of which does not agree', async () => {
    const places = [a, b].map((text) => shareOf(text).at(-1));
    const stranger = again.find((text) => !places.includes(shareOf(text).at(-1)))!;
    expect(await of(a, b, stranger)).toEqual({ fault: 'payload-damaged', at: undefined });
    expect(await of(a, b, c)).toEqual(secret);
  });

  it('whole shares of another version, or of a secret with another hash', async () => {
    for (const at of [0, 1, 32, 33, 48]) {
      const other = payload.slice();
      other[at]! ^= 1;
      const texts = vaultSplit(other, [random49()], [1, 2]).map((share) => line(share, 2));
      expect(await of(...texts)).toEqual({ fault: 'payload-damaged', at: undefined });
    }
  });

  it('what cannot be read', async () => {
    expect(await of(a, 'a letter')).toEqual({ fault: 'not-a-vault-share', at: 1 });
    expect(await of(a, b, `${c}0`)).toEqual({ fault: 'share-damaged', at: 2 });
  });
});

const random49 = () => concat(random(), random()).slice(0, 49);

describe('a line', async () => {
  const [text] = (await splitForVault(secret, group, 2, 3)) as [string];

  it('says where it belongs', () => {
    const share = unhex(text.split(' ')[4]!);
    expect(share).toHaveLength(50);
    expect(text).toBe(line(share, 2));
    expect(readVaultShare(text)).toEqual({
      group: group.groupId.slice(0, 4),
      epoch: 7,
      threshold: 2,
      share,
    });
  });

  it('is of either case, between any white space', () => {
    const read = readVaultShare(text);
    for (const written of [text.toUpperCase(), `\n ${text.replaceAll(' ', ' \r\n\t')}\u00a0`])
      expect(readVaultShare(written)).toEqual(read);
  });

  it('may have its digits in groups and on several lines, as on paper', () => {
    const read = readVaultShare(text);
    const [beginning, digits] = [text.split(' ').slice(0, 4), text.split(' ').slice(4)];
    const groups = digits.join('').match(/.{4}/g)!;
    expect(groups).toHaveLength(27);
    for (const gap of ['', ' ', '\n', ' \r\n\t'])
      expect(readVaultShare([...beginning, groups.join(gap)].join(' '))).toEqual(read);
    expect(vaultLineOf([...beginning, ...groups].join('\n').toUpperCase())).toBe(text);
    const wrong = [...beginning, ...groups.slice(1), groups[0]].join(' ');
    expect(readVaultShare(wrong)).toEqual({ fault: 'share-damaged', at: 0 });
    // Before the threshold a gap still parts one number from the next.
    const apart = text.replace(' abab', ' ab ab');
    expect(readVaultShare(apart)).toEqual({ fault: 'share-damaged', at: 0 });
  });

  it('with any character changed, left out or put in is refused by name', () => {
    const start = 'conclave-vault-share-1'.length;
    const meaningless = text.lastIndexOf(' ');
    for (let i = 0; i < text.length; i++)
      for (const other of '0123456789abcdefz -\u212a\u0130\ud800'.replace(text[i]!, '')) {
        const [before, after] = [text.slice(0, i), text.slice(i + 1)];
        const name = i <= start ? 'not-a-vault-share' : 'share-damaged';
        expect(readVaultShare(before + other + after)).toEqual({ fault: name, at: 0 });
        if (i !== meaningless) expect(readVaultShare(before + after)).toHaveProperty('fault');
        if (other !== ' ')
          expect(readVaultShare(before + other + text.slice(i))).toHaveProperty('fault');
      }
  });

  it('of numbers that no share has is refused', () => {
    const share = shareOf(text);
    const nowhere = share.slice();
    nowhere[49] = 0;
    for (const refused of [
      line(nowhere, 2),
      line(share, 0),
      line(share, 1),
      line(share, 256),
      line(share, 2, 2 ** 32),
      line(share, 2, 9_999_999_999),
      line(share.slice(1), 2),
      line(concat(share, Uint8Array.of(1)), 2),
      line(share, 2).replace(' 7 ', ' 07 '),
      line(share, 2).replace(' 7 ', ' -7 '),
    ])
      expect(readVaultShare(refused)).toEqual({ fault: 'share-damaged', at: 0 });
  });

  it('is not found in other text', () => {
    for (const other of ['', ' ', `x${text}`, 'conclave-vault-share-2', '\0'.repeat(2 ** 20)])
      expect(readVaultShare(other)).toEqual({ fault: 'not-a-vault-share', at: 0 });
    expect(readVaultShare(`${text} ${text}`)).toEqual({ fault: 'share-damaged', at: 0 });
    expect(readVaultShare(text + ' '.repeat(2 ** 20))).toHaveProperty('share');
  });
});
