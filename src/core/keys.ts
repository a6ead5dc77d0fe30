/**
 * Names of aggregates, and the topics through which hints find them. Both hold the repository's id: a name would start a second
 * feature on the same issue once the repository is renamed, and would be another repository's once it is given away.
 */
import type { Repo } from "./github.ts";

/** `1296269#12`; a later life of the issue's feature is `1296269#12.2`. */
export function featureKey(repo: Pick<Repo, "id">, issue: number, life = 1): string {
  return `${repo.id}#${ofLife(issue, life)}`;
}

/** Names what belongs to one life of an issue's feature. The first has the issue's number alone. */
export function ofLife(issue: number, life: number): string {
  return life === 1 ? `${issue}` : `${issue}.${life}`;
}

/** Returns the issue's number of a feature's key. */
export function issueOf(feature: string): number {
  return Number(feature.slice(feature.indexOf("#") + 1));
}

/** `1296269:main` */
export function laneKey({ id }: Pick<Repo, "id">, branch: string): string {
  return `${id}:${branch}`;
}

export function isLane(aggregate: string): boolean {
  return /^[^#:]+:/.test(aggregate);
}

/** Topics name what a hint says may have changed. */
export const topics = {
  issue: ({ id }: Repo, issue: number) => `issue ${id}#${issue}`,
  /** A sub-issue, for the feature that has a task of it. */
  subIssue: ({ id }: Repo, issue: number) => `sub-issue ${id}#${issue}`,
  attempt: ({ id }: Repo, attempt: string) => `attempt ${id} ${attempt}`,
  pull: ({ id }: Repo, pull: number) => `pull ${id}#${pull}`,
  /** Comments on a pull. The feature that opened it hears the commands among them. */
  conversation: ({ id }: Repo, pull: number) => `conversation ${id}#${pull}`,
  commit: ({ id }: Repo, sha: string) => `commit ${id}@${sha}`,
  repository: ({ id }: Pick<Repo, "id">) => `repository ${id}`,
  branch: ({ id }: Repo, branch: string) => `branch ${id}:${branch}`,
  /** A branch that was force-pushed or deleted, for the features whose tasks land on it. */
  rewritten: ({ id }: Repo, branch: string) => `rewritten ${id}:${branch}`,
};
