/**
 * A walk through a feature's life: effects that wait are answered by a world that does whatever it likes, and between the
 * answers anything may arrive. Every decision is judged.
 */
import fc from "fast-check";
import { type Decision, decide } from "../../../src/core/decide.ts";
import { coalesces, Effect, type ExternalEffect, effectKey } from "../../../src/core/effect.ts";
import type { Ignored } from "../../../src/core/event.ts";
import { FeatureState } from "../../../src/core/feature/state.ts";
import { isLane } from "../../../src/core/keys.ts";
import { LaneState } from "../../../src/core/lane/state.ts";
import { endlessWait } from "../../simulation/invariants/waits.ts";
import { FEATURE, LANE } from "../world.ts";
import { answersTo } from "./answers.ts";
import { damaged } from "./from-schema.ts";

/** All that an event may come to but being applied. */
const REASONS: Record<Ignored, true> = {
  "not-accepted-here": true,
  "guard-refused": true,
  "stale-attempt": true,
  "stale-head": true,
  "stale-observation": true,
  superseded: true,
  "passed-on": true,
  duplicate: true,
  unauthorised: true,
  unreadable: true,
};

/** Far more than any event of a feature of this size has to ask for. */
const MOST_EFFECTS = 60;
/** Doing these twice would be harm. */
const DOINGS = [
  "attempt.dispatch",
  "change.write",
  "change.promote",
  "pull.open",
  "pull.update",
  "pull.merge",
  "checks.rerun",
];

export type Step =
  /** The world answers one of the waiting effects, in one of the ways it can. */
  | { does: "answers"; which: number; how: number }
  /** Something that was delivered before is delivered again. */
  | { does: "repeats"; which: number }
  /** One of the waiting effects is lost: it never gets an answer. */
  | { does: "forgets"; which: number }
  | { does: "sends"; to: typeof FEATURE | typeof LANE; event: unknown };

interface Sent {
  to: string;
  id: string;
  at: number;
  event: unknown;
}

export class Walk {
  at = 1_000_000;
  readonly states = new Map<string, { state: unknown; schema: number }>();
  /** Effects that wait, by aggregate and key, as the outbox holds them. */
  readonly open = new Map<string, { aggregate: string; effect: ExternalEffect | EffectOf<"timer.set"> }>();
  readonly ignored = new Set<string>();
  readonly #done = new Map<string, string>();
  readonly #delivered: Sent[] = [];
  readonly #sent = new Set<string>();
  #count = 0;

  get feature(): FeatureState | null {
    return (this.states.get(FEATURE)?.state as FeatureState | undefined) ?? null;
  }

  /** A wait that nothing ends; null: there is none. */
  endless(): string | null {
    return endlessWait({
      states: new Map([...this.states].map(([name, { state }]) => [name, state])),
      has: (aggregate, key) => this.open.has(nameOf(aggregate, key)),
      hasAny: (aggregate, beginning) =>
        [...this.open.keys()].some((name) => name.startsWith(nameOf(aggregate, beginning))),
    });
  }

  take(step: Step): void {
    this.at += 1_000;
    if (step.does === "sends") this.send(step.to, step.event);
    else if (step.does === "repeats") {
      const again = this.#delivered[step.which % this.#delivered.length];
      if (again !== undefined) this.#deliver(again);
    } else {
      const waiting = [...this.open];
      const [name, { aggregate, effect }] = waiting[step.which % waiting.length] ?? ["", { aggregate: "" }];
      if (effect === undefined) return;
      this.open.delete(name);
      if (step.does === "forgets") return;
      if (effect.type === "timer.set") this.at = Math.max(this.at, effect.dueAt);
      const answers = answersTo(effect, this.at);
      const answer = answers[step.how % answers.length];
      if (answer !== undefined) this.send(aggregate, answer);
    }
  }

  send(to: string, event: unknown): void {
    this.#count += 1;
    this.#deliver({ to, id: `e${this.#count}`, at: this.at, event });
  }

  #deliver(sent: Sent): void {
    this.#delivered.push(sent);
    const outgoing: EffectOf<"send">[] = [];
    const { effects, decision } = this.#decide(sent);
    if (decision.state !== null) this.states.set(sent.to, { state: decision.state, schema: decision.schema });
    for (const effect of effects) outgoing.push(...this.#collect(sent.to, effect));
    const again = this.#decide(sent).effects.filter((effect) => DOINGS.includes(effect.type));
    const anew = again.filter((effect) => !this.#done.has(nameOf(sent.to, effectKey(effect as ExternalEffect))));
    if (anew.length > 0) throw new Error(`decided twice, it does ${anew.map((effect) => effect.type)} twice`);
    for (const { to, key, event } of outgoing) {
      // The inbox takes each key once.
      if (this.#sent.has(nameOf(to, key))) continue;
      this.#sent.add(nameOf(to, key));
      this.send(to, event);
    }
  }

  /** Also what it comes to is read as the store will: what cannot be stored and read again is lost. */
  #decide({ to, ...envelope }: Sent): { effects: Effect[]; decision: Decision } {
    const decision = decide(to, this.states.get(to) ?? null, envelope);
    if (decision.ignored !== null) {
      if (!(decision.ignored in REASONS)) throw new Error(`ignored as '${decision.ignored}', which is no reason`);
      this.ignored.add(decision.ignored);
    }
    const effects = decision.effects.map((effect) => Effect.parse(asStored(effect)));
    if (effects.length > MOST_EFFECTS) throw new Error(`${effects.length} effects of one event`);
    const schemaOf = isLane(to) ? LaneState : FeatureState;
    const state = decision.state === null ? null : schemaOf.parse(asStored(decision.state));
    return { effects, decision: { ...decision, state } };
  }

  /** As the outbox does; what is sent to another aggregate is returned. */
  #collect(aggregate: string, effect: Effect): EffectOf<"send">[] {
    switch (effect.type) {
      case "send":
        return [effect];
      case "timer.cancel":
        this.open.delete(nameOf(aggregate, `timer:${effect.timer}`));
        return [];
      case "withdraw":
        this.open.delete(nameOf(aggregate, effect.key));
        return [];
      case "timer.set":
        this.open.set(nameOf(aggregate, `timer:${effect.timer}`), { aggregate, effect });
        return [];
      default:
        this.#ask(aggregate, effect);
        return [];
    }
  }

  #ask(aggregate: string, effect: ExternalEffect): void {
    const name = nameOf(aggregate, effectKey(effect));
    const content = JSON.stringify(effect);
    const before = this.#done.get(name);
    if (DOINGS.includes(effect.type) && before !== undefined && before !== content) {
      throw new Error(`two doings under one key: ${name}\n${before}\n${content}`);
    }
    this.#done.set(name, content);
    if (before === undefined || coalesces(effect)) this.open.set(name, { aggregate, effect });
  }
}

type EffectOf<Type extends Effect["type"]> = Extract<Effect, { type: Type }>;

function nameOf(aggregate: string, key: string): string {
  return `${aggregate} ${key}`;
}

function asStored(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** The first answer is the good one. */
const how = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(19) });

/** Steps of a world that answers truthfully, if in any order, late, twice or never. */
export const honest: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ does: fc.constant("answers"), which: fc.nat(40), how }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("repeats"), which: fc.nat(200) }) },
) as fc.Arbitrary<Step>;

/** Any event whatsoever, as it should be or damaged. */
export function anything(events: { feature: fc.Arbitrary<unknown>; lane: fc.Arbitrary<unknown> }): fc.Arbitrary<Step> {
  const any = fc.oneof(events.feature, events.lane);
  const event = fc.oneof(any, any.chain(damaged), fc.jsonValue());
  return fc.oneof(
    { weight: 15, arbitrary: honest },
    { weight: 1, arbitrary: fc.record({ does: fc.constant("forgets"), which: fc.nat(40) }) },
    {
      weight: 4,
      arbitrary: fc.oneof(
        fc.record({ does: fc.constant("sends"), to: fc.constantFrom(FEATURE, LANE), event }),
        fc.record({ does: fc.constant("sends"), to: fc.constant(FEATURE), event: events.feature }),
        fc.record({ does: fc.constant("sends"), to: fc.constant(LANE), event: events.lane }),
      ),
    },
  ) as fc.Arbitrary<Step>;
}
