import { expect, type Browser, type BrowserContext } from '@playwright/test';
import { chainEvidenceFile } from '../../src/lib/bitcoin/evidence-file.ts';
import type { RequestOf } from '../../src/lib/ceremony/request.ts';
import type { Bytes } from '../../src/lib/crypto/bytes.ts';
import { hexOf } from '../../src/lib/ui/words.ts';
import type { Burn } from '../../src/lib/wire/burn-record.ts';
import { bridgeViewOf } from '../../src/lib/worker/bridge.ts';
import { burnList, observe } from './bridge-burns.ts';
import {
  blockWith,
  bury,
  chainNow,
  depositTx,
  evidenceOf,
  recipient,
  recordsOf,
} from './bridge-chain.ts';
import {
  bring,
  everybodyHears,
  fileOf,
  keyWithPeers,
  saveObserverKey,
  type Seat,
} from './bridge-operator.ts';
import { openBatch } from './bridge-requester.ts';
import type { TestBlock } from './chain.ts';
import { Operator } from './operator.ts';
import type { Peer } from './peer.ts';

/*
 * One group with a bridge: Asha and Ben in browsers of their own, Chen, Dora and Emre as peers; three of
 * five sign, four reserve. What happens outside of it is a chain and a list of burns.
 */

/** What a recipient is on the pages: hex without a space. */
export const shown = (number: number): string => hexOf(recipient(number));

/** What could be requested of a deposit to this recipient. */
export async function mintTo(peer: Peer, number: number): Promise<RequestOf<'mint'>> {
  const { deposits } = (await bridgeViewOf(peer.player.seat))!;
  const found = deposits.find((one) => hexOf(one.recipient) === shown(number))!;
  return { ...found.mint, purpose: 'Deposit', expires: Date.now() + 86_400_000 };
}

export class BridgeGroup {
  readonly asha: Operator;
  readonly ben: Operator;
  readonly chen: Peer;
  readonly dora: Peer;
  readonly emre: Peer;
  private readonly chain = chainNow(3, Date.now());

  private constructor(asha: Operator, ben: Operator, peers: readonly Peer[]) {
    [this.asha, this.ben] = [asha, ben];
    [this.chen, this.dora, this.emre] = peers as [Peer, Peer, Peer];
  }

  /** With a complete key. `most`: what a request, and a batch, pays at most, in BTC. */
  static async make(
    browser: Browser,
    most: string,
    watch: (context: BrowserContext) => void,
  ): Promise<BridgeGroup> {
    const asha = await Operator.sitDown(browser, 'Asha', { watch });
    const ben = await Operator.sitDown(browser, 'Ben', { watch });
    const peers = await keyWithPeers(asha, ben, ['Chen', 'Dora', 'Emre'], 3, most);
    return new BridgeGroup(asha, ben, peers);
  }

  get operators(): readonly Operator[] {
    return [this.asha, this.ben];
  }

  get peers(): readonly Peer[] {
    return [this.chen, this.dora, this.emre];
  }

  /** Everybody but the first. */
  get others(): readonly Seat[] {
    return [this.ben, ...this.peers];
  }

  /** The height of the last block. */
  get height(): number {
    return this.chain.blocks.at(-1)!.height;
  }

  /** Deposits to the first address of each of these recipients, 0.1 BTC and a little; and it is buried. */
  deposit(recipients: readonly number[], more: readonly Bytes[] = []): TestBlock {
    const deposits = recipients.map((number, i) => ({
      recipient: recipient(number),
      index: 0,
      amount: 10_000_000 + i,
    }));
    const txs = deposits.map((one) => depositTx(this.chen.player, [one]));
    const block = blockWith(this.chain, [...txs, ...more]);
    bury(this.chain, 5);
    return block;
  }

  /** Everybody brings what the own node says of the chain, with the transactions of these blocks. */
  async see(blocks: readonly TestBlock[]): Promise<void> {
    const file = fileOf(chainEvidenceFile(evidenceOf(this.chain, blocks)), 'chain.json');
    for (const operator of this.operators)
      for (const said of await bring(operator, file)) expect(said).toContain('your tip: block');
    for (const peer of this.peers) await peer.see(file);
    await everybodyHears(this.asha, this.others);
  }

  /** Each observer signs what the own node of the bridge has, and everybody hears it. */
  async saw(burn: Burn): Promise<void> {
    const list = fileOf(burnList(burn), 'burns.json');
    for (const operator of this.operators) {
      const records = observe(operator, await saveObserverKey(operator), list);
      for (const said of await bring(operator, records))
        expect(said).toContain('1 new burn record');
    }
    for (const peer of this.peers) await peer.see(fileOf(await recordsOf(peer.player, [burn])));
    await everybodyHears(this.asha, this.others);
  }

  /** What a peer proposes reaches both browsers. */
  async proposedBy(peer: Peer, root: string): Promise<void> {
    await openBatch(this.asha, root, [await peer.give()]);
    await openBatch(this.ben, root, await this.asha.give());
  }
}
