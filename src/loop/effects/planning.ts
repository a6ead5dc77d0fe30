import type { EffectOf } from "../../core/effect.ts";
import type { FeatureEvent } from "../../core/event.ts";
import { causeText } from "../../messages/explain/cause.ts";
import { taskOfIssue } from "../../messages/markers.ts";
import { pullTitle } from "../../messages/pull.ts";
import { subIssueBody } from "../../messages/sub-issue.ts";
import { Unavailable } from "../github-port.ts";
import type { Outside } from "../outside.ts";

/** An outage of the provider is waited out like one of GitHub's; every other failure is an answer. */
export async function makePlan(
  outside: Pick<Outside, "planner">,
  effect: EffectOf<"plan.make">,
): Promise<FeatureEvent> {
  const { type: _, version, ...request } = effect;
  const answer = await outside.planner.plan(request);
  const { model, usage } = answer;
  if ("plan" in answer) return { type: "plan.made", version, plan: answer.plan, source: answer.source, model, usage };
  if ("questions" in answer) return { type: "plan.questioned", version, questions: answer.questions, model, usage };
  if (answer.failure.class === "provider-down") throw new Unavailable(causeText(answer.failure.cause));
  return { type: "plan.failed", version, failure: answer.failure, model, usage };
}

/** Find before create: a task's issue is known by its hidden marker. */
export async function filePlan(outside: Outside, effect: EffectOf<"plan.file">): Promise<void> {
  const { github } = outside;
  const { repo, issue, tasks } = effect;
  const present = await github.subIssues(repo, issue);
  const numbers = new Map<string, number>();
  for (const { number, body } of present) {
    const id = taskOfIssue(body);
    if (id !== null) numbers.set(id, number);
  }
  for (const task of tasks) {
    if (numbers.has(task.id)) continue;
    const filed = await github.addSubIssue(repo, issue, { title: pullTitle(task), body: subIssueBody(task) });
    numbers.set(task.id, filed.number);
  }
  for (const task of tasks) {
    const number = numbers.get(task.id);
    const blockedBy = present.find((one) => one.number === number)?.blockedBy ?? [];
    for (const id of task.dependsOn) {
      const blocker = numbers.get(id);
      if (number === undefined || blocker === undefined || blockedBy.includes(blocker)) continue;
      await github.addBlockedBy(repo, number, blocker);
    }
  }
}

/** First what was written down for its tasks: left open, it would be a plan of people's for whoever labels it next. */
export async function closeIssue(
  outside: Pick<Outside, "github">,
  { repo, issue, tasks }: EffectOf<"issue.close">,
): Promise<void> {
  const { github } = outside;
  const written = tasks.length === 0 ? [] : await github.subIssues(repo, issue);
  for (const { number, body, state } of written) {
    const id = taskOfIssue(body);
    if (state === "open" && id !== null && tasks.includes(id)) await github.closeIssue(repo, number, "completed");
  }
  await github.closeIssue(repo, issue, "completed");
}
