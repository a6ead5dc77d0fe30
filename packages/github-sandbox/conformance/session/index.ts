/** Lists all sessions in order. Each has a repository of its own, so none depends on another. */
import { brokenRuns, cancelledRuns, pullRuns, runs } from "./actions.ts";
import { apps, deliveries } from "./apps.ts";
import { checks, statuses } from "./checks.ts";
import { branches, contents, objects, refs } from "./git.ts";
import { comments, issues, labels } from "./issues.ts";
import { dependencies, links } from "./links.ts";
import { protectionParts, rulesets } from "./protection.ts";
import { pulls, stuckPulls } from "./pulls.ts";
import { organizations, people, protection, repositories } from "./repositories.ts";
import { laterMerges, reviewComments, reviews } from "./reviews.ts";
import { settings } from "./settings.ts";
import type { Stage } from "./stage.ts";

export const sessions: readonly ((stage: Stage) => Promise<void>)[] = [
  people,
  repositories,
  organizations,
  protection,
  protectionParts,
  rulesets,
  issues,
  labels,
  comments,
  links,
  dependencies,
  objects,
  refs,
  branches,
  contents,
  pulls,
  stuckPulls,
  reviews,
  reviewComments,
  laterMerges,
  checks,
  statuses,
  runs,
  cancelledRuns,
  brokenRuns,
  pullRuns,
  settings,
  apps,
  deliveries,
];
