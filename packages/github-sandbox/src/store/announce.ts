/**
 * The one way in which anything in the sandbox tells that something happened. Webhooks go to Apps from here and
 * workflows start from here, both from the same payload, as on GitHub.
 */
import type { Repository, User } from "./entities.ts";

export interface Announcement {
  repository: Repository;
  /** GitHub's event name: `push`, `pull_request`, `issues`, `check_run`, `workflow_run`, … */
  event: string;
  /** The payload's `action`; null for events that have none, such as `push` and `status`. */
  action: string | null;
  /** Everything of the payload but `action`, `repository`, `sender`, `organization` and `installation`, which the sinks add. */
  payload: Record<string, unknown>;
  sender: User;
  /** The thing was done with an Actions GITHUB_TOKEN: it is told to webhooks but starts no workflow. */
  byJobToken: boolean;
  /** Told to this App alone. */
  toAppId?: number;
}

export type Announce = (announcement: Announcement) => void;
