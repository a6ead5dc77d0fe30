/** Performs the effects between a labelled issue and its plan. */
import type { Price } from "../../core/attempt.ts";
import { ATTEMPT_WORKFLOW } from "../../core/attempt.ts";
import type { EffectOf } from "../../core/effect.ts";
import type { FeatureEvent } from "../../core/event.ts";
import type { RequiredCheck } from "../../core/github.ts";
import { defaultPolicy, type Policy } from "../../core/policy.ts";
import type { Problem } from "../../core/preflight/index.ts";
import { causeText } from "../../messages/explain/cause.ts";
import { planMarker, taskOfIssue } from "../../messages/markers.ts";
import { planComment } from "../../messages/plan.ts";
import { pullTitle } from "../../messages/pull.ts";
import { subIssueBody } from "../../messages/sub-issue.ts";
import { Unavailable } from "../github-port.ts";
import type { Inside } from "../memory/states.ts";
import type { Outside } from "../outside.ts";
import { redacted } from "../redacted.ts";
import type { EffectRun } from "./outcome-event.ts";
import { preflight } from "./preflight.ts";
import { presentFeature } from "./present-feature.ts";

/** The part of the outside that `performFeatureObserve` needs. `headgate plan` calls it without a store. */
export type Observer = Pick<Outside, "github" | "settings" | "readPolicy" | "readWorkflow" | "priceOf">;

/** Reads who asks, what the base branch says, and whether Headgate can work there. */
export async function performFeatureObserve(
  outside: Observer,
  effect: EffectOf<"feature.observe">,
): Promise<FeatureEvent> {
  const { github, settings } = outside;
  const { repo, by } = effect;
  const permission = await github.permission(repo, by);
  const defaultBranch = await github.defaultBranch(repo);
  const branch = settings.baseBranch ?? defaultBranch;
  const [sha, workflow, state, squatter] = await Promise.all([
    github.branchTip(repo, branch),
    github.readFile(repo, defaultBranch, ATTEMPT_WORKFLOW),
    github.workflowState(repo, ATTEMPT_WORKFLOW),
    github.branchTip(repo, "headgate"),
  ]);
  const problems: Problem[] = [];
  if (sha === null) problems.push({ kind: "base-missing", branch });
  problems.push(...(await attemptWorkflowProblems(outside, { text: workflow, state, branch: defaultBranch })));
  if (squatter !== null) problems.push({ kind: "branch-in-the-way" });
  // Config comes from the base branch, as everything that steers an agent does.
  const config = outside.readPolicy(sha === null ? null : await github.readFile(repo, sha, ".github/headgate.yml"));
  if (!config.ok) problems.push(...config.problems);
  const read = config.ok ? config.policy : null;
  const checks = sha === null ? [] : union(await github.requiredChecks(repo, branch), read?.checks ?? []);
  if (checks.length === 0 && sha !== null) problems.push({ kind: "no-required-checks", branch });
  const base = sha === null ? null : { branch, sha };
  const merge = {
    method: (read ?? defaultPolicy).merge.method,
    stated: config.ok && config.namesMethod === true,
  };
  const inspected =
    base === null
      ? null
      : await preflight(outside, {
          repo,
          issue: effect.issue,
          base,
          required: checks,
          merge,
          isNew: effect.round === 1,
        });
  const policy =
    read === null ? null : { ...read, merge: { ...read.merge, method: inspected?.method ?? merge.method } };
  problems.push(...(inspected?.problems ?? []));
  return {
    type: "feature.observed",
    round: effect.round,
    by,
    permission,
    base,
    policy,
    checks,
    prices: pricesOf(outside, policy),
    problems,
    warnings: inspected?.warnings ?? [],
    ...(inspected === null ? {} : { appearances: inspected.appearances }),
  };
}

/** Names the inputs that a dispatch gives to the attempt's run (`github/attempts.ts`). */
const DISPATCH_INPUTS = ["protocol", "attempt", "brief"];

async function attemptWorkflowProblems(
  { readWorkflow }: Pick<Outside, "readWorkflow">,
  { text, state, branch }: { text: string | null; state: "active" | "disabled" | "unknown"; branch: string },
): Promise<Problem[]> {
  const path = ATTEMPT_WORKFLOW;
  if (text === null) return [{ kind: "workflow-missing", path, branch }];
  const read = await readWorkflow(path, text);
  const inputs = read.ok ? read.workflow.dispatchInputs : null;
  const missing = inputs === null ? null : DISPATCH_INPUTS.filter((input) => !inputs.includes(input));
  return [
    ...(state === "disabled" ? [{ kind: "workflow-disabled" as const, path }] : []),
    ...(missing?.length === 0 ? [] : [{ kind: "workflow-not-runnable" as const, path, branch, missing }]),
  ];
}

function pricesOf(outside: Pick<Outside, "priceOf">, policy: Policy | null): Record<string, Price> {
  const models = policy === null ? [] : Object.values(policy.models);
  return Object.fromEntries(
    models.flatMap((model) => {
      const price = outside.priceOf(model);
      return price === null ? [] : [[model, price]];
    }),
  );
}

function union(left: RequiredCheck[], right: RequiredCheck[]): RequiredCheck[] {
  const names = new Set(left.map((check) => check.name));
  return [...left, ...right.filter((check) => !names.has(check.name))];
}

/** Throws on an outage of the provider, so that the outbox tries again. Every other failure is an answer. */
export async function performPlanMake(
  outside: Pick<Outside, "planner" | "scanner">,
  effect: EffectOf<"plan.make">,
): Promise<FeatureEvent> {
  const { type: _, version, ...request } = effect;
  const answer = await redacted(outside.scanner, await outside.planner.plan(request));
  const { model, usage } = answer;
  if ("plan" in answer) return { type: "plan.made", version, ...answer };
  if ("questions" in answer) return { type: "plan.questioned", version, questions: answer.questions, model, usage };
  if (answer.failure.class === "provider-down") throw new Unavailable(causeText(answer.failure.cause));
  return { type: "plan.failed", version, failure: answer.failure, model, usage };
}

/** Finds before it creates: a task's sub-issue is known by its hidden marker. A closed one is of a former plan. */
export async function performPlanFile(outside: Outside, effect: EffectOf<"plan.file">): Promise<FeatureEvent> {
  const { github } = outside;
  const { repo, issue, version, tasks } = effect;
  const present = await github.subIssues(repo, issue);
  const numbers = new Map<string, number>();
  for (const { number, body, state } of present) {
    const id = taskOfIssue(body);
    if (id !== null && state === "open") numbers.set(id, number);
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
  const filed = tasks.flatMap(({ id }) => ({ task: id, issue: numbers.get(id) ?? 0 }));
  return { type: "plan.filed", version, subIssues: filed.filter((one) => one.issue > 0) };
}

/** Answers with the version that the comment shows, which may be later than the one asked for. */
export async function performPlanPublish(
  inside: Inside,
  effect: EffectOf<"plan.publish">,
  { aggregate }: EffectRun,
): Promise<FeatureEvent> {
  const state = await presentFeature(inside, aggregate);
  const version = state?.plan?.version ?? effect.version;
  if (state !== null && state.plan !== null) {
    const comment = planComment(state, inside.settings.engineIsUnpriced !== true);
    await inside.github.upsertComment(effect.repo, effect.issue, planMarker(state.life.number), comment);
  }
  return { type: "plan.shown", version };
}
