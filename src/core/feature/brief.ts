/** What an attempt is told: the brief, cut to the size that a workflow input may have. */
import type { AttemptKind, Brief } from "../attempt.ts";
import { MAX_BRIEF_BYTES, priceOf } from "../attempt.ts";
import type { Policy } from "../policy.ts";
import { ceilingOf } from "../rules/spending.ts";
import { tierFor } from "../rules/tiers.ts";
import type { FeatureState, Task } from "./state.ts";
import { findTask } from "./state.ts";
import { isFresh, targetOf } from "./targets.ts";

/** The commits of the next attempt, by its kind. null: something it needs is not known. */
export function commitsFor(
  state: FeatureState,
  task: Task,
  kind: AttemptKind,
): { checkout: string; merge: string | null; against: string; parents: string[] } | null {
  const target = targetOf(state, task);
  if (target === null) return null;
  const base = isFresh(target) ? target.sha : null;
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

export function writeBrief(state: FeatureState, task: Task, policy: Policy): Brief | null {
  const { kind } = task.machine;
  const commits = commitsFor(state, task, kind);
  if (commits === null) return null;
  const model = modelFor(policy, task, kind);
  const failure = task.setback?.failure;
  const ceiling = ceilingOf(task, policy);
  const brief: Brief = {
    feature: state.key,
    task: task.plan.id,
    attempt: task.machine.attempt,
    kind,
    issue: state.issue,
    title: task.plan.title,
    description: described(task.plan),
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
    history:
      failure === undefined
        ? []
        : [{ title: `The last attempt ended as ${failure.class}`, text: failure.cause }, ...failure.details],
    dependencies: task.plan.dependsOn.flatMap((id) => {
      const dependency = findTask(state, id);
      return dependency === undefined
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
  return cutToSize(brief);
}

function described({ description, acceptance, checks }: Task["plan"]): string {
  const facts = acceptance.length === 0 ? [] : ["Acceptance criteria:", ...acceptance.map((fact) => `- ${fact}`)];
  const judged = checks.length === 0 ? [] : [`These checks will judge it: ${checks.join(", ")}.`];
  return [description, facts.join("\n"), ...judged].filter((part) => part !== "").join("\n\n");
}

/** Shorten the longest texts until the brief fits. What can't be cut further is small: ids, titles, numbers. */
function cutToSize(brief: Brief): Brief {
  let cut = brief;
  for (
    let limit = 20_000;
    new TextEncoder().encode(JSON.stringify(cut)).length > MAX_BRIEF_BYTES && limit >= 100;
    limit /= 2
  ) {
    cut = {
      ...cut,
      issue: { ...cut.issue, body: shorten(cut.issue.body, limit) },
      description: shorten(cut.description, limit),
      files: cut.files.slice(0, limit),
      history: cut.history.map((item) => ({ ...item, text: shorten(item.text, limit) })),
      dependencies: cut.dependencies.map((dependency) => ({
        ...dependency,
        summary: shorten(dependency.summary, limit),
        // When little room is left, notes go before what they are notes of.
        notes: limit < 500 ? [] : dependency.notes.slice(0, 10).map((note) => shorten(note, limit)),
      })),
      siblings: cut.siblings.map((sibling) => ({ ...sibling, files: sibling.files.slice(0, limit / 1_000) })),
    };
  }
  return cut;
}

/** The beginning and the end: causes stand at either. */
function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const half = Math.floor(limit / 2);
  return `${text.slice(0, half)}\n… (${text.length - 2 * half} characters left out) …\n${text.slice(-half)}`;
}
