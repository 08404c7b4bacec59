import { expect, it } from 'vitest';
import { approvalKey, approvalMessage, MAX_STATEMENT } from './approval-key.ts';
import { toCbor } from './cbor.ts';
import { read } from './schema.ts';

it('the message is a tag and the statement', () => {
  expect(new TextDecoder().decode(approvalMessage('mint\n1 ~'))).toBe(
    'Conclave/approval v1mint\n1 ~',
  );
});

it('what no display shows in full has no message', () => {
  expect(approvalMessage('x'.repeat(MAX_STATEMENT))).toBeDefined();
  const unfit = ['', 'x'.repeat(MAX_STATEMENT + 1), 'café', 'tab\t', 'cr\r\n', 'nul\0', 'del\x7f'];
  for (const statement of unfit) expect(approvalMessage(statement), statement).toBeUndefined();
});

it('keys of both kinds are read, and nothing else', () => {
  const ed25519 = { kind: 'ed25519', key: new Uint8Array(32) } as const;
  const webauthn = { kind: 'webauthn-es256', key: new Uint8Array(65), rpId: 'localhost' } as const;
  expect(read(approvalKey, toCbor(ed25519))).toEqual({ value: ed25519 });
  expect(read(approvalKey, toCbor(webauthn))).toEqual({ value: webauthn });
  const wrong = [
    { ...ed25519, kind: 'rsa' },
    { ...ed25519, key: new Uint8Array(33) },
    { ...ed25519, rpId: 'localhost' },
    { ...webauthn, key: new Uint8Array(64) },
    { kind: 'webauthn-es256', key: webauthn.key },
    { ...webauthn, rpId: '' },
  ];
  for (const key of wrong) expect(read(approvalKey, toCbor(key))).toBeTypeOf('string');
});
