/**
 * Lets the core of another checkout decide every event of this one, and compares their effects. The other core keeps
 * its own states and receives its own events between aggregates, so neither core reads the other's values. It follows
 * steps as they are written, and so misses steps that are rolled back or repeated.
 */
import { isDeepStrictEqual } from "node:util";
import type { Loaded, StepWrite } from "../../../src/loop/store-port.ts";
import { decidedAfterMigration, type Stored, withoutReasons } from "./migrated.ts";
import { OPAQUE, renamed, standingName, wordless, written } from "./names.ts";
import type { OtherCore } from "./other-core.ts";
import { Pairs } from "./pairs.ts";
import { type Fields, formOf, type StepForm } from "./step-form.ts";
import { translated } from "./translate.ts";

export interface Difference {
  aggregate: string;
  /** The first event on which the two differ; null when the difference concerns the whole step. */
  event: { key: string; ours: unknown; theirs: unknown } | null;
  what: string;
  ours: unknown;
  theirs: unknown;
}

interface Kept extends Stored {
  seq: number;
}

/** Compares migrated states only every so many steps, because that costs as much as all the rest. */
const MIGRATED_EVERY = 4;

export class Shadow {
  readonly pairs = new Pairs();
  /** The first difference. Later ones follow from it. */
  difference: Difference | null = null;
  decisions = 0;
  effects = 0;
  /** Number of decisions on migrated states. */
  migrated = 0;
  readonly #other: OtherCore;
  readonly #kept = new Map<string, Kept>();
  /** The other core's events to other aggregates, by aggregate and this core's key. */
  readonly #sent = new Map<string, { key: string; event: Fields }>();

  constructor(other: OtherCore) {
    this.#other = other;
  }

  stepped(aggregate: string, loaded: Loaded, write: StepWrite): void {
    if (this.difference !== null) return;
    const before = this.#kept.get(aggregate) ?? { state: null, schema: 0, seq: 0 };
    if (before.seq !== loaded.seq) {
      this.#differ({ aggregate, event: null, what: "place in the history", ours: loaded.seq, theirs: before.seq });
      return;
    }
    const given = {
      ...loaded,
      state: null,
      schema: null,
      events: loaded.events.map((one) => this.#given(aggregate, one)),
    };
    let theirs: StepWrite;
    try {
      theirs = this.#other.step(aggregate, before.state, given);
    } catch (error) {
      this.#differ({
        aggregate,
        event: null,
        what: "the other core throws",
        ours: loaded.events,
        theirs: String(error),
      });
      return;
    }
    const { state, schema } = theirs;
    this.#kept.set(aggregate, { state, schema, seq: loaded.seq + write.history.length });
    const ours = formOf(write);
    this.#compare(aggregate, { loaded, given }, ours, formOf(theirs));
    if (before.state !== null && loaded.seq % MIGRATED_EVERY === 0) this.#migrate(aggregate, before, loaded, ours);
  }

  #migrate(aggregate: string, before: Kept, loaded: Loaded, ours: StepForm): void {
    const rows = decidedAfterMigration(aggregate, before, loaded);
    const [plain, migrated] = [ours.rows, rows].map((some) => wordless(withoutReasons(some)) as typeof rows);
    for (const [index, row] of (migrated ?? []).entries()) {
      this.migrated += 1;
      if (isDeepStrictEqual(row, plain?.[index])) continue;
      const given = loaded.events[index];
      const event = { key: given?.key ?? "", ours: given?.event, theirs: given?.event };
      const what = "decision on the other core's state, migrated";
      this.#differ({ aggregate, event, what, ours: ours.rows[index], theirs: rows[index] });
    }
  }

  #given(aggregate: string, { id, key, event, at }: Loaded["events"][number]): Loaded["events"][number] {
    const sent = this.#sent.get(`${aggregate}\n${key}`);
    // An event's id ends with its key unless it came with an id of its own.
    if (sent !== undefined) return { id: id.replace(key, () => sent.key), key: sent.key, event: sent.event, at };
    const nameOf = (kind: "timer" | "key", ours: string) => this.pairs.theirs(`${kind} ${aggregate}`, ours);
    return { id, key, event: translated(this.#other.dialect, event as Fields, nameOf), at };
  }

  #compare(aggregate: string, events: { loaded: Loaded; given: Loaded }, ours: StepForm, theirs: StepForm): void {
    for (const [index, mine] of ours.rows.entries()) {
      const other = theirs.rows[index] ?? { outcome: "none", effects: [] };
      const names = this.#named(aggregate, mine.effects, other.effects);
      const same =
        names &&
        mine.outcome === other.outcome &&
        isDeepStrictEqual(this.#ours(mine.effects), this.#theirs(other.effects));
      if (!same) {
        const [mineGiven, otherGiven] = [events.loaded.events[index], events.given.events[index]];
        const event = { key: mineGiven?.key ?? "", ours: mineGiven?.event, theirs: otherGiven?.event };
        this.#differ({
          aggregate,
          event,
          what: names ? "decision" : "names are not one to one",
          ours: mine,
          theirs: other,
        });
        return;
      }
      this.decisions += 1;
      this.effects += mine.effects.length;
    }
    this.#compareStep(aggregate, ours, theirs);
  }

  /** Compares what the step makes of its effects: natural keys, ordering, pacing, coalescing. */
  #compareStep(aggregate: string, ours: StepForm, theirs: StepForm): void {
    for (const [index, { aggregate: to, key }] of ours.sends.entries()) {
      const other = theirs.sends[index];
      // The store keeps the first of two events with one key.
      if (other !== undefined && !this.#sent.has(`${to}\n${key}`)) this.#sent.set(`${to}\n${key}`, other);
    }
    const rest = ({ outbox, sends }: StepForm) => ({
      outbox: outbox.map(({ runAt, replace }) => ({ runAt, replace })),
      sends: sends.map(({ aggregate: to, at }) => ({ to, at })),
    });
    if (!isDeepStrictEqual(rest(ours), rest(theirs))) {
      this.#differ({ aggregate, event: null, what: "what the step writes", ours, theirs });
    }
    const named: [what: string, scope: string, of: (form: StepForm) => string[]][] = [
      ["natural keys", `key ${aggregate}`, ({ outbox }) => outbox.map(({ key }) => key)],
      ["ordering keys", "ordering", ({ outbox }) => outbox.map(({ ordering }) => ordering)],
      ["cancelled keys", `key ${aggregate}`, ({ cancel }) => cancel],
      ["topics", "topic", ({ routes }) => routes],
    ];
    for (const [what, scope, of] of named) {
      if (this.#joined(scope, of(ours), of(theirs))) continue;
      this.#differ({ aggregate, event: null, what, ours: of(ours), theirs: of(theirs) });
    }
  }

  /** Returns true when the opaque names in the effects map one to one. */
  #named(aggregate: string, ours: readonly Fields[], theirs: readonly Fields[]): boolean {
    // The effects differ in type, so there is nothing to pair.
    const types = (effects: readonly Fields[]) => effects.map(({ type }) => type).join();
    if (types(ours) !== types(theirs.map((effect) => renamed(this.#other.dialect, effect)))) return true;
    return ours.every((mine, index) => {
      const other = theirs[index];
      if (other !== undefined && !this.#namesStanding(mine, other)) return false;
      return OPAQUE.every((field) => {
        const [name, otherName] = [mine[field], other?.[field]];
        if (typeof name !== "string" || typeof otherName !== "string") return name === undefined;
        const scope = typeof mine.to === "string" ? `sent ${mine.to}` : `${field} ${aggregate}`;
        return this.pairs.join(scope, name, otherName);
      });
    });
  }

  #namesStanding(mine: Fields, theirs: Fields): boolean {
    const name = standingName(mine);
    const other = standingName(renamed(this.#other.dialect, theirs));
    return name === null || other === null || this.pairs.join("standing", name, other);
  }

  #joined(kind: string, ours: readonly string[], theirs: readonly string[]): boolean {
    return (
      ours.length === theirs.length && ours.every((name, index) => this.pairs.join(kind, name, theirs[index] ?? ""))
    );
  }

  #ours(effects: readonly Fields[]): unknown {
    return wordless(effects.map((effect) => withoutNames(written(effect))));
  }

  #theirs(effects: readonly Fields[]): unknown {
    return wordless(effects.map((effect) => withoutNames(written(renamed(this.#other.dialect, effect)))));
  }

  #differ(difference: Difference): void {
    this.difference ??= difference;
  }
}

function withoutNames(effect: Fields): Fields {
  const left = { ...effect };
  for (const field of OPAQUE) delete left[field];
  return left;
}
