/** Gathers what the preflight judges, before anybody pays for anything. */
import { taskBranch } from "../../core/attempt.ts";
import { MAX_APPEARANCES } from "../../core/event.ts";
import type { Appearance, Repo, RequiredCheck } from "../../core/github.ts";
import { appearancesOf, type Reported } from "../../core/lane/judging/patience.ts";
import { type Facts, type Inspection, inspectRepository, type Warning } from "../../core/preflight/index.ts";
import { filesMaking } from "../../core/workflow/producers.ts";
import type { Outside } from "../outside.ts";
import { type ProducerReader, readProducers } from "./checks/producers.ts";
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
): Promise<Inspection & { appearances: Appearance[] }> {
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
  const made = ({ name }: RequiredCheck) => filesMaking(name, workflows.workflows).length > 0;
  const tip = { sha: base.sha, at: null, checks: baseChecks };
  const commits = required.every(made) ? [tip] : await readRecent(github, repo, base.branch, tip);
  const appearances = appearancesOf(required, commits).slice(0, MAX_APPEARANCES);
  return { method, problems, warnings: shortened(warnings), appearances };
}

/** Commits of the base that show how late a tool outside of Actions reports. Each costs some requests. */
const RECENT = 3;

/** Jobs of the base's workflows appear by themselves, so that the tip alone shows enough of them. */
async function readRecent(
  github: ProducerReader["github"],
  repo: Repo,
  branch: string,
  tip: Reported & { sha: string },
): Promise<Reported[]> {
  const recent = await github.recentCommits(repo, branch, RECENT);
  const read = async ({ sha, at }: { sha: string; at: number }) => ({
    at,
    checks: sha === tip.sha ? tip.checks : await github.checks(repo, sha),
  });
  return Promise.all(recent.map(read));
}

function shortened(warnings: Warning[]): Warning[] {
  if (warnings.length <= WARNINGS) return warnings;
  const shown = warnings.slice(0, WARNINGS - 1);
  return [...shown, { kind: "more-warnings", count: warnings.length - shown.length }];
}
