/** Says what a feature is doing, or what stops it, in a sentence. */
import { tasksForPerson } from "../../core/feature/standing.ts";
import { endedBy, type FeatureAt, type FeatureState, isOver, isPlannedAnew } from "../../core/feature/state.ts";
import { landingOf, type Task, wasLeftOut } from "../../core/feature/task.ts";
import { type Closure, repoName } from "../../core/github.ts";
import type { Actor } from "../../core/lane/standing.ts";
import { activityOf } from "../../core/rules/activity.ts";
import { counted, type Explanation, firstLine, GOES_ON, NOTHING_TO_DO } from "./explanation.ts";
import { parkedNext, parkedText } from "./parked.ts";
import { explainTask } from "./task.ts";

const HOLDS = { label: "removed the label", closed: "closed the issue", command: "put it on hold" };

export function explainFeature(state: FeatureState): Explanation {
  if (isOver(state)) return by("headgate", endText(state), NOTHING_TO_DO);
  if (state.closed !== null) return explainClosure(state, state.closed.why);
  if (state.hold !== null) {
    const how = HOLDS[state.hold.cause];
    return by(
      "person",
      `On hold: @${state.hold.by} ${how}`,
      "`/headgate resume` continues, `/headgate cancel` ends the feature",
    );
  }
  if (state.parked !== null) {
    return by("person", firstLine(parkedText(state.parked)), parkedNext(state.parked, state.stage));
  }
  switch (state.stage) {
    case "planning":
      return state.base === null
        ? by("github", "Headgate is reading the repository", "it makes a plan")
        : by("headgate", "Headgate is making a plan", "the first tasks start");
    case "proposed":
      return explainProposal(state);
    case "rolling-back":
      return explainRollback(state);
    default:
      return explainExecution(state);
  }
}

function by(actor: Actor, reason: string, next: string): Explanation {
  return { reason, next, actor };
}

function explainClosure({ repo }: FeatureState, why: Closure): Explanation {
  const name = repoName(repo);
  switch (why.kind) {
    case "archived":
      return by("person", `${name} is archived, so nothing in it can change`, "unarchive it; the feature then goes on");
    case "suspended":
      return by("person", `The App is suspended for ${name}`, "lift the suspension; the feature then goes on");
    case "removed":
      return by(
        "person",
        `The App does not see ${name}: it is not installed there any more, or the repository was deleted`,
        "install the App there; the feature then goes on",
      );
    case "permissions-missing": {
      const missing = why.missing.map(({ permission, level }) => `${permission}: ${level}`).join(", ");
      return by(
        "person",
        `The App lacks permissions for ${name}: ${missing}`,
        "grant them and accept them for the installation; the feature then goes on",
      );
    }
  }
}

function explainProposal(state: FeatureState): Explanation {
  const { plan, edited } = state;
  const version = plan?.version ?? 0;
  if (isPlannedAnew(state)) return by("headgate", "Headgate is making another plan", "you approve it");
  if (plan?.shownAt === null)
    return by("headgate", `Headgate is posting version ${version} of the plan`, "you approve it");
  const again = edited === null ? "" : "; the issue was edited after it was labelled";
  return by(
    "person",
    `Version ${version} of the plan waits for approval${again}`,
    "`/headgate approve` starts it, `/headgate plan` makes a new plan from the issue's current text",
  );
}

function explainRollback(state: FeatureState): Explanation {
  const { undone, landed } = takenBack(state);
  const reason = `@${endedBy(state) ?? "ghost"} cancelled it: ${undone} of ${landed} merges are reverted`;
  const [needy] = tasksForPerson(state);
  if (needy === undefined) return by("headgate", reason, GOES_ON);
  const why = explainTask(state, needy);
  return by("person", `${reason}; ${needy.plan.id} needs attention. ${why.reason}`, why.next);
}

function explainExecution(state: FeatureState): Explanation {
  const needy = tasksForPerson(state);
  const names = needy.map((task) => task.plan.id).join(", ");
  if (activityOf(state) === "waits-for-person") {
    const [only] = needy;
    if (only === undefined) return by("person", "No task can start", "`/headgate cancel` ends the feature");
    if (needy.length > 1) {
      return by("person", `${needy.length} tasks need attention: ${names}`, "do the next step in each task's row");
    }
    const { reason, next } = explainTask(state, only);
    return by("person", `${only.plan.id} needs attention. ${reason}`, next);
  }
  const count = (...stages: Task["stage"][]) => state.tasks.filter((task) => stages.includes(task.stage)).length;
  const done = count("done");
  const parts = [
    counted(count("dispatching", "working", "promoting"), "task is being worked on", "tasks are being worked on"),
    counted(count("in-lane"), "is in Headgate's queue", "are in Headgate's queue"),
    counted(count("waiting"), "tries again soon", "try again soon"),
    `${done} of ${state.tasks.length} ${done === 1 ? "is" : "are"} done`,
  ].filter((part) => part !== null);
  const aside = needy.length === 0 ? "" : `. ${names} ${needy.length === 1 ? "needs" : "need"} attention`;
  return by("headgate", `${parts.join(", ")}${aside}`, GOES_ON);
}

function endText(state: FeatureAt<"completed" | "cancelled" | "failed">): string {
  const merged = state.tasks.filter((task) => landingOf(task) !== null).length;
  const count = `${merged} of ${state.tasks.length} merged`;
  switch (state.stage) {
    case "completed":
      return `All tasks are done; ${count}${leftOutText(state)}`;
    case "cancelled":
      return `@${endedBy(state) ?? "ghost"} cancelled it; ${count}`;
    default: {
      const { undone, landed } = takenBack(state);
      const back = landed === 0 ? "nothing had been merged" : `${undone} of ${landed} merges were reverted`;
      const left = state.leftBy === null ? "" : `; @${state.leftBy} stopped the reverts`;
      return `@${endedBy(state) ?? "ghost"} cancelled it; ${back}${left}`;
    }
  }
}

function leftOutText({ tasks }: FeatureState): string {
  const leftOut = tasks.filter(wasLeftOut).length;
  return leftOut === 0 ? "" : `, ${leftOut} left out`;
}

function takenBack(state: FeatureState): { undone: number; landed: number } {
  const undone = state.tasks.filter((task) => task.undoes !== null && landingOf(task) !== null).length;
  return { undone, landed: state.tasks.filter((task) => task.undoes === null && landingOf(task) !== null).length };
}
