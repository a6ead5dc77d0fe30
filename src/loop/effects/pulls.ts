/** Effects on pull requests and branches: at most one changing call each. */
import type { Command } from "../../core/command.ts";
import type { FeatureEvent, LaneEvent } from "../../core/event.ts";
import { pullBody, pullTitle } from "../../messages/pull.ts";
import { Unavailable } from "../github-port.ts";
import type { Outside } from "../outside.ts";

type CommandOf<Type extends Command["type"]> = Extract<Command, { type: Type }>;

export async function openPull(outside: Outside, command: CommandOf<"pull.open">): Promise<FeatureEvent> {
  const { number } = await outside.github.openPull(command.repo, {
    head: command.branch,
    base: command.base,
    commit: command.head,
    title: pullTitle(command),
    body: pullBody(command),
  });
  return { type: "pull.opened", task: command.task, pull: number };
}

export async function updatePull(outside: Outside, command: CommandOf<"pull.update">): Promise<LaneEvent> {
  const outcome = await outside.github.updatePull(command.repo, command.pull, command.head);
  return { type: "pull.updated", pull: command.pull, outcome };
}

export async function rerunChecks(outside: Outside, command: CommandOf<"checks.rerun">): Promise<LaneEvent> {
  await outside.github.rerun(command.repo, command.head, command.checks);
  return { type: "checks.rerun", pull: command.pull, head: command.head };
}

/**
 * Never tried again from here: what was judged before a pause says nothing about after it. The core looks and decides anew.
 */
export async function mergePull(outside: Outside, command: CommandOf<"pull.merge">): Promise<LaneEvent> {
  const event = { type: "pull.merged" as const, pull: command.pull, head: command.head };
  try {
    const outcome = await outside.github.mergePull(command.repo, command.pull, {
      head: command.head,
      method: command.method,
      title: `${pullTitle(command)} (#${command.pull})`,
    });
    return { ...event, outcome };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { ...event, outcome: { outcome: "unknown", message: error.message, afterMs: error.afterMs ?? 0 } };
  }
}
