/**
 * A rehearsal within one page: five operators with real seats, whose packets fly from desk to desk.
 * The program plays all of them, or all but one. The same story and seed lead to the same log.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { equal, toHex, type Bytes } from '../crypto/bytes.ts';
import { bundleOf, packetsOf, readPacket } from '../ceremony/packet.ts';
import type { Request } from '../ceremony/request.ts';
import { move } from './autopilot.ts';
import { deskOf, type Action, type Desk } from './desk.ts';
import { deskThrough } from './desk-through.ts';
import type { Taken } from './group-log.ts';
import { people, Player, Stage, type RehearsalParts } from './rehearsal-cast.ts';
import { moveRequest } from './request-pilot.ts';
import {
  damages,
  pullsOf,
  type Damage,
  type Outcome,
  type Pull,
  type RehearsalEvent,
  type Scene,
  type Story,
} from './rehearsal-story.ts';
import { outcomeOf } from './rehearsal-outcome.ts';
import { notedAs, turnAt } from './rehearsal-turns.ts';
import { objectionTo, plotOf, propose, requestAt, type Plot } from './rehearsal-withdrawal.ts';
import type { Seat } from './seat.ts';
import { viewOf } from './view.ts';

const hashOf = (packet: Uint8Array): string => toHex(sha256(packet));

export class Rehearsal {
  readonly story: Story;
  readonly players: readonly Player[];
  readonly events: RehearsalEvent[] = [];
  private own: number | undefined;
  private readonly stage: Stage;
  private readonly plot: Plot | undefined;
  private readonly planned: (Pull & { readonly at: number })[];
  private readonly pulled: Pull[] = [];
  private damage: Damage | undefined;
  private waiting: Scene['waiting'];
  private outcome: Outcome | undefined;
  /** By receiver, the packets that were brought and judged. */
  private readonly brought = people.map(() => new Set<string>());
  /** Bundles that changed nothing, by sender, receiver and both logs: they are not brought again. */
  private readonly useless = new Set<string>();
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    story: Story,
    stage: Stage,
    players: readonly Player[],
    pulls: readonly (Pull & { readonly at: number })[],
  ) {
    this.story = story;
    this.stage = stage;
    this.plot = plotOf(story, stage.seed);
    this.players = players;
    this.planned = [...pullsOf(story, stage.seed), ...pulls];
  }

  /** `pulls`: levers pulled at a step, beside those of the story. */
  static async of(
    parts: RehearsalParts,
    story: Story,
    seed: number,
    pulls: readonly (Pull & { readonly at: number })[] = [],
  ): Promise<Rehearsal> {
    const stage = new Stage(parts, seed);
    const players = await Promise.all(people.map((_, number) => Player.of(stage, number)));
    return new Rehearsal(story, stage, players, pulls);
  }

  /** Who is not played by the program. */
  get you(): number | undefined {
    return this.own;
  }

  set you(operator: number | undefined) {
    if (operator === this.own) return;
    this.own = operator;
    this.goOn();
  }

  /** Pulls a lever before the next step. */
  pull(pull: Pull): void {
    this.pulled.push(pull);
    this.goOn();
  }

  /** There may be something to do again. */
  private goOn(): void {
    this.waiting = this.outcome = undefined;
  }

  /** Does one visible thing. At the end, and while the operator who is played waits, nothing happens. */
  step(): Promise<RehearsalEvent> {
    return this.inTurn(async () => {
      const event = await this.happen();
      this.waiting = event.kind === 'your-turn' ? event.act : undefined;
      this.outcome = event.kind === 'end' ? event.outcome : undefined;
      if (event.kind !== 'your-turn' && event.kind !== 'end') this.note(event);
      return event;
    });
  }

  /** So many steps, or fewer where nothing more happens. */
  async run(steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) {
      const { kind } = await this.step();
      if (kind === 'end' || kind === 'your-turn') return;
    }
  }

  /** The desk of the operator who is not played by the program. */
  desk(): Desk {
    const mine = <T>(ask: (desk: Desk) => Promise<T>): Promise<T> =>
      this.inTurn(() => {
        const seat = this.players[this.you ?? -1]?.seat;
        if (!seat) throw new Error('Nobody sits at this desk.');
        return ask(deskOf(seat));
      });
    return {
      ...deskThrough(mine),
      act: (action) =>
        mine(async (desk) => {
          const fault = await desk.act(action);
          if (!fault) this.noteOwn(action);
          return fault;
        }),
    };
  }

  /** What happened is one step; time goes on. */
  private note(event: RehearsalEvent): void {
    this.events.push(event);
    this.stage.tick();
  }

  private noteOwn({ act }: Action): void {
    this.goOn();
    const named = notedAs[act];
    const last = this.events.at(-1);
    const again = last?.kind === 'act' && last.operator === this.you && last.act === named;
    if (named && !again) this.note({ kind: 'act', operator: this.you!, act: named });
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.last.then(task, task);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async happen(): Promise<RehearsalEvent> {
    if (this.plot && this.events.length === 0) return this.makeKey();
    const pull = this.due();
    if (pull) return { kind: 'lever', pull, late: !(await this.apply(pull)) };
    const proposed = this.plot && (await this.propose(this.plot));
    if (proposed) return proposed;
    return this.goingOn();
  }

  /** The key that a withdrawal needs: the program plays everybody until it is made. */
  private async makeKey(): Promise<RehearsalEvent> {
    const { own, events } = this;
    this.own = undefined;
    for (;;) {
      const event = await this.goingOn();
      if (event.kind === 'end') break;
      this.note(event);
    }
    this.own = own;
    return { kind: 'key', steps: events.splice(0).length };
  }

  /** Somebody proposes what was ordered, once. */
  private async propose(plot: Plot): Promise<RehearsalEvent | undefined> {
    const { seat } = this.players[plot.proposer]!;
    if (!seat || this.sessionsAt(seat) > 0) return undefined;
    const fault = await propose(seat, plot, this.stage.seed);
    if (fault) throw new Error(fault.fault);
    return { kind: 'act', operator: plot.proposer, act: 'request' };
  }

  private sessionsAt(seat: Seat | undefined): number {
    return seat?.requests()?.sessions.length ?? 0;
  }

  private async goingOn(): Promise<RehearsalEvent> {
    const last = this.events.at(-1);
    const more = last?.kind === 'flight' && (await this.passOn(this.players[last.from]!));
    if (more) return more;
    // Whoever is asked what they found says so before the others do.
    if (this.ownTurn() === 'reply') return { kind: 'your-turn', act: 'reply' };
    for (const player of this.players) {
      const event = (await this.act(player)) ?? (await this.handIn(player));
      if (event) return event;
    }
    const own = this.ownTurn();
    for (const player of own && own !== 'approve' ? [] : this.players) {
      const flown = await this.passOn(player);
      if (flown) return flown;
    }
    if (own) return { kind: 'your-turn', act: own };
    return (await this.settle()) ?? { kind: 'end', outcome: outcomeOf(this.players, this.plot) };
  }

  /** The lever that is pulled now. */
  private due(): Pull | undefined {
    const index = this.planned.findIndex(({ at }) => at <= this.events.length);
    if (index < 0) return this.pulled.shift();
    const { lever, operator, victim } = this.planned.splice(index, 1)[0]!;
    return { lever, operator, ...(victim !== undefined && { victim }) };
  }

  /** Whether the lever could do anything. */
  private async apply({ lever, operator, victim }: Pull): Promise<boolean> {
    const isDamage = (name: string): name is Damage => damages.some((one) => one === name);
    const player = this.players[operator]!;
    if (isDamage(lever)) this.damage = lever;
    else if (lever === 'unplug') player.simulator.unplug();
    else if (lever === 'reload') {
      await player.reload();
      return player.seat !== undefined;
    } else {
      const { state } = player.seat ?? {};
      const share = this.plot ? 'signature-shares' : 'shares';
      const sharing = lever === 'wrong-signature';
      const late = state && (sharing ? state.told(state.me, share).length > 0 : state.sealed);
      if (late) return false;
      player.lies.set(lever, victim ?? 1 + (operator % (people.length - 1)));
    }
    return true;
  }

  /** What this operator does alone, where the program plays them. */
  private async act(player: Player): Promise<RehearsalEvent | undefined> {
    const { number: operator, seat, device, simulator } = player;
    const at = seat?.state.head.length ?? 0;
    if (player.failedAt === at) {
      if (simulator.face().plugged) return undefined;
      simulator.plug();
      player.failedAt = undefined;
      return { kind: 'act', operator, act: 'plug-in' };
    }
    if (seat ? operator === this.you : !player.mayEnrol) return undefined;
    const name = operator === 0 ? 'begin' : 'join';
    const done = seat
      ? ((await move({ seat, device: device!, hears: () => true })) ??
        (await this.actOnRequest(player)))
      : { act: name, fault: await player.enrol() };
    if (!done) return undefined;
    const { act, fault } = done;
    if (fault) player.failedAt = player.seat?.state.head.length ?? 0;
    return { kind: 'act', operator, act, ...(fault && { fault }) } as RehearsalEvent;
  }

  /** What this operator does for the request, which nobody answers before all have heard of it. */
  private async actOnRequest({ seat, device, number }: Player) {
    const { plot } = this;
    if (!plot || !this.players.every((one) => this.sessionsAt(one.seat) > 0)) return undefined;
    const { order, proposed: address, proposer } = plot;
    const expected = number === proposer ? { ...order, address } : order;
    const objection = (request: Request) => objectionTo(expected, request);
    return moveRequest({ seat: seat!, device: device!, objection, favoured: this.you });
  }

  /** What the operator who is played can do without anybody else. */
  private ownTurn(): Scene['waiting'] {
    const { seat } = this.players[this.you ?? -1] ?? {};
    return seat && turnAt(seat);
  }

  /** Whom this operator brings packets to. */
  private collectorOf({ seat, number }: Player): number {
    const key = seat?.state.collector;
    const found = key && this.players.findIndex((one) => one.seat && equal(one.seat.state.me, key));
    return found === undefined || found < 0 ? number : found;
  }

  /** What an operator has goes to the collector; a contradiction to whom it is meant for. */
  private async handIn(player: Player): Promise<RehearsalEvent | undefined> {
    const collector = this.collectorOf(player);
    if (collector === player.number) return undefined;
    const { second } = player;
    const shown = second && (await this.fly(player, second.for, bundleOf([second.packet])));
    return shown ?? this.bring(player, collector);
  }

  /** What the collector has goes to everybody, one after the other. */
  private async passOn(player: Player): Promise<RehearsalEvent | undefined> {
    if (this.collectorOf(player) !== player.number) return undefined;
    for (const { number } of this.players) {
      const flown = await this.bring(player, number);
      if (flown) return flown;
    }
    return undefined;
  }

  /** What an operator has for another is brought there. */
  private async bring(from: Player, to: number, everything = false) {
    if (!from.seat) return undefined;
    const { second } = from;
    const { bundle } = from.seat.log.outgoing(everything);
    const packets = packetsOf(bundle) as readonly Bytes[];
    const shown = packets.map((packet) =>
      second?.for === to && equal(packet, second.instead) ? second.packet : packet,
    );
    return this.fly(from, to, second ? bundleOf(shown) : bundle);
  }

  /** One bundle flies, unless everything in it was brought there before. */
  private async fly(from: Player, to: number, bundle: Bytes): Promise<RehearsalEvent | undefined> {
    const receiver = this.players[to]!;
    const fresh = (packetsOf(bundle) as readonly Bytes[]).filter(
      (packet) => !this.brought[to]!.has(hashOf(packet)) && !isFrom(receiver.seat, packet),
    );
    const attempt = () =>
      [from.number, to, hashOf(bundle), receiver.seat?.state.head.length ?? 0].join();
    if (from.number === to || fresh.length === 0 || this.useless.has(attempt())) return undefined;
    const { damage } = this;
    this.damage = undefined;
    const flown = { kind: 'flight', from: from.number, to, bytes: bundle.length, damage } as const;
    const parts = fresh.flatMap((packet) => {
      const read = readPacket(this.stage.parts.groups.secp256k1, packet);
      return typeof read === 'string' ? [] : read.parts.map(({ kind }) => kind);
    });
    if (damage === 'drop') return { ...flown, parts, taken: undefined };
    let taken = await receiver.take(damage === 'corrupt' ? flipped(bundle) : bundle);
    if (damage === 'duplicate') taken = both(taken, await receiver.take(bundle));
    if (damage !== 'corrupt') {
      if (typeof taken !== 'string' && taken.early.length === 0)
        for (const packet of fresh) this.brought[to]!.add(hashOf(packet));
      this.useless.add(attempt());
    }
    return { ...flown, parts, taken };
  }

  /** Where two saw different things, whoever saw the other sends everything: that names who lied. */
  private async settle(): Promise<RehearsalEvent | undefined> {
    for (const { number, seat } of this.players) {
      const fault = seat
        ?.progress()
        .faults.find(({ fault }) => fault === 'view-differs' || fault === 'log-forked');
      const other = fault && seat?.state.manifest?.operators[fault.operators.at(-1) ?? -1];
      const from = other && this.players.find((one) => one.seat?.state.isMe(other.packetKey));
      const flown = from && (await this.bring(from, number, true));
      if (flown) return flown;
    }
    return undefined;
  }

  /** What a page shows of it. */
  scene(): Promise<Scene> {
    return this.inTurn(() =>
      Promise.resolve({
        story: this.story,
        seed: this.stage.seed,
        order: this.plot?.order,
        players: this.players.map(({ person, simulator, seat }) => ({
          name: person.name,
          place: person.place,
          kind: simulator.kind,
          serial: simulator.serial,
          plugged: simulator.face().plugged,
          view: seat && viewOf(seat),
          request: seat && requestAt(seat),
        })),
        events: this.events,
        you: this.you,
        waiting: this.waiting,
        outcome: this.outcome,
      }),
    );
  }
}

const isFrom = (seat: Seat | undefined, packet: Uint8Array): boolean =>
  seat?.state.packetsFrom(seat.state.me).some(({ bytes }) => equal(bytes, packet)) ?? false;

/** The same bytes with one bit flipped, in the middle. */
function flipped(bytes: Bytes): Bytes {
  const damaged = bytes.slice();
  damaged[bytes.length >> 1]! ^= 1;
  return damaged;
}

const both = (first: Taken | string, second: Taken | string): Taken | string =>
  typeof first === 'string' || typeof second === 'string'
    ? second
    : { ...second, taken: first.taken + second.taken, known: first.known + second.known };
