/** An event in GitHub's form: what Apps get (but for `installation`), and what a run sees as `github.event`. */
import type { Repository, User } from "./entities.ts";

export interface WebhookEvent {
  repository: Repository;
  /** GitHub's event name: `push`, `pull_request`, `issues`, `check_run`, `workflow_run`, … */
  event: string;
  /** Null for events that have none, such as `push` and `status`. */
  action: string | null;
  payload: Record<string, unknown>;
  sender: User;
  /** Done with an Actions GITHUB_TOKEN: webhooks are sent, but no workflow starts. */
  byJobToken: boolean;
  /** Sent to this App alone. */
  toAppId?: number;
}
