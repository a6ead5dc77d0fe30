/**
 * The type of an announcement. Every change in the sandbox is announced with one: its payload goes to Apps as a webhook
 * and starts workflows, as on GitHub.
 */
import type { Repository, User } from "./entities.ts";

export interface Announcement {
  repository: Repository;
  /** GitHub's event name: `push`, `pull_request`, `issues`, `check_run`, `workflow_run`, … */
  event: string;
  /** The payload's `action`; null for events that have none, such as `push` and `status`. */
  action: string | null;
  /**
   * The payload without `action`, `repository`, `sender`, `organization` and `installation`. The listeners add these.
   */
  payload: Record<string, unknown>;
  sender: User;
  /** True if an Actions GITHUB_TOKEN made the change. Webhooks are sent, but no workflow starts. */
  byJobToken: boolean;
  /** Limits the webhook to this App. */
  toAppId?: number;
}

export type Announce = (announcement: Announcement) => void;
