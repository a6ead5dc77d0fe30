/**
 * The table of what is read in a process of its own, since strangers or agents wrote it. Each reader loads its code when it is
 * first asked for, so that a process starts quickly.
 */
import { z } from "zod";
import { WrittenProblem } from "../core/plan/written.ts";
import type { WorkflowReading } from "../core/preflight/index.ts";
import { ResultReading } from "../core/promotion/result.ts";
import { SecretFinding } from "../core/promotion/secret.ts";
import type { LinkPlace } from "../planner/written/link.ts";

const Bytes = z.instanceof(Uint8Array);

/** `ms`: how long a reader may take. `output`: what the server accepts as its answer. */
export const readers = {
  "unpack-artifact": {
    ms: 30_000,
    run: async (path: string) => (await import("../github/artifact/unpack.ts")).unpackArtifact(path),
    output: z.object({ result: ResultReading, files: z.map(z.string(), Bytes) }),
  },
  "merge-lines": {
    ms: 5_000,
    run: async (base: Uint8Array, ours: Uint8Array, theirs: Uint8Array) =>
      (await import("../github/conflicts/lines.ts")).mergeLines(base, ours, theirs),
    output: z.enum(["clean", "conflict", "unknown"]),
  },
  "log-excerpt": {
    ms: 10_000,
    run: async (log: string, limit: number) => (await import("../github/logs/excerpt.ts")).logExcerpt(log, limit),
    output: z.string(),
  },
  "task-list": {
    ms: 10_000,
    run: async (markdown: string) => (await import("../planner/written/task-list.ts")).readTaskList(markdown),
    output: z.union([
      z.null(),
      z.object({ plan: z.object({ tasks: z.array(z.looseObject({})) }) }),
      z.object({ problems: z.array(WrittenProblem) }),
    ]),
  },
  "linked-task-list": {
    ms: 10_000,
    run: async (place: LinkPlace) => (await import("../planner/written/link.ts")).linkedTaskList(place),
    output: z.string().nullable(),
  },
  "scan-file": {
    // The scanner itself stops after 20 seconds of a file.
    ms: 30_000,
    run: async (path: string, content: Uint8Array) =>
      (await import("../secrets/scanner.ts")).createScanner().scanFile(path, content),
    output: z.object({ secrets: z.array(SecretFinding), isComplete: z.boolean() }),
  },
  redact: {
    ms: 30_000,
    run: async (text: string) => (await import("../secrets/scanner.ts")).createScanner().redact(text),
    output: z.string(),
  },
  workflow: {
    ms: 10_000,
    run: async (path: string, text: string) => (await import("../config/workflow-file.ts")).readWorkflow(path, text),
    output: z.custom<WorkflowReading>((value) => typeof value === "object" && value !== null && "ok" in value),
  },
  payload: {
    // GitHub gives up after ten.
    ms: 8_000,
    run: async (event: string, body: Uint8Array) =>
      (await import("../webhook/reading.ts")).readPayload(event, Buffer.from(body)),
    output: z.record(z.string(), z.unknown()),
  },
};

export type ReaderName = keyof typeof readers;
export type ReaderInput<Name extends ReaderName> = Parameters<(typeof readers)[Name]["run"]>;
export type ReaderOutput<Name extends ReaderName> = z.infer<(typeof readers)[Name]["output"]>;

export function isReader(name: string): name is ReaderName {
  return Object.hasOwn(readers, name);
}
