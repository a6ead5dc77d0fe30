/** Models issues, labels and comments. */
import { APP_ID, BOT, type Comment, type GitHubModel, HttpAnswer, type Issue } from "./model.ts";
import { accountOf, iso, issueOf, repositoryOf } from "./payloads.ts";

export function openIssue(
  github: GitHubModel,
  issue: { title: string; body: string; labels: string[] },
  by: string,
): Issue {
  const opened: Issue = {
    number: github.nextNumber(),
    title: issue.title,
    body: issue.body,
    by,
    state: "open",
    closedBy: null,
    wasClosedByUs: false,
    labels: new Set(),
    labelEvents: [],
    comments: [],
    updatedAt: github.now,
    parent: null,
    blockedBy: [],
  };
  github.issues.set(opened.number, opened);
  for (const label of issue.labels) setLabel(github, opened, label, true, by);
  return opened;
}

export function setLabel(github: GitHubModel, issue: Issue, label: string, on: boolean, by: string): void {
  if (issue.labels.has(label) === on) return;
  if (on) issue.labels.add(label);
  else issue.labels.delete(label);
  issue.updatedAt = github.now;
  issue.labelEvents.push({ label, on, by, at: github.now });
  announceIssue(github, issue, on ? "labeled" : "unlabeled", by, { label: { name: label } });
}

export function closeIssue(github: GitHubModel, issue: Issue, by: string): void {
  if (by === BOT) issue.wasClosedByUs = true;
  if (issue.state === "closed") return;
  issue.state = "closed";
  issue.closedBy = by;
  issue.updatedAt = github.now;
  announceIssue(github, issue, "closed", by, {});
}

export function reopenIssue(github: GitHubModel, issue: Issue, by: string): void {
  if (issue.state === "open") return;
  issue.state = "open";
  issue.closedBy = null;
  issue.updatedAt = github.now;
  announceIssue(github, issue, "reopened", by, {});
}

export function comment(github: GitHubModel, issue: Issue, body: string, by: string): Comment {
  const written: Comment = {
    id: github.nextId(),
    by,
    body,
    createdAt: github.now,
    updatedAt: github.now,
    reactions: new Set(),
  };
  issue.comments.push(written);
  github.record({ kind: "comment", issue, comment: written });
  github.announce("issue_comment", {
    action: "created",
    repository: repositoryOf(github),
    issue: issueOf(issue),
    comment: {
      id: written.id,
      body,
      user: accountOf(by),
      created_at: iso(github.now),
      ...(by === BOT ? { performed_via_github_app: { id: APP_ID } } : {}),
    },
    sender: accountOf(by),
  });
  return written;
}

export function findComment(github: GitHubModel, id: number): Comment {
  for (const issue of github.issues.values()) {
    const found = issue.comments.find((one) => one.id === id);
    if (found !== undefined) return found;
  }
  throw new HttpAnswer(404, "Not Found");
}

/** Returns the person who last added the label and when, or null when the label is off. */
export function labelledBy(issue: Issue, label: string): { login: string; at: string } | null {
  const last = issue.labelEvents.findLast((event) => event.label === label);
  return last === undefined || !last.on ? null : { login: last.by, at: iso(last.at) };
}

function announceIssue(
  github: GitHubModel,
  issue: Issue,
  action: string,
  by: string,
  more: Record<string, unknown>,
): void {
  const sender = accountOf(by);
  github.announce("issues", { action, repository: repositoryOf(github), issue: issueOf(issue), sender, ...more });
}
