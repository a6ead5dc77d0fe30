/** Says under which check names the jobs of a workflow file report. */
import type { WorkflowJob } from "../preflight/facts.ts";

type Named = Pick<WorkflowJob, "checkName" | "skippedName">;
type Name = readonly (string | null)[];

/** Returns true where a job that runs may be called so. */
export function makes({ checkName }: Pick<WorkflowJob, "checkName">, wanted: string): boolean {
  return checkName.length > 0 && fits(checkName, wanted);
}

/** Fits a name with parts that GitHub fills in to whatever fits the rest: such a part may be anything. */
function fits(name: Name, wanted: string): boolean {
  if (isCertain(name)) return name.join("") === wanted;
  let rest = wanted;
  const [first = null] = name;
  if (first !== null && !rest.startsWith(first)) return false;
  for (const part of name) {
    if (part === null) continue;
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return name.at(-1) === null || rest === "" || wanted.endsWith(name.at(-1) ?? "");
}

/**
 * Returns the jobs that may report under the name. A job whose name is certain hides those whose name GitHub fills in: `${{
 * matrix.name }}` would fit every name. A skipped job of a matrix, and one that calls a workflow, report once, under the name
 * in the file.
 */
export function jobsNamed<Job extends Named>(jobs: readonly Job[], name: string): Job[] {
  const certain = jobs.filter((job) =>
    [job.checkName, job.skippedName].some((one) => isCertain(one) && fits(one, name)),
  );
  return certain.length > 0 ? certain : jobs.filter((job) => makes(job, name) || fits(job.skippedName, name));
}

function isCertain(name: Name): boolean {
  return !name.includes(null);
}

/** Returns true where a part of the name stands in the file. A name that only GitHub fills in proves nothing. */
export function isProven({ checkName, skippedName }: Named, name: string): boolean {
  const hasText = checkName.some((part) => part !== null && part.trim() !== "" && part !== " / ");
  return hasText || (isCertain(skippedName) && fits(skippedName, name));
}
