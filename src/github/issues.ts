/** Reads and writes issues and their comments. */
import { z } from "zod";
import type { Repo } from "../core/github.ts";
import { type CommentSnapshot, type GitHub, Gone, type IssueSnapshot } from "../loop/github-port.ts";
import type { Calls } from "./calls.ts";
import { movedTo } from "./connection/known-repositories.ts";
import { addressOf, statusOf, wordsOf } from "./errors.ts";
import { Recent } from "./memory/recent.ts";

type Issues = Pick<
  GitHub,
  "issue" | "labelledIssues" | "labelledBy" | "comments" | "recentComments" | "upsertComment" | "react" | "closeIssue"
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
  repository_url: z.string().optional(),
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
/** Also of a pull, whose number is an issue's. */
const OnIssue = Comment.extend({ issue_url: z.string().regex(/\/\d+$/) });

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
      const found = await calls
        .one(repo, "GET /repos/{owner}/{repo}/issues/{issue}", { issue }, Issue)
        .catch(gone(repo));
      // GitHub redirects to where it is now.
      const isHere = found.number === issue && (await isIn(calls, repo, found.repository_url));
      if (!isHere) throw new Gone("transferred", "The issue was transferred to another repository");
      return snapshot(found);
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
      return all.map(said);
    },

    async recentComments(repo, since) {
      const route = "GET /repos/{owner}/{repo}/issues/comments";
      const all = await calls.all(repo, route, { since, sort: "created", direction: "asc" }, OnIssue);
      return all.map((comment) => ({ ...said(comment), issue: Number(comment.issue_url.split("/").at(-1)) }));
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

/** Tells an issue that was deleted or moved out of sight from other failures. */
function gone({ id }: Repo): (error: unknown) => never {
  return (error) => {
    const status = statusOf(error);
    if (status === 410 && /deleted/i.test(wordsOf(error))) throw new Gone("deleted", wordsOf(error), { cause: error });
    const there = movedTo(addressOf(error));
    if ((status === 404 || status === 403) && there !== null && there !== id)
      throw new Gone("transferred", wordsOf(error), { cause: error });
    throw error;
  };
}

/** A repository that was renamed has another name in its addresses than the one that is known. */
async function isIn(calls: Calls, repo: Repo, url: string | undefined): Promise<boolean> {
  const [, owner, name] = /\/repos\/([^/]+)\/([^/]+)$/.exec(url ?? "") ?? [];
  const isKnown = `${owner}/${name}`.toLowerCase() === `${repo.owner}/${repo.name}`.toLowerCase();
  if (owner === undefined || name === undefined || isKnown) return true;
  const route = "GET /repos/{owner}/{repo}";
  return (await calls.oneOrNull(repo, route, { owner, repo: name }, z.object({ id: z.number() })))?.id === repo.id;
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

function said(comment: Comment): CommentSnapshot {
  return {
    id: comment.id,
    author: comment.user?.login ?? "ghost",
    authorIsBot: comment.user?.type === "Bot",
    body: comment.body ?? "",
    createdAt: comment.created_at,
    updatedAt: comment.updated_at,
  };
}

function firstLine(body: string): string {
  return (body.split("\n", 1)[0] ?? "").trimEnd();
}

/** Converts CRLF to LF: bodies edited in a browser come back with CRLF. */
function plain(body: string): string {
  return body.replaceAll("\r\n", "\n").trimEnd();
}
