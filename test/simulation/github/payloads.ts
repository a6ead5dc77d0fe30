/** Builds the parts that webhook payloads share, with only the fields that Headgate reads. */
import { BOT, type Hub, type Issue } from "./hub.ts";

export function repositoryOf(hub: Hub): Record<string, unknown> {
  return { name: hub.repo.name, owner: { login: hub.repo.owner } };
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
