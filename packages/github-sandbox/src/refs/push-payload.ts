/** The payload of a `push`. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
import type { SandboxContext } from "../context.ts";
import { emailOf, userOfEmail } from "../git/identity.ts";
import { namesChanged } from "../git/plumbing/diff.ts";
import type { GitDir } from "../git/plumbing/dir.ts";
import { log } from "../git/plumbing/history.ts";
import { branchOf, zeroSha } from "../git/plumbing/names.ts";
import { type Commit, readCommit, type Signature } from "../git/plumbing/objects.ts";
import { resolveCommit } from "../git/plumbing/stored-refs.ts";
import { type Payload, repositoryWeb } from "../render/site.ts";
import type { Repository, User } from "../store/entities.ts";

/** A ref that moved: `before` null when it was made, `after` null when it was deleted. */
export interface MovedRef {
  ref: string;
  before: string | null;
  after: string | null;
  /** Commits that `before` had are gone from it. */
  forced: boolean;
}

type PushCommit = Payload<"webhook-push">["commits"][number];

/** GitHub shows at most this many commits of one push. */
const shownCommits = 2048;

export async function pushPayload(context: SandboxContext, repository: Repository, moved: MovedRef, user: User) {
  const { ref, before, after, forced } = moved;
  const git = context.git.at(repository);
  const fresh = after === null ? [] : await newCommits(git, moved, after);
  const head = fresh.at(-1) ?? (after === null ? null : await commitOf(git, moved.ref, after));
  const shown = head === null || fresh.length > 0 ? fresh : [head];
  const names = await namesChanged(
    git,
    shown.map(({ sha }) => sha),
  );
  const render = (commit: Commit): PushCommit => ({
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repositoryWeb(context, repository)}/commit/${commit.sha}`,
    author: person(context, commit.author),
    committer: person(context, commit.committer),
    ...names.get(commit.sha),
  });
  return {
    ref,
    before: before ?? zeroSha,
    after: after ?? zeroSha,
    base_ref: before === null && after !== null ? await baseOf(git, repository, after) : null,
    created: before === null,
    deleted: after === null,
    forced,
    compare: compareUrl(context, repository, moved),
    commits: fresh.map(render),
    head_commit: head === null ? null : render(head),
    pusher: { name: user.login, email: emailOf(user) },
  } satisfies Omit<Payload<"webhook-push">, "ref"> & { ref: string };
}

/** What the move brought, oldest first: against the old tip, or for a new branch against every other branch. */
async function newCommits(git: GitDir, { ref, before }: MovedRef, after: string): Promise<Commit[]> {
  const branch = branchOf(ref);
  if (branch === null) return [];
  if (before !== null) return log(git, after, { without: [before], limit: shownCommits, reverse: true });
  return log(git, after, { onlyOn: branch, limit: shownCommits, reverse: true });
}

/** The commit a ref is at: a branch's tip, or what a tag leads to. */
async function commitOf(git: GitDir, ref: string, object: string): Promise<Commit | null> {
  const sha = branchOf(ref) === null ? await resolveCommit(git, object) : object;
  return sha === null ? null : readCommit(git, sha);
}

async function baseOf(git: GitDir, repository: Repository, after: string): Promise<string | null> {
  const ref = `refs/heads/${repository.defaultBranch}`;
  return (await resolveCommit(git, ref)) === after ? ref : null;
}

function compareUrl(context: SandboxContext, repository: Repository, { ref, before, after }: MovedRef): string {
  const web = `${repositoryWeb(context, repository)}/compare`;
  if (before === null) return `${web}/${branchOf(ref) ?? ref}`;
  return `${web}/${before.slice(0, 12)}...${(after ?? zeroSha).slice(0, 12)}`;
}

function person(context: SandboxContext, { name, email, date }: Signature) {
  const user = userOfEmail(context.store, email);
  return { name, email, date, ...(user === null ? {} : { username: user.login }) };
}
