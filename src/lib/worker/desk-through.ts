/** Types and calls only, so that a page can use it without the engine's code. */
import type { Desk } from './desk.ts';

/** A desk that is reached another way: every call goes through `reach`. */
export const deskThrough = (reach: <T>(use: (desk: Desk) => Promise<T>) => Promise<T>): Desk => ({
  view: () => reach((desk) => desk.view()),
  act: (action) => reach((desk) => desk.act(action)),
  backup: (to) => reach((desk) => desk.backup(to)),
  backups: () => reach((desk) => desk.backups()),
  cards: (plan) => reach((desk) => desk.cards(plan)),
  vaultShares: (threshold, contacts) => reach((desk) => desk.vaultShares(threshold, contacts)),
  plates: (replies, place) => reach((desk) => desk.plates(replies, place)),
  kit: (place) => reach((desk) => desk.kit(place)),
  recoveryFile: () => reach((desk) => desk.recoveryFile()),
  everything: () => reach((desk) => desk.everything()),
  restoreHost: (source) => reach((desk) => desk.restoreHost(source)),
  verifyFrom: (source, piece) => reach((desk) => desk.verifyFrom(source, piece)),
  proveAlive: (replies, source) => reach((desk) => desk.proveAlive(replies, source)),
  take: (bundle) => reach((desk) => desk.take(bundle)),
  outgoing: (everything) => reach((desk) => desk.outgoing(everything)),
  record: () => reach((desk) => desk.record()),
  requests: () => reach((desk) => desk.requests()),
  statement: (root, accepted) => reach((desk) => desk.statement(root, accepted)),
  watch: () => reach((desk) => desk.watch()),
  importCoins: (json) => reach((desk) => desk.importCoins(json)),
  draftFromPsbt: (psbt) => reach((desk) => desk.draftFromPsbt(psbt)),
  compose: (wish) => reach((desk) => desk.compose(wish)),
  finished: (digest) => reach((desk) => desk.finished(digest)),
  minted: (digest) => reach((desk) => desk.minted(digest)),
  bridge: () => reach((desk) => desk.bridge()),
  composeBurn: (nullifiers, feeRate, without, replaces) =>
    reach((desk) => desk.composeBurn(nullifiers, feeRate, without, replaces)),
  composeFees: (coins, feeRate, replaces) =>
    reach((desk) => desk.composeFees(coins, feeRate, replaces)),
  takeEvidence: (file, source) => reach((desk) => desk.takeEvidence(file, source)),
  governance: () => reach((desk) => desk.governance()),
  tryRules: (rules) => reach((desk) => desk.tryRules(rules)),
  observer: (passphrase) => reach((desk) => desk.observer(passphrase)),
});
