/** Models issues, labels and comments. */
import { APP_ID, BOT, type Comment, HttpAnswer, type Hub, type Issue } from "./hub.ts";
import { accountOf, iso, issueOf, repositoryOf } from "./payloads.ts";

export function openIssue(hub: Hub, issue: { title: string; body: string; labels: string[] }, by: string): Issue {
  const opened: Issue = {
    number: hub.nextNumber(),
    title: issue.title,
    body: issue.body,
    by,
    state: "open",
    labels: new Set(),
    labelEvents: [],
    comments: [],
    updatedAt: hub.now,
    parent: null,
    blockedBy: [],
  };
  hub.issues.set(opened.number, opened);
  for (const label of issue.labels) setLabel(hub, opened, label, true, by);
  return opened;
}

export function setLabel(hub: Hub, issue: Issue, label: string, on: boolean, by: string): void {
  if (issue.labels.has(label) === on) return;
  if (on) issue.labels.add(label);
  else issue.labels.delete(label);
  issue.updatedAt = hub.now;
  issue.labelEvents.push({ label, on, by, at: hub.now });
  announceIssue(hub, issue, on ? "labeled" : "unlabeled", by, { label: { name: label } });
}

export function closeIssue(hub: Hub, issue: Issue, by: string): void {
  if (issue.state === "closed") return;
  issue.state = "closed";
  issue.updatedAt = hub.now;
  announceIssue(hub, issue, "closed", by, {});
}

export function comment(hub: Hub, issue: Issue, body: string, by: string): Comment {
  const written: Comment = {
    id: hub.nextId(),
    by,
    body,
    createdAt: hub.now,
    updatedAt: hub.now,
    reactions: new Set(),
  };
  issue.comments.push(written);
  hub.tell({ kind: "comment", issue, comment: written });
  hub.announce("issue_comment", {
    action: "created",
    repository: repositoryOf(hub),
    issue: issueOf(issue),
    comment: {
      id: written.id,
      body,
      user: accountOf(by),
      created_at: iso(hub.now),
      ...(by === BOT ? { performed_via_github_app: { id: APP_ID } } : {}),
    },
    sender: accountOf(by),
  });
  return written;
}

export function findComment(hub: Hub, id: number): Comment {
  for (const issue of hub.issues.values()) {
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

function announceIssue(hub: Hub, issue: Issue, action: string, by: string, more: Record<string, unknown>): void {
  const sender = accountOf(by);
  hub.announce("issues", { action, repository: repositoryOf(hub), issue: issueOf(issue), sender, ...more });
}
