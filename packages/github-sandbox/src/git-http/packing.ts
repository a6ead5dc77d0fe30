/**
 * Clones and fetches, a few at a time and behind everything else: packing for all who ask at once would take the machine
 * from the API, and finish none of them earlier.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { availableParallelism, constants, setPriority } from "node:os";
import type { SandboxContext } from "../context.ts";
import { newSlots } from "../slots.ts";
import type { Repository } from "../store/entities.ts";
import { runBackend } from "./backend.ts";

/** Whoever reads more slowly than this goes on reading, but keeps no other waiting. */
const turnMs = 30_000;

export type ServePack = (
  context: SandboxContext,
  repository: Repository,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

export function newPacking(): ServePack {
  const slots = newSlots(Math.max(1, availableParallelism() - 1));

  return async (context, repository, request, response) => {
    const left = new AbortController();
    response.once("close", () => left.abort());
    const release = await slots.take(left.signal);
    if (release === null) return;
    const turn = setTimeout(release, turnMs);
    try {
      const call = { rest: "git-upload-pack", service: "git-upload-pack", started: giveWay };
      await runBackend(context, repository, request, response, call);
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
    // It has ended, or the system does not allow it: then it is only slower for the others.
  }
}
