/**
 * Lists the permission that each route of a repository needs of a scoped token, as GitHub does:
 * https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { may } from "../src/access/permissions.ts";
import type { Actions } from "../src/actions/index.ts";
import { restApi } from "../src/api.ts";
import { actionsRoutes } from "../src/rest/actions/index.ts";
import { gitRoutes } from "../src/rest/git/index.ts";
import { pullRoutes } from "../src/rest/pulls/pull-routes.ts";

import type { Token } from "../src/store/entities.ts";
import { startWithoutActions } from "./git-fixture.ts";
import { type Fixture, silent, startFixture } from "./rest-fixture.ts";

/** Has every permission, in another repository. */
const ofOthers: Token = {
  id: "ghs_others",
  kind: "installation",
  userId: 1,
  installationId: 1,
  repositories: [],
  permissions: { contents: "write", secrets: "write", administration: "write" },
  expiresAt: null,
};

type Level = "read" | "write";
interface Needs {
  /** One of these is enough. */
  any: readonly string[];
  level: Level;
  /** Required in addition. */
  also?: string;
}

const needs = (level: Level, ...any: string[]): Needs => ({ any, level });
const conversation = ["issues", "pull_requests"];

/** `<method> <path within the repository>`, several paths a line. */
const table: [Needs, string][] = [
  [needs("read", "metadata"), "GET / /collaborators/ada /collaborators/ada/permission /rules/branches/main"],
  [needs("read", "metadata"), "GET /rulesets /rulesets/ID"],
  [needs("read", "issues"), "GET /issues /issues/1/sub_issues /issues/1/parent /issues/1/dependencies/blocked_by"],
  [needs("read", "issues"), "GET /issues/1/dependencies/blocking"],
  [needs("write", "issues"), "POST /issues /issues/1/sub_issues /issues/1/dependencies/blocked_by"],
  [needs("write", "issues"), "DELETE /issues/1/sub_issue /issues/1/dependencies/blocked_by/9"],
  [needs("write", "issues"), "PATCH /issues/1/sub_issues/priority"],
  [
    needs("read", ...conversation),
    "GET /issues/2 /issues/2/events /issues/2/timeline /issues/2/labels /labels /labels/bug",
  ],
  [needs("read", ...conversation), "GET /issues/comments /issues/2/comments /issues/comments/COMMENT"],
  [needs("read", ...conversation), "GET /issues/2/reactions /issues/comments/COMMENT/reactions"],
  [needs("write", ...conversation), "POST /labels /issues/2/labels /issues/2/comments /issues/2/reactions"],
  [needs("write", ...conversation), "POST /issues/comments/COMMENT/reactions"],
  [needs("write", ...conversation), "PUT /issues/2/labels"],
  [needs("write", ...conversation), "PATCH /issues/2 /labels/bug /issues/comments/COMMENT"],
  [needs("write", ...conversation), "DELETE /issues/2/labels/bug /issues/2/labels /issues/2/reactions/9 /labels/bug"],
  [needs("write", ...conversation), "DELETE /issues/comments/COMMENT/reactions/9 /issues/comments/COMMENT"],
  [
    needs("read", "pull_requests"),
    "GET /pulls /pulls/2 /pulls/2/commits /pulls/2/files /pulls/2/reviews /pulls/2/merge",
  ],
  [needs("read", "pull_requests"), "GET /commits/SHA/pulls"],
  [needs("write", "pull_requests"), "POST /pulls"],
  [needs("write", "pull_requests"), "PATCH /pulls/2"],
  [{ ...needs("write", "pull_requests"), also: "contents" }, "PUT /pulls/2/update-branch"],
  [needs("read", "pull_requests"), "GET /pulls/2/reviews/9 /pulls/2/reviews/9/comments /pulls/2/requested_reviewers"],
  [needs("read", "pull_requests"), "GET /pulls/comments /pulls/comments/9 /pulls/2/comments /pulls/2/merge-async/9"],
  [needs("write", "pull_requests"), "POST /pulls/2/reviews /pulls/2/reviews/9/events /pulls/2/requested_reviewers"],
  [needs("write", "pull_requests"), "POST /pulls/2/comments /pulls/2/comments/9/replies"],
  [needs("write", "pull_requests"), "PUT /pulls/2/reviews/9 /pulls/2/reviews/9/dismissals"],
  [needs("write", "pull_requests"), "PATCH /pulls/comments/9"],
  [needs("write", "pull_requests"), "DELETE /pulls/2/reviews/9 /pulls/2/requested_reviewers /pulls/comments/9"],
  [needs("read", "checks"), "GET /check-runs/CHECK /check-runs/CHECK/annotations /commits/main/check-runs"],
  [needs("read", "checks"), "GET /check-suites/SUITE /check-suites/SUITE/check-runs /commits/main/check-suites"],
  [
    needs("write", "checks"),
    "POST /check-runs /check-suites /check-suites/SUITE/rerequest /check-runs/CHECK/rerequest",
  ],
  [needs("write", "checks"), "PATCH /check-runs/CHECK"],
  [needs("read", "statuses"), "GET /commits/main/statuses /commits/main/status"],
  [needs("write", "statuses"), "POST /statuses/SHA"],
  [needs("read", "administration"), "GET /branches/main/protection /branches/main/protection/enforce_admins"],
  [needs("read", "administration"), "GET /branches/main/protection/required_pull_request_reviews"],
  [needs("read", "administration"), "GET /branches/main/protection/required_signatures"],
  [needs("read", "administration"), "GET /branches/main/protection/required_status_checks"],
  [needs("read", "administration"), "GET /branches/main/protection/required_status_checks/contexts"],
  [needs("read", "administration"), "GET /branches/main/protection/restrictions"],
  [needs("read", "administration"), "GET /branches/main/protection/restrictions/users"],
  [needs("read", "administration"), "GET /branches/main/protection/restrictions/apps"],
  ...["POST", "PUT", "DELETE"].flatMap((method): [Needs, string][] => [
    [needs("write", "administration"), `${method} /branches/main/protection/required_status_checks/contexts`],
    [needs("write", "administration"), `${method} /branches/main/protection/restrictions/users`],
    [needs("write", "administration"), `${method} /branches/main/protection/restrictions/apps`],
  ]),
  [needs("write", "administration"), "PATCH /"],
  [needs("write", "administration"), "POST /branches/main/protection/enforce_admins /rulesets"],
  [needs("write", "administration"), "POST /branches/main/protection/required_signatures"],
  [needs("write", "administration"), "PATCH /branches/main/protection/required_pull_request_reviews"],
  [needs("write", "administration"), "PATCH /branches/main/protection/required_status_checks"],
  [needs("write", "administration"), "PUT /branches/main/protection /rulesets/ID"],
  [needs("write", "administration"), "DELETE /branches/main/protection/required_pull_request_reviews /rulesets/ID"],
  [needs("write", "administration"), "DELETE /branches/main/protection/enforce_admins"],
  [needs("write", "administration"), "DELETE /branches/main/protection/required_signatures"],
  [needs("write", "administration"), "DELETE /branches/main/protection/required_status_checks"],
  [needs("write", "administration"), "DELETE /branches/main/protection/restrictions /branches/main/protection"],
  [needs("read", "contents"), "GET /git/blobs/BLOB /git/trees/main /git/commits/SHA /git/ref/heads/main"],
  [
    needs("read", "contents"),
    "GET /git/matching-refs/heads /branches /branches/main /contents /contents/ /contents/README.md",
  ],
  [needs("read", "contents"), "GET /commits /commits/main /compare/main...side"],
  [needs("write", "contents"), "POST /git/blobs /git/trees /git/commits /git/refs /merges"],
  [needs("write", "contents"), "PATCH /git/refs/heads/side"],
  [needs("write", "contents"), "PUT /contents/new.md /pulls/2/merge /pulls/2/merge-async"],
  [needs("write", "contents"), "DELETE /contents/new.md /git/refs/heads/none"],
  [needs("read", "actions"), "GET /actions/workflows /actions/workflows/9 /actions/workflows/9/runs /actions/runs"],
  [
    needs("read", "actions"),
    "GET /actions/runs/9 /actions/runs/9/jobs /actions/runs/9/attempts/1/jobs /actions/jobs/9",
  ],
  [
    needs("read", "actions"),
    "GET /actions/jobs/9/logs /actions/runs/9/logs /actions/artifacts /actions/runs/9/artifacts",
  ],
  [needs("read", "actions"), "GET /actions/artifacts/9 /actions/artifacts/9/zip"],
  [needs("read", "actions"), "GET /actions/runs/9/attempts/1 /actions/runs/9/attempts/1/logs"],
  [
    needs("write", "actions"),
    "POST /actions/workflows/9/dispatches /actions/runs/9/cancel /actions/runs/9/force-cancel",
  ],
  [needs("write", "actions"), "POST /actions/runs/9/rerun /actions/runs/9/rerun-failed-jobs /actions/jobs/9/rerun"],
  [needs("write", "actions"), "PUT /actions/workflows/9/enable /actions/workflows/9/disable"],
  [needs("write", "actions"), "DELETE /actions/artifacts/9 /actions/runs/9 /actions/runs/9/logs"],
  [needs("read", "secrets"), "GET /actions/secrets /actions/secrets/public-key /actions/secrets/S"],
  [needs("write", "secrets"), "PUT /actions/secrets/S"],
  [needs("write", "secrets"), "DELETE /actions/secrets/S"],
  [needs("read", "administration"), "GET /actions/permissions/workflow"],
  [needs("write", "administration"), "PUT /actions/permissions/workflow"],
  [needs("read", "actions_variables"), "GET /actions/variables /actions/variables/V"],
  [needs("write", "actions_variables"), "POST /actions/variables"],
  [needs("write", "actions_variables"), "PATCH /actions/variables/V"],
  [needs("write", "actions_variables"), "DELETE /actions/variables/V"],
];

const routes = table.flatMap(([need, line]) => {
  const [method = "", ...paths] = line.split(" ");
  return paths.map((path) => ({ method, path, need }));
});
const everything = [
  "issues",
  "pull_requests",
  "checks",
  "statuses",
  "administration",
  "contents",
  "actions",
  "workflows",
  "secrets",
  "actions_variables",
];

let fixture: Fixture;
let names: Record<string, string>;
const tokens = new Map<string, Promise<string>>();
let tokenFor: (permissions: Record<string, string>) => Promise<string>;

beforeAll(async () => {
  fixture = await startFixture();
  const { sandbox } = fixture;
  const { user } = sandbox.createUser("ada");
  const repository = await sandbox.createRepository({ owner: user, name: "vault", private: true });
  const permissions = Object.fromEntries(everything.map((name) => [name, "write" as const]));
  const { app, privateKey } = await sandbox.createApp({ slug: "all", name: "All", permissions, events: [] });
  const installationId = sandbox.install(app, user, [repository]).id;
  const asApp = new Octokit({
    baseUrl: sandbox.apiUrl,
    log: silent,
    authStrategy: createAppAuth,
    auth: { appId: app.id, privateKey },
  });
  tokenFor = (wanted) => {
    const key = JSON.stringify(wanted);
    const known = tokens.get(key);
    if (known !== undefined) return known;
    const made = asApp.rest.apps
      .createInstallationAccessToken({ installation_id: installationId, permissions: wanted })
      .then(({ data }) => data.token);
    tokens.set(key, made);
    return made;
  };
  const bot = fixture.octokit(await tokenFor(permissions));
  const at = { owner: "ada", repo: "vault" };
  await bot.rest.issues.create({ ...at, title: "one" });
  const file = { ...at, message: "x", content: "eA==" };
  const { data: first } = await bot.rest.repos.createOrUpdateFileContents({ ...file, path: "README.md" });
  const sha = first.commit.sha ?? "";
  await bot.rest.git.createRef({ ...at, ref: "refs/heads/side", sha });
  await bot.rest.repos.createOrUpdateFileContents({ ...file, path: "b.md", branch: "side" });
  await bot.rest.pulls.create({ ...at, title: "two", head: "side", base: "main" });
  const { data: check } = await bot.rest.checks.create({ ...at, name: "c", head_sha: sha });
  const { data: comment } = await bot.rest.issues.createComment({ ...at, issue_number: 2, body: "hello" });
  await bot.rest.issues.createLabel({ ...at, name: "bug" });
  const { data: ruleset } = await bot.rest.repos.createRepoRuleset({ ...at, name: "r", enforcement: "disabled" });
  names = {
    SHA: sha,
    BLOB: first.content?.sha ?? "",
    CHECK: String(check.id),
    SUITE: String(check.check_suite?.id),
    COMMENT: String(comment.id),
    ID: String(ruleset.id),
  };
});
afterAll(() => fixture.close());

async function ask(token: string, method: string, path: string): Promise<{ status: number; message: unknown }> {
  const filled = path.replace(/SHA|BLOB|CHECK|SUITE|COMMENT|ID/g, (name) => names[name] ?? name);
  const answer = await fetch(`${fixture.sandbox.apiUrl}/repos/ada/vault${filled === "/" ? "" : filled}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    redirect: "manual",
    ...(method === "GET" ? {} : { body: "{}" }),
  });
  const text = await answer.text();
  return { status: answer.status, message: text.startsWith("{") ? JSON.parse(text).message : null };
}

const granted = (permissions: readonly string[], level: Level) =>
  Object.fromEntries(permissions.map((name) => [name, level]));

describe("scoped tokens", () => {
  it.each(routes.filter(({ need }) => !need.any.includes("metadata")))(
    "A scoped token without its permission is refused $method $path",
    async ({ method, path, need }) => {
      const others = everything.filter((name) => !need.any.includes(name));
      const refusal = { status: 403, message: "Resource not accessible by integration" };
      const { also } = need;
      if (also !== undefined) {
        const without = everything.filter((name) => name !== also);
        expect(await ask(await tokenFor(granted(without, "write")), method, path)).toEqual(refusal);
      }
      expect(await ask(await tokenFor(granted(others, "write")), method, path)).toEqual(refusal);
      if (need.level === "read") return;
      const tooLittle = await tokenFor({ ...granted(others, "write"), ...granted(need.any, "read") });
      expect(await ask(tooLittle, method, path)).toEqual(refusal);
    },
  );

  it.each(routes)("A scoped token with its permission alone may $method $path", async ({ method, path, need }) => {
    for (const name of need.any) {
      const enough = granted(need.also === undefined ? [name] : [name, need.also], need.level);
      const { status, message } = await ask(await tokenFor(enough), method, path);
      expect([401, 403, 500], `${status} ${message}`).not.toContain(status);
    }
  });
});

describe("every route of a repository", () => {
  it("A scoped token without administration is refused to delete the repository", async () => {
    const others = everything.filter((name) => name !== "administration");
    const refusal = { status: 403, message: "Resource not accessible by integration" };
    expect(await ask(await tokenFor(granted(others, "write")), "DELETE", "/")).toEqual(refusal);
  });

  it("Every route of a repository is in the table of permissions", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sandbox-routes-"));
    const { context, close } = await startWithoutActions(folder);
    const rooms = [gitRoutes(context), pullRoutes(context), actionsRoutes(context, {} as Actions)];
    const known = restApi(context, () => {}, rooms).routes;
    await close();
    rmSync(folder, { recursive: true });
    const root = "/repos/:owner/:repo";
    const missing = known
      // Redirects from former names, of whatever method, and routes for the App itself, with its JWT.
      .filter(({ method }) => method !== "ALL")
      .filter(({ path }) => path.startsWith(root) && path !== `${root}/installation`)
      // It would take the repository from the tests after it.
      .filter(({ method, path }) => !(method === "DELETE" && path === root))
      .filter(({ method, path }) => {
        const pattern = new RegExp(`^${path.slice(root.length).replace(/:\w+(\{[^}]+\})?/g, "[^/]+(?:/[^/]+)?")}$`);
        return !routes.some((each) => each.method === method && pattern.test(each.path === "/" ? "" : each.path));
      })
      .map(({ method, path }) => `${method} ${path}`);
    expect(missing).toEqual([]);
  });

  it.each([
    ["nobody", "Bearer ghs_nobodysToken", 401, "Bad credentials"],
    ["no one at all", "", 404, "Not Found"],
  ])("Every route of a private repository refuses %s", async (_, authorization, status, message) => {
    for (const { method, path } of routes) {
      const answer = await fetch(`${fixture.sandbox.apiUrl}/repos/ada/vault${path === "/" ? "" : path}`, {
        method,
        headers: authorization === "" ? {} : { authorization },
        ...(method === "GET" ? {} : { body: "{}" }),
      });
      expect([answer.status, ((await answer.json()) as { message: string }).message], `${method} ${path}`).toEqual([
        status,
        message,
      ]);
    }
  });

  it("Every route of a private repository gives 404 to a token of other repositories", async () => {
    for (const { method, path } of routes) {
      const asked = fixture.bot.request(`${method} /repos/ada/vault${path === "/" ? "" : path}`);
      await expect(asked, `${method} ${path}`).rejects.toMatchObject({ status: 404 });
    }
  });
});

it("A token of other repositories sees of a public one what everyone sees, and no more", () => {
  const { repository } = fixture;
  const token = { ...ofOthers, repositories: [repository.id + 1] };
  const user = fixture.sandbox.findUser("ada");
  if (user === undefined) throw new Error("there is no ada");
  const actor = { kind: "token", token, user, app: fixture.app } as const;
  const open = ["metadata", "contents", "issues", "pull_requests", "statuses", "checks", "actions"];
  const closed = ["administration", "secrets", "actions_variables", "webhooks", "workflows"];
  const shown = { ...repository, private: false };
  expect([...open, ...closed].filter((permission) => may(actor, shown, permission, "read"))).toEqual(open);
  expect([...open, ...closed].filter((permission) => may({ kind: "anonymous" }, shown, permission, "read"))).toEqual(
    open,
  );
  expect(
    [...open, ...closed].filter((permission) => may(actor, { ...shown, private: true }, permission, "read")),
  ).toEqual([]);
});
