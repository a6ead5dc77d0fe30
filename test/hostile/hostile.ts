/**
 * A hostile agent: what it does, and what a maintainer reads of it. It comes in one of two ways. A real agent works in the checkout of
 * the real attempt job. Or somebody took the job over, and it hands in what no job of ours would.
 */
import type { guards } from "./guards/table.ts";

export const KINDS = [
  "path",
  "link",
  "name",
  "tree-swap",
  "forged-check",
  "gate-surface",
  "secret",
  "forged-result",
] as const;

/** A manifest entry of a job that was taken over. `text` is the file's content, or a link's target. */
export type Forged =
  | { write: string; text: string; mode?: "100644" | "100755" | "120000" }
  /** The bytes in base64, for what is no text. */
  | { write: string; base64: string }
  | { delete: string };

/** The upload of a job that was taken over. Left out: a truthful result of `forges`. */
export interface ForgedJob {
  forges: Forged[];
  /** Fields of `result.json` in place of the truthful ones. */
  result?: Record<string, unknown>;
  /** JavaScript that runs after the result was written, in the folder that holds `result/`. */
  afterwards?: string;
  /** The job fails after it uploaded. */
  fails?: true;
}

export interface Hostile {
  kind: (typeof KINDS)[number];
  /** Also the task's id. */
  id: string;
  /** What keeps it out. `npm run nightly` takes it away and sees the agent succeed. */
  guard: keyof typeof guards;
  /** Bash of a real agent, in the checkout. */
  agent?: string;
  forged?: ForgedJob;
  /** Of the cause that the task is parked with, or of why its pull waits. */
  reads: RegExp;
}
