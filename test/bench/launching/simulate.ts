/** A fan-out of agents that share a prompt prefix: who pays for writing it into the cache, and who waits for whom. */
import { type CacheTerms, firstTokenMs, launch, MINIMUM_PREFIX_TOKENS } from "../../../src/core/rules/launch.ts";
import type { Chance } from "../../simulation/chance.ts";
import { exponential, lognormal } from "../draw.ts";

/** Beside what the judgement asks for: a million tokens of a prefix too short to be cached. */
export type Terms = CacheTerms & { price: { input: number } };

/** One agent. Seconds. */
export interface Agent {
  /** From its dispatch until its run is at work. */
  queues: number;
  /** From its dispatch until its runner could send the first request. */
  boots: number;
  /** From its first request to its end. */
  works: number;
}

export interface FanOut {
  agents: Agent[];
  terms: Terms;
  /** Seconds from a cold request to its first token, this time. */
  firstToken: number;
}

/** When each agent sends its first request, in seconds after the decision; `prewarmed`: a call beside them goes first. */
export interface Starts {
  starts: number[];
  prewarmed: boolean;
}

export type LaunchPolicy = (fanOut: FanOut) => Starts;

/** The least that a job waits for a runner, and what checkout and installation take before the first request. */
const QUEUE_SECONDS = 8;
const SETUP_SECONDS = 10;

/** An entry lives so long after it was last used. */
const TTL_SECONDS = 300;

export function drawFanOut(chance: Chance, count: number, jitter: number, terms: Terms): FanOut {
  const agents = Array.from({ length: count }, () => {
    const queues = QUEUE_SECONDS + (jitter === 0 ? 0 : exponential(chance, jitter));
    return { queues, boots: queues + SETUP_SECONDS, works: lognormal(chance, 600, 0.6) };
  });
  return { agents, terms, firstToken: (firstTokenMs(terms.prefixTokens) / 1000) * (0.9 + 0.2 * chance.next()) };
}

export const coldParallel: LaunchPolicy = ({ agents }) => ({
  starts: agents.map((agent) => agent.boots),
  prewarmed: false,
});

function holdsOf({ agents, terms }: FanOut): number[] {
  const candidates = agents.map((_, index) => ({ id: `${index}`, prefix: "shared" }));
  return launch(candidates, [], () => terms, 0).map((one) => (one.until ?? 0) / 1000);
}

export function holdPays(fanOut: FanOut): boolean {
  return holdsOf(fanOut).some((hold) => hold > 0);
}

/** Hold to first token, where the requests are sent: the first that is ready leads, in any order of dispatch. */
export const holdAtRequest: LaunchPolicy = (fanOut) => {
  const { agents, firstToken } = fanOut;
  if (!holdPays(fanOut)) return coldParallel(fanOut);
  const cap = Math.max(...holdsOf(fanOut));
  const leadsAt = Math.min(...agents.map((agent) => agent.boots));
  const leader = agents.findIndex((agent) => agent.boots === leadsAt);
  const starts = agents.map(({ boots }, index) =>
    index === leader ? boots : Math.max(boots, Math.min(leadsAt + firstToken, boots + cap)),
  );
  return { starts, prewarmed: false };
};

/** What Headgate does: only the dispatch can be held, until the leader is at work, and the followers' runners boot after it. */
export const holdAtDispatch: LaunchPolicy = (fanOut) => {
  const { agents } = fanOut;
  const holds = holdsOf(fanOut);
  const heard = agents[0]?.queues ?? 0;
  return { starts: agents.map(({ boots }, index) => Math.min(holds[index] ?? 0, heard) + boots), prewarmed: false };
};

/** A call of one's own writes the entry while the runners boot; no request is sent before it is readable. */
export const prewarm: LaunchPolicy = ({ agents, firstToken }) => ({
  starts: agents.map((agent) => Math.max(agent.boots, firstToken)),
  prewarmed: true,
});

export const waitForFirstTask: LaunchPolicy = ({ agents }) => {
  const [leader] = agents;
  const ended = leader === undefined ? 0 : leader.boots + leader.works;
  return { starts: agents.map(({ boots }, index) => (index === 0 ? boots : Math.max(boots, ended))), prewarmed: false };
};

/** Dollars for everybody's first reading or writing of the prefix, and seconds until the last agent is done. */
export function outcome(fanOut: FanOut, { starts, prewarmed }: Starts): { usd: number; makespan: number } {
  const { agents, terms, firstToken } = fanOut;
  const ends = agents.map(({ works }, index) => (starts[index] ?? 0) + works);
  // Every turn of a running agent reads the prefix again and keeps the entry alive.
  const uses = starts.map((start, index) => ({ readable: start + firstToken, gone: (ends[index] ?? 0) + TTL_SECONDS }));
  if (prewarmed) uses.push({ readable: firstToken, gone: TTL_SECONDS });
  const { price, prefixTokens } = terms;
  const cached = prefixTokens >= MINIMUM_PREFIX_TOKENS;
  const prices = starts.map((start) => {
    if (!cached) return price.input;
    const warm = uses.some(({ readable, gone }) => readable <= start && start <= gone);
    return warm ? price.cacheRead : price.cacheWrite;
  });
  if (prewarmed) prices.push(cached ? price.cacheWrite : price.input);
  const usd = (prices.reduce((sum, one) => sum + one, 0) * prefixTokens) / 1_000_000;
  return { usd, makespan: Math.max(...ends) };
}

/** What it costs when one writes and all others read. */
export function warmIdeal({ agents, terms }: FanOut): number {
  const { prefixTokens, price } = terms;
  const cached = prefixTokens >= MINIMUM_PREFIX_TOKENS;
  const perMillion = cached ? price.cacheWrite + (agents.length - 1) * price.cacheRead : agents.length * price.input;
  return (perMillion * prefixTokens) / 1_000_000;
}
