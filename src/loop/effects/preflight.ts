/** Gathers what the preflight judges, before anybody pays for anything. */
import { taskBranch } from "../../core/attempt.ts";
import type { Repo, RequiredCheck } from "../../core/github.ts";
import { type Facts, type Inspection, inspectRepository, type Warning } from "../../core/preflight/index.ts";
import type { Outside } from "../outside.ts";
import { type ProducerReader, readProducers } from "./producers.ts";
import { readWorkflows } from "./workflows.ts";

/** As many as `feature.observed` may carry. */
const WARNINGS = 100;

export async function preflight(
  outside: ProducerReader & Pick<Outside, "settings">,
  about: {
    repo: Repo;
    issue: number;
    base: { branch: string; sha: string };
    required: RequiredCheck[];
    merge: Facts["merge"];
    /** No task has begun. */
    isNew: boolean;
  },
): Promise<Inspection> {
  const { github, settings } = outside;
  const { repo, issue, base, required, merge, isNew } = about;
  const branch = taskBranch(issue, "task");
  const checkedApart = settings.baseIsCheckedApart === true;
  const [workflows, left, rules, baseRules, granted, baseChecks, producers] = await Promise.all([
    readWorkflows(outside, repo, base.sha),
    isNew ? github.branchesBelow(repo, taskBranch(issue, "")) : [],
    github.branchRules(repo, branch),
    checkedApart ? null : github.baseRules(repo, base.branch),
    github.granted(repo),
    github.checks(repo, base.sha),
    readProducers(outside, { repo, ...base }, required),
  ]);
  const { method, problems, warnings } = inspectRepository({
    base: base.branch,
    branch,
    required,
    baseChecks,
    judgesBase: !checkedApart,
    producers,
    left,
    rules,
    baseRules,
    merge,
    granted,
    ...workflows,
  });
  return { method, problems, warnings: shortened(warnings) };
}

function shortened(warnings: Warning[]): Warning[] {
  if (warnings.length <= WARNINGS) return warnings;
  const shown = warnings.slice(0, WARNINGS - 1);
  return [...shown, { kind: "more-warnings", count: warnings.length - shown.length }];
}
