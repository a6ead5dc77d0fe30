/** Moves branches: handles pushes and updates the pull requests of the branch. */

import { startChecks } from "./checks.ts";
import { HttpAnswer, type Hub, type Pull } from "./hub.ts";
import { type Blob, changed } from "./objects.ts";
import { accountOf, repositoryOf } from "./payloads.ts";

export function createBranch(hub: Hub, branch: string, sha: string, by: string): void {
  if (hub.branches.has(branch)) throw new HttpAnswer(422, "Reference already exists");
  if (!hub.objects.has(sha)) throw new HttpAnswer(422, "Object does not exist");
  move(hub, branch, sha, by);
}

export function updateBranch(hub: Hub, branch: string, sha: string, force: boolean, by: string): void {
  const tip = hub.branches.get(branch);
  if (tip === undefined) throw new HttpAnswer(422, "Reference does not exist");
  if (!force && !hub.objects.contains(sha, tip)) throw new HttpAnswer(422, "Update is not a fast forward");
  move(hub, branch, sha, by);
}

export function removeBranch(hub: Hub, branch: string, by: string): void {
  const from = hub.branches.get(branch);
  if (from === undefined) throw new HttpAnswer(422, "Reference does not exist");
  hub.branches.delete(branch);
  hub.tell({ kind: "branch", branch, from, to: null, by });
  for (const pull of hub.pulls.values()) {
    if (pull.state === "open" && (pull.head === branch || pull.base === branch)) closePull(hub, pull, by);
  }
}

/** Pushes a commit to a branch, as a person would. */
export function pushFiles(
  hub: Hub,
  branch: string,
  changes: Iterable<readonly [string, Blob | null]>,
  by: string,
  message = "A change",
): string {
  const tip = hub.tip(branch);
  const files = changed(hub.objects.read(tip).files, changes);
  const { sha } = hub.objects.write({ files, parents: [tip], message, by, at: hub.now });
  move(hub, branch, sha, by);
  return sha;
}

export function move(hub: Hub, branch: string, sha: string, by: string): void {
  const from = hub.branches.get(branch) ?? null;
  if (from === sha) return;
  hub.branches.set(branch, sha);
  hub.tell({ kind: "branch", branch, from, to: sha, by });
  hub.announce("push", { repository: repositoryOf(hub), ref: `refs/heads/${branch}`, sender: accountOf(by) });
  for (const pull of hub.pulls.values()) {
    // GitHub updates the pull request's head some time after the push.
    if (pull.state === "open" && pull.head === branch) {
      hub.clock.after(hub.behaviour.lag("head"), () => showHead(hub, pull, by));
    }
  }
}

function showHead(hub: Hub, pull: Pull, by: string): void {
  const tip = hub.branches.get(pull.head);
  if (pull.state !== "open" || tip === undefined || tip === pull.shown) return;
  pull.shown = tip;
  announcePull(hub, pull, "synchronize", by);
  startChecks(hub, pull);
}

export function closePull(hub: Hub, pull: Pull, by: string): void {
  if (pull.state !== "open") return;
  pull.state = "closed";
  announcePull(hub, pull, "closed", by);
}

export function announcePull(hub: Hub, pull: Pull, action: string, by: string): void {
  hub.announce("pull_request", {
    action,
    repository: repositoryOf(hub),
    pull_request: { number: pull.number },
    sender: accountOf(by),
  });
}
