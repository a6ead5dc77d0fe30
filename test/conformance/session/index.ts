/** Everything that is played, in this order. Each has a repository of its own, so that none depends on another. */
import { brokenRuns, cancelledRuns, pullRuns, runs } from "./actions.ts";
import { apps, deliveries } from "./apps.ts";
import { checks, statuses } from "./checks.ts";
import { branches, contents, objects, refs } from "./git.ts";
import { comments, issues, labels } from "./issues.ts";
import { pulls, reviews, stuckPulls } from "./pulls.ts";
import { organizations, people, protection, repositories } from "./repositories.ts";
import type { Stage } from "./stage.ts";

export const sessions: readonly ((stage: Stage) => Promise<void>)[] = [
  people,
  repositories,
  organizations,
  protection,
  issues,
  labels,
  comments,
  objects,
  refs,
  branches,
  contents,
  pulls,
  stuckPulls,
  reviews,
  checks,
  statuses,
  runs,
  cancelledRuns,
  brokenRuns,
  pullRuns,
  apps,
  deliveries,
];
