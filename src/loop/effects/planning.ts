import type { Command } from "../../core/command.ts";
import type { FeatureEvent } from "../../core/event.ts";
import { Unavailable } from "../github-port.ts";
import type { Outside } from "../outside.ts";

/** An outage of the provider is waited out like one of GitHub's; every other failure is an answer. */
export async function makePlan(
  outside: Outside,
  command: Extract<Command, { type: "plan.make" }>,
): Promise<FeatureEvent> {
  const { version, repo, issue, base, model } = command;
  const answer = await outside.planner.plan({ repo, issue, base, model });
  if (!("failure" in answer)) {
    return { type: "plan.made", version, plan: answer.plan, model: answer.model, usage: answer.usage };
  }
  if (answer.failure.class === "provider-down") throw new Unavailable(answer.failure.cause);
  return { type: "plan.failed", version, failure: answer.failure, model: answer.model, usage: answer.usage };
}
