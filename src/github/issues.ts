/** Reads and writes issues and their comments. */
import { z } from "zod";
import type { Repo } from "../core/github.ts";
import type { GitHub, IssueSnapshot } from "../loop/github-port.ts";
import type { Calls } from "./calls.ts";
import { statusOf } from "./errors.ts";
import { Recent } from "./memory/recent.ts";

type Issues = Pick<
  GitHub,
  "issue" | "labelledIssues" | "labelledBy" | "comments" | "upsertComment" | "react" | "closeIssue"
>;

/** null for a deleted account, which GitHub shows as "ghost". */
const Author = z.object({ login: z.string(), type: z.string().optional() }).nullable();
const Issue = z.object({
  number: z.number().int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  user: Author,
  closed_by: Author.optional(),
  pull_request: z.unknown().optional(),
});
const IssueEvent = z.object({
  event: z.string(),
  actor: Author.optional(),
  created_at: z.string(),
  label: z.object({ name: z.string() }).optional(),
});
const Comment = z.object({
  id: z.number().int(),
  user: Author,
  body: z.string().nullish(),
  created_at: z.string(),
  updated_at: z.string(),
  performed_via_github_app: z.object({ id: z.number() }).nullish(),
});
type Comment = z.infer<typeof Comment>;

/** Comments that are remembered, of up to 64 KB each. */
const MAX_WRITTEN = 200;

export function createIssues(calls: Calls, app: { appId: number; appSlug: string }): Issues {
  /**
   * Checks the comment's author. Anybody can write Headgate's marker into a comment, but only the App can post as the
   * App.
   */
  function ours(comment: Comment): boolean {
    if (comment.performed_via_github_app?.id === app.appId) return true;
    return comment.user?.type === "Bot" && comment.user.login === `${app.appSlug}[bot]`;
  }

  /** Our comments as they were written last, by repository, issue and marker. */
  const written = new Recent<{ id: number; body: string }>(MAX_WRITTEN);

  async function ownComment(repo: Repo, issue: number, marker: string): Promise<Comment | null> {
    const all = await calls.all(repo, "GET /repos/{owner}/{repo}/issues/{issue}/comments", { issue }, Comment);
    return all.find((comment) => ours(comment) && firstLine(comment.body ?? "") === marker) ?? null;
  }

  /** Returns false where a person deleted the comment. */
  async function edit(repo: Repo, id: number, body: string): Promise<boolean> {
    try {
      await calls.send(repo, "PATCH /repos/{owner}/{repo}/issues/comments/{id}", { id, body });
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      throw error;
    }
  }

  async function findOrWrite(repo: Repo, issue: number, marker: string, text: string): Promise<number> {
    const current = await ownComment(repo, issue, marker);
    if (current === null) {
      const route = "POST /repos/{owner}/{repo}/issues/{issue}/comments";
      return (await calls.one(repo, route, { issue, body: text }, Comment)).id;
    }
    if (plain(current.body ?? "") !== plain(text)) await edit(repo, current.id, text);
    return current.id;
  }

  return {
    async issue(repo, issue) {
      return snapshot(await calls.one(repo, "GET /repos/{owner}/{repo}/issues/{issue}", { issue }, Issue));
    },

    async labelledIssues(repo, label) {
      const route = "GET /repos/{owner}/{repo}/issues";
      const parameters = { labels: label, state: "open", sort: "created", direction: "asc" };
      const issues = await calls.all(repo, route, parameters, Issue);
      // GitHub's issue routes list pull requests too.
      return issues.filter((issue) => issue.pull_request === undefined).map(snapshot);
    },

    async labelledBy(repo, issue, label) {
      const events = await calls.all(repo, "GET /repos/{owner}/{repo}/issues/{issue}/events", { issue }, IssueEvent);
      const last = events
        .filter((event) => event.event === "labeled" || event.event === "unlabeled")
        .findLast((event) => event.label?.name.toLowerCase() === label.toLowerCase());
      if (last === undefined || last.event === "unlabeled") return null;
      return { login: last.actor?.login ?? "ghost", at: last.created_at };
    },

    async comments(repo, issue, since) {
      const route = "GET /repos/{owner}/{repo}/issues/{issue}/comments";
      const all = await calls.all(repo, route, { issue, ...(since === null ? {} : { since }) }, Comment);
      return all.map((comment) => ({
        id: comment.id,
        author: comment.user?.login ?? "ghost",
        authorIsBot: comment.user?.type === "Bot",
        body: comment.body ?? "",
        createdAt: comment.created_at,
        updatedAt: comment.updated_at,
      }));
    },

    async upsertComment(repo, issue, marker, body) {
      const text = firstLine(body) === marker ? body : `${marker}\n${body}`;
      const key = JSON.stringify([repo.id, issue, marker]);
      const known = written.get(key);
      if (known !== undefined && (known.body === text || (await edit(repo, known.id, text)))) {
        written.set(key, { id: known.id, body: text });
        return known.id;
      }
      written.forget(key);
      const id = await findOrWrite(repo, issue, marker, text);
      written.set(key, { id, body: text });
      return id;
    },

    async react(repo, comment, content) {
      // A repeated reaction answers 200 with the existing one.
      await calls.send(repo, "POST /repos/{owner}/{repo}/issues/comments/{comment}/reactions", { comment, content });
    },

    async closeIssue(repo, issue, reason) {
      const parameters = { issue, state: "closed", state_reason: reason };
      await calls.send(repo, "PATCH /repos/{owner}/{repo}/issues/{issue}", parameters);
    },
  };
}

function snapshot(issue: z.infer<typeof Issue>): IssueSnapshot {
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body ?? "",
    state: issue.state,
    labels: issue.labels.map((label) => (typeof label === "string" ? label : (label.name ?? ""))),
    author: issue.user?.login ?? "ghost",
    closedBy: issue.closed_by?.login ?? null,
  };
}

function firstLine(body: string): string {
  return (body.split("\n", 1)[0] ?? "").trimEnd();
}

/** Converts CRLF to LF: bodies edited in a browser come back with CRLF. */
function plain(body: string): string {
  return body.replaceAll("\r\n", "\n").trimEnd();
}
