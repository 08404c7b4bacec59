/*
 * What a group can still do with what is left of its devices, laptops and backups. It is computed from
 * what a person says is left: nothing here is proved.
 */

/** How many shares of one secret are left, and how many restore it. */
export interface Heap {
  readonly have: number;
  readonly needed: number;
}

/** What one operator has left. */
export interface Remains {
  /** The device that the operator approves with. */
  readonly device: boolean;
  /** The seed or escrow from which another device becomes the same. */
  readonly vendorSeed: boolean;
  /** Whether such a device approves with another key than the lost one, as a YubiHSM does. */
  readonly seedRenews: boolean;
  /** The laptop, or an export, that holds the workspace; it opens. */
  readonly workspace: boolean;
  /** The salt of the host secret: without a secret, of use with the device. */
  readonly kit: boolean;
  readonly ageFile: boolean;
  /** What opens it: the passphrase, or an identity. */
  readonly agePassphrase: boolean;
  /** SLIP-39 cards by group, and how many groups restore. */
  readonly cards: { readonly groups: readonly Heap[]; readonly groupsNeeded: number };
  readonly vaultShares: Heap;
  /** The plate of the custody share. */
  readonly plate: boolean;
  /** Whether somebody else may know what restores the share. */
  readonly exposed: boolean;
}

/** What is left with nobody in particular. */
export interface Kept {
  /** All packets of the group, as files or in a record. */
  readonly packets: boolean;
  /** A recovery file. */
  readonly recoveryFile: boolean;
}

/** What gives the host secret. */
export type From = 'workspace' | 'kit' | 'age-file' | 'cards' | 'vault-shares';

/** What an operator does, in this order, to sign again. */
export type RestoreStep =
  /** Restores the vendor's seed, or the escrow, on another device. */
  | 'seed'
  /** Gets another device. */
  | 'new-device'
  /** Takes everything from an operator whose workspace is here, or from a copy of all packets. */
  | 'packets'
  | Exclude<From, 'workspace'>
  /** Puts the shares under the device. */
  | 'equip'
  /** Hears from n − t + 1 others. */
  | 'hear'
  /** n − t + 1 others approve the new device. */
  | 'admit';

/** Why an operator cannot do more. */
export type Lack =
  /** Device or seed are here, but neither workspace nor kit. */
  | { readonly lack: 'salt' }
  | { readonly lack: 'device' }
  | { readonly lack: 'passphrase' }
  /** `more`: how many are missing. */
  | { readonly lack: 'cards' | 'vault-shares'; readonly more: number }
  /** No packets are left with anybody: no workspace can be made again. */
  | { readonly lack: 'packets' }
  /** Nothing says which key the shares belong to. */
  | { readonly lack: 'recovery-data' }
  /** Too few others can still speak. `more`: how many are missing. */
  | { readonly lack: 'voices'; readonly more: number }
  /** Too few others have the devices they had. */
  | { readonly lack: 'approvals'; readonly more: number }
  | { readonly lack: 'everything' };

/** From what the standalone reader gets a share; `app`: from a backup that the app makes first. */
export type Exit = 'plate' | 'age-file' | 'cards' | 'vault-shares' | 'app';

export interface OperatorSurvival {
  /**
   * `signs`: as before. `restores`: signs after these steps. `shares-only`: the share can leave through
   * the standalone reader; the operator cannot speak. `gone`: nothing leads to the share.
   */
  readonly state: 'signs' | 'restores' | 'shares-only' | 'gone';
  readonly from: From | undefined;
  readonly steps: readonly RestoreStep[];
  /** How the share leaves, if it came to that. */
  readonly exit: Exit | undefined;
  readonly lacks: readonly Lack[];
}

export interface Survival {
  readonly operators: readonly OperatorSurvival[];
  /**
   * `sign`: t operators sign now. `restore`: they do once `first` restored. `exit`: t shares are left,
   * for a sweep with the standalone reader. `lost`: fewer, or nothing says which key they belong to.
   */
  readonly verdict: 'sign' | 'restore' | 'exit' | 'lost';
  /** Who restores first, the quickest first. */
  readonly first: readonly number[];
  /** How many operators can be lost from here on; for `lost`, how many shares are missing, negative. */
  readonly spare: number;
  /** Whose secrets others may know, by number. */
  readonly exposed: readonly number[];
  /** Why the bitcoin has to move to the backup address, whatever else is done. */
  readonly sweep: 'exposed' | 'no-spare' | undefined;
  readonly next:
    'nothing' | 'renew' | 'restore' | 'sweep' | 'restore-and-sweep' | 'reader' | 'search';
}

/** What can be done; operators by number. `t` of them sign. */
export function survivalOf(t: number, remains: readonly Remains[], kept: Kept): Survival {
  const quorum = remains.length - t + 1;
  const packets = kept.packets || remains.some(({ workspace }) => workspace);
  const recoveryData =
    packets || kept.recoveryFile || remains.some((one) => one.ageFile && one.agePassphrase);
  const known = { packets, recoveryData };
  const before = remains.map((one) => alone(one, known));
  // A restored workspace speaks once enough others spoke: those whose workspaces are here begin.
  const voices = remains.filter(({ workspace }) => workspace).length;
  const speaks = (i: number) => remains[i]!.workspace || voices >= quorum;
  // A new device counts once enough others approved it: those who have the device they had begin.
  const approvers = before.filter(
    ({ state, steps }, i) =>
      speaks(i) && (state === 'signs' || (state === 'restores' && !steps.includes('admit'))),
  ).length;
  const operators = before.map((one, i): OperatorSurvival => {
    if (one.state !== 'restores') return one;
    const lacks: Lack[] = [];
    if (!speaks(i)) lacks.push({ lack: 'voices', more: quorum - voices });
    if (one.steps.includes('admit') && approvers < quorum)
      lacks.push({ lack: 'approvals', more: quorum - approvers });
    if (lacks.length === 0) return one;
    return { ...one, state: 'shares-only', steps: [], lacks: [...one.lacks, ...lacks] };
  });
  return verdictOf(t, operators, exposedIn(remains));
}

const exposedIn = (remains: readonly Remains[]): number[] =>
  remains.flatMap(({ exposed }, i) => (exposed ? [i] : []));

interface Known {
  readonly packets: boolean;
  readonly recoveryData: boolean;
}

/** What an operator can do if the others do their part. */
function alone(left: Remains, { packets, recoveryData }: Known): OperatorSurvival {
  const same = left.device || left.vendorSeed;
  const sources = sourcesOf(left);
  const lacks = lacksOf(left, sources);
  const exit = exitOf(left, sources, packets);
  const can = { from: undefined, steps: [], exit: recoveryData ? exit : undefined };
  if (left.device && left.workspace)
    return { ...can, state: 'signs', from: 'workspace', lacks: [] };
  const from = left.workspace && same ? 'workspace' : sources[0];
  if (from && packets) {
    const device: readonly RestoreStep[] = left.device
      ? []
      : left.vendorSeed
        ? ['seed']
        : ['new-device'];
    const renewed = !left.device && !(left.vendorSeed && !left.seedRenews);
    const host: readonly RestoreStep[] = from === 'workspace' ? [] : [from];
    const steps: readonly RestoreStep[] = [
      ...device,
      ...(left.workspace ? [] : (['packets'] as const)),
      ...host,
      ...(renewed || from !== 'workspace' ? (['equip'] as const) : []),
      ...(left.workspace ? [] : (['hear'] as const)),
      ...(renewed ? (['admit'] as const) : []),
    ];
    return { ...can, state: 'restores', from, steps, lacks: [] };
  }
  if (can.exit)
    return { ...can, state: 'shares-only', lacks: from ? [{ lack: 'packets' }] : lacks };
  if (exit) return { ...can, state: 'gone', lacks: [{ lack: 'recovery-data' }] };
  if (from) return { ...can, state: 'gone', lacks: [{ lack: 'packets' }] };
  return { ...can, state: 'gone', lacks: lacks.length > 0 ? lacks : [{ lack: 'everything' }] };
}

/** What gives the host secret, the quickest first. */
function sourcesOf(left: Remains): Exclude<From, 'workspace'>[] {
  const { groups, groupsNeeded } = left.cards;
  const whole = groups.filter(({ have, needed }) => have > 0 && have >= needed).length;
  const all = {
    kit: left.kit && (left.device || left.vendorSeed),
    'age-file': left.ageFile && left.agePassphrase,
    cards: whole > 0 && whole >= groupsNeeded,
    'vault-shares': left.vaultShares.have > 0 && left.vaultShares.have >= left.vaultShares.needed,
  };
  return (['kit', 'age-file', 'cards', 'vault-shares'] as const).filter((from) => all[from]);
}

function exitOf(
  left: Remains,
  sources: readonly Exclude<From, 'workspace'>[],
  packets: boolean,
): Exit | undefined {
  if (left.plate) return 'plate';
  const from = sources.find((one) => one !== 'kit');
  if (from) return from;
  const opens = (left.device || left.vendorSeed) && (left.workspace || (left.kit && packets));
  return opens ? 'app' : undefined;
}

/** Why the operator cannot sign again from what is left of each kind. */
function lacksOf(left: Remains, sources: readonly From[]): Lack[] {
  const same = left.device || left.vendorSeed;
  const lacks: Lack[] = [];
  if (same && !left.workspace && !left.kit) lacks.push({ lack: 'salt' });
  if (!same && (left.workspace || left.kit)) lacks.push({ lack: 'device' });
  if (left.ageFile && !left.agePassphrase) lacks.push({ lack: 'passphrase' });
  if (left.cards.groups.some(({ have }) => have > 0) && !sources.includes('cards'))
    lacks.push({ lack: 'cards', more: cardsMissing(left.cards) });
  const { have, needed } = left.vaultShares;
  if (have > 0 && have < needed) lacks.push({ lack: 'vault-shares', more: needed - have });
  return lacks;
}

/** How many more cards restore: of the groups that lack the fewest. */
export const cardsMissing = ({ groups, groupsNeeded }: Remains['cards']): number =>
  groups
    .map(({ have, needed }) => Math.max(0, needed - have))
    .sort((a, b) => a - b)
    .slice(0, groupsNeeded)
    .reduce((sum, more) => sum + more, 0);

function verdictOf(
  t: number,
  operators: readonly OperatorSurvival[],
  exposed: readonly number[],
): Survival {
  const numbers = operators.map((_, i) => i);
  const sign = numbers.filter((i) => operators[i]!.state === 'signs');
  const quickest = numbers
    .filter((i) => operators[i]!.state === 'restores')
    .sort((a, b) => operators[a]!.steps.length - operators[b]!.steps.length);
  const back = sign.length + quickest.length;
  const leave = numbers.filter((i) => operators[i]!.exit).length;
  const verdict = sign.length >= t ? 'sign' : back >= t ? 'restore' : leave >= t ? 'exit' : 'lost';
  const spare = (back >= t ? back : leave) - t;
  const sweep =
    exposed.length >= t ? 'exposed' : verdict !== 'lost' && spare === 0 ? 'no-spare' : undefined;
  return {
    operators,
    verdict,
    first: verdict === 'restore' ? quickest.slice(0, t - sign.length) : quickest,
    spare,
    exposed,
    sweep,
    next: nextOf(verdict, sweep !== undefined, back < operators.length, quickest.length > 0),
  };
}

function nextOf(
  verdict: Survival['verdict'],
  sweep: boolean,
  missing: boolean,
  restorable: boolean,
): Survival['next'] {
  switch (verdict) {
    case 'sign':
      return sweep ? 'sweep' : restorable ? 'restore' : missing ? 'renew' : 'nothing';
    case 'restore':
      return sweep ? 'restore-and-sweep' : 'restore';
    case 'exit':
      return 'reader';
    case 'lost':
      return 'search';
  }
}
