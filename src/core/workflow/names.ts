/** Says under which check names the jobs of a workflow file report. */
import type { WorkflowJob } from "../preflight/facts.ts";

type Named = Pick<WorkflowJob, "checkName" | "unexpanded">;

/** Matches what a job that runs is called. What GitHub fills in may be anything, so a name with such parts makes whatever fits the rest. */
export function makes({ checkName }: Pick<WorkflowJob, "checkName">, wanted: string): boolean {
  if (!checkName.includes(null)) return checkName.join("") === wanted;
  let rest = wanted;
  const [first = null] = checkName;
  if (first !== null && !rest.startsWith(first)) return false;
  for (const part of checkName) {
    if (part === null) continue;
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return checkName.at(-1) === null || rest === "" || wanted.endsWith(checkName.at(-1) ?? "");
}

/**
 * Returns the jobs that may report under the name. A job whose name is certain hides those whose name GitHub fills in: `${{
 * matrix.name }}` would fit every name. A job of a matrix that was skipped reports once, under its unexpanded name.
 */
export function jobsNamed<Job extends Named>(jobs: readonly Job[], name: string): Job[] {
  const certain = jobs.filter((job) => (isCertain(job) && makes(job, name)) || job.unexpanded === name);
  return certain.length > 0 ? certain : jobs.filter((job) => makes(job, name));
}

function isCertain({ checkName }: Named): boolean {
  return !checkName.includes(null);
}

/** True where a part of the name stands in the file. A name that only GitHub fills in proves nothing. */
export function hasText({ checkName }: Named): boolean {
  return checkName.some((part) => part !== null && part.trim() !== "");
}
