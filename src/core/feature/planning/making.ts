/** From a labelled issue to a plan that people can read: asking for it, and what each answer leads to. */
import { addUsage, NO_USAGE } from "../../attempt.ts";
import type { Effect } from "../../effect.ts";
import type { PlanProblem } from "../../plan/problem.ts";
import { judgePlan, type Plan, type PlanSource } from "../../plan.ts";
import { tierFor } from "../../rules/tiers.ts";
import { type Draft, type EventOf, postNotice, type Reaction } from "../draft.ts";
import { isWhole, wholeOf } from "../landing/targets.ts";
import { KEPT_PROBLEMS } from "../parked.ts";
import { type FeatureState, plannedTasks } from "../state.ts";
import { newTask } from "../task.ts";
import { moveFeature } from "../transitions.ts";
import { approve, mustAsk } from "./approval.ts";
import { keepPlan, showPlan } from "./showing.ts";

/** Problems that the notice about a plan lists. */
const MAX_LISTED = 100;

/** Asks for a plan, or for another one. */
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

/** Reads again what people wrote: a feature under way takes in the tasks that they added since. */
export function askForMore(draft: Draft): void {
  const { state } = draft;
  const { policy, base, plan } = state;
  // A file holds the whole plan.
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
    // Whoever labelled again waits to see what they added.
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

/** True also where a plan is proposed: it may be made anew. */
function isPlanning(state: FeatureState): boolean {
  return state.stage === "planning" || state.stage === "proposed";
}

export function onPlanMade(draft: Draft, event: EventOf<"plan.made">): Reaction {
  const { state } = draft;
  // Also a plan that came too late was paid for.
  countPlanning(state, event.usage, event.model);
  if (event.version !== state.planVersion) return "superseded";
  // A model's or anybody's other plan has nothing to add to what was approved.
  if (state.stage === "executing" && event.source === "sub-issues") return extend(draft, event.plan);
  if (!isPlanning(state)) return "superseded";
  state.planAwaited = false;
  const verdict = judgePlan(event.plan);
  if (!verdict.ok) {
    refusePlan(draft, event.version, verdict.problems);
    return null;
  }
  propose(draft, verdict.plan, event.version, event.source);
  return null;
}

function refusePlan(draft: Draft, version: number, problems: PlanProblem[]): void {
  const { state } = draft;
  if (isPlanning(state)) state.parked = { kind: "plan-invalid", problems: problems.slice(0, KEPT_PROBLEMS) };
  keepPlan(draft);
  const added = state.stage === "executing";
  postNotice(draft, { about: "plan-errors", version, problems: problems.slice(0, MAX_LISTED), added });
}

/** Shows people a judged plan, and carries it out at once where nobody has to approve it. */
export function propose(draft: Draft, plan: Plan, version: number, source: PlanSource): void {
  const { state } = draft;
  // A single task is a whole already.
  const land = plan.tasks.length > 1 ? plan.land : "each";
  const { policy, base } = state;
  // Only for the sake of the types: a plan is asked for with both.
  if (policy === null || base === null) return;
  const { onFailure, why } = plan;
  const proposal = { version, land, onFailure, why, source, plannedAt: draft.at, shownAt: null, approvedBy: null };
  moveFeature(state, { type: "PROPOSE" }, { stage: "proposed", policy, base, plan: proposal });
  const planned = land === "each" ? plan.tasks : [...plan.tasks, wholeOf(state.issue.title, plan.tasks)];
  state.tasks = planned.map((task) => newTask(state.issue.number, task));
  state.questions = null;
  showPlan(draft);
  if (!mustAsk(state)) approve(draft, null);
}

/** Takes in tasks that people added while the feature is under way. What is there already stays as it is. */
function extend(draft: Draft, candidate: unknown): Reaction {
  const { state } = draft;
  const ours = state.tasks.map((task) => task.plan.id);
  const tasks = (candidate as { tasks?: unknown } | null)?.tasks;
  const isOurs = (task: unknown) => ours.some((id) => id === (task as { id?: unknown } | null)?.id);
  const added = Array.isArray(tasks) ? tasks.filter((task) => !isOurs(task)) : [];
  if (added.length === 0) return "duplicate";
  // What brings everything to the base waits for the new ones too, and so can't have begun.
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
  const fresh = verdict.plan.tasks.slice(present.length).map((task) => newTask(state.issue.number, task));
  if (whole !== undefined) whole.plan = wholeOf(state.issue.title, verdict.plan.tasks);
  state.tasks = [...state.tasks.filter((task) => task !== whole), ...fresh, ...(whole === undefined ? [] : [whole])];
  showPlan(draft);
  return null;
}
