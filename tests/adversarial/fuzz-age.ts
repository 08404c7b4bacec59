import { openAge, openAgeWith, sealAgeTo } from '../../src/lib/worker/age-file.ts';
import { equal } from '../../src/lib/crypto/bytes.ts';
import type { FuzzTarget } from './fuzz-targets.ts';

const latin1 = new TextDecoder('latin1');
const encode = (text: string) => new TextEncoder().encode(text);

const RECIPIENT = 'age18cuqcm3hrau4hx477hkssspy9ndt4h5sjkxsjz0udv0xfar5ggkq3asg26';
const IDENTITY = 'AGE-SECRET-KEY-1T59TFRHEE2P7GE88Q23GSWKX8M3YCKFRNSGNFQ7GF80TG35PF2GSFZQTQQ';

/** For the passphrase “fuzzed” at the lowest cost. */
const FOR_PASSPHRASE = `-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCAxcGFUamZWY3hlb1RHNGpt
Ym9PN0VnIDEKUWFQKzdNZ1VBdFk3TUdOV3RQT050bG1ES0J4bXhnYTIxNmtvN2dz
T1RkYwotLS0gVzRrR2VoM3pST3I0ckJxT3VOSHFuN2hwUjFhU3RNRU9pMlZ3NUt5
VlNoYwrDtogeGJnt/pgoNf8gda09o74ScNYmk/Y6l0QQ2DIcO6CFguxukw==
-----END AGE ENCRYPTED FILE-----
`;

const FOR_RECIPIENT = `-----BEGIN AGE ENCRYPTED FILE-----
YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBXVmZ1STR5c09lM25yeUVF
Z3lmNXJJWDNFNUhwZ2ZZU21YM1N6MStFZXhjCithb3NIcGZEM3M3VGJOeXV4T3p4
Uk1VcjZIMlFpcm5mRktoWjE1MFE4bG8KLS0tIEg0RGc3bWJWSjRNdEhZLzdkb3k5
aFN6Tmg1TXJWNlM3d0hYZmJGK0pmMEEKKrjK2meCCzuToyH+Hsg03SenmmwptJu4
wdhTuglvId+wMTWEwWI=
-----END AGE ENCRYPTED FILE-----
`;

const binary = (armored: string) =>
  Uint8Array.from(Buffer.from(armored.split('\n').slice(1, -2).join(''), 'base64'));

/** An age fault says what happened in the page's own words; the fuzzer takes it as a refusal. */
const refused = async (result: Promise<string | object>) => {
  const value = await result;
  return typeof value === 'object' && 'fault' in value ? undefined : value;
};

const open = {
  passphrase: (input: Uint8Array<ArrayBuffer>) => refused(openAge(input, 'fuzzed')),
  identity: (input: Uint8Array<ArrayBuffer>) => refused(openAgeWith(input, IDENTITY)),
};

/** Age files of both kinds, armored and not, and the text of a recipient. */
export const ageTargets: readonly FuzzTarget[] = [
  ...(['passphrase', 'identity'] as const).flatMap((by): FuzzTarget[] => {
    const armored = by === 'passphrase' ? FOR_PASSPHRASE : FOR_RECIPIENT;
    const seed = binary(armored);
    return [
      {
        name: `age file, ${by}`,
        seed,
        parse: (input) => open[by](Uint8Array.from(input)),
        mayAccept: (input) => equal(input, seed),
      },
      {
        name: `age file in armor, ${by}`,
        seed: encode(armored),
        parse: (input) => open[by](Uint8Array.from(input)),
        // Space may stand around the armor, and its lines may end as elsewhere.
        mayAccept: (input) =>
          latin1.decode(input).trim().replaceAll('\r\n', '\n') === armored.trim(),
      },
    ];
  }),
  {
    name: 'age recipient',
    seed: encode(RECIPIENT),
    parse: (input) => refused(sealAgeTo(new Uint8Array(1), [latin1.decode(input)])),
    mayAccept: (input) => latin1.decode(input) === RECIPIENT,
  },
];
