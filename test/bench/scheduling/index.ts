/** How far from the best possible the order of starting is: makespan / max(critical path, work / slots). */
import { Chance } from "../../simulation/chance.ts";
import { atMost, type Figure, mean, quantile, type Report, shown } from "../figures.ts";
import type { Policy } from "./simulate.ts";
import { criticalPath, fifo, hopCount, lowerBound, makespan, sizesAlone } from "./simulate.ts";
import { plansOf, readTrace } from "./trace.ts";
import { drawPlan, type Job } from "./work.ts";

const PLANS = 1_000;
const SLOTS = [2, 3, 5];

const others: [name: string, policy: Policy][] = [
  ["FIFO", fifo],
  ["hop count", hopCount],
  ["critical path, sizes alone", sizesAlone],
];

export function scheduling(trace: string | undefined): Report[] {
  const chance = new Chance("scheduling");
  const drawn = Array.from({ length: PLANS }, () => drawPlan(chance));
  const reports = [measure("Scheduling, generated plans", [], drawn)];
  if (trace === undefined) {
    return [...reports, { name: "Scheduling, a real trace", notes: ["not measured: give --trace FILE"], figures: [] }];
  }
  const read = readTrace(trace);
  const note = `${read.tasks.length} pull requests of ${read.repo}; sizes and edges are real, durations modelled from sizes`;
  return [...reports, measure("Scheduling, a real trace", [note], plansOf(read, PLANS, new Chance("trace")))];
}

function measure(name: string, notes: string[], plans: readonly Job[][]): Report {
  const figures: Figure[] = [];
  for (const slots of SLOTS) {
    const bounds = plans.map((jobs) => lowerBound(jobs, slots));
    const ratiosOf = (policy: Policy) => plans.map((jobs, i) => makespan(jobs, slots, policy) / (bounds[i] ?? 1));
    const ours = ratiosOf(criticalPath);
    figures.push(
      atMost(`${slots} slots: critical path, mean`, mean(ours), 1.05),
      atMost(`${slots} slots: critical path, p95`, quantile(ours, 0.95), 1.2),
      atMost(`${slots} slots: critical path, worst`, Math.max(...ours), 2 - 1 / slots),
    );
    for (const [other, policy] of others) {
      const ratios = ratiosOf(policy);
      figures.push(shown(`${slots} slots: ${other}, mean`, mean(ratios)));
      figures.push(shown(`${slots} slots: ${other}, p95`, quantile(ratios, 0.95)));
    }
  }
  const tasks = mean(plans.map((jobs) => jobs.length)).toFixed(1);
  return {
    name,
    notes: [`${plans.length} plans of ${tasks} tasks on average; 1 is the best possible`, ...notes],
    figures,
  };
}
