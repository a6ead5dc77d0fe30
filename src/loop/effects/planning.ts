import type { Command } from "../../core/command.ts";
import type { FeatureEvent } from "../../core/event.ts";
import { Unavailable } from "../github-port.ts";
import type { Outside } from "../outside.ts";

/** An outage of the provider is waited out like one of GitHub's; every other failure is an answer. */
export async function makePlan(
  outside: Outside,
  command: Extract<Command, { type: "plan.make" }>,
): Promise<FeatureEvent> {
  const { type: _, version, ...request } = command;
  const answer = await outside.planner.plan(request);
  const { model, usage } = answer;
  if ("plan" in answer) return { type: "plan.made", version, plan: answer.plan, source: answer.source, model, usage };
  if ("questions" in answer) return { type: "plan.questioned", version, questions: answer.questions, model, usage };
  if (answer.failure.class === "provider-down") throw new Unavailable(answer.failure.cause);
  return { type: "plan.failed", version, failure: answer.failure, model, usage };
}

/** Find before create: a task's issue is known by its hidden marker. */
export async function filePlan(outside: Outside, command: Extract<Command, { type: "plan.file" }>): Promise<void> {
  const { github } = outside;
  const { repo, issue, tasks } = command;
  const present = new Map((await github.subIssues(repo, issue)).map((one) => [taskOfIssue(one.body), one]));
  const ids = new Map<string, number>();
  for (const task of tasks) {
    const known = present.get(task.id);
    const filed = known ?? (await github.addSubIssue(repo, issue, { title: task.title, body: subIssueBody(task) }));
    ids.set(task.id, filed.number);
    const blockers = task.dependsOn.flatMap((id) => ids.get(id) ?? []);
    const missing = blockers.filter((number) => known === undefined || !known.blockedBy.includes(number));
    for (const number of missing) await github.addBlockedBy(repo, filed.number, number);
  }
}
