/** Writes the commits that a merge puts on the base, by method. */

import type { RepositoryScope } from "../../context.ts";
import { githubSignature, signatureOf } from "../../git/identity.ts";
import { log } from "../../git/plumbing/history.ts";
import { replay } from "../../git/plumbing/merging.ts";
import { writeCommit } from "../../git/plumbing/objects.ts";
import type { Issue, MergeMethod, Pull, Repository, User } from "../../store/entities.ts";
import { userById } from "../../store/users.ts";

/** Returns GitHub's message for a method that the repository does not allow, or null. */
export function methodRefusal(repository: Repository, method: MergeMethod): string | null {
  switch (method) {
    case "merge":
      return repository.allowMergeCommit ? null : "Merge commits are not allowed on this repository.";
    case "squash":
      return repository.allowSquashMerge ? null : "Squash merges are not allowed on this repository.";
    case "rebase":
      return repository.allowRebaseMerge ? null : "Rebase merges are not allowed on this repository.";
  }
}

export interface PlannedMerge {
  pull: Pull;
  issue: Issue;
  base: string;
  head: string;
  /** The tree of the test merge of exactly these two. */
  tree: string;
  method: MergeMethod;
  /** Replaces GitHub's own title. */
  title: string | null;
  message: string | null;
  user: User;
}

/** Writes the commit that the base is to move to, on no branch yet. Returns null if the commits cannot be rebased. */
export async function writeMerge(scope: RepositoryScope, planned: PlannedMerge): Promise<string | null> {
  const { repository } = scope;
  const { pull, issue, base, head, tree, user } = planned;
  const git = scope.git.at(repository);
  const now = scope.store.now();
  const committer = githubSignature(now);
  switch (planned.method) {
    case "merge": {
      const title = planned.title ?? `Merge pull request #${pull.number} from ${repository.owner}/${pull.headRef}`;
      const message = joined(title, planned.message ?? issue.title);
      return writeCommit(git, { tree, parents: [base, head], message, author: signatureOf(user, now), committer });
    }
    case "squash": {
      const title = planned.title ?? `${issue.title} (#${pull.number})`;
      const message = joined(title, planned.message ?? (await squashMessage(scope, base, head)));
      // The author of a squash is the pull's author.
      const author = signatureOf(userById(scope, issue.userId), now);
      return writeCommit(git, { tree, parents: [base], message, author, committer });
    }
    case "rebase":
      return replay(git, base, head, signatureOf(user, now));
  }
}

function joined(title: string, body: string): string {
  return body.trim() === "" ? title : `${title}\n\n${body}`;
}

/** Returns the body of a single commit, or the messages of several as a list. */
async function squashMessage(scope: RepositoryScope, base: string, head: string): Promise<string> {
  const commits = await log(scope.git.at(scope.repository), head, { without: [base], reverse: true });
  const [first] = commits;
  if (first !== undefined && commits.length === 1) return first.message.split("\n").slice(1).join("\n").trim();
  return commits.map(({ message }) => `* ${message}`).join("\n\n");
}
