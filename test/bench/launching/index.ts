/** What it costs and how long it takes to start a fan-out of agents with one prompt prefix, by how they are launched. */
import type { CacheTerms } from "../../../src/core/judge/launch.ts";
import { Chance } from "../../simulation/chance.ts";
import { atMost, type Figure, mean, type Report } from "../figures.ts";
import type { LaunchPolicy } from "./simulate.ts";
import {
  coldParallel,
  drawFanOut,
  holdAtDispatch,
  holdAtRequest,
  holdPays,
  outcome,
  prewarm,
  waitForFirstTask,
  warmIdeal,
} from "./simulate.ts";

const RUNS = 100;
const AGENTS_MOST = 20;
const JITTERS = [0, 10, 30];
const PREFIXES = [2_000, 20_000, 100_000, 200_000];

/** List prices of a large model; an hour of waiting at what an engineer's hour costs. */
const base = {
  minimumTokens: 1_024,
  usdPerToken: 4e-6,
  writeMultiplier: 1.25,
  readMultiplier: 0.05,
  holdMs: 5_000,
  usdPerHour: 100,
};

/** Half a second, and a prefill of 25,000 tokens a second: 4.5 s at 100,000 tokens, 8.5 s (longer than any hold) at 200,000. */
const termsFor = (prefixTokens: number): CacheTerms => ({
  ...base,
  prefixTokens,
  firstTokenMs: 500 + prefixTokens / 25,
});

const policies: [name: string, policy: LaunchPolicy][] = [
  ["cold", coldParallel],
  ["hold", holdAtRequest],
  ["hold at dispatch", holdAtDispatch],
  ["pre-warm", prewarm],
  ["wait for a task", waitForFirstTask],
];

interface Cell {
  pays: boolean;
  /** By policy: cost as a multiple of the warm ideal, and seconds added to the cold makespan, run by run. */
  costs: Map<string, number[]>;
  added: Map<string, number[]>;
}

function measure(chance: Chance, count: number, jitter: number, terms: CacheTerms): Cell {
  const cell: Cell = { pays: false, costs: new Map(), added: new Map() };
  for (let run = 0; run < RUNS; run += 1) {
    const fanOut = drawFanOut(chance, count, jitter, terms);
    const cold = outcome(fanOut, coldParallel(fanOut)).makespan;
    cell.pays = holdPays(fanOut);
    for (const [name, policy] of policies) {
      const { usd, makespan } = outcome(fanOut, policy(fanOut));
      cell.costs.set(name, [...(cell.costs.get(name) ?? []), usd / warmIdeal(fanOut)]);
      cell.added.set(name, [...(cell.added.get(name) ?? []), makespan - cold]);
    }
  }
  return cell;
}

export function launching(): Report {
  const chance = new Chance("launching");
  const worst = { cost: 0, added: 0, addedInVain: 0 };
  const rows = [`prefix cost as a multiple of the warm ideal, and seconds added to the makespan, on average`];
  rows.push(["tokens", "jitter", "N", ...policies.map(([name]) => name)].map((one) => one.padStart(18)).join(""));
  for (const prefix of PREFIXES) {
    for (const jitter of JITTERS) {
      for (let count = 1; count <= AGENTS_MOST; count += 1) {
        const cell = measure(chance, count, jitter, termsFor(prefix));
        const added = Math.max(...(cell.added.get("hold") ?? []));
        if (cell.pays) {
          worst.cost = Math.max(worst.cost, mean(cell.costs.get("hold") ?? []));
          worst.added = Math.max(worst.added, added);
        } else {
          worst.addedInVain = Math.max(worst.addedInVain, added);
        }
        if (count === 5 || count === AGENTS_MOST) rows.push(row(prefix, jitter, count, cell));
      }
    }
  }
  const figures: Figure[] = [
    atMost("where a hold pays: prefix cost / warm ideal, worst case", worst.cost, 1.1),
    atMost("where a hold pays: added makespan, worst run", worst.added, 5, "s"),
    atMost("where it does not: added makespan, worst run", worst.addedInVain, 0, "s"),
  ];
  return { name: `Launching 1 to ${AGENTS_MOST} agents with one prompt prefix`, notes: rows, figures };
}

function row(prefix: number, jitter: number, count: number, cell: Cell): string {
  const cells = policies.map(([name]) => {
    const cost = mean(cell.costs.get(name) ?? []).toFixed(2);
    return `${cost}x ${mean(cell.added.get(name) ?? []).toFixed(1)} s`;
  });
  const pays = cell.pays ? "" : "  (a hold would not pay)";
  return [`${prefix}`, `${jitter} s`, `${count}`, ...cells].map((one) => one.padStart(18)).join("") + pays;
}
