/** Asks for a plan of a labelled issue, and reacts to each answer: a plan, questions or a failure. */
import { addUsage, NO_USAGE } from "../../attempt.ts";
import type { Effect } from "../../effect.ts";
import type { PlanProblem } from "../../plan/problem.ts";
import { judgePlan, type Plan, type PlanSource } from "../../plan.ts";
import { tierFor } from "../../rules/tiers.ts";
import { type Draft, type EventOf, postNotice, type Reaction } from "../draft.ts";
import { isWhole, wholeOf } from "../landing/targets.ts";
import { KEPT_PROBLEMS } from "../parked.ts";
import { type FeatureState, plannedTasks } from "../state.ts";
import { newTask, type Task, type TaskSubIssue } from "../task.ts";
import { moveFeature } from "../transitions.ts";
import { approve, mustAsk } from "./approval.ts";
import { keepPlan, showPlan } from "./showing.ts";

/** Problems that the notice about a plan lists. */
const MAX_LISTED = 100;

/** Asks for a plan, or for a new one. */
export function askForPlan(draft: Draft, guidance = ""): void {
  const { state } = draft;
  const { policy, base } = state;
  if (policy === null || base === null) return;
  state.planVersion += 1;
  state.planAwaited = true;
  const asked = state.questions?.texts ?? [];
  state.questions = null;
  draft.effects.push(planMake(state, policy, base, { guidance, asked, extends: false }));
}

/** Asks for the tasks that people added while the feature is under way. */
export function askForMore(draft: Draft): void {
  const { state } = draft;
  const { policy, base, plan } = state;
  // A plan file cannot grow: it holds the whole plan.
  if (policy === null || base === null || plan === null || plan.source === "file") return;
  state.planVersion += 1;
  draft.effects.push(planMake(state, policy, base, { guidance: "", asked: [], extends: true }));
}

function planMake(
  state: FeatureState,
  policy: NonNullable<FeatureState["policy"]>,
  base: NonNullable<FeatureState["base"]>,
  wish: { guidance: string; asked: string[]; extends: boolean },
): Effect {
  return {
    type: "plan.make",
    repo: state.repo,
    issue: state.issue,
    base: { branch: base.branch, sha: base.sha },
    policy,
    model: policy.models[tierFor("plan", "M", 0)],
    version: state.planVersion,
    ...wish,
  };
}

function countPlanning(state: FeatureState, usage: EventOf<"plan.made">["usage"], model: string | null): void {
  if (usage !== null) state.planner.usage = addUsage(state.planner.usage ?? NO_USAGE, usage);
  if (model !== null) state.planner.model = model;
}

export function onPlanFailed(draft: Draft, event: EventOf<"plan.failed">): Reaction {
  const { state } = draft;
  countPlanning(state, event.usage, event.model);
  if (event.version !== state.planVersion) return "superseded";
  if (state.stage === "executing") {
    // The person who labelled again expects an answer about the added tasks.
    refusePlan(draft, event.version, [{ kind: "not-planned", cause: event.failure.cause }]);
    return null;
  }
  if (!isPlanning(state)) return "superseded";
  state.planAwaited = false;
  state.parked = { kind: "plan-failed", cause: event.failure.cause };
  keepPlan(draft);
  return null;
}

export function onPlanQuestioned(draft: Draft, event: EventOf<"plan.questioned">): Reaction {
  const { state } = draft;
  countPlanning(state, event.usage, event.model);
  if (event.version !== state.planVersion || !isPlanning(state)) return "superseded";
  if (state.questions !== null) return "duplicate";
  state.planAwaited = false;
  state.questions = { texts: event.questions, askedAt: draft.at };
  state.parked = { kind: "questions-open" };
  keepPlan(draft);
  postNotice(draft, { about: "plan-questions", version: event.version, questions: event.questions });
  return null;
}

/** Returns true also while a plan is proposed, because a new one may replace it. */
function isPlanning(state: FeatureState): boolean {
  return state.stage === "planning" || state.stage === "proposed";
}

export function onPlanMade(draft: Draft, event: EventOf<"plan.made">): Reaction {
  const { state } = draft;
  // A plan that arrives too late was paid for as well.
  countPlanning(state, event.usage, event.model);
  if (event.version !== state.planVersion) return "superseded";
  requireWithout(state, event.unrequired ?? []);
  // Only sub-issues may add tasks to an approved plan.
  const subIssues = subIssuesOf(event);
  if (state.stage === "executing" && event.source === "sub-issues") return extend(draft, event.plan, subIssues);
  if (!isPlanning(state)) return "superseded";
  state.planAwaited = false;
  const verdict = judgePlan(event.plan);
  if (!verdict.ok) {
    refusePlan(draft, event.version, verdict.problems);
    return null;
  }
  propose(draft, verdict.plan, { version: event.version, source: event.source, subIssues });
  return null;
}

type SubIssues = ReadonlyMap<string, TaskSubIssue>;

/** Returns the sub-issues that the plan's tasks are. Only people's count: a model could name any issue, to have it closed. */
function subIssuesOf({ source, subIssues = [] }: EventOf<"plan.made">): SubIssues {
  const own = source === "sub-issues" ? subIssues : [];
  return new Map(own.map(({ task, issue }) => [task, { state: "open", number: issue }]));
}

function taskFor({ state }: Draft, plan: Task["plan"], subIssues: SubIssues): Task {
  const subIssue = subIssues.get(plan.id);
  return { ...newTask(state, plan), ...(subIssue && { subIssue }) };
}

/** Forgets checks that were required when the feature was labelled. Without any left every change would pass. */
function requireWithout(state: FeatureState, unrequired: readonly string[]): void {
  const left = state.checks.filter(({ name }) => !unrequired.includes(name));
  if (left.length > 0) state.checks = left;
}

function refusePlan(draft: Draft, version: number, problems: PlanProblem[]): void {
  const { state } = draft;
  if (isPlanning(state)) state.parked = { kind: "plan-invalid", problems: problems.slice(0, KEPT_PROBLEMS) };
  keepPlan(draft);
  const added = state.stage === "executing";
  postNotice(draft, { about: "plan-errors", version, problems: problems.slice(0, MAX_LISTED), added });
}

/** Proposes a judged plan, and approves it at once where no person has to. */
export function propose(
  draft: Draft,
  plan: Plan,
  { version, source, subIssues }: { version: number; source: PlanSource; subIssues: SubIssues },
): void {
  const { state } = draft;
  // A single task needs no integration branch.
  const land = plan.tasks.length > 1 ? plan.land : "each";
  const { policy, base } = state;
  // Never true: a plan is only asked for with both. The types do not know that.
  if (policy === null || base === null) return;
  const { onFailure, why } = plan;
  const proposal = { version, land, onFailure, why, source, plannedAt: draft.at, shownAt: null, approvedBy: null };
  moveFeature(state, { type: "PROPOSE" }, { stage: "proposed", policy, base, plan: proposal });
  const planned = land === "each" ? plan.tasks : [...plan.tasks, wholeOf(state.issue.title, plan.tasks)];
  state.tasks = planned.map((task) => taskFor(draft, task, subIssues));
  state.questions = null;
  showPlan(draft);
  if (!mustAsk(state)) approve(draft, null);
}

/** Adds the tasks that people filed while the feature is under way. Leaves the present tasks as they are. */
function extend(draft: Draft, candidate: unknown, subIssues: SubIssues): Reaction {
  const { state } = draft;
  const ours = state.tasks.map((task) => task.plan.id);
  const tasks = (candidate as { tasks?: unknown } | null)?.tasks;
  const isOurs = (task: unknown) => ours.some((id) => id === (task as { id?: unknown } | null)?.id);
  const added = Array.isArray(tasks) ? tasks.filter((task) => !isOurs(task)) : [];
  if (added.length === 0) return "duplicate";
  // The whole feature's pull must contain the new tasks, so it must not have begun.
  const whole = state.tasks.find(isWhole);
  if (whole !== undefined && whole.stage !== "blocked") {
    refusePlan(draft, state.planVersion, [{ kind: "too-late" }]);
    return null;
  }
  const present = plannedTasks(state);
  const verdict = judgePlan({ tasks: [...present, ...added] });
  if (!verdict.ok) {
    refusePlan(draft, state.planVersion, verdict.problems);
    return null;
  }
  const fresh = verdict.plan.tasks.slice(present.length).map((task) => taskFor(draft, task, subIssues));
  if (whole !== undefined) whole.plan = wholeOf(state.issue.title, verdict.plan.tasks);
  state.tasks = [...state.tasks.filter((task) => task !== whole), ...fresh, ...(whole === undefined ? [] : [whole])];
  showPlan(draft);
  return null;
}
