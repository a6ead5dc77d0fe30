/** Writes stages and numbers, in comments and in a terminal alike. */
import type { Usage } from "../core/attempt.ts";
import { addUsage, NO_USAGE, unpricedTokens } from "../core/attempt.ts";
import type { TaskStage } from "../core/feature/stages.ts";
import type { FeatureState } from "../core/feature/state.ts";

/** `tone`: the colour class of the diagram. */
export const stages: Record<TaskStage, { icon: string; word: string; tone: Tone }> = {
  blocked: { icon: "⚪", word: "blocked", tone: "idle" },
  ready: { icon: "🔵", word: "ready", tone: "active" },
  dispatching: { icon: "🔵", word: "starting", tone: "active" },
  working: { icon: "🔨", word: "working", tone: "active" },
  promoting: { icon: "🔨", word: "pushing", tone: "active" },
  "in-lane": { icon: "🚦", word: "in the queue", tone: "lane" },
  waiting: { icon: "⏳", word: "waiting", tone: "waiting" },
  parked: { icon: "✋", word: "needs attention", tone: "parked" },
  done: { icon: "✅", word: "done", tone: "done" },
  cancelled: { icon: "⛔", word: "cancelled", tone: "over" },
};

export type Tone = "idle" | "active" | "lane" | "waiting" | "parked" | "done" | "over";

/** `45 s`, `12 min`, `3 h 5 min` */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `07:31 UTC` */
export function clockTime(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`;
}

/** `0:15`, `1:02:03`: time since the start, as terminals show it. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}

/** Everything the feature's models used, as far as it is known; null: nothing is. */
export function totalUsage(state: FeatureState): Usage | null {
  const known = [state.planner.usage, ...state.tasks.map((task) => task.usage)].filter((usage) => usage !== null);
  return known.length === 0 ? null : known.reduce(addUsage, NO_USAGE);
}

/** Dollars that attempts may have used beside that, of which no report came. */
export function unreportedUsd(state: FeatureState): number {
  return state.tasks.reduce((sum, { unreported }) => sum + (unreported?.usd ?? 0), 0);
}

/** `$0.42, 12,345 tokens in, 678 out`. An agent command that reports tokens without dollars has no price that is known. */
export function cost(usage: Usage): string {
  const tokensIn = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const counted = `${grouped(tokensIn)} tokens in, ${grouped(usage.outputTokens)} out`;
  const unpriced = unpricedTokens(usage);
  if (unpriced === 0) return `$${usage.usd.toFixed(2)}, ${counted}`;
  if (usage.usd === 0) return `price unknown, ${counted}`;
  return `$${usage.usd.toFixed(2)} and the unknown price of ${grouped(unpriced)} tokens, ${counted}`;
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
