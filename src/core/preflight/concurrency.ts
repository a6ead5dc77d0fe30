/** Finds checks that are made for one pull at a time: runs of several pulls in one concurrency group cancel each other. */
import { jobsNamed } from "../workflow/names.ts";
import type { Facts, WorkflowJob } from "./facts.ts";
import { distinct } from "./named.ts";
import type { Warning } from "./problem.ts";
import { reportsOnPulls } from "./runs.ts";

/** Parts of the `github` context that differ from pull to pull. */
const OF_ONE_PULL =
  /github\.(?:head_ref|ref|ref_name|sha|run_id|run_number|workflow_ref|workflow_sha|event\.(?:number|after|pull_request\.(?!base\b|user\b)\w+))\b/i;
/** Where the base's own file runs, these are the base's for every pull. */
const OF_BASE_THERE = /github\.(?:ref|ref_name|sha|workflow_ref|workflow_sha)\b/gi;

export function sharedGroups(facts: Facts): Warning[] {
  return facts.workflows.flatMap((workflow): Warning[] => {
    if (reportsOnPulls(workflow, facts) === "never") return [];
    const { path, jobs, pullRequest, push, pullRequestTarget } = workflow;
    const onlyTarget = pullRequestTarget !== null && pullRequest === null && push === null;
    const judging = facts.required.flatMap(({ name }) => jobsNamed(jobs, name));
    const shared = judging.flatMap((job) => sharedGroup(job, onlyTarget) ?? []);
    return distinct(shared).map((group) => ({ kind: "checks-cancelled", workflow: path, group }));
  });
}

function sharedGroup({ groups }: WorkflowJob, onlyTarget: boolean): string | null {
  const isShared = (group: string) => !OF_ONE_PULL.test(onlyTarget ? group.replace(OF_BASE_THERE, "") : group);
  return groups.find(isShared) ?? null;
}
