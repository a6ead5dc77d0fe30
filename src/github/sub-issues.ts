/** Reads sub-issues and their dependencies: tasks that people wrote as GitHub issues. */
import { z } from "zod";
import type { Repo } from "../core/github.ts";
import type { GitHub } from "../loop/github-port.ts";
import type { Calls } from "./calls.ts";

type SubIssues = Pick<GitHub, "subIssues" | "closedSubIssues" | "addSubIssue" | "addBlockedBy">;

const Issue = z.object({
  /** Unique across GitHub, unlike the number. The sub-issue and dependency routes take this id. */
  id: z.number().int(),
  number: z.number().int(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.enum(["open", "closed"]),
  /** Needed because a sub-issue can belong to another repository. */
  repository_url: z.string(),
});

/**
 * GitHub allows at most 100 sub-issues per parent.
 * https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues
 */
const MAX_SUB_ISSUES = 100;

export function createSubIssues(calls: Calls): SubIssues {
  const isHere = (repo: Repo, url: string) =>
    url.toLowerCase().endsWith(`/repos/${repo.owner}/${repo.name}`.toLowerCase());

  async function listed(repo: Repo, issue: number) {
    const all = await calls.all(repo, "GET /repos/{owner}/{repo}/issues/{issue}/sub_issues", { issue }, Issue);
    return all.filter((one) => isHere(repo, one.repository_url)).slice(0, MAX_SUB_ISSUES);
  }

  async function blockers(repo: Repo, issue: number): Promise<number[]> {
    const route = "GET /repos/{owner}/{repo}/issues/{issue}/dependencies/blocked_by";
    const all = await calls.all(repo, route, { issue }, Issue);
    return all.filter((one) => isHere(repo, one.repository_url)).map((one) => one.number);
  }

  async function idOf(repo: Repo, issue: number): Promise<number> {
    return (await calls.one(repo, "GET /repos/{owner}/{repo}/issues/{issue}", { issue }, Issue)).id;
  }

  return {
    async closedSubIssues(repo, issue) {
      return (await listed(repo, issue)).filter((one) => one.state === "closed").map((one) => one.number);
    },

    async subIssues(repo, issue) {
      const found = [];
      for (const { number, title, body, state } of await listed(repo, issue)) {
        found.push({ number, title, body: body ?? "", state, blockedBy: await blockers(repo, number) });
      }
      return found;
    },

    async addSubIssue(repo, parent, { title, body }) {
      const made = await calls.one(repo, "POST /repos/{owner}/{repo}/issues", { title, body }, Issue);
      const route = "POST /repos/{owner}/{repo}/issues/{parent}/sub_issues";
      await calls.send(repo, route, { parent, sub_issue_id: made.id });
      return { number: made.number };
    },

    async addBlockedBy(repo, issue, blocker) {
      const route = "POST /repos/{owner}/{repo}/issues/{issue}/dependencies/blocked_by";
      await calls.send(repo, route, { issue, issue_id: await idOf(repo, blocker) });
    },
  };
}
