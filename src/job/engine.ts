/** The contract of an engine, which runs inside an attempt. */
import type { Brief, Result, Usage } from "../core/attempt.ts";
import type { JobLog } from "./log.ts";

/** The input of an engine. */
export interface Work {
  brief: Brief;
  attempt: string;
  /** Path of the checkout. The files that an engine leaves there are the attempt's change. */
  workspace: string;
  /** Path of a folder outside the checkout, for this attempt only. */
  scratch: string;
  /** The whole environment of the engine's processes. The job's own variables never reach an agent. */
  environment: Record<string, string>;
  /** Fires when the attempt's time is over or the job is cancelled. */
  stop: AbortSignal;
  log: JobLog;
}

/** The engine's report on its work. The caller reads the change itself from the worktree. */
export interface EngineReport {
  outcome: Result["outcome"];
  summary: string;
  notes: string[];
  model: string | null;
  usage: Usage | null;
}

export type Engine = (work: Work) => Promise<EngineReport>;

const MAX_SUMMARY = 4_000;

/** Returns the end of a text, where its point usually is, within the contract's limit. */
export function tail(text: string, characters = MAX_SUMMARY): string {
  const trimmed = text.trim();
  return trimmed.length <= characters ? trimmed : `…${trimmed.slice(-characters)}`;
}
