/** Says why a feature needs a person, or pauses, and what the person does about it. */
import type { Parked, Resource, Trip } from "../../core/feature/parked.ts";
import type { FeatureStage } from "../../core/feature/stages.ts";
import { planProblemText } from "../problems/plan.ts";
import { problemText } from "../problems/preflight.ts";
import { causeText } from "./cause.ts";

/** The whole reason as plain text; it may quote several lines of others. */
export function parkedText(parked: Parked): string {
  switch (parked.kind) {
    case "unknown":
      return parked.text;
    case "label-unauthorised":
      return `@${parked.by} has no write access to this repository`;
    case "not-ready":
      return parked.problems.map(problemText).join(" ").replaceAll("`", "");
    case "plan-failed":
      return `Headgate could not make a plan: ${causeText(parked.cause)}`;
    case "plan-invalid":
      return `The plan has errors: ${parked.problems.map(planProblemText).join("; ")}`;
    case "questions-open":
      return "The planner needs an answer before it can plan";
    case "budget-short":
      return `The budget does not allow another attempt: it is short of ${resourceList(parked.of)}. Open pull requests still merge.`;
    case "tasks-failing":
      return `The circuit breaker stopped the feature: ${parked.failed} of ${parked.total} tasks failed for good`;
    case "branch-gone":
      return `The branch ${parked.branch} is gone`;
    case "branch-rewritten":
      return `The branch ${parked.branch} was force-pushed, and ${parked.lost.slice(0, 12)}, which was merged for this feature, is not in it any more`;
    case "effect-failed":
      return causeText(parked.cause);
  }
}

/** Writes what the person types or does. `stage` is the feature's: a proposed plan is only made again when somebody asks. */
export function parkedNext(parked: Parked, stage: FeatureStage): string {
  switch (parked.kind) {
    case "label-unauthorised":
      return "ask someone with write access to remove the label and add it again";
    case "questions-open":
      return "answer in a comment; `/headgate plan` plans without an answer";
    case "budget-short":
      return "`/headgate budget +5` adds five dollars";
    case "tasks-failing":
      return "look at the failed tasks, then `/headgate resume`";
    case "branch-gone":
      return `restore it at ${parked.sha.slice(0, 12)}; where it was renamed, \`/headgate cancel\`, take the label off and put it on again`;
    case "branch-rewritten":
      return "restore it, or look at what is missing; then `/headgate resume`";
    case "plan-failed":
    case "plan-invalid":
      return `fix this, then \`/headgate ${stage === "proposed" ? "plan" : "resume"}\``;
    case "unknown":
    case "not-ready":
    case "effect-failed":
      return "fix this, then `/headgate resume`";
  }
}

export function tripText(trip: Trip): string {
  switch (trip.kind) {
    case "unknown":
      return trip.text;
    case "lost-in-a-row":
      return `the last ${trip.attempts} attempts were lost to runners, the model's provider or GitHub`;
    case "trial-lost":
      return "the attempt that tested whether agents can work again was lost too";
  }
}

const resources: Record<Resource, string> = { usd: "dollars", tokens: "tokens", minutes: "Actions minutes" };

/** `dollars and tokens` */
export function resourceList(of: readonly Resource[]): string {
  return of.map((resource) => resources[resource]).join(" and ");
}
