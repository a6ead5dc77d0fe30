/** The contract of an engine: what runs inside an attempt. */
import type { Brief, Result, Usage } from "../core/attempt.ts";
import type { Log } from "./log.ts";

/** What an engine is given to work with. */
export interface Work {
  brief: Brief;
  attempt: string;
  /** The checkout. What an engine leaves there is the attempt's change. */
  workspace: string;
  /** A folder outside the checkout, for this attempt only. */
  scratch: string;
  /** The whole environment of whatever the engine starts: nothing of the job's own reaches an agent. */
  environment: Record<string, string>;
  /** Fires when the attempt's minutes are over, or the job is cancelled. */
  stop: AbortSignal;
  log: Log;
}

/** What an engine says of its work. The change itself is read from the worktree afterwards. */
export interface EngineReport {
  outcome: Result["outcome"];
  summary: string;
  notes: string[];
  model: string | null;
  usage: Usage | null;
}

export type Engine = (work: Work) => Promise<EngineReport>;

const MAX_SUMMARY = 4_000;

/** The end of a text, where its point usually is, within the contract's size. */
export function tail(text: string, characters = MAX_SUMMARY): string {
  const trimmed = text.trim();
  return trimmed.length <= characters ? trimmed : `…${trimmed.slice(-characters)}`;
}
