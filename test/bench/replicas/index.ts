/**
 * What replicas are worth: PostgreSQL beside a modelled GitHub over loopback with 100 ms a call, replicas as processes of their own.
 * Ratios are of one run; limits are the takeover after a kill and the wake-up of another process.
 */
import { availableParallelism } from "node:os";
import { type PostgresServer, startPostgres } from "../../store/postgres-server.ts";
import { atMost, quantile, type Report, shown } from "../figures.ts";
import { claimsBesideTimers, wakeUps } from "./claims.ts";
import { Fleet } from "./fleet.ts";
import { whatWaits } from "./waiting.ts";

const FEATURES = 120;
const FEATURES_KILLED = { full: 60, short: 10 };
const KILL_EVERY_MS = { full: 8_000, short: 3_000 };
const TAKEN_OVER_MS = 90_000;
const LONGEST_MS = 15 * 60_000;

export async function replicas(short: boolean): Promise<Report[]> {
  const server = await startPostgres();
  try {
    const reports = [await waking(server), await killing(server, short ? "short" : "full")];
    return short ? reports : [...reports, await scaling(server)];
  } finally {
    await server.stop();
  }
}

async function waking(server: PostgresServer): Promise<Report> {
  const { share, perSecond } = await claimsBesideTimers(server);
  const times = await wakeUps(server);
  return {
    name: "Claims and wake-up on PostgreSQL",
    notes: ["Claims of 8 due effects and the next due time, with 20,000 timers waiting and with none."],
    figures: [
      shown("claims beside 20,000 timers", perSecond, "/s"),
      least("claims beside 20,000 timers, as a share of those without", share, 0.8),
      shown("another process wakes after, median", quantile(times, 0.5), "ms"),
      atMost("another process wakes after, 95 %", quantile(times, 0.95), 100, "ms"),
    ],
  };
}

async function killing(server: PostgresServer, form: "full" | "short"): Promise<Report> {
  const features = FEATURES_KILLED[form];
  const pause = () => new Promise((resolve) => setTimeout(resolve, KILL_EVERY_MS[form]));
  const databaseUrl = await server.createDatabase(`kills_${form}`);
  const fleet = await Fleet.start(databaseUrl, 2);
  try {
    await fleet.label(features);
    await pause();
    await fleet.replace();
    await pause();
    await fleet.replace();
    await pause();
    await server.crash();
    const began = performance.now();
    const { open, doubled, merged } = await fleet.end(TAKEN_OVER_MS);
    const seconds = (performance.now() - began) / 1_000;
    return {
      name: `Two replicas killed in turn, then the database, under ${features} features`,
      notes: [...doubled.map((thing) => `twice: ${thing}`), ...(await whatWaits(databaseUrl, open))],
      figures: [
        atMost("until every feature has ended, from the last kill on", seconds, 90, "s"),
        atMost("features that did not end", open.length, 0),
        atMost("runs, pulls, comments or merges made twice", doubled.length, 0),
        atMost("tasks lost", features * 3 - merged, 0),
      ],
    };
  } finally {
    fleet.stop();
  }
}

async function scaling(server: PostgresServer): Promise<Report> {
  const seconds: number[] = [];
  const failures: string[] = [];
  for (const count of [1, 2, 4]) {
    const fleet = await Fleet.start(await server.createDatabase(`scale_${count}`), count);
    try {
      const began = performance.now();
      await fleet.label(FEATURES);
      const { open, doubled } = await fleet.end(LONGEST_MS);
      seconds.push((performance.now() - began) / 1_000);
      failures.push(...open, ...doubled);
    } finally {
      fleet.stop();
    }
  }
  const [one = Number.NaN, two = Number.NaN, four = Number.NaN] = seconds;
  return {
    name: `${FEATURES} features of three tasks by one, two and four replicas`,
    notes: [`${availableParallelism()} processors for the replicas, PostgreSQL and the modelled GitHub together.`],
    figures: [
      shown("one replica", FEATURES / one, "features/s"),
      least("two, as often as one", one / two, 1.7),
      shown("four, as often as one", one / four),
      atMost("features that did not end, and things made twice", failures.length, 0),
    ],
  };
}

function least(name: string, value: number, target: number): Report["figures"][number] {
  return { name, value, digits: 2, unit: "", target: { atLeast: target } };
}
