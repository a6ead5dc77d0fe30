/** Builds the parts that webhook payloads share, with only the fields that Headgate reads. */
import { BOT, type GitHubModel, type Issue } from "./model.ts";

export function repositoryOf(github: GitHubModel): Record<string, unknown> {
  return { id: github.repo.id, name: github.repo.name, owner: { login: github.repo.owner } };
}

export function accountOf(login: string): Record<string, unknown> {
  return { login, type: login.endsWith("[bot]") ? "Bot" : "User" };
}

export function issueOf(issue: Issue): Record<string, unknown> {
  const { number, title, body, state } = issue;
  return { number, title, body, state, updated_at: iso(issue.updatedAt) };
}

export function isBot(login: string): boolean {
  return login === BOT;
}

/** Formats a time in whole seconds, as GitHub does. */
export function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
