/**
 * Converts webhook payloads to events. What a payload states for good is a fact, where it can under the key that the sweep gives it too.
 * What may have changed again since is only a hint to read it. Ignores all other payloads.
 */
import { z } from "zod";
import { runName } from "../core/attempt.ts";
import type { FeatureEvent, LaneEvent } from "../core/event.ts";
import type { Repo } from "../core/github.ts";
import { featureKey, topics } from "../core/keys.ts";
import { readCommand } from "./command.ts";
import {
  type Account,
  Action,
  CheckRunPayload,
  InstallationPayload,
  IssueCommentPayload,
  IssuesPayload,
  PullPayload,
  PushPayload,
  RepositoryPayload,
  StatusPayload,
  WorkflowRunPayload,
} from "./payloads.ts";

/** Headgate's App, and the label that asks for a feature. */
export interface Identity {
  appId: number;
  appSlug: string;
  label: string;
}

export interface Fact {
  aggregate: string;
  key: string;
  event: FeatureEvent;
}

export interface Hint {
  topic: string;
  key: string;
  /** A hint, or a command on a pull: only the feature that opened it is routed there. */
  event: Extract<FeatureEvent | LaneEvent, { type: "hinted" | "command.given" }>;
}

export interface WebhookEvents {
  facts: Fact[];
  hints: Hint[];
}

type Topic = Extract<FeatureEvent, { type: "hinted" }>["topic"];

const nothing: WebhookEvents = { facts: [], hints: [] };

/** Throws an error that names the webhook and the fields that are not as GitHub documents them. It quotes no value. */
export function eventsFrom(name: string, guid: string, payload: unknown, identity: Identity): WebhookEvents {
  const read = <T>(schema: z.ZodType<T>): T => {
    const parsed = schema.safeParse(payload);
    if (parsed.success) return parsed.data;
    throw new Error(`webhook ${name} does not parse: ${z.prettifyError(parsed.error)}`);
  };
  const hint = (topic: string, about: Topic) => hintOf(guid, topic, about);
  const commitHint = (repo: Repo, sha: string) => hint(topics.commit(repo, sha), { kind: "commit", sha });
  const { action } = read(Action);
  switch (name) {
    case "issues":
      return issueFacts(action, read(IssuesPayload), guid, identity);
    case "issue_comment":
      return action === "created" ? commandFact(read(IssueCommentPayload), guid, identity) : nothing;
    case "pull_request":
    case "pull_request_review": {
      const { repository, pull_request: pull } = read(PullPayload);
      return hint(topics.pull(repoOf(repository), pull.number), { kind: "pull", pull: pull.number });
    }
    case "push": {
      const { repository, ref, forced, deleted } = read(PushPayload);
      const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
      if (branch === undefined) return nothing;
      const repo = repoOf(repository);
      const about = { kind: "branch" as const, branch };
      const moved = hint(topics.branch(repo, branch), about);
      if (forced !== true && deleted !== true) return moved;
      return { facts: [], hints: [...moved.hints, ...hint(topics.rewritten(repo, branch), about).hints] };
    }
    case "check_run": {
      // A check that starts again takes its verdict back.
      if (action !== "created" && action !== "completed") return nothing;
      const { repository, check_run: check } = read(CheckRunPayload);
      return check.app?.id === identity.appId ? nothing : commitHint(repoOf(repository), check.head_sha);
    }
    case "status": {
      const { repository, sha } = read(StatusPayload);
      return commitHint(repoOf(repository), sha);
    }
    case "workflow_run": {
      if (action !== "in_progress" && action !== "completed") return nothing;
      const begins = action === "in_progress";
      const { repository, workflow_run: run } = read(WorkflowRunPayload);
      const repo = repoOf(repository);
      const attempt = attemptOfRun(run.display_title);
      // Other workflows report through their check runs.
      return attempt === null ? nothing : hint(topics.attempt(repo, attempt), { kind: "attempt", attempt, begins });
    }
    case "repository": {
      const { repository } = read(RepositoryPayload);
      return CHANGED.has(action ?? "") ? repositoryHints(guid, [repository], action === "deleted") : nothing;
    }
    case "installation":
    case "installation_repositories": {
      const { repositories, repositories_added: added, repositories_removed: removed } = read(InstallationPayload);
      return repositoryHints(guid, [...(repositories ?? []), ...(added ?? []), ...(removed ?? [])], false);
    }
    default:
      return nothing;
  }
}

/** What happens to a repository that changes its name, or whether the App may work in it. */
const CHANGED = new Set(["renamed", "transferred", "archived", "unarchived", "deleted"]);

/** An installation may have any number of repositories. Those beyond are seen by the sweeps of their features. */
const MOST_HINTS = 1_000;

function repositoryHints(guid: string, repositories: readonly { id: number }[], deleted: boolean): WebhookEvents {
  const about = { kind: "repository" as const, deleted };
  const all = repositories.slice(0, MOST_HINTS).map((repository) => hintOf(guid, topics.repository(repository), about));
  return { facts: [], hints: all.flatMap(({ hints }) => hints) };
}

/** Returns the repository that a webhook is about; null: it is about none, or several. */
export function repositoryOf(payload: unknown): Repo | null {
  const parsed = RepositoryPayload.safeParse(payload);
  return parsed.success ? repoOf(parsed.data.repository) : null;
}

function hintOf(guid: string, topic: string, about: Topic): WebhookEvents {
  return { facts: [], hints: [{ topic, key: `hint:${guid}:${topic}`, event: { type: "hinted", topic: about } }] };
}

function issueFacts(
  action: string | undefined,
  payload: z.infer<typeof IssuesPayload>,
  guid: string,
  identity: Identity,
): WebhookEvents {
  const { issue, sender, label } = payload;
  // Our own closing of a finished issue is no news.
  if (isOurs(sender, identity)) return nothing;
  const repo = repoOf(payload.repository);
  const by = sender?.login ?? "ghost";
  const fact = (word: string, event: FeatureEvent): WebhookEvents => ({
    facts: [{ aggregate: featureKey(repo, issue.number), key: `${word}:${issue.updated_at}`, event }],
    hints: [],
  });
  // It may be a task of another issue's feature.
  const about = { kind: "sub-issue" as const, issue: issue.number };
  const ofParent = hintOf(guid, topics.subIssue(repo, issue.number), about).hints;
  // GitHub's labels do not differ by case.
  const labelled = label?.name.toLowerCase() === identity.label.toLowerCase();
  switch (action) {
    case "labeled": {
      const { number, title, body } = issue;
      const labelledAt = Date.parse(issue.updated_at);
      const event = { type: "feature.labelled" as const, repo, issue: number, title, body: body ?? "", by, labelledAt };
      return labelled && issue.state === "open" ? fact("labelled", event) : nothing;
    }
    case "unlabeled":
      return labelled ? fact("unlabelled", { type: "feature.unlabelled", by }) : nothing;
    case "edited":
      // The feature reads the present text itself.
      return hintOf(guid, topics.issue(repo, issue.number), { kind: "issue" });
    case "deleted":
    case "transferred":
      return { ...fact("gone", { type: "issue.gone", why: action, by }), hints: ofParent };
    case "closed":
      return { ...fact("closed", { type: "issue.closed", by }), hints: ofParent };
    case "reopened":
      return { ...fact("reopened", { type: "issue.reopened" }), hints: ofParent };
    default:
      return nothing;
  }
}

function commandFact(
  { repository, issue, comment }: z.infer<typeof IssueCommentPayload>,
  guid: string,
  identity: Identity,
): WebhookEvents {
  if (comment.user?.type === "Bot" || comment.performed_via_github_app?.id === identity.appId) return nothing;
  const command = readCommand(comment.body ?? "");
  const repo = repoOf(repository);
  const onPull = issue.pull_request !== undefined;
  if (onPull && command === null) return nothing;
  // It is talk among people. A feature that waits for an answer observes the issue.
  if (command === null) return hintOf(guid, topics.issue(repo, issue.number), { kind: "issue" });
  const by = comment.user?.login ?? "ghost";
  const key = `comment:${comment.id}:${comment.created_at}`;
  const writtenAt = Date.parse(comment.created_at);
  const event = { type: "command.given" as const, comment: comment.id, by, writtenAt, command };
  if (onPull) {
    const topic = topics.conversation(repo, issue.number);
    return { facts: [], hints: [{ topic, key, event: { ...event, pull: issue.number } }] };
  }
  return { facts: [{ aggregate: featureKey(repo, issue.number), key, event }], hints: [] };
}

function isOurs(account: Account, identity: Identity): boolean {
  return account?.type === "Bot" && account.login === `${identity.appSlug}[bot]`;
}

function repoOf(repository: { id: number; name: string; owner: { login: string } }): Repo {
  return { id: repository.id, owner: repository.owner.login, name: repository.name };
}

/** The attempt that a workflow run is, by the name its workflow gave it. */
function attemptOfRun(title: string): string | null {
  const attempt = /\S+$/.exec(title)?.[0] ?? "";
  return /^\d+\/[a-z0-9-]+\/\d+$/.test(attempt) && title === runName(attempt) ? attempt : null;
}
