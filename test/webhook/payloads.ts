/** Webhook payloads as GitHub sends them, cut down to the fields around those that are read. */
export const HEAD = "a1".repeat(20);

const repositoryFields = {
  id: 1,
  name: "tool",
  full_name: "acme/tool",
  private: false,
  owner: { login: "acme", id: 2, type: "Organization" },
  default_branch: "main",
};
const ada = { login: "ada", id: 3, type: "User" };
export const ourselves = { login: "headgate[bot]", id: 4, type: "Bot" };
const around = { repository: repositoryFields, sender: ada, installation: { id: 5 } };

export function issues(action: string, more: Record<string, unknown> = {}, issue: Record<string, unknown> = {}) {
  return {
    action,
    ...around,
    issue: {
      id: 6,
      number: 12,
      title: "Read CSV",
      body: "Please.",
      state: action === "closed" ? "closed" : "open",
      user: ada,
      labels: [],
      created_at: "2026-11-23T07:00:00Z",
      updated_at: "2026-11-23T07:01:00Z",
      ...issue,
    },
    ...more,
  };
}

export const label = (name: string) => ({ label: { id: 7, name, color: "ededed" } });

export function comment(body: string, more: Record<string, unknown> = {}, issue: Record<string, unknown> = {}) {
  return {
    ...issues("created", {}, issue),
    comment: {
      id: 900,
      body,
      user: ada,
      author_association: "MEMBER",
      created_at: "2026-11-23T07:02:00Z",
      updated_at: "2026-11-23T07:02:00Z",
      performed_via_github_app: null,
      ...more,
    },
  };
}

export function pull(action: string) {
  return {
    action,
    number: 4,
    ...around,
    pull_request: {
      id: 8,
      number: 4,
      state: "open",
      head: { ref: "headgate/12/quote", sha: HEAD },
      base: { ref: "main" },
    },
  };
}

export const review = (action: string) => ({
  ...pull(action),
  review: { id: 9, state: "changes_requested", user: ada },
});

export const push = (ref: string, after = HEAD) => ({ ref, before: "b2".repeat(20), after, ...around, commits: [] });

export function checkRun(action: string, appId = 15368) {
  const app = { id: appId, slug: "github-actions" };
  return { action, ...around, check_run: { id: 10, name: "unit", head_sha: HEAD, status: "completed", app } };
}

export const status = (state: string) => ({ id: 12, sha: HEAD, state, context: "ci/x", ...around });

export function workflowRun(action: string, title: string) {
  return {
    action,
    ...around,
    workflow_run: {
      id: 13,
      name: "headgate",
      display_title: title,
      head_sha: HEAD,
      head_branch: "main",
      run_attempt: 1,
    },
  };
}

export function repository(action: string) {
  return { action, ...around };
}

/** `list`: the field that names the repositories. */
export function installation(action: string, list: string) {
  return { action, installation: { id: 5, app_id: 7 }, sender: ada, [list]: [{ id: 1, name: "tool", private: false }] };
}
