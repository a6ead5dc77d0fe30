/** The few fields of GitHub's webhook payloads that are read. https://docs.github.com/en/webhooks/webhook-events-and-payloads */
import { z } from "zod";

const Sha = z.string().regex(/^[0-9a-f]{40}$/);
const Repository = z.object({
  id: z.number().int().positive(),
  name: z.string(),
  owner: z.object({ login: z.string() }),
});
/** null: the account is gone; GitHub shows its work as by "ghost". */
const Account = z.object({ login: z.string(), type: z.string().optional() }).nullish();
export type Account = z.infer<typeof Account>;
const App = z.object({ id: z.number().int() }).nullish();

export const Action = z.object({ action: z.string().optional() });

export const IssuesPayload = z.object({
  repository: Repository,
  sender: Account,
  issue: z.object({
    number: z.number().int().positive(),
    title: z.string(),
    body: z.string().nullish(),
    state: z.enum(["open", "closed"]),
    updated_at: z.string(),
  }),
  label: z.object({ name: z.string() }).optional(),
});

export const IssueCommentPayload = z.object({
  repository: Repository,
  issue: z.object({
    number: z.number().int().positive(),
    /** Present when the "issue" is a pull request. */
    pull_request: z.unknown().optional(),
  }),
  comment: z.object({
    id: z.number().int().positive(),
    user: Account,
    body: z.string().nullish(),
    created_at: z.string(),
    performed_via_github_app: App,
  }),
});

/** Also of reviews. */
export const PullPayload = z.object({
  repository: Repository,
  pull_request: z.object({ number: z.number().int().positive() }),
});

export const RepositoryPayload = z.object({ repository: Repository });

export const PushPayload = z.object({
  repository: Repository,
  ref: z.string(),
  forced: z.boolean().optional(),
  deleted: z.boolean().optional(),
});

export const CheckRunPayload = z.object({
  repository: Repository,
  check_run: z.object({ head_sha: Sha, app: App }),
});

export const StatusPayload = z.object({ repository: Repository, sha: Sha });

export const WorkflowRunPayload = z.object({
  repository: Repository,
  workflow_run: z.object({ head_sha: Sha, display_title: z.string() }),
});

const Named = z.array(z.object({ id: z.number().int().positive() })).optional();

/** Of installations: the repositories that came or went with the event. */
export const InstallationPayload = z.object({
  repositories: Named,
  repositories_added: Named,
  repositories_removed: Named,
});

/** By event. Bodies of all other events are not parsed. `installation` lets Probot authenticate. */
const around = { action: z.string().optional(), installation: z.object({ id: z.number().int() }).optional() };
const PAYLOADS = new Map<string, z.ZodType<Record<string, unknown>>>(
  Object.entries({
    issues: IssuesPayload.extend(around),
    issue_comment: IssueCommentPayload.extend(around),
    pull_request: PullPayload.extend(around),
    pull_request_review: PullPayload.extend(around),
    push: PushPayload.extend(around),
    check_run: CheckRunPayload.extend(around),
    status: StatusPayload.extend(around),
    workflow_run: WorkflowRunPayload.extend(around),
    repository: RepositoryPayload.extend(around),
    installation: InstallationPayload.extend(around),
    installation_repositories: InstallationPayload.extend(around),
  }),
);

/** Returns the schema of the fields that are read; undefined: the event is not read. */
export function payloadOf(event: string): z.ZodType<Record<string, unknown>> | undefined {
  return PAYLOADS.get(event);
}
