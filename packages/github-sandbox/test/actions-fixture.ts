/** GitHub with Actions on a temporary folder: one repository, commits made through REST, and runs followed to their end. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Octokit } from "@octokit/rest";
import { issueJobToken, issueUserToken } from "../src/access/tokens.ts";
import type { ActionsHost, ActionsOptions } from "../src/actions/host/port.ts";
import { type Actions, startActions } from "../src/actions/index.ts";
import { restApi } from "../src/api.ts";
import { type SandboxContext, scopeOf } from "../src/context.ts";
import type { Announcement } from "../src/events/event.ts";
import { GitStore } from "../src/git/store.ts";
import { gitHttp } from "../src/git-http/serve.ts";
import { pullsIdle } from "../src/pulls/background.ts";
import { testMergeOf } from "../src/pulls/mergeability.ts";
import { renderAnnouncement } from "../src/render/webhooks/webhook-event.ts";
import { makeRepository } from "../src/repositories/make.ts";
import { actionsRoutes } from "../src/rest/actions/index.ts";
import { gitRoutes } from "../src/rest/git/index.ts";
import { newRest } from "../src/rest/kit.ts";
import { pullRoutes } from "../src/rest/pulls/pull-routes.ts";
import { listen } from "../src/server.ts";
import type { Job, Repository, User, WorkflowRun } from "../src/store/entities.ts";
import { Store } from "../src/store/store.ts";
import type { WebhookEvent } from "../src/store/webhook-event.ts";
import { refSubscribers } from "../src/subscribers.ts";

export type Files = Record<string, string>;

export interface Life {
  context: SandboxContext;
  url: string;
  actions: Actions;
  announced: WebhookEvent[];
  close(): Promise<void>;
}

/** Starts a sandbox on a folder, composed as in `src/sandbox.ts`, and keeps every announcement. */
export async function startLife(
  dataDir: string,
  options: Partial<ActionsOptions> = {},
  runnerLoss: ActionsHost["runnerLoss"] = () => ({ lost: new AbortController().signal, end() {} }),
): Promise<Life> {
  const clock = { now: () => new Date() };
  const store = new Store(dataDir, clock);
  const announced: WebhookEvent[] = [];
  let url = "";
  const git = new GitStore(join(dataDir, "git"));
  const apiUrl = () => `${url}/api/v3`;
  const serverUrl = () => url;
  const announce = (announcement: Announcement) => {
    const event = renderAnnouncement(context, announcement);
    announced.push(event);
    actions.announced(event);
    return event;
  };
  const context: SandboxContext = {
    store,
    clock,
    git,
    refSubscribers,
    beforeTestMerge: async () => {},
    announce,
    apiUrl,
    serverUrl,
  };
  const actions = startActions(
    {
      store,
      announce,
      apiUrl,
      serverUrl,
      gitDir: (repository) => git.dir(repository),
      resolve: (repository, ref) => git.resolve(repository, ref),
      readFile: (repository, commit, path) => git.readFile(repository, commit, path),
      listFolder: (repository, commit, path) => git.listFolder(repository, commit, path),
      headCommit: (repository, commit) => git.headCommit(repository, commit),
      testMerge: (repository, number) => testMergeOf(scopeOf(context, repository), number),
      issueJobToken: (repository, _run, permissions) => issueJobToken(store, repository, permissions).id,
      revokeToken: (token) => store.table("tokens").remove(token),
      runnerLoss,
      debugged() {},
    },
    {
      slots: 4,
      dataDir: join(dataDir, "actions"),
      nodePath: process.execPath,
      environment: {},
      secretEnvironment: { values: {}, notFor: [] },
      npmrc: "",
      toolsDir: join(dataDir, "tools"),
      anyVersion: false,
      graceMs: 300,
      ...options,
    },
  );
  const web = newRest();
  const rooms = [gitRoutes(context), pullRoutes(context), actionsRoutes(context, actions)];
  web.route(
    "/api/v3",
    restApi(context, () => {}, rooms),
  );
  const server = await listen({ host: "127.0.0.1", port: 0 }, gitHttp(context), web.fetch);
  url = server.url;
  await actions.recover();
  server.open();
  return {
    context,
    url,
    actions,
    announced,
    async close() {
      await server.close();
      await actions.close();
      await pullsIdle(context);
      await git.idle();
      store.close();
    },
  };
}

export interface Fixture extends Life {
  folder: string;
  owner: User;
  repository: Repository;
  at: { owner: string; repo: string };
  octokit: Octokit;
  /** Another repository of the same owner with a first commit. */
  makeRepository(name: string, files: Files): Promise<Repository>;
  /** A commit on a branch; workflow files are written `ci` for `.github/workflows/ci.yml`. */
  commit(files: Files, branch?: string, from?: string): Promise<string>;
  /** Resolves with the latest state of all runs when nothing is under way. */
  settle(): Promise<WorkflowRun[]>;
  /** Runs of one workflow file, newest first. */
  runsOf(name: string): WorkflowRun[];
  jobsOf(run: WorkflowRun): Job[];
  job(name: string): Job;
  log(job: Job): Promise<string>;
  /** Dispatches the workflow and waits for its end. */
  dispatch(name: string, inputs?: Record<string, string>, ref?: string): Promise<WorkflowRun>;
}

function expand(files: Files): { path: string; content: string }[] {
  return Object.entries(files).map(([path, content]) => ({
    path: /^[a-z-]+$/.test(path) ? `.github/workflows/${path}.yml` : path,
    content,
  }));
}

export async function startFixture(
  options: Partial<ActionsOptions> = {},
  folder = mkdtempSync(join(tmpdir(), "sandbox-actions-")),
  runnerLoss?: ActionsHost["runnerLoss"],
): Promise<Fixture> {
  const life = await startLife(join(folder, "data"), options, runnerLoss);
  const { context, url, actions } = life;
  const { store } = context;
  const owner = store.table("users").put({ id: store.nextId(), login: "ada", type: "User", name: null, email: null });
  const token = issueUserToken(store, owner).id;
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const octokit = new Octokit({ baseUrl: `${url}/api/v3`, log: silent, auth: token });

  const made = (name: string) =>
    makeRepository(context, owner, {
      name,
      description: null,
      private: false,
      defaultBranch: "main",
      allowMergeCommit: true,
      allowSquashMerge: true,
      allowRebaseMerge: true,
      deleteBranchOnMerge: false,
    });

  async function commitTo(repository: Repository, files: Files, branch: string, from: string): Promise<string> {
    const at = { owner: "ada", repo: repository.name };
    const parent = (await context.git.resolve(repository, branch)) ?? (await context.git.resolve(repository, from));
    const tree = expand(files).map((file) => ({ ...file, mode: "100644", type: "blob" }) as const);
    const { data: root } = await octokit.rest.git.createTree({
      ...at,
      tree,
      ...(parent === null ? {} : { base_tree: parent }),
    });
    const parents = parent === null ? [] : [parent];
    const { data } = await octokit.rest.git.createCommit({ ...at, message: "Change", tree: root.sha, parents });
    const there = await context.git.resolve(repository, `refs/heads/${branch}`);
    if (there === null) await octokit.rest.git.createRef({ ...at, ref: `refs/heads/${branch}`, sha: data.sha });
    else await octokit.rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha: data.sha });
    return data.sha;
  }

  const repository = await made("shop");
  const at = { owner: "ada", repo: "shop" };
  const jobs = () => [...store.table("jobs").all()];
  await commitTo(repository, { "README.md": "# shop\n" }, "main", "main");
  await actions.idle();

  return {
    ...life,
    folder,
    owner,
    repository,
    at,
    octokit,
    async makeRepository(name, files) {
      const other = await made(name);
      await commitTo(other, files, "main", "main");
      return other;
    },
    commit: (files, branch = "main", from = "main") => commitTo(repository, files, branch, from),
    async settle() {
      await pullsIdle(context);
      await context.git.idle();
      await actions.idle();
      return [...store.table("runs").all()];
    },
    runsOf: (name) =>
      store
        .table("runs")
        .filter((run) => run.workflowPath === `.github/workflows/${name}.yml`)
        .reverse(),
    jobsOf: (run) => jobs().filter((job) => job.runId === run.id),
    job(name) {
      const found = jobs().findLast((job) => job.name === name);
      if (found === undefined) throw new Error(`no job ${name} among ${jobs().map((job) => job.name)}`);
      return found;
    },
    async log(job) {
      const { data } = await octokit.rest.actions.downloadJobLogsForWorkflowRun({ ...at, job_id: job.id });
      return String(data);
    },
    async dispatch(name, inputs = {}, ref = "main") {
      const { data } = await octokit.request("POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches", {
        ...at,
        workflow_id: `${name}.yml`,
        ref,
        inputs,
        return_run_details: true,
      });
      await actions.idle();
      return store.table("runs").get((data as { workflow_run_id: number }).workflow_run_id) as WorkflowRun;
    },
    async close() {
      await life.close();
      rmSync(folder, { recursive: true, maxRetries: 3 });
    },
  };
}
