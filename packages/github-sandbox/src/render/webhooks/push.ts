/** Renders the payload of `push`. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */

import type { MovedRef, PushEvent, PushedCommit } from "../../events/event.ts";
import { emailOf, userOfEmail } from "../../git/identity.ts";
import { branchOf, zeroSha } from "../../git/plumbing/names.ts";
import type { Signature } from "../../git/plumbing/objects.ts";
import type { User } from "../../store/entities.ts";
import { type Payload, type RenderContext, type RenderScope, repositoryWeb } from "../site.ts";

type PushCommit = Payload<"webhook-push">["commits"][number];

export function pushPayload(scope: RenderScope, push: PushEvent, pusher: User) {
  const { ref, before, after, forced } = push.moved;
  const shown = (commit: PushedCommit): PushCommit => ({
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repositoryWeb(scope)}/commit/${commit.sha}`,
    author: person(scope, commit.author),
    committer: person(scope, commit.committer),
    added: commit.added,
    removed: commit.removed,
    modified: commit.modified,
  });
  return {
    ref,
    before: before ?? zeroSha,
    after: after ?? zeroSha,
    base_ref: push.baseRef,
    created: before === null,
    deleted: after === null,
    forced,
    compare: compareUrl(scope, push.moved),
    commits: push.commits.map(shown),
    head_commit: push.head === null ? null : shown(push.head),
    pusher: { name: pusher.login, email: emailOf(pusher) },
  } satisfies Omit<Payload<"webhook-push">, "ref"> & { ref: string };
}

function compareUrl(scope: RenderScope, { ref, before, after }: MovedRef): string {
  const web = `${repositoryWeb(scope)}/compare`;
  if (before === null) return `${web}/${branchOf(ref) ?? ref}`;
  return `${web}/${before.slice(0, 12)}...${(after ?? zeroSha).slice(0, 12)}`;
}

function person(site: RenderContext, { name, email, date }: Signature) {
  const user = userOfEmail(site.store, email);
  return { name, email, date, ...(user === null ? {} : { username: user.login }) };
}
