/** What a person reviews of a spend: every field, decoded from the bytes that are signed. */
import { addressOfScript } from '../bitcoin/address.ts';
import { branchOf, outputAt, pathText, type Branch } from '../bitcoin/branches.ts';
import { signedBytes, type SignedField } from '../bitcoin/sighash.ts';
import { changeOf, feeOf, paidOut, sumOf, type Spend } from '../bitcoin/spend.ts';
import { feeRateOf, txidOf, vsizeOf } from '../bitcoin/transaction.ts';
import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { isFault } from '../crypto/faults.ts';
import { checkRequest, type RequestProblem } from '../ceremony/problems.ts';
import type { RequestOf } from '../ceremony/request.ts';
import type { Known } from '../ceremony/session.ts';

/** A transaction id as it is written: the hash's bytes reversed, in hex. */
export const txidText = (txid: Uint8Array): string => toHex(Uint8Array.from(txid).reverse());

/** A spend as it is shown. Transaction ids as they are written, in hex. */
export interface SpendReview {
  readonly txid: string;
  readonly version: number;
  readonly locktime: number;
  /** Amounts in sat. */
  readonly inputs: readonly {
    readonly txid: string;
    readonly vout: number;
    readonly sequence: number;
    readonly amount: number;
    readonly address: string;
    readonly path: string;
    readonly branch: Branch | undefined;
  }[];
  readonly outputs: readonly {
    readonly amount: number;
    /** Empty where the script has none. */
    readonly address: string;
    /** In hex. */
    readonly script: string;
    /** Where it is change. */
    readonly path: string | undefined;
  }[];
  readonly totalIn: number;
  /** To others. */
  readonly paid: number;
  readonly change: number;
  readonly fee: number;
  readonly feeRate: number;
  readonly vsize: number;
  /** What is hashed and signed (BIP 341), and where each field stands in it. */
  readonly bytes: Bytes;
  readonly fields: readonly SignedField[];
  readonly problems: readonly RequestProblem[];
  /** The spend before this one, where there is one: what is other than there is marked. */
  readonly before: SpendBefore | undefined;
}

/** What is compared with the spend before. */
export interface SpendBefore {
  readonly purpose: string;
  readonly paid: number;
  readonly feeRate: number;
  readonly locktime: number;
  /** Outputs, by number, to addresses that no signed spend of this group paid before. */
  readonly newRecipients: readonly number[];
}

/** A request that spends bitcoin. */
export type Spending = RequestOf<'spend' | 'burn' | 'fees'>;

/** Reviews a transaction. `earlier`: those proposed before it, oldest first, and whether they were signed. */
export function reviewOf(
  known: Pick<Known, 'groups' | 'id' | 'keys' | 'manifest'>,
  request: Spending,
  earlier: readonly { readonly request: Spending; readonly signed: boolean }[],
): SpendReview {
  const { groups, id, keys } = known;
  const { secp256k1 } = groups;
  const { threshPk } = keys.custody;
  const { transaction } = request;
  const signed = signedBytes(secp256k1, threshPk, transaction);
  const { bytes, fields } = isFault(signed) ? { bytes: new Uint8Array(0), fields: [] } : signed;
  return {
    txid: txidText(txidOf(transaction)),
    version: transaction.version,
    locktime: transaction.locktime,
    inputs: transaction.inputs.map(({ txid, vout, sequence, amount, path }) => {
      const output = outputAt(secp256k1, threshPk, path);
      return {
        txid: txidText(txid),
        vout,
        sequence,
        amount,
        address: isFault(output) ? '' : (addressOfScript(id.network, output.script) ?? ''),
        path: pathText(path),
        branch: branchOf(path),
      };
    }),
    outputs: transaction.outputs.map(({ amount, script, path }) => ({
      amount,
      address: addressOfScript(id.network, script) ?? '',
      script: toHex(script),
      path: path ? pathText(path) : undefined,
    })),
    totalIn: sumOf(transaction.inputs),
    paid: paidOut(transaction),
    change: changeOf(transaction),
    fee: feeOf(transaction),
    feeRate: feeRateOf(transaction),
    vsize: vsizeOf(transaction),
    bytes,
    fields,
    problems: checkRequest(known, request),
    before: compared(transaction, earlier),
  };
}

function compared(
  transaction: Spend,
  earlier: Parameters<typeof reviewOf>[2],
): SpendBefore | undefined {
  const last = earlier.at(-1)?.request;
  if (!last) return undefined;
  const paidBefore = earlier.flatMap(({ request, signed }) =>
    signed ? request.transaction.outputs.map(({ script }) => script) : [],
  );
  return {
    purpose: last.purpose,
    paid: paidOut(last.transaction),
    feeRate: feeRateOf(last.transaction),
    locktime: last.transaction.locktime,
    newRecipients: transaction.outputs.flatMap(({ script, path }, i) =>
      path === null && !paidBefore.some((one) => equal(one, script)) ? [i] : [],
    ),
  };
}
