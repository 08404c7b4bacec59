/** Every sentence about what was signed, and what becomes of it. */
import type { NoProof } from '../../ceremony/mint-proof.ts';

const operators = (count: number): string => (count === 1 ? '1 operator' : `${count} operators`);

export const resultText = {
  heading: 'Signed',
  verified: 'Every signature was verified by both implementations, under the coins’ own keys.',
  tests: 'Both keys signed. Every signature was verified by both implementations.',
  signature: (number: number) => `Signature ${number + 1}`,
  txid: 'Transaction id',
  raw: 'Transaction',
  copy: 'Copy',
  save: 'Save the transaction',
  saved: (name: string) => `Saved as ${name}.`,
  rawHelp: 'For sendrawtransaction of Bitcoin Core, on a machine that is connected.',
  psbt: { v0: 'Save as PSBT version 0', v2: 'Save as PSBT version 2' },
  codes: 'Show the PSBT as codes',
  alt: 'QR codes of the signed PSBT',
  attested: 'The signature was verified by both implementations, under the attestation key.',
  json: 'Attestation',
  jsonHelp: 'As the bridge takes it: JSON of the deployed form.',
  saveJson: 'Save the attestation',
  jsonCodes: 'Show the attestation as a code',
  jsonAlt: 'QR code of the attestation in JSON',
  proof: 'Save the proof',
  proofHelp:
    'Evidence, attestation and signature in one file, for anybody who checks it without a workspace.',
  noProof: {
    evidence: 'There is no proof file: the evidence of the deposit is not in this log.',
    headers:
      'There is no proof file: more headers follow the last checkpoint below the deposit than one file holds. The attestation is complete without it. Once the group takes a later checkpoint that is not above the deposit, the file can be made.',
    failed:
      'There is no proof file: it could not be computed here. The attestation is complete without it. Another operator of the group can save the file.',
  } satisfies Record<NoProof, string>,
  bridge: 'I handed it to the bridge',
  bridgeHelp: 'Everybody then sees that it is on its way.',
  toBridge: (name: string) => `${name} handed it to the bridge.`,
  handed: 'I handed it to the network',
  handedHelp: 'Everybody then sees that it is on its way.',
  deep: 'Blocks on top, its own counted',
  confirmed: 'I saw it confirmed',
  seen: (name: string, depth: number) =>
    depth === 0 ? `${name} handed it to the network.` : `${name} saw it confirmed, ${depth} deep.`,
  depth: (depth: number, t: number) => `${operators(t)} saw it ${depth} deep or deeper.`,
} as const;
