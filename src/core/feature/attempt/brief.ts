/** Gathers what an attempt must know. `messages/agent/brief.ts` writes it down within the size of a workflow input. */
import { type AttemptKind, type BriefFacts, priceOf } from "../../attempt.ts";
import { repoName } from "../../github.ts";
import type { Policy } from "../../policy.ts";
import { ceilingOf } from "../../rules/spending.ts";
import { tierFor } from "../../rules/tiers.ts";
import { isFreshTarget, targetOf } from "../landing/targets.ts";
import type { FeatureState } from "../state.ts";
import { findTask } from "../state.ts";
import { failureOf, type Task, wasLeftOut } from "../task.ts";

interface AttemptCommits {
  checkout: string;
  merge: string | null;
  against: string;
  parents: string[];
}

/** Returns the commits of the next attempt, by its kind; null while the task has no head or the branch is being read. */
export function commitsFor(state: FeatureState, task: Task, kind: AttemptKind): AttemptCommits | null {
  const target = targetOf(state, task);
  if (target === null) return null;
  const base = isFreshTarget(target) ? target.sha : null;
  switch (kind) {
    case "build":
    case "research":
      if (base === null) return null;
      return { checkout: base, merge: null, against: base, parents: [base] };
    case "repair":
    case "review":
      if (task.head === null) return null;
      return { checkout: task.head, merge: null, against: task.head, parents: [task.head] };
    case "resolve": {
      if (task.head === null || base === null) return null;
      return { checkout: task.head, merge: base, against: base, parents: [task.head, base] };
    }
  }
}

export function modelFor(policy: Policy, task: Task, kind: AttemptKind): string {
  return policy.models[tierFor(kind, task.plan.size, task.machine.failures)];
}

/** Gathers the facts of a brief. Call it after the task's machine has counted the attempt. */
export function briefFacts(state: FeatureState, task: Task, policy: Policy, commits: AttemptCommits): BriefFacts {
  const { kind } = task.machine;
  const model = modelFor(policy, task, kind);
  const ceiling = ceilingOf(task, policy);
  return {
    feature: `${repoName(state.repo)}#${state.issue.number}`,
    task: task.plan.id,
    attempt: task.machine.attempt,
    kind,
    issue: state.issue,
    title: task.plan.title,
    description: task.plan.description,
    acceptance: task.plan.acceptance,
    checks: task.plan.checks,
    files: task.plan.files,
    checkout: commits.checkout,
    merge: commits.merge,
    against: commits.against,
    model: {
      name: model,
      price: priceOf(state.prices, model),
      maxTurns: policy.attempts.turns,
      maxUsd: ceiling.usd,
      maxTokens: ceiling.tokens,
    },
    limits: { minutes: ceiling.minutes, files: policy.limits.files, bytes: policy.limits.bytes },
    failure: failureOf(task),
    dependencies: task.plan.dependsOn.flatMap((id) => {
      const dependency = findTask(state, id);
      return dependency === undefined || wasLeftOut(dependency)
        ? []
        : [{ id, title: dependency.plan.title, summary: dependency.summary, notes: dependency.notes }];
    }),
    siblings: state.tasks
      .filter((sibling) => sibling !== task)
      .map((sibling) => ({
        id: sibling.plan.id,
        title: sibling.plan.title,
        state: sibling.stage,
        files: sibling.plan.files,
      })),
  };
}
