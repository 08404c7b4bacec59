import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { value } from '../../../tests/support/hex.ts';
import { implementations } from '../../../tests/support/node.ts';
import { writePsbt } from '../../../tests/support/write-psbt.ts';
import {
  paths,
  sampleSpend,
  secretOf,
  signSpend,
  threshPkOf,
} from '../../../tests/support/spends.ts';
import { toHex, type Bytes } from '../crypto/bytes.ts';
import { signedBytes, sighashesOf } from './sighash.ts';
import { changeOf, feeOf } from './spend.ts';
import { feeRateOf, finalTx, txidOf, unsignedTx, vsizeOf } from './transaction.ts';

const hash = (bytes: Bytes) => toHex(sha256(bytes));

describe.each(implementations)('the sample spend, $name', ({ secp256k1: group }) => {
  const threshPk = threshPkOf(group);
  const spend = sampleSpend(group);
  const signatures = signSpend(group, secretOf(group), spend);

  // Recorded once the code agreed with Bitcoin Core's recording and with two other libraries.
  it('known answers', () => {
    const final = value(finalTx(group, threshPk, spend, signatures));
    expect({
      unsigned: toHex(unsignedTx(spend)),
      txid: toHex(txidOf(spend)),
      signed: hash(value(signedBytes(group, threshPk, spend)).bytes),
      sighashes: value(sighashesOf(group, threshPk, spend)).map(toHex),
      vsize: vsizeOf(spend),
      fee: feeOf(spend),
      feeRate: feeRateOf(spend).toFixed(3),
      change: changeOf(spend),
      psbtV0: hash(value(writePsbt(group, threshPk, spend, 0))),
      psbtV2: hash(value(writePsbt(group, threshPk, spend, 2))),
      raw: hash(final.raw),
      finalV0: hash(final.psbtV0),
      finalV2: hash(final.psbtV2),
    }).toEqual({
      change: 29998503,
      fee: 1500,
      feeRate: '5.837',
      finalV0: 'e649159047310adbc6ae7ddd40966ba1839288d784677b562fde20b6681e3f8f',
      finalV2: '8138b245b6a2b340be0b58700466cc9b09029f1a65e1085c2c73cebbccafb992',
      psbtV0: 'fe954369f278e1a248f58daec17b9d0d7360bdc9da47b5e87153249f62aa1dd7',
      psbtV2: 'fc850fcb941222c421155e8731a4f84b473713500881dfe2ea7fe6c2df6d3e3a',
      raw: '2eed8a8f0cdc7efb559ef1542e018423cbc7494c6841ae262ee547efd33dc4fe',
      sighashes: [
        'f331c23872aab9fab8a305e9ebb7f6d017aab89168e3afeadbb1288e4d262339',
        '50603cc6dc340fe813287b0c164fcb60e34e65533e6785d07e5ee23651b3c529',
        'f593a046cb034902a7daef921999d11aabf41f047527614d641120ef0b1be935',
      ],
      signed: 'b0d4f06b1f87322252e42921df8bd9bdc8270330d706a9c96781a60d906ed346',
      txid: 'ddd4ecc4d836ebd6ab143a3d2f2ec2a0fa6e82013cb245a83670de0507d26959',
      unsigned:
        '020000000311111111111111111111111111111111111111111111111111111111111111110100000000fdffffff22222222222222222222222222222222222222222222222222222222222222220000000000fdffffff33333333333333333333333333333333333333333333333333333333333333332c01000000fdffffff02000e270700000000160014751e76e8199196d454941c45d1b3a323f1433bd6a7bdc90100000000225120ad9d5094d845e8d2e589531901f38e8acd7dd579eb5a5c3f1034c01803aab6d140d10c00',
      vsize: 257,
    });
  });

  it('the fields of what is signed are where they are said to be', () => {
    const { bytes, fields } = value(signedBytes(group, threshPk, spend));
    const at = (field: string, where: { input?: number; output?: number } = {}) => {
      const found = fields.filter(
        (one) => one.field === field && one.input === where.input && one.output === where.output,
      );
      expect(found).toHaveLength(1);
      return toHex(bytes.subarray(found[0]!.start, found[0]!.end));
    };
    expect(at('version')).toBe('02000000');
    expect(at('locktime')).toBe('40d10c00');
    expect(at('txid', { input: 1 })).toBe('22'.repeat(32));
    expect(at('vout', { input: 2 })).toBe('2c010000');
    expect(at('amount-in', { input: 1 })).toBe('81f0fa0200000000');
    expect(at('script-in', { input: 0 })).toMatch(/^225120[0-9a-f]{64}$/);
    expect(at('sequence', { input: 2 })).toBe('fdffffff');
    expect(at('amount-out', { output: 0 })).toBe('000e270700000000');
    expect(at('script-out', { output: 0 })).toBe('160014751e76e8199196d454941c45d1b3a323f1433bd6');
    expect(at('script-out', { output: 1 })).toBe(`22${toHex(spend.outputs[1]!.script)}`);
  });

  it('only signatures under the output keys go into it', () => {
    const refused = (given: Uint8Array[], fault: string, detail: string) =>
      expect(finalTx(group, threshPk, spend, given)).toMatchObject({ fault, detail });
    for (const i of signatures.keys())
      for (const at of [0, 31, 32, 63]) {
        const wrong = signatures.map((signature) => signature.slice());
        wrong[i]![at]! ^= 1;
        refused(wrong, 'signature-wrong', `input ${i}`);
      }
    const [first, second, third] = signatures as [Bytes, Bytes, Bytes];
    refused([second, first, third], 'signature-wrong', 'input 0');
    refused([first, second, third.subarray(1)], 'signature-wrong', 'input 2');
    refused([first, second], 'input-length', 'signatures');
    refused([...signatures, third], 'input-length', 'signatures');
    const other = { ...spend, locktime: spend.locktime + 1 };
    expect(finalTx(group, threshPk, other, signatures)).toMatchObject({ fault: 'signature-wrong' });
  });

  it('a path that cannot be derived is a fault, not a transaction', () => {
    const hardened = { ...spend.inputs[0]!, path: [2 ** 31, 0] };
    const bad = { ...spend, inputs: [hardened] };
    const change = { ...spend, outputs: [{ ...spend.outputs[1]!, path: [1, 2 ** 31] }] };
    const fault = { fault: 'derivation-impossible' };
    expect(signedBytes(group, threshPk, bad)).toMatchObject(fault);
    expect(sighashesOf(group, threshPk, bad)).toMatchObject(fault);
    expect(finalTx(group, threshPk, bad, [signatures[0]!])).toMatchObject(fault);
    expect(writePsbt(group, threshPk, change, 2)).toMatchObject(fault);
    const none = { ...spend, inputs: [{ ...spend.inputs[0]!, path: paths.receive }] };
    expect(signedBytes(group, new Uint8Array(33), none)).toMatchObject({
      fault: 'thresh-pk-invalid',
    });
  });
});
