import { toHex } from '../../crypto/bytes.ts';
import type { DeviceIdentity, DeviceKind } from '../device.ts';
import type { Result } from './bench.ts';
import { checkNames, type CheckName } from './checks.ts';
import type { Finding } from './doctor.ts';

/* A bench's results as a file: JSON of version 1, public, without anything a device keeps secret. */

export interface Report {
  readonly format: 'conclave-device-bench';
  readonly version: 1;
  /** UTC, as `2026-01-31T12:00:00.000Z`. */
  readonly at: string;
  readonly program: {
    readonly version: string;
    /** Root of the kept bundle, 64 hex digits; null where none is kept. */
    readonly root: string | null;
  };
  readonly browser: string;
  readonly address: string;
  readonly simulated: boolean;
  readonly kind: DeviceKind;
  /** Null where it was not enrolled. The key is hex, as its kind has it (crypto/approval-key.ts). */
  readonly device:
    | (Pick<DeviceIdentity, 'model' | 'serial' | 'firmware' | 'capabilities'> & {
        readonly approvalKey: { readonly kind: string; readonly key: string };
      })
    | null;
  readonly checks: readonly ({ readonly name: CheckName } & Result)[];
  /** What the doctor found; empty where it was not asked. */
  readonly findings: readonly Finding[];
}

/** What a page knows around a bench. */
export type Around = Pick<
  Report,
  'at' | 'program' | 'browser' | 'address' | 'simulated' | 'kind' | 'findings'
>;

/** Puts a report together: every check, in order, tried or not. */
export function reportOf(
  around: Around,
  identity: DeviceIdentity | undefined,
  results: Readonly<Partial<Record<CheckName, Result>>>,
): Report {
  return {
    format: 'conclave-device-bench',
    version: 1,
    ...around,
    device: identity ? publicPart(identity) : null,
    checks: checkNames.map((name) => ({ name, ...(results[name] ?? { state: 'untried' }) })),
  };
}

function publicPart(identity: DeviceIdentity): Report['device'] {
  const { model, serial, firmware, capabilities, approvalKey } = identity;
  const { kind, key } = approvalKey;
  return { model, serial, firmware, capabilities, approvalKey: { kind, key: toHex(key) } };
}
