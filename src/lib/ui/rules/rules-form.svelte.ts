/** A version of the rules as it is being filled in, and what is wrong with it so far. */
import { addressOfScript, scriptOfAddress } from '../../bitcoin/address.ts';
import type { Network } from '../../ceremony/card.ts';
import {
  moving,
  rulesProblem,
  rulesReader,
  type InForce,
  type Moving,
  type Rules,
} from '../../ceremony/rules.ts';
import { equal } from '../../crypto/bytes.ts';
import { fit } from '../../crypto/schema.ts';
import { satOfBtc } from '../amounts.ts';
import { secondsOf, shortBtc, spanText } from '../text/rules.ts';
import { typed } from '../typed.ts';

/** The kinds that pay somebody. */
export const paying = ['spend', 'burn', 'fees'] as const satisfies readonly Moving[];

interface LimitFields {
  kinds: Moving[];
  amount: string;
  window: string;
}

interface DestinationFields {
  address: string;
  name: string;
}

/** What a version is made from. */
export interface Before extends Pick<InForce, 'rules' | 'hash'> {
  readonly network: Network;
  /** The time that is agreed on, in s; 0 where there is none. */
  readonly time: number;
}

export class RulesForm {
  limits = $state<LimitFields[]>([]);
  only = $state(false);
  paid = $state<Moving[]>([...paying]);
  destinations = $state<DestinationFields[]>([]);
  frozen = $state<Moving[]>([]);
  organisations = $state<number>(1);
  separation = $state(false);
  lifetime = $state('');
  validity = $state('');
  coolOff = $state('');
  gather = $state('2 days');
  readonly #before: Before;

  constructor(before: Before) {
    this.#before = before;
    const { rules, network } = before;
    this.limits = rules.limits.map(({ kinds, amount, window }) => ({
      kinds: [...kinds],
      amount: shortBtc(amount).replace(' BTC', ''),
      window: window === null ? '' : spanText(window),
    }));
    const { destinations } = rules;
    this.only = destinations !== null;
    if (destinations) {
      this.paid = [...destinations.kinds];
      this.destinations = destinations.allowed.map(({ script, name }) => ({
        address: addressOfScript(network, script) ?? '',
        name,
      }));
    }
    this.frozen = [...rules.frozen];
    this.organisations = rules.organisations;
    this.separation = rules.separation;
    this.lifetime = spanText(rules.lifetime);
    this.validity = spanText(rules.validity);
    this.coolOff = spanText(rules.coolOff);
  }

  addLimit = () => this.limits.push({ kinds: ['spend'], amount: '', window: '' });
  addDestination = () => this.destinations.push({ address: '', name: '' });

  scriptOf = (address: string) => scriptOfAddress(this.#before.network, typed(address));

  /**
   * The version, and whether anything is changed; undefined while a field is wrong. What has to wait
   * waits for the cool-off and for the time that the others have. `now`: the local clock, in s.
   */
  rules(now: number): { readonly rules: Rules; readonly changed: boolean } | undefined {
    const { rules: before, hash, time } = this.#before;
    const gather = secondsOf(this.gather);
    if (gather === undefined) return undefined;
    const until = Math.max(time, now) + before.coolOff + gather;
    const kindsOf = (chosen: readonly Moving[]) => moving.filter((kind) => chosen.includes(kind));
    const allowed = this.destinations.map(({ address, name }) => {
      const script = this.scriptOf(address);
      const known = before.destinations?.allowed.find(
        (one) => script !== undefined && equal(one.script, script),
      );
      const from = known?.from ?? (before.destinations ? until : 0);
      return { script: script ?? null, name: typed(name), from };
    });
    const made = fit(rulesReader, {
      version: before.version + 1,
      previous: hash,
      from: 0,
      coolOff: secondsOf(this.coolOff) ?? null,
      limits: this.limits.map(({ kinds, amount, window }) => ({
        kinds: kindsOf(kinds),
        amount: satOfBtc(amount) ?? null,
        window: typed(window) === '' ? null : (secondsOf(window) ?? -1),
      })),
      destinations: this.only ? { kinds: kindsOf(this.paid), allowed } : null,
      lifetime: secondsOf(this.lifetime) ?? null,
      organisations: this.organisations,
      separation: this.separation,
      frozen: kindsOf(this.frozen),
      validity: secondsOf(this.validity) ?? null,
    });
    if (typeof made === 'string') return undefined;
    const soon = made.value;
    const waits = rulesProblem(this.#before, soon, time, now) === 'too-soon';
    const same = { ...soon, version: before.version, previous: before.previous, from: before.from };
    return {
      rules: waits ? { ...soon, from: until } : soon,
      changed: JSON.stringify(sorted(same)) !== JSON.stringify(sorted(before)),
    };
  }
}

/** With its fields in one order, so that two can be compared. */
const sorted = (rules: Rules) => Object.entries(rules).sort(([a], [b]) => (a < b ? -1 : 1));
