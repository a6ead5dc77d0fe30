import type { Command } from "../../core/command.ts";
import type { FeatureEvent } from "../../core/event.ts";
import type { Outside } from "../outside.ts";

export async function makePlan(
  outside: Outside,
  command: Extract<Command, { type: "plan.make" }>,
): Promise<FeatureEvent> {
  const { version, repo, issue, base, model } = command;
  const answer = await outside.planner.plan({ repo, issue, base, model });
  return "failure" in answer
    ? { type: "plan.failed", version, failure: answer.failure, model: answer.model, usage: answer.usage }
    : { type: "plan.made", version, plan: answer.plan, model: answer.model, usage: answer.usage };
}
