/**
 * Starts a GitHub without Actions: one repository, its owner, a writer, a reader and an App. It keeps all
 * announcements.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Octokit } from "@octokit/rest";
import { issueInstallationToken, issueJobToken, issueUserToken } from "../src/access/tokens.ts";
import { mountApi, restApi } from "../src/api.ts";
import { botOf, installApp } from "../src/apps/register.ts";
import type { SandboxContext } from "../src/context.ts";
import { signatureOf } from "../src/git/identity.ts";
import { writeBlob, writeCommit } from "../src/git/plumbing/objects.ts";
import { type TreeChange, writeTree } from "../src/git/plumbing/trees.ts";
import { GitStore } from "../src/git/store.ts";
import { gitHttp } from "../src/git-http/serve.ts";
import { unprotected } from "../src/protection/classic.ts";
import { pullsIdle } from "../src/pulls/background.ts";
import { mergeWhenReady } from "../src/pulls/merge/when-ready.ts";
import { recoverPulls } from "../src/pulls/recover.ts";
import { renderAnnouncement } from "../src/render/webhooks/webhook-event.ts";
import { makeRepository } from "../src/repositories/make.ts";
import { gitRoutes } from "../src/rest/git/index.ts";
import { newRest } from "../src/rest/kit.ts";
import { pullRoutes } from "../src/rest/pulls/pull-routes.ts";
import { listen } from "../src/server.ts";
import type { Protection, Repository, Role, User } from "../src/store/entities.ts";
import { Store } from "../src/store/store.ts";
import type { WebhookEvent } from "../src/store/webhook-event.ts";
import { refSubscribers } from "../src/subscribers.ts";

type Files = Record<string, string>;

export interface GitFixture {
  context: SandboxContext;
  folder: string;
  url: string;
  repository: Repository;
  at: { owner: string; repo: string };
  /** The only commit on `main`: `README.md` with ten numbered lines. */
  sha: string;
  announced: WebhookEvent[];
  tokens: { ada: string; wim: string; rea: string; bot: string; job: string };
  /** Octokits: the owner, a writer, a reader, an App's installation. */
  ada: Octokit;
  wim: Octokit;
  rea: Octokit;
  bot: Octokit;
  nobody: Octokit;
  /** Returns an Octokit with the token. */
  as(token: string): Octokit;
  /** Resolves when no background work is left. */
  idle(): Promise<void>;
  /** Returns the names and actions announced since the last call. */
  heard(): string[];
  /** Commits to a branch as the owner, over REST. A missing branch starts at `from`. */
  commit(branch: string, files: Files, from?: string): Promise<string>;
  protect(branch: string, wanted: Partial<Protection>): void;
  passes(sha: string, name: string, conclusion?: "success" | "failure" | null): Promise<void>;
  git(cwd: string, ...args: string[]): Promise<{ ok: boolean; text: string }>;
  /** Clones the repository with the token. */
  clone(token: string, name?: string): Promise<string>;
  close(): Promise<void>;
}

export const readme = `${Array.from({ length: 10 }, (_, index) => `line ${index + 1}`).join("\n")}\n`;

/** Starts everything on a data folder, so that a test can crash it and start again on the same folder. */
export async function startWithoutActions(dataDir: string) {
  const clock = { now: () => new Date() };
  const store = new Store(dataDir, clock);
  const announced: WebhookEvent[] = [];
  let url = "";
  const context: SandboxContext = {
    store,
    clock,
    git: new GitStore(join(dataDir, "git")),
    refSubscribers,
    beforeTestMerge: async () => {},
    announce(announcement) {
      const event = renderAnnouncement(context, announcement);
      announced.push(event);
      mergeWhenReady(context, announcement.repository);
      return event;
    },
    apiUrl: () => `${url}/api/v3`,
    serverUrl: () => url,
  };
  const web = newRest();
  mountApi(
    web,
    restApi(context, () => {}, [gitRoutes(context), pullRoutes(context)]),
    context,
  );
  const server = await listen({ host: "127.0.0.1", port: 0 }, gitHttp(context), web.fetch);
  url = server.url;
  await recoverPulls(context);
  server.open();
  return {
    context,
    url,
    announced,
    async close() {
      await server.close();
      await pullsIdle(context);
      await context.git.idle();
      store.close();
    },
  };
}

export async function startGitFixture(wanted: Partial<Repository> = {}): Promise<GitFixture> {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-git-"));
  const { context, url, announced, close } = await startWithoutActions(join(folder, "data"));
  const { store } = context;
  const user = (login: string, email: string | null): User =>
    store.table("users").put({ id: store.nextId(), login, type: "User", name: null, email });
  const [owner, writer, reader] = [user("ada", "ada@example.org"), user("wim", null), user("rea", null)];
  const made = await makeRepository(context, owner, {
    name: "shop",
    description: null,
    private: false,
    defaultBranch: "main",
    allowMergeCommit: true,
    allowSquashMerge: true,
    allowRebaseMerge: true,
    deleteBranchOnMerge: false,
  });
  const roles: Record<string, Role> = { [writer.id]: "write", [reader.id]: "read" };
  const repository = store.table("repositories").put({ ...made, collaborators: roles, ...wanted });
  // Tests sign in as the installation and never use this key.
  const app = store.table("apps").put({
    id: store.nextId(),
    slug: "gate",
    name: "Gate",
    clientId: "Iv23gate",
    ownerId: owner.id,
    publicKey: "",
    permissions: { contents: "write", pull_requests: "write", checks: "write", statuses: "write", issues: "write" },
    events: [],
    webhookUrl: null,
    webhookSecret: null,
    createdAt: store.now(),
  });
  const { installation } = installApp(store, app, owner, [repository]);
  const scope = { repositories: [repository.id], permissions: app.permissions };
  const tokens = {
    ada: issueUserToken(store, owner).id,
    wim: issueUserToken(store, writer).id,
    rea: issueUserToken(store, reader).id,
    bot: issueInstallationToken(store, installation, botOf(store, app), scope).id,
    job: issueJobToken(store, repository, { contents: "write", pull_requests: "write" }).id,
  };
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const octokit = (auth?: string) =>
    new Octokit({ baseUrl: `${url}/api/v3`, log: silent, ...(auth === undefined ? {} : { auth }) });
  const ada = octokit(tokens.ada);
  const bot = octokit(tokens.bot);
  const at = { owner: "ada", repo: "shop" };

  const inside = context.git.at(repository);
  async function commit(branch: string, files: Files, from = "main"): Promise<string> {
    const there = await context.git.resolve(repository, `refs/heads/${branch}`);
    const parent = there ?? (await context.git.resolve(repository, from));
    const changes: TreeChange[] = [];
    for (const [path, text] of Object.entries(files)) {
      changes.push({ path, mode: "100644", sha: await writeBlob(inside, Buffer.from(text)) });
    }
    const tree = await writeTree(inside, parent, changes);
    const message = `Change ${Object.keys(files).join(", ")}`;
    const author = signatureOf(owner, store.now());
    const parents = parent === null ? [] : [parent];
    const sha = await writeCommit(inside, { tree, parents, message, author, committer: author });
    if (there === null) await ada.rest.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha });
    else await ada.rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha });
    return sha;
  }

  async function git(cwd: string, ...args: string[]) {
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: folder,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      GIT_AUTHOR_NAME: "Wim",
      GIT_AUTHOR_EMAIL: "wim@example.org",
      GIT_COMMITTER_NAME: "Wim",
      GIT_COMMITTER_EMAIL: "wim@example.org",
    };
    const run = promisify(execFile)("git", args, { cwd, env });
    return run.then(
      ({ stdout, stderr }) => ({ ok: true, text: `${stdout}${stderr}` }),
      (error: { stdout: string; stderr: string }) => ({ ok: false, text: `${error.stdout}${error.stderr}` }),
    );
  }

  const sha = await commit("main", { "README.md": readme });
  announced.length = 0;
  return {
    context,
    folder,
    url,
    repository,
    at,
    sha,
    announced,
    tokens,
    ada,
    wim: octokit(tokens.wim),
    rea: octokit(tokens.rea),
    bot,
    nobody: octokit(),
    as: octokit,
    idle: () => pullsIdle(context),
    heard: () => announced.splice(0).map(({ event, action }) => (action === null ? event : `${event} ${action}`)),
    commit,
    protect(branch, given) {
      store.table("protections").put({ ...unprotected(repository, branch), ...given });
    },
    async passes(head, name, conclusion = "success") {
      const state = conclusion === null ? { status: "in_progress" as const } : { conclusion };
      await bot.rest.checks.create({ ...at, head_sha: head, name, ...state });
    },
    git,
    async clone(token, name = "clone") {
      const into = join(folder, name);
      const from = `${url.replace("://", `://x-access-token:${token}@`)}/ada/shop.git`;
      const cloned = await git(folder, "clone", "--quiet", from, into);
      if (!cloned.ok) throw new Error(cloned.text);
      return into;
    },
    async close() {
      await close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Writes the files and commits them in a clone. */
export async function commitIn(fixture: GitFixture, clone: string, files: Files, message = "Change"): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    writeFileSync(join(clone, path), content);
  }
  await fixture.git(clone, "add", "--all");
  await fixture.git(clone, "commit", "--quiet", `--message=${message}`);
  return (await fixture.git(clone, "rev-parse", "HEAD")).text.trim();
}
