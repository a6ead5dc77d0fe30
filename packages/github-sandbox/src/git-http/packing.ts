/**
 * Limits clones and fetches to a few at a time, at low priority. Packing for every client at once would starve the API
 * and finish none of them earlier.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { availableParallelism, constants, setPriority } from "node:os";
import type { RepositoryScope } from "../context.ts";
import { newSlots } from "../slots.ts";
import { runBackend } from "./backend.ts";

/** A client that reads longer than this keeps reading, but gives its slot to the next one. */
const turnMs = 30_000;

export type ServePack = (scope: RepositoryScope, request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function newPacking(): ServePack {
  const slots = newSlots(Math.max(1, availableParallelism() - 1));

  return async (scope, request, response) => {
    const left = new AbortController();
    response.once("close", () => left.abort());
    const release = await slots.take(left.signal);
    if (release === null) return;
    const turn = setTimeout(release, turnMs);
    try {
      const call = { rest: "git-upload-pack", service: "git-upload-pack", started: giveWay };
      await runBackend(scope, request, response, call);
    } finally {
      clearTimeout(turn);
      release();
    }
  };
}

function giveWay(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // The process ended, or the system refuses the priority. The clone then only slows the others down.
  }
}
