/** Makes the `github` context of a run that has not started, as far as every run of its kind has the same. */
import type { Repository } from "../../store/entities.ts";
import { knownInPart } from "../parse/expressions.ts";

/** A pull request as every one of a branch of the repository looks. Its number stands for any. */
export function pullOpened(repository: Repository, branch: string): Record<string, unknown> {
  const fullName = fullNameOf(repository);
  const repo = knownInPart({ full_name: fullName, fork: false });
  const base = knownInPart({ ref: branch, repo });
  return knownInPart({
    event_name: "pull_request",
    base_ref: branch,
    ref: "refs/pull/1/merge",
    ref_name: "1/merge",
    ref_type: "branch",
    repository: fullName,
    repository_owner: repository.owner,
    event: knownInPart({
      action: "opened",
      repository: repo,
      pull_request: knownInPart({ base, head: knownInPart({ repo }), draft: false, merged: false }),
    }),
  });
}

/** A push to a branch such as pulls come from. Its name stands for any: conditions ask for the default branch and for tags. */
export function branchPushed(repository: Repository, branch: string): Record<string, unknown> {
  const fullName = fullNameOf(repository);
  return knownInPart({
    event_name: "push",
    base_ref: "",
    head_ref: "",
    ref: `refs/heads/${branch}`,
    ref_name: branch,
    ref_type: "branch",
    repository: fullName,
    repository_owner: repository.owner,
    event: knownInPart({ ref: `refs/heads/${branch}`, repository: knownInPart({ full_name: fullName, fork: false }) }),
  });
}

function fullNameOf({ owner, name }: Repository): string {
  return `${owner}/${name}`;
}
