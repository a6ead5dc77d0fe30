/** The readers of a room, in the shapes that the other rooms ask for. */

import { readWorkflow } from "../config/workflow-file.ts";
import type { WorkflowReading } from "../core/preflight/index.ts";
import { BadArchive } from "../github/artifact/unzip.ts";
import { type GitHubReaders, readersInProcess } from "../github/readers.ts";
import { ReaderStopped } from "../loop/readers-port.ts";
import type { SecretScanner } from "../loop/scanner-port.ts";
import type { PlannerReaders } from "../planner/written/readers.ts";
import { readPayload } from "../webhook/reading.ts";
import { BadBytes, type Room } from "./room.ts";

export { openRoom, type Room } from "./room.ts";

/** Less than this is read here, in a few milliseconds: a usual payload, a comment, a summary. */
const SMALL = 64 * 1024;

export function githubReaders({ read }: Pick<Room, "read">): GitHubReaders {
  return {
    unpackArtifact: (path) =>
      read("unpack-artifact", path).catch((error: unknown) => {
        throw error instanceof BadBytes ? new BadArchive(error.message, { cause: error }) : error;
      }),
    mergeLines: (...files) => read("merge-lines", ...files),
    logExcerpt: (log, limit) =>
      log.length < SMALL ? readersInProcess.logExcerpt(log, limit) : read("log-excerpt", log, limit),
  };
}

export function plannerReaders({ read }: Pick<Room, "read">): PlannerReaders {
  return {
    readTaskList: (markdown) => read("task-list", markdown),
    linkedTaskList: (place) => read("linked-task-list", place),
  };
}

/** Less than this is parsed here in some 100 ms, whatever it holds. Hardly any workflow file is larger. */
const LARGE_WORKFLOW = 32 * 1024;

export function workflowReader({ read }: Pick<Room, "read">) {
  return async (path: string, text: string): Promise<WorkflowReading> => {
    if (text.length < LARGE_WORKFLOW) return readWorkflow(path, text);
    return await read("workflow", path, text).catch((error: unknown): WorkflowReading => {
      if (!(error instanceof ReaderStopped)) throw error;
      return { ok: false, line: null, fault: { kind: "not-yaml", quoted: error.message } };
    });
  };
}

/** Scans long texts in the room. A text whose scan was stopped was not scanned, which refuses a file and hides words. */
export function confinedScanner({ read }: Pick<Room, "read">, inProcess: SecretScanner): SecretScanner {
  return {
    scanFile: (path, content) =>
      content.length < SMALL
        ? inProcess.scanFile(path, content)
        : read("scan-file", path, content).catch(stoppedAs({ secrets: [], isComplete: false })),
    redact: (text) =>
      text.length < SMALL ? inProcess.redact(text) : read("redact", text).catch(stoppedAs("[redacted: not scanned]")),
  };
}

function stoppedAs<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (error instanceof ReaderStopped) return value;
    throw error;
  };
}

const LARGE_DELIVERY = 1024 * 1024;

/** Reads a large delivery in the room: GitHub's may have 25 MB, which would hold up everything else. */
export async function readPayloadIn(
  { read }: Pick<Room, "read">,
  event: string,
  body: Buffer,
): Promise<Record<string, unknown>> {
  return body.length < LARGE_DELIVERY ? readPayload(event, body) : await read("payload", event, body);
}
