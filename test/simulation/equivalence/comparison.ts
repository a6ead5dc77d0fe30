/** Runs scenarios while another checkout's core decides beside this one, and reports the differences. */
import { type Played, play } from "../run.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { OtherCore } from "./other-core.ts";
import { type Difference, Shadow } from "./shadow.ts";

/** Each difference fills a screen, and many seeds differ for the same reason. */
const MOST_SHOWN = 5;
/** Maximum characters of one difference: a state that decides differently has many thousands. */
const MOST_SHOWN_OF_ONE = 20_000;

export interface Comparison {
  decisions: number;
  effects: number;
  /** Number of this core's decisions on the other core's migrated states. */
  migrated: number;
  differences: ({ seed: string } & Difference)[];
  /** Each way in which keys, timers and topics are named differently. */
  renamed: string[];
}

export function nothingCompared(): Comparison {
  return { decisions: 0, effects: 0, migrated: 0, differences: [], renamed: [] };
}

export function include(into: Comparison, more: Comparison): void {
  into.decisions += more.decisions;
  into.effects += more.effects;
  into.migrated += more.migrated;
  into.differences.push(...more.differences);
  into.renamed = [...new Set([...into.renamed, ...more.renamed])].sort();
}

export async function compared(other: OtherCore, scenario: Scenario, comparison: Comparison): Promise<Played> {
  const shadow = new Shadow(other);
  const played = await play(scenario, { stepped: (...step) => shadow.stepped(...step) });
  const { decisions, effects, migrated, difference, pairs } = shadow;
  const differences = difference === null ? [] : [{ seed: scenario.seed, ...difference }];
  include(comparison, { decisions, effects, migrated, differences, renamed: pairs.renamed() });
  return played;
}

export function comparisonLines({ decisions, effects, migrated, differences, renamed }: Comparison): string[] {
  return [
    `${decisions} decisions with ${effects} effects compared, ${migrated} decisions on migrated states, ${differences.length} seeds differ`,
    ...renamed.map((way) => `  renamed: ${way}`),
    ...differences
      .sort((a, b) => Number(a.seed) - Number(b.seed))
      .slice(0, MOST_SHOWN)
      .flatMap(({ seed, aggregate, event, what, ours, theirs }) => [
        `DIFFERENT in seed ${seed}, ${aggregate}: ${what}`,
        ...(event === null
          ? []
          : [`  event ${event.key}: ${text(event.ours)}`, `    for the other: ${text(event.theirs)}`]),
        `  ours:   ${text(ours)}`,
        `  theirs: ${text(theirs)}`,
      ]),
  ];
}

function text(value: unknown): string {
  return (JSON.stringify(value) ?? "none").slice(0, MOST_SHOWN_OF_ONE);
}
