/** A seat as the page reaches it: what it shows, what it can be asked to do, one thing at a time. */
import type { Bytes } from '../crypto/bytes.ts';
import type { BackupFault } from '../ceremony/backup.ts';
import type { AgeFault } from './age-report.ts';
import type { Tier } from '../ceremony/pieces.ts';
import {
  makeBackup,
  makeRecoveryFile,
  verifyBackup,
  type BackupKey,
  type BackupTo,
  type RecoveryFile,
} from './backup.ts';
import { backupsViewOf, type BackupsView } from './backups-view.ts';
import type { HostReply } from './entropy.ts';
import type { Taken } from './group-log.ts';
import type { Batch } from '../ceremony/request.ts';
import type { Rules } from '../ceremony/rules.ts';
import { bridgeViewOf, type BridgeView } from './bridge.ts';
import { composeBurn, composeFees, type BridgeDraft } from './bridge-draft.ts';
import { takeEvidence, type EvidenceTaken } from './evidence.ts';
import {
  adoptRules,
  freeze,
  governanceOf,
  proposeRules,
  tryRules,
  type GovernanceView,
  type Tried,
} from './governance.ts';
import { mintedOf, type HandedMint } from './handed.ts';
import { challenge, proveAlive } from './liveness.ts';
import type { Me } from './me.ts';
import { observerFile } from './observer.ts';
import {
  makeCards,
  makeKit,
  makePlates,
  makeVaultShares,
  notePiece,
  planPiece,
  tellBackups,
  verifyFrom,
  verifyPiece,
  type CardPlan,
  type MadePiece,
  type PieceFault,
} from './pieces.ts';
import { keepPlaces, type OthersPiece, type Place } from './places.ts';
import { admit, equip } from './recovery.ts';
import type { ShareReplies } from './sealed-shares.ts';
import type { RestoreFault, Source } from './sources.ts';
import { requestsViewOf, type RequestsView } from './requests-view.ts';
import type { Seat, SeatFault } from './seat.ts';
import { listedOf } from './shallow.ts';
import type { Findings } from './signer.ts';
import { viewOf, type GroupView } from './view.ts';
import {
  compose,
  draftFromPsbt,
  finishedOf,
  importCoins,
  storedCoins,
  watchViewOf,
  type CoinImport,
  type Drafted,
  type Finished,
  type WatchView,
  type Wish,
} from './watch.ts';

/** Everything an operator can do. Device replies (32 bytes each) are transferred, and wiped there. */
export type Action =
  | { readonly act: 'propose'; readonly order: readonly Bytes[] }
  | { readonly act: 'check'; readonly item: string; readonly evidence: string }
  | {
      readonly act: 'words';
      readonly of: 'manifest' | 'keys';
      /** What was shown as words, 32 bytes. */
      readonly hash: Bytes;
      readonly differs: number | null;
    }
  | ({ readonly act: 'open-host' } & HostReply)
  | { readonly act: 'seal' }
  | { readonly act: 'answer'; readonly approval: Bytes }
  | { readonly act: 'store' | 'open-shares'; readonly custody: Bytes; readonly attestation: Bytes }
  | { readonly act: 'verify-backup'; readonly file: string; readonly key: BackupKey }
  | { readonly act: 'commit'; readonly approval: Bytes | undefined }
  | { readonly act: 'release' | 'retest' | 'again' | 'sign-record' | 'receipt' }
  | { readonly act: 'attest'; readonly agree: boolean; readonly because: string }
  | { readonly act: 'note'; readonly step: string; readonly note: string }
  | { readonly act: 'device-log'; readonly serial: string; readonly entries: Bytes }
  | {
      readonly act: 'backup-address';
      readonly address: string;
      readonly proposal: number;
      readonly approval: Bytes;
    }
  | { readonly act: 'draft'; readonly name: Bytes; readonly batch: Batch }
  | { readonly act: 'request'; readonly batch: Batch; readonly draft: Bytes | undefined }
  | { readonly act: 'propose-again'; readonly root: Bytes }
  | {
      readonly act: 'open-for-signing';
      readonly custody: Bytes | undefined;
      readonly attestation: Bytes | undefined;
    }
  | {
      readonly act: 'reply';
      readonly root: Bytes;
      readonly findings: Findings | undefined;
      readonly approval: Bytes | undefined;
    }
  | { readonly act: 'renew' | 'sign'; readonly root: Bytes }
  | {
      readonly act: 'freeze';
      readonly root: Bytes;
      readonly among: readonly number[] | undefined;
    }
  | {
      readonly act: 'object';
      readonly root: Bytes;
      readonly items: readonly number[];
      readonly because: string;
    }
  | { readonly act: 'sighting'; readonly digest: Bytes; readonly depth: number }
  | { readonly act: 'issue-address'; readonly recipient: Bytes }
  | { readonly act: 'rules'; readonly rules: Rules }
  | { readonly act: 'adopt'; readonly rules: Bytes; readonly approval: Bytes }
  | { readonly act: 'stop'; readonly on: boolean; readonly because: string }
  // Backups and recovery
  | ({ readonly act: 'equip'; readonly host: Bytes; readonly me: Me } & ShareReplies)
  | {
      readonly act: 'admit';
      readonly operator: number;
      readonly card: Bytes;
      readonly approval: Bytes;
    }
  | { readonly act: 'plan-piece'; readonly tier: Tier; readonly place: Place }
  | {
      readonly act: 'note-piece';
      readonly piece: string;
      readonly state: 'lost' | 'exposed' | 'destroyed' | 'verified';
    }
  /** Words or a line that were entered again, or a file that was read back. */
  | { readonly act: 'verify-piece'; readonly piece: string; readonly content: string | Bytes }
  | { readonly act: 'place'; readonly piece: string; readonly place: Place }
  | { readonly act: 'others'; readonly others: readonly OthersPiece[] }
  | { readonly act: 'tell-backups' | 'challenge' }
  | { readonly act: 'abort'; readonly because: string }
  | { readonly act: 'hand-over'; readonly to: Bytes };

/** Why an action was not done. */
export type ActionFault = SeatFault | BackupFault | AgeFault | PieceFault;

/** What a page, or an autopilot's desk, works with. */
export interface Desk {
  view(): Promise<GroupView>;
  act(action: Action): Promise<ActionFault | undefined>;
  /** The backup file, encrypted; from then on it is recorded, not yet verified. */
  backup(to: BackupTo): Promise<{ readonly file: string } | SeatFault | AgeFault>;
  take(bundle: Uint8Array): Promise<Taken | string>;
  outgoing(everything: boolean): Promise<{ readonly bundle: Bytes; readonly packets: number }>;
  /** The own log as a file that anybody can check. */
  record(): Promise<Bytes>;

  // Backups and recovery

  backups(): Promise<BackupsView | undefined>;
  /** SLIP-39 cards of the open host secret, noted as recorded; their words are shown once. */
  cards(plan: CardPlan): Promise<readonly MadePiece[] | SeatFault>;
  vaultShares(
    threshold: number,
    contacts: readonly Place[],
  ): Promise<readonly MadePiece[] | SeatFault>;
  /** Two plates, custody first, from the device's replies. */
  plates(replies: ShareReplies, place: Place): Promise<readonly MadePiece[] | SeatFault>;
  kit(place: Place): Promise<{ readonly file: Bytes } | SeatFault>;
  /** What all know of the keys, without a secret; undefined while they are not certified. */
  recoveryFile(): Promise<RecoveryFile | undefined>;
  /** All packets, for an operator who lost theirs: bundles, to be brought all. */
  everything(): Promise<readonly Bytes[]>;
  /** Takes the host secret from what is left of a backup; `equip` then seals it with a device. */
  restoreHost(source: Source): Promise<RestoreFault | undefined>;
  /** Restores and compares: the pieces that were used are verified, and so is a device `piece`. */
  verifyFrom(source: Source, piece?: string): Promise<SeatFault | RestoreFault | undefined>;
  /** Answers the latest challenge; with a source, also that a backup opens. */
  proveAlive(
    replies: ShareReplies,
    source: Source | undefined,
  ): Promise<SeatFault | RestoreFault | undefined>;

  // While the key may be used; undefined otherwise

  requests(): Promise<RequestsView | undefined>;
  /** What the own device shows where these items of a batch are accepted. */
  statement(root: Bytes, accepted: readonly number[]): Promise<string | undefined>;
  watch(): Promise<WatchView | undefined>;
  importCoins(json: string): Promise<CoinImport | undefined>;
  /** A transaction to be requested, from a PSBT (a file's bytes or base64) or from the coins. */
  draftFromPsbt(psbt: Bytes | string): Promise<Drafted | undefined>;
  compose(wish: Wish): Promise<Drafted | undefined>;
  /** The signed transaction of a request, by its digest. */
  finished(digest: Bytes): Promise<Finished | undefined>;
  /** The signed attestation of a mint, by its digest. */
  minted(digest: Bytes): Promise<HandedMint | undefined>;
  /** What is to be requested of the bridge's business, and drafts of it. Rates in sat/vB. */
  bridge(): Promise<BridgeView | undefined>;
  composeBurn(
    nullifiers: readonly Bytes[],
    feeRate: number,
    without: readonly string[],
    replaces?: Bytes,
  ): Promise<BridgeDraft | undefined>;
  composeFees(
    coins: readonly string[],
    feeRate: number,
    replaces?: Bytes,
  ): Promise<BridgeDraft | undefined>;
  /** Takes in a file with evidence. `source`: where the operator got it. */
  takeEvidence(file: Bytes, source: string): Promise<EvidenceTaken>;
  /** The rules, and the Bitcoin chain as the group sees it. */
  governance(): Promise<GovernanceView | undefined>;
  /** What other rules would have said of every request. */
  tryRules(rules: Rules): Promise<readonly Tried[] | undefined>;
  /** The own observer's key, encrypted to a passphrase. */
  observer(passphrase: string): Promise<{ readonly file: string } | SeatFault>;
}

/** Puts a seat behind a desk. */
export function deskOf(seat: Seat): Desk {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(task: () => T | Promise<T>): Promise<T> => {
    const turn = last.then(task, task);
    last = turn.catch(() => undefined);
    return turn;
  };
  /** A secret that was opened for this alone does not stay open. */
  const briefly = <T>(task: () => Promise<T>): Promise<T> =>
    inTurn(() => task().finally(() => seat.settle()));
  return {
    view: () => inTurn(() => viewOf(seat)),
    act: (action) => inTurn(() => perform(seat, action)),
    backup: (to) => briefly(() => makeBackup(seat, to)),
    take: (bundle) => inTurn(() => seat.take(bundle)),
    outgoing: (everything) => inTurn(() => seat.log.outgoing(everything)),
    record: () => inTurn(() => seat.log.record()),
    backups: () => inTurn(() => backupsViewOf(seat)),
    cards: (plan) => briefly(() => makeCards(seat, plan)),
    vaultShares: (threshold, contacts) => briefly(() => makeVaultShares(seat, threshold, contacts)),
    plates: (replies, place) => inTurn(() => makePlates(seat, replies, place)),
    kit: (place) => inTurn(() => makeKit(seat, place)),
    recoveryFile: () => inTurn(() => makeRecoveryFile(seat)),
    everything: () => inTurn(() => seat.log.everything()),
    restoreHost: (source) => inTurn(() => seat.restoreHost(source)),
    verifyFrom: (source, piece) => inTurn(() => verifyFrom(seat, source, piece)),
    proveAlive: (replies, source) => inTurn(() => proveAlive(seat, replies, source)),
    requests: () =>
      inTurn(async () => {
        return requestsViewOf(seat, listedOf(await storedCoins(seat)));
      }),
    statement: (root, accepted) => inTurn(() => seat.statement(root, accepted)),
    watch: () => inTurn(() => watchViewOf(seat)),
    importCoins: (json) => inTurn(() => importCoins(seat, json)),
    draftFromPsbt: (psbt) => inTurn(() => draftFromPsbt(seat, psbt)),
    compose: (wish) => inTurn(() => compose(seat, wish)),
    finished: (digest) => inTurn(() => finishedOf(seat, digest)),
    minted: (digest) => inTurn(() => mintedOf(seat, digest)),
    bridge: () => inTurn(() => bridgeViewOf(seat)),
    composeBurn: (nullifiers, feeRate, without, replaces) =>
      inTurn(() => composeBurn(seat, nullifiers, feeRate, without, replaces)),
    composeFees: (coins, feeRate, replaces) =>
      inTurn(() => composeFees(seat, coins, feeRate, replaces)),
    takeEvidence: (file, source) => inTurn(() => takeEvidence(seat, file, source)),
    governance: () => inTurn(() => governanceOf(seat)),
    tryRules: (rules) => inTurn(() => tryRules(seat, rules)),
    observer: (passphrase) => inTurn(() => observerFile(seat, passphrase)),
  };
}

function perform(seat: Seat, action: Action): Promise<ActionFault | undefined> {
  switch (action.act) {
    case 'propose':
      return seat.propose(action.order);
    case 'check':
      return seat.check(action.item, action.evidence);
    case 'words':
      return seat.confirmWords(action.of, action.hash, action.differs);
    case 'open-host':
      return seat.openHost(action);
    case 'seal':
      return seat.seal();
    case 'answer':
      return seat.answer(action.approval);
    case 'store':
      return seat.store(action);
    case 'open-shares':
      return seat.openTestShares(action);
    case 'verify-backup':
      return verifyBackup(seat, action.file, action.key);
    case 'commit':
      return seat.commit(action.approval);
    case 'release':
      return seat.release();
    case 'retest':
      return seat.retest();
    case 'again':
      return seat.again();
    case 'sign-record':
      return seat.signRecord();
    case 'receipt':
      return seat.receipt();
    case 'attest':
      return seat.attest(action.agree, action.because);
    case 'device-log':
      return seat.keepDeviceLog(action.serial, action.entries);
    case 'note':
      return seat.note(action.step, action.note);
    case 'backup-address':
      return seat.approveBackupAddress(action.address, action.proposal, action.approval);
    case 'draft':
      return seat.draft(action.name, action.batch);
    case 'request':
      return seat.request(action.batch, action.draft);
    case 'propose-again':
      return seat.proposeAgain(action.root);
    case 'open-for-signing':
      return seat.openForSigning(action);
    case 'reply':
      return seat.reply(action.root, action.findings, action.approval);
    case 'renew':
      return seat.renew(action.root);
    case 'sign':
      return seat.sign(action.root);
    case 'freeze':
      return seat.freeze(action.root, action.among);
    case 'object':
      return seat.object(action.root, action.items, action.because);
    case 'sighting':
      return seat.sight(action.digest, action.depth);
    case 'issue-address':
      return seat.issueAddress(action.recipient);
    case 'rules':
      return proposeRules(seat, action.rules);
    case 'adopt':
      return adoptRules(seat, action.rules, action.approval);
    case 'stop':
      return freeze(seat, action.on, action.because);
    case 'equip':
      return equip(seat, action, action.me);
    case 'admit':
      return admit(seat, action.operator, action.card, action.approval);
    case 'plan-piece':
      return planPiece(seat, action.tier, action.place);
    case 'note-piece':
      return notePiece(seat, action.piece, action.state);
    case 'verify-piece':
      return verifyPiece(seat, action.piece, action.content);
    case 'place':
    case 'others':
      return keepPlaces(seat, action);
    case 'tell-backups':
      return tellBackups(seat);
    case 'challenge':
      return challenge(seat);
    case 'abort':
      return seat.abort(action.because);
    case 'hand-over':
      return seat.handOver(action.to);
  }
}
