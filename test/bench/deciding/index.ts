/**
 * How fast the core decides, with all that every event costs: read the stored state and the event, decide, write the state
 * and the effects. Measured on the middle half of a feature's life, in the mix of events that it has there.
 */
import { decide } from "../../../src/core/decide.ts";
import { isLane } from "../../../src/core/keys.ts";
import { atLeast, type Figure, type Report, shown } from "../figures.ts";
import { live } from "./life.ts";

/** For each figure: enough for the compiler to have done its work, and for a quiet moment. */
const MEASURED_SECONDS = 10;
const SIZES: [tasks: number, perSecond: number][] = [
  [10, 5_000],
  [50, 1_500],
];

/** One event and the state that it finds, as the store has them. */
interface Moment {
  aggregate: string;
  state: string | null;
  schema: number;
  event: string;
  id: string;
  at: number;
}

export function deciding(): Report[] {
  return SIZES.map(([tasks, target]) => measure(tasks, target));
}

function measure(tasks: number, target: number): Report {
  const moments = momentsOf(tasks);
  const middle = moments.slice(Math.floor(moments.length / 4), Math.ceil((moments.length * 3) / 4));
  const feature = middle.filter((moment) => !isLane(moment.aggregate));
  const lane = middle.filter((moment) => isLane(moment.aggregate));
  const figures: Figure[] = [
    atLeast("decisions per second and core", rate(middle), target, "/s"),
    shown("of the feature alone", rate(feature), "/s"),
    shown("of its lane alone", rate(lane), "/s"),
    shown("the feature's stored state, on average", kilobytes(feature), "KB"),
    shown("the lane's stored state, on average", kilobytes(lane), "KB"),
  ];
  const share = ((100 * feature.length) / middle.length).toFixed(0);
  const notes = [
    `${middle.length} of ${moments.length} events of a life, ${share} % of them the feature's;`,
    `the best pass over them in ${MEASURED_SECONDS} s of processor time`,
  ];
  return { name: `Deciding, ${tasks} tasks`, notes, figures };
}

function momentsOf(tasks: number): Moment[] {
  const states = new Map<string, { state: unknown; schema: number }>();
  return live(tasks).map(({ aggregate, id, at, event }) => {
    const stored = states.get(aggregate) ?? null;
    const state = stored === null ? null : JSON.stringify(stored.state);
    const moment = { aggregate, state, schema: stored?.schema ?? 0, event: JSON.stringify(event), id, at };
    const decision = decide(aggregate, stored, { id, at, event });
    if (decision.state !== null) states.set(aggregate, { state: decision.state, schema: decision.schema });
    return moment;
  });
}

function step({ aggregate, state, schema, event, id, at }: Moment): number {
  const stored = state === null ? null : { state: JSON.parse(state), schema };
  const decision = decide(aggregate, stored, { id, at, event: JSON.parse(event) });
  return JSON.stringify(decision.state).length + JSON.stringify(decision.effects).length;
}

/**
 * Per second of processor time, in the best of many passes: whatever else runs on the machine takes time and caches away, and
 * never gives any.
 */
function rate(moments: readonly Moment[]): number {
  const from = process.cpuUsage();
  let best = 0;
  do best = Math.max(best, rateOfPass(moments));
  while (seconds(process.cpuUsage(from)) < MEASURED_SECONDS);
  return best;
}

function rateOfPass(moments: readonly Moment[]): number {
  const from = process.cpuUsage();
  for (const moment of moments) step(moment);
  return moments.length / seconds(process.cpuUsage(from));
}

function seconds(used: NodeJS.CpuUsage): number {
  return (used.user + used.system) / 1e6;
}

function kilobytes(moments: readonly Moment[]): number {
  return moments.reduce((sum, moment) => sum + (moment.state?.length ?? 0), 0) / moments.length / 1024;
}
