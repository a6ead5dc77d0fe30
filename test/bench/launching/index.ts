/** What it costs and how long it takes to start a fan-out of agents with one prompt prefix, by how they are launched. */
import { Chance } from "../../simulation/chance.ts";
import { atMost, type Figure, mean, type Report } from "../figures.ts";
import type { LaunchPolicy, Terms } from "./simulate.ts";
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
/** Too short to be cached, worth little, worth a hold, and so long that its first token comes later than any hold ends. */
const PREFIXES = [2_000, 20_000, 100_000, 200_000];

/** List prices of a large model; an hour of waiting at what an engineer's hour costs. */
const termsFor = (prefixTokens: number): Terms => ({
  price: { input: 4, cacheRead: 0.2, cacheWrite: 5 },
  holdMs: 5_000,
  usdPerHour: 100,
  prefixTokens,
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

function measure(chance: Chance, count: number, jitter: number, terms: Terms): Cell {
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
  const worst = { cost: 0, added: 0, addedInVain: 0, dispatchCost: 0, dispatchAdded: 0 };
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
          const dispatched = mean(cell.costs.get("hold at dispatch") ?? []);
          if (jitter === 0) worst.dispatchCost = Math.max(worst.dispatchCost, dispatched);
          worst.dispatchAdded = Math.max(worst.dispatchAdded, ...(cell.added.get("hold at dispatch") ?? []));
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
    atMost("held at dispatch, runners alike: prefix cost / warm ideal, worst case", worst.dispatchCost, 1.1),
    atMost("held at dispatch: added makespan, worst run", rounded(worst.dispatchAdded), 5, "s"),
    atMost("where it does not: added makespan, worst run", worst.addedInVain, 0, "s"),
  ];
  return { name: `Launching 1 to ${AGENTS_MOST} agents with one prompt prefix`, notes: rows, figures };
}

/** To the millisecond: a wait of exactly the cap is no longer than the cap. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}

function row(prefix: number, jitter: number, count: number, cell: Cell): string {
  const cells = policies.map(([name]) => {
    const cost = mean(cell.costs.get(name) ?? []).toFixed(2);
    return `${cost}x ${mean(cell.added.get(name) ?? []).toFixed(1)} s`;
  });
  const pays = cell.pays ? "" : "  (a hold would not pay)";
  return [`${prefix}`, `${jitter} s`, `${count}`, ...cells].map((one) => one.padStart(18)).join("") + pays;
}
