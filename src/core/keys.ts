/** Names of aggregates, and the topics through which hints find them. */
import type { Repo } from "./github.ts";
import { repoName } from "./github.ts";

/** `owner/repo#12` */
export function featureKey(repo: Repo, issue: number): string {
  return `${repoName(repo)}#${issue}`;
}

/** `owner/repo:main` */
export function laneKey(repo: Repo, branch: string): string {
  return `${repoName(repo)}:${branch}`;
}

export function isLane(aggregate: string): boolean {
  return /^[^/]+\/[^/#:]+:/.test(aggregate);
}

/** Topics name what a hint says may have changed. */
export const topics = {
  issue: (repo: Repo, issue: number) => `issue ${repoName(repo)}#${issue}`,
  attempt: (repo: Repo, attempt: string) => `attempt ${repoName(repo)} ${attempt}`,
  pull: (repo: Repo, pull: number) => `pull ${repoName(repo)}#${pull}`,
  commit: (repo: Repo, sha: string) => `commit ${repoName(repo)}@${sha}`,
  branch: (repo: Repo, branch: string) => `branch ${repoName(repo)}:${branch}`,
};
