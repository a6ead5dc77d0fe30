/**
 * Why something is not done yet, what comes next and who must act: judged once, said wherever people look. `reason` may
 * hold words from logs and agents; `next` is ours alone, with what to type in backticks.
 */
import type { FailureClass } from "../core/failure.ts";
import type { Delay, FeatureState, Task } from "../core/feature/state.ts";
import { currentAttempt, findTask, isOver, isPlannedAnew, isSatisfied } from "../core/feature/state.ts";
import { isFresh, landsTogether } from "../core/feature/targets.ts";
import type { Actor } from "../core/lane/standing.ts";
import { activityOf } from "../core/rules/activity.ts";
import { isSpent } from "../core/rules/spending.ts";
import { causeText } from "./explain/cause.ts";
import type { Explanation } from "./explain/explanation.ts";
import { explainStanding } from "./explain/standing.ts";

/** Characters of a cause that a sentence may carry; the whole of it is in the history. */
const CAUSE_CHARACTERS = 300;

const REVERT_BY_HAND = "revert by hand what is still to be taken back, then `/headgate cancel` ends the feature";

/** Why this task is not merged. */
export function explainTask(state: FeatureState, task: Task): Explanation {
  const { id } = task.plan;
  const attempt = currentAttempt(task);
  switch (task.stage) {
    case "blocked":
      return explainBlocked(state, task);
    case "ready":
      return explainReady(state, task.delay);
    case "dispatching":
      return by("headgate", `Attempt ${task.machine.attempt} is being started`, "an agent works on it");
    case "working":
      return by("github", `Attempt ${attempt?.number ?? 1} (${task.machine.kind}) is running`, "its change is checked");
    case "promoting":
      return by("headgate", "Its change is being put on its branch", "its pull request joins the lane");
    case "in-lane":
      return explainStanding(task.pull ?? 0, task.entry?.standing ?? null);
    case "waiting":
      return by("headgate", causeOf(task), `it tries again by itself; \`/headgate retry ${id}\` tries at once`);
    case "parked":
      if (task.undoes?.base === null) return by("person", causeOf(task), REVERT_BY_HAND);
      if (state.policy !== null && isSpent(task, state.policy)) {
        const reason = `${causeOf(task)}, and its own budget is used up`;
        return by("person", reason, `${remedyOf(task)}; \`/headgate retry ${id}\` allows it one more attempt`);
      }
      return by("person", causeOf(task), `${remedyOf(task)}, then \`/headgate retry ${id}\``);
    case "done":
      return by("headgate", task.landing === null ? "It had nothing to land" : "It is merged", "nothing");
    case "skipped":
      return by("headgate", "It was left out", "nothing");
    case "cancelled":
      return by("headgate", "The feature was cancelled", "nothing");
  }
}

/** What the feature is doing, in a sentence. */
export function explainFeature(state: FeatureState): Explanation {
  if (isOver(state)) return by("headgate", explainEnd(state), "nothing");
  if (state.hold !== null) {
    const next = "`/headgate resume` goes on, `/headgate cancel` ends it";
    return by("person", `It is on hold: ${state.hold.reason}`, next);
  }
  if (state.parked !== null) {
    const { reason, next } = state.parked;
    return by(
      "person",
      firstLine(typeof reason === "string" ? reason : causeText(reason)),
      next.startsWith("/") ? `put that right, then \`${next}\`` : next,
    );
  }
  if (state.stage === "planning") {
    return state.base === null
      ? by("github", "It is looking at the repository", "a plan is made")
      : by("headgate", "A plan is being made", "its first tasks start");
  }
  if (state.stage === "proposed") return explainProposal(state);
  return state.stage === "rolling-back" ? explainRollback(state) : explainExecution(state);
}

function explainProposal(state: FeatureState): Explanation {
  const { plan, edited } = state;
  const version = plan?.version ?? 0;
  if (isPlannedAnew(state)) return by("headgate", "Another plan is being made", "a person approves it");
  if (plan?.shownAt === null)
    return by("headgate", `Version ${version} of the plan is being shown`, "a person approves it");
  const again = edited === null ? "" : "; the issue's text was changed since it was labelled";
  const next = "`/headgate approve` carries it out, `/headgate plan` plans from what the issue says now";
  return by("person", `Version ${version} of the plan waits for approval${again}`, next);
}

/** Tasks that a person must act on. */
export function tasksForPerson(state: FeatureState): Task[] {
  return state.tasks.filter((task) => task.stage !== "blocked" && explainTask(state, task).actor === "person");
}

function by(actor: Actor, reason: string, next: string): Explanation {
  return { reason, next, actor };
}

function explainBlocked(state: FeatureState, task: Task): Explanation {
  const open = task.plan.dependsOn.filter((id) => {
    const dependency = findTask(state, id);
    return dependency === undefined || !isSatisfied(dependency.stage);
  });
  const parked = rootBlockers(state, task).filter((one) => one.stage === "parked");
  const reason = `It waits for ${open.join(", ")}`;
  if (parked.length === 0) return by("headgate", reason, "it starts when they are done");
  const commands = parked.map((one) => `\`/headgate retry ${one.plan.id}\``).join(", ");
  const names = parked.map((one) => one.plan.id).join(", ");
  return by("person", `${reason}; ${names} ${parked.length === 1 ? "is" : "are"} parked`, commands);
}

/** The unfinished tasks behind it that do not themselves wait for another. */
function rootBlockers(state: FeatureState, task: Task): Task[] {
  const seen = new Set<string>();
  const roots: Task[] = [];
  const open = [...task.plan.dependsOn];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const dependency = findTask(state, id);
    if (dependency === undefined || seen.has(id)) continue;
    seen.add(id);
    if (dependency.stage === "blocked") open.push(...dependency.plan.dependsOn);
    else if (!isSatisfied(dependency.stage)) roots.push(dependency);
  }
  return roots;
}

function explainReady(state: FeatureState, delay: Delay | null): Explanation {
  if (state.hold !== null) return by("person", "The feature is on hold", "`/headgate resume` starts it");
  if (state.parked !== null) return by("person", "The feature is parked", "`/headgate resume` starts it");
  if (state.breaker.state === "open") {
    const reason = `The circuit breaker is open: ${state.breaker.cause ?? "the machinery failed"}`;
    return by("headgate", reason, "one attempt tries again after a pause; `/headgate resume` tries at once");
  }
  const target = landsTogether(state) ? state.land : state.base;
  if (target === null) return by("headgate", "The integration branch is being made", "it starts then");
  if (!isFresh(target)) return by("headgate", "It is being looked at what has landed", "it starts then");
  return explainDelay(state, delay);
}

function explainDelay(state: FeatureState, delay: Delay | null): Explanation {
  switch (delay?.cause) {
    case undefined:
      return by("headgate", "It is about to start", "an agent works on it");
    case "slots":
      return explainSlots(state, delay);
    case "budget":
      return by("headgate", "What is under way may use up the budget", "it starts if enough is left");
    case "files": {
      const next = `it starts when ${delay.task} has landed`;
      return by("headgate", `It waits for ${delay.task}, which changes the same files`, next);
    }
    case "cache":
      return by(
        "headgate",
        `It lets ${delay.task} go first, whose prompt cache it can read`,
        "it starts within seconds",
      );
  }
}

function explainSlots(state: FeatureState, { slots, checking }: Extract<Delay, { cause: "slots" }>): Explanation {
  if (state.breaker.state === "half-open") {
    return by("headgate", "One attempt shows whether the machinery works again", "it starts when that one did well");
  }
  const agents = state.policy?.maxParallel ?? 0;
  if (slots >= agents) return by("headgate", `All ${agents} agents are busy`, "it starts when one is free");
  const checks = some(checking, "pull request is being checked", "pull requests are being checked");
  const reason = `GitHub Actions has no job left${checks === null ? "" : `: ${checks}`}`;
  return by("github", reason, "it starts when one is free");
}

const remedies: Record<FailureClass, string> = {
  "agent-failed": "look at its last attempt",
  "agent-empty": "look at its last attempt",
  "attempt-lost": "see that GitHub Actions can run its job",
  "attempt-timed-out": "give it more minutes or look at what kept it",
  "checks-failed": "look at the failing checks",
  "checks-interrupted": "see what interrupts the required checks",
  "checks-timed-out": "see why the required checks take so long",
  "checks-missing": "see that the required checks run on its pull request",
  "conflict-with-base": "look at the conflict",
  "conflict-with-ahead": "look at the conflict",
  "head-moved": "see who else pushes to its branch",
  "base-moved": "see what keeps moving the base",
  "policy-blocked": "put that right",
  "review-changes": "look at the review",
  "budget-exhausted": "allow it a larger budget",
  "provider-down": "see that the model can be reached",
  "platform-unknown": "see that GitHub is well",
};

function remedyOf(task: Task): string {
  return task.setback === null ? "look at it" : remedies[task.setback.failure.class];
}

function causeOf(task: Task): string {
  return task.setback === null ? "It stopped" : firstLine(causeText(task.setback.failure.cause));
}

function explainEnd(state: FeatureState): string {
  const merged = state.tasks.filter((task) => task.landing !== null).length;
  const counted = `${merged} of ${state.tasks.length} ${merged === 1 ? "is" : "are"} merged`;
  switch (state.stage) {
    case "completed":
      return `All tasks are done, ${counted}`;
    case "cancelled":
      return `It was cancelled by @${state.endedBy ?? "ghost"}; of its tasks ${counted}`;
    default: {
      const { undone, landed } = takenBack(state);
      const back = landed === 0 ? "nothing had landed" : `${undone} of ${landed} merges were taken back`;
      return `It was given up by @${state.endedBy ?? "ghost"}; ${back}`;
    }
  }
}

function takenBack(state: FeatureState): { undone: number; landed: number } {
  const undone = state.tasks.filter((task) => task.undoes !== null && task.landing !== null).length;
  return { undone, landed: state.tasks.filter((task) => task.undoes === null && task.landing !== null).length };
}

function explainRollback(state: FeatureState): Explanation {
  const { undone, landed } = takenBack(state);
  const reason = `It was given up by @${state.endedBy ?? "ghost"}: ${undone} of ${landed} merges are taken back`;
  const [needy] = tasksForPerson(state);
  if (needy === undefined) return by("headgate", reason, "it goes on by itself");
  const why = explainTask(state, needy);
  return by("person", `${reason}; ${needy.plan.id} needs a person. ${why.reason}`, why.next);
}

function explainExecution(state: FeatureState): Explanation {
  const needy = tasksForPerson(state);
  const names = needy.map((task) => task.plan.id).join(", ");
  if (activityOf(state) === "waits-for-person") {
    const [only] = needy;
    if (only === undefined) return by("person", "Nothing more can start", "`/headgate status` says where it stands");
    if (needy.length > 1) {
      return by("person", `${needy.length} tasks need a person: ${names}`, "each one's next step is in its row");
    }
    const { reason, next } = explainTask(state, only);
    return by("person", `${only.plan.id} needs a person. ${reason}`, next);
  }
  const count = (...stages: Task["stage"][]) => state.tasks.filter((task) => stages.includes(task.stage)).length;
  const done = count("done", "skipped");
  const parts = [
    some(count("dispatching", "working", "promoting"), "task is being worked on", "tasks are being worked on"),
    some(count("in-lane"), "is in the lane", "are in the lane"),
    some(count("waiting"), "tries again soon", "try again soon"),
    `${done} of ${state.tasks.length} ${done === 1 ? "is" : "are"} done`,
  ].filter((part) => part !== null);
  const aside = needy.length === 0 ? "" : `. ${names} ${needy.length === 1 ? "needs" : "need"} a person`;
  return by("headgate", `${parts.join(", ")}${aside}`, "it goes on by itself");
}

function some(count: number, one: string, many: string): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : many}`;
}

/** Without a final full stop: more follows. */
function firstLine(text: string): string {
  const line = (text.trim().split("\n", 1)[0] ?? "").replace(/\.$/, "");
  return line.length > CAUSE_CHARACTERS ? `${line.slice(0, CAUSE_CHARACTERS)}…` : line;
}
