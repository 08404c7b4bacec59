/** What a group agreed on beside its requests: the rules, who stops it, and the chain that it sees. */
import type { Checkpoint } from '../bitcoin/chain.ts';
import { checkpointsOf } from '../bitcoin/checkpoints.ts';
import { readHeader } from '../bitcoin/header.ts';
import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { toCbor } from '../crypto/cbor.ts';
import { printable, read } from '../crypto/schema.ts';
import type { Wrong } from '../ceremony/chain-known.ts';
import { dryRun, type Decision } from '../ceremony/policy.ts';
import { asked } from '../ceremony/request-steps.ts';
import {
  loosened,
  rulesHash,
  rulesProblem,
  rulesReader,
  rulesStatement,
  type InForce,
  type Rules,
} from '../ceremony/rules.ts';
import { done, notNow, type Outcome } from './seat-base.ts';
import type { Signer } from './signer.ts';

/** A block, for people. The hash as it is written, in hex; times in s. */
export interface BlockView {
  readonly height: number;
  readonly hash: string;
  readonly time: number;
}

/** The Bitcoin chain as this log knows it. Operators by number. */
export interface ChainView {
  /** What t operators agree on; undefined where they do not. */
  readonly agreed: BlockView | undefined;
  /** The highest median time past that they ever agreed on, in s; 0 before. */
  readonly time: number;
  readonly tips: readonly {
    readonly operator: number;
    readonly block: BlockView;
    readonly source: string;
    /** The operator's clock, ms since 1970. */
    readonly at: number;
    /** Whether the agreed block is in the chain of this tip. */
    readonly agrees: boolean;
  }[];
  readonly checkpoints: readonly {
    readonly block: BlockView;
    /** It came with the app. */
    readonly shipped: boolean;
    /** Who named exactly this one. */
    readonly by: readonly number[];
    /** Whether the chain is followed from it. */
    readonly used: boolean;
  }[];
  readonly wrong: readonly Wrong[];
}

/** A version of the rules that waits for approvals. */
export interface ProposedRules {
  readonly rules: Rules;
  readonly hash: Bytes;
  readonly by: number;
  readonly approved: readonly number[];
  /** Why it is not approved here now; undefined where it may be. */
  readonly problem: ReturnType<typeof rulesProblem>;
  readonly loosened: readonly (keyof Rules)[];
  /** What the own device shows and signs. */
  readonly statement: string;
}

/** The rules, for people. */
export interface RulesView {
  readonly rules: Rules;
  readonly hash: Bytes;
  readonly former: readonly Rules[];
  readonly proposed: readonly ProposedRules[];
  readonly frozen: InForce['frozen'];
  /** How many approvals a version needs. */
  readonly needed: number;
}

export interface GovernanceView {
  readonly own: number;
  readonly chain: ChainView;
  readonly rules: RulesView;
}

/** Undefined while the key may not be used. */
export function governanceOf(seat: Signer): GovernanceView | undefined {
  const known = seat.known();
  const requests = seat.requests();
  if (!known || !requests) return undefined;
  const { state, manifest, id } = known;
  const { chain, inForce } = requests;
  const { tree, agreed } = chain;
  const checkpoints = new Map<string, Checkpoint & { shipped: boolean; by: number[] }>();
  const nameOf = (one: Checkpoint) => toHex(toCbor({ ...one }));
  for (const one of checkpointsOf[id.network])
    checkpoints.set(nameOf(one), { ...one, shipped: true, by: [] });
  for (const [number, { packetKey }] of manifest.operators.entries())
    for (const { part } of state.told(packetKey, 'checkpoint')) {
      const name = nameOf(part.checkpoint);
      const one = checkpoints.get(name) ?? { ...part.checkpoint, shipped: false, by: [] };
      checkpoints.set(name, { ...one, by: [...new Set([...one.by, number])] });
    }
  const adopted = chain.checkpoints.map(nameOf);
  return {
    own: state.own!,
    chain: {
      agreed: agreed && blockView(agreed),
      time: chain.time,
      tips: [...chain.tips].map(([operator, { block, source, at }]) => ({
        operator,
        block: blockView(block),
        source,
        at,
        agrees: agreed !== undefined && tree.includes(block, agreed),
      })),
      checkpoints: [...checkpoints].map(([name, { height, header, shipped, by }]) => ({
        block: blockView({ height, header: readHeader(header)! }),
        shipped,
        by,
        used: shipped || adopted.includes(name),
      })),
      wrong: chain.wrong,
    },
    rules: {
      rules: inForce.rules,
      hash: inForce.hash,
      former: inForce.former,
      proposed: inForce.proposed.map((one) => ({
        ...one,
        problem: rulesProblem(inForce, one.rules, chain.time, seconds(seat)),
        loosened: loosened(inForce.rules, one.rules),
        statement: rulesStatement(id, one.rules),
      })),
      frozen: inForce.frozen,
      needed: manifest.terms.reservationQuorum,
    },
  };
}

const blockView = ({
  height,
  header,
}: {
  readonly height: number;
  readonly header: { readonly hash: Uint8Array; readonly time: number };
}): BlockView => ({ height, hash: toHex(header.hash.toReversed()), time: header.time });

/** One request of the past, under the rules in force and under those that are tried. */
export interface Tried {
  /** The batch's root and the position in it. */
  readonly root: Bytes;
  readonly position: number;
  readonly purpose: string;
  readonly before: Decision;
  readonly after: Decision;
}

/** What these rules would have said of every request of the log; undefined where they do not read. */
export function tryRules(seat: Signer, rules: Rules): readonly Tried[] | undefined {
  const requests = seat.requests();
  if (!requests || !reads(rules)) return undefined;
  return dryRun(asked(seat.here(requests)), requests, rules).map(
    ({ session, position, before, after }) => ({
      root: session.root,
      position,
      purpose: session.items[position]!.request.purpose,
      before,
      after,
    }),
  );
}

const reads = (rules: Rules): boolean =>
  typeof read(rulesReader, toCbor({ ...rules })) !== 'string';

/** Proposes a version that follows the one in force. */
export async function proposeRules(seat: Signer, rules: Rules): Outcome {
  const requests = seat.requests();
  if (!requests || !reads(rules)) return { fault: 'request-unfit' };
  const { rules: before, hash } = requests.inForce;
  const next = rules.version === before.version + 1 && equal(rules.previous, hash);
  return next ? seat.tellAll([[{ kind: 'rules', rules }]]) : notNow;
}

/** Approves a proposed version (its hash) with the device's signature over its statement. */
export async function adoptRules(seat: Signer, hash: Bytes, approval: Bytes): Outcome {
  const known = seat.known();
  const requests = seat.requests();
  const version = requests?.inForce.proposed.find((one) => equal(one.hash, hash));
  if (!known || !requests || !version || version.approved.includes(known.state.own!)) return notNow;
  const { inForce, chain } = requests;
  if (rulesProblem(inForce, version.rules, chain.time, seconds(seat))) return notNow;
  const refused = seat.notApproved(rulesStatement(known.id, version.rules), approval);
  if (refused) return refused;
  return seat.tellAll([[{ kind: 'adopt', rules: rulesHash(version.rules), signature: approval }]]);
}

/** Stops everything that moves money, or says that it may go on. */
export async function freeze(seat: Signer, on: boolean, because: string): Outcome {
  const requests = seat.requests();
  if (!requests) return notNow;
  const own = seat.state.own!;
  const { frozen } = requests.inForce;
  const said = on
    ? frozen.some(({ operator }) => operator === own)
    : frozen.every(({ operator, going }) => operator !== own && going.includes(own));
  if (said) return done;
  return seat.tellAll([[{ kind: 'freeze', on, because: printable(because, 200) }]]);
}

/** The local clock, in s. */
const seconds = ({ log }: Signer): number => Math.floor(log.ports.now() / 1000);
