/** Moves branches: handles pushes and updates the pull requests of the branch. */

import { startChecks } from "./checks.ts";
import { type GitHubModel, HttpAnswer, type Pull } from "./model.ts";
import { type Blob, changed } from "./objects.ts";
import { accountOf, repositoryOf } from "./payloads.ts";

export function createBranch(github: GitHubModel, branch: string, sha: string, by: string): void {
  if (github.branches.has(branch)) throw new HttpAnswer(422, "Reference already exists");
  if (!github.objects.has(sha)) throw new HttpAnswer(422, "Object does not exist");
  move(github, branch, sha, by);
}

export function updateBranch(github: GitHubModel, branch: string, sha: string, force: boolean, by: string): void {
  const tip = github.branches.get(branch);
  if (tip === undefined) throw new HttpAnswer(422, "Reference does not exist");
  if (!force && !github.objects.contains(sha, tip)) throw new HttpAnswer(422, "Update is not a fast forward");
  move(github, branch, sha, by);
}

export function removeBranch(github: GitHubModel, branch: string, by: string): void {
  const from = github.branches.get(branch);
  if (from === undefined) throw new HttpAnswer(422, "Reference does not exist");
  github.branches.delete(branch);
  github.record({ kind: "branch", branch, from, to: null, by });
  for (const pull of github.pulls.values()) {
    if (pull.state === "open" && (pull.head === branch || pull.base === branch)) closePull(github, pull, by);
  }
}

/** Pushes a commit to a branch, as a person would. */
export function pushFiles(
  github: GitHubModel,
  branch: string,
  changes: Iterable<readonly [string, Blob | null]>,
  by: string,
  message = "A change",
): string {
  const tip = github.tip(branch);
  const files = changed(github.objects.read(tip).files, changes);
  const { sha } = github.objects.write({ files, parents: [tip], message, by, at: github.now });
  move(github, branch, sha, by);
  return sha;
}

export function move(github: GitHubModel, branch: string, sha: string, by: string): void {
  const from = github.branches.get(branch) ?? null;
  if (from === sha) return;
  github.branches.set(branch, sha);
  github.record({ kind: "branch", branch, from, to: sha, by });
  github.announce("push", { repository: repositoryOf(github), ref: `refs/heads/${branch}`, sender: accountOf(by) });
  for (const pull of github.pulls.values()) {
    // GitHub updates the pull request's head some time after the push.
    if (pull.state === "open" && pull.head === branch) {
      github.clock.after(github.behaviour.lag("head"), () => showHead(github, pull, by));
    }
  }
}

function showHead(github: GitHubModel, pull: Pull, by: string): void {
  const tip = github.branches.get(pull.head);
  if (pull.state !== "open" || tip === undefined || tip === pull.shown) return;
  pull.shown = tip;
  announcePull(github, pull, "synchronize", by);
  startChecks(github, pull);
}

export function closePull(github: GitHubModel, pull: Pull, by: string): void {
  if (pull.state !== "open") return;
  pull.state = "closed";
  announcePull(github, pull, "closed", by);
}

/** GitHub offers it only while the branch exists and no other pull request is open for it. */
export function reopenPull(github: GitHubModel, pull: Pull, by: string): void {
  const others = [...github.pulls.values()].filter((one) => one.head === pull.head && one.base === pull.base);
  if (pull.state !== "closed" || !github.branches.has(pull.head) || others.some((one) => one.state === "open")) {
    throw new HttpAnswer(422, "state cannot be changed");
  }
  pull.state = "open";
  pull.reopenedAt = github.now;
  pull.shown = github.tip(pull.head);
  announcePull(github, pull, "reopened", by);
}

/** Has an open pull merge into another branch. */
export function retarget(github: GitHubModel, pull: Pull, base: string, by: string): void {
  if (pull.state !== "open") throw new HttpAnswer(422, "Cannot change the base branch of a closed pull request.");
  if (!github.branches.has(base)) throw new HttpAnswer(422, "Proposed base branch does not exist");
  if (pull.base === base) return;
  pull.base = base;
  pull.baseSince = github.now;
  announcePull(github, pull, "edited", by);
}

export function labelPull(github: GitHubModel, pull: Pull, label: string, on: boolean, by: string): void {
  if (pull.labels.has(label) === on) return;
  if (on) pull.labels.set(label, { since: github.now });
  else pull.labels.delete(label);
  announcePull(github, pull, on ? "labeled" : "unlabeled", by);
}

export function announcePull(github: GitHubModel, pull: Pull, action: string, by: string): void {
  github.announce("pull_request", {
    action,
    repository: repositoryOf(github),
    pull_request: { number: pull.number },
    sender: accountOf(by),
  });
}
