/** Turns the standing of a task into a reason, the next step and who takes it. */
import type { Failure, FailureClass } from "../../core/failure.ts";
import { actorOfTask, standingOf, type TaskStanding } from "../../core/feature/standing.ts";
import type { FeatureState } from "../../core/feature/state.ts";
import { entryOf, type Task } from "../../core/feature/task.ts";
import { causeText } from "./cause.ts";
import { counted, type Explanation, firstLine, NOTHING_TO_DO } from "./explanation.ts";
import { tripText } from "./parked.ts";
import { explainStanding } from "./standing.ts";
import { withoutText } from "./without.ts";

/** Says why the task is not merged yet. */
export function explainTask(state: FeatureState, task: Task): Explanation {
  const standing = standingOf(state, task);
  if (standing.kind === "in-lane") {
    const explained = explainStanding(task.plan.id, standing.pull, standing.standing);
    return { ...explained, reason: `${explained.reason}${wishesText(entryOf(task)?.wishes ?? [])}` };
  }
  const [reason, next] = words(standing, task.plan.id);
  return { reason, next, actor: actorOfTask(standing) };
}

function wishesText(logins: readonly string[]): string {
  if (logins.length === 0) return "";
  return `; ${logins.map((login) => `@${login}`).join(", ")} asked for changes without write access, which does not hold the merge`;
}

function words(standing: Exclude<TaskStanding, { kind: "in-lane" }>, id: string): [reason: string, next: string] {
  const retry = `\`/headgate retry ${id}\``;
  switch (standing.kind) {
    case "blocked":
      return blocked(standing);
    case "feature-held":
      return ["The feature is on hold", "`/headgate resume` starts it"];
    case "feature-parked":
      return ["The feature needs attention", "`/headgate resume` starts it"];
    case "paused":
      return [
        `The circuit breaker is open: ${standing.trip === null ? "attempts were lost" : tripText(standing.trip)}`,
        "one attempt tries again after a pause; `/headgate resume` tries at once",
      ];
    case "branch-unmade":
      return ["The integration branch is being created", "it starts then"];
    case "branch-unread":
      return ["Checking what has been merged", "it starts then"];
    case "about-to-start":
      return ["It is about to start", "an agent works on it"];
    case "trial-running":
      return ["One attempt shows whether agents can work again", "it starts when that attempt succeeds"];
    case "agents-busy":
      return [
        standing.agents === 1 ? "The agent is busy" : `All ${standing.agents} agents are busy`,
        "it starts when one is free",
      ];
    case "no-job-free": {
      const checks = counted(standing.checking, "pull request is being checked", "pull requests are being checked");
      return [`GitHub Actions has no job left${checks === null ? "" : `: ${checks}`}`, "it starts when one is free"];
    }
    case "budget-reserved":
      return ["Running attempts may use up the budget", "it starts if enough is left"];
    case "shares-files":
      return [
        `It waits for ${standing.task}, which changes the same files`,
        `it starts when ${standing.task} has merged`,
      ];
    case "warms-cache":
      return [`It waits for ${standing.task} to fill the prompt cache`, "it starts within seconds"];
    case "dispatching":
      return [`Attempt ${standing.attempt} is being started`, "an agent works on it"];
    case "working":
      return [`Attempt ${standing.attempt} (${standing.attemptKind}) is running`, "its change is checked"];
    case "promoting":
      return ["Its change is being pushed to its branch", "its pull request joins Headgate's queue"];
    case "waiting":
      return [causeOf(standing.failure), `it tries again by itself; ${retry} tries at once`];
    case "parked":
      return parked(standing, id);
    case "merged":
      return ["It is merged", NOTHING_TO_DO];
    case "left-out":
      return [withoutText(standing.without), NOTHING_TO_DO];
    case "cancelled":
      return ["The feature was cancelled", NOTHING_TO_DO];
  }
}

function blocked({ open, parked }: Extract<TaskStanding, { kind: "blocked" }>): [string, string] {
  const reason = `It waits for ${open.join(", ")}`;
  if (parked.length === 0) return [reason, "it starts when they are done"];
  const need = parked.length === 1 ? "needs" : "need";
  return [
    `${reason}; ${parked.join(", ")} ${need} attention`,
    parked.map((id) => `\`/headgate retry ${id}\``).join(", "),
  ];
}

function parked({ failure, remedy }: Extract<TaskStanding, { kind: "parked" }>, id: string): [string, string] {
  const fix = remedies[failure.class];
  const retry = `\`/headgate retry ${id}\``;
  switch (remedy) {
    case "revert-by-hand":
      return [causeOf(failure), "revert the remaining merges by hand, then `/headgate cancel`"];
    case "confirm":
      return [causeOf(failure), `\`/headgate done ${id}\` if that is right, else ${retry} for another attempt`];
    case "fix-and-pay":
      return [`${causeOf(failure)}; its own budget is used up`, `${fix}; ${retry} allows it one more attempt`];
    case "fix":
      return [causeOf(failure), `${fix}, then ${retry}`];
  }
}

const remedies: Record<FailureClass, string> = {
  "agent-failed": "look at its last attempt",
  "agent-empty": "look at its last attempt",
  "nothing-to-do": "decide whether nothing is to be done",
  "attempt-lost": "check that GitHub Actions can run its job",
  "attempt-timed-out": "allow more minutes, or look at what took so long",
  "checks-failed": "look at the failing checks",
  "checks-interrupted": "find out what interrupts the required checks",
  "checks-timed-out": "find out why the required checks take so long",
  "checks-missing": "check that the required checks run on its pull request",
  "conflict-with-base": "look at the conflict",
  "head-moved": "find out who else pushes to its branch",
  "base-moved": "find out what keeps moving the base branch",
  "policy-blocked": "fix this",
  "review-changes": "look at the review",
  "budget-exhausted": "allow a larger budget",
  "provider-down": "check that the model can be reached",
  "platform-unknown": "check githubstatus.com",
  "environment-failed": "fix the machine, its network or its proxy",
};

function causeOf(failure: Failure): string {
  return firstLine(causeText(failure.cause));
}
