/** The terms of a group as they are being filled in, and what is wrong with them so far. */
import type { Network } from '../../ceremony/card.ts';
import {
  backupAddressFits,
  defaultLimits,
  defaultReservation,
  limitsProblem,
  limitsReader,
  MAX_IN_MANIFEST,
  termsProblem,
  type Limits,
  type Terms,
} from '../../ceremony/manifest.ts';
import { fromHex, type Bytes } from '../../crypto/bytes.ts';
import { fit } from '../../crypto/schema.ts';
import { satOfBtc } from '../amounts.ts';
import { workspaceText } from '../text/workspace.ts';
import { typed } from '../typed.ts';

const words = workspaceText.begin;
const MAX_ROOTS = 8;

/** As it would be typed. `sat`: a whole number of BTC. */
const inBtc = (sat: number): string => String(sat / 1e8);

const counts = (value: number | null): value is number =>
  Number.isInteger(value) && value! >= 2 && value! <= MAX_IN_MANIFEST;

export class TermsForm {
  name = $state('');
  purpose = $state('');
  network = $state<Network>('signet');
  n = $state<number>(5);
  t = $state<number>(3);
  displays = $state<number>(0);
  /** The most items of a batch, and sat for each vB. */
  items = $state<number>(defaultLimits.items);
  feeRate = $state<number>(defaultLimits.feeRate);
  /** The most that a request and a batch pay, in BTC. */
  item = $state(inBtc(defaultLimits.item));
  batch = $state(inBtc(defaultLimits.batch));
  backupAddress = $state('');
  /** As the field gives it: local time, or nothing. */
  call = $state('');
  otherRoots = $state('');
  /** The reservation quorum, where the person chose another than the default. */
  #reservation = $state<number>();

  get reservation(): number {
    return this.#reservation ?? defaultReservation(this.n, this.t);
  }

  set reservation(chosen: number) {
    this.#reservation = chosen;
  }

  /** Whether n and t are numbers that can be reasoned about. */
  get counted(): boolean {
    return counts(this.n) && counts(this.t);
  }

  get backupWrong(): string | undefined {
    const address = typed(this.backupAddress) || null;
    return backupAddressFits(this.network, address) ? undefined : words.backupWrong;
  }

  get rootsWrong(): string | undefined {
    return this.#roots() ? undefined : words.rootsWrong;
  }

  /** What is wrong with the numbers of operators, as a sentence. */
  get numbersWrong(): string | undefined {
    return termsProblem({ ...this.#numbers(), limits: defaultLimits });
  }

  /** undefined while one of them is no number that a limit can be. */
  get limits(): Limits | undefined {
    const { items, feeRate } = this;
    const [item, batch] = [satOfBtc(this.item) ?? null, satOfBtc(this.batch) ?? null];
    const limits = fit(limitsReader, { items, item, batch, feeRate });
    return typeof limits === 'string' ? undefined : limits.value;
  }

  /** What is wrong with the limits, as a sentence. */
  get limitsWrong(): string | undefined {
    return this.limits ? limitsProblem(this.limits) : words.limitsWrong;
  }

  /** The terms; undefined while something is wrong or missing. `root`: of the bundle here, 32 bytes. */
  terms(root: Bytes): Terms | undefined {
    const others = this.#roots();
    const numbers = this.#numbers();
    const whole = this.counted && counts(this.reservation) && Number.isInteger(this.displays);
    if (!others || !whole || this.displays < 0 || this.backupWrong) return undefined;
    if (!this.limits || termsProblem(numbers)) return undefined;
    const name = typed(this.name);
    return name === '' ? undefined : { ...numbers, name, roots: [root, ...others] };
  }

  #numbers(): Terms {
    return {
      name: '',
      purpose: typed(this.purpose),
      n: this.n,
      t: this.t,
      reservationQuorum: this.reservation,
      minDisplayApprovals: this.displays,
      limits: this.limits ?? defaultLimits,
      backupAddress: typed(this.backupAddress) || null,
      roots: [],
      draft: '0.6.0',
      callAt: this.call === '' ? null : Date.parse(this.call),
    };
  }

  #roots(): Bytes[] | undefined {
    const lines = this.otherRoots
      .split('\n')
      .map((line) => line.replace(/\s/g, ''))
      .filter(Boolean);
    const roots = lines.map(fromHex);
    const right = roots.every((root) => root?.length === 32) && roots.length < MAX_ROOTS;
    return right ? (roots as Bytes[]) : undefined;
  }
}
