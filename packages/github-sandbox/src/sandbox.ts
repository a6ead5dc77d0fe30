/**
 * Puts the rooms of the sandbox together: a GitHub for one machine with real git, GitHub's REST API and webhooks, and
 * an Actions runner. Any Octokit and any git can use it.
 */

import { join, resolve } from "node:path";
import { issueJobToken } from "./access/tokens.ts";
import type { DebugMessage, SecretEnvironment } from "./actions/host/port.ts";
import { startActions } from "./actions/index.ts";
import type { Foreseen, ForeseenPull } from "./actions/trigger/foreseen.ts";
import { type AnsweredRequest, mountApi, restApi } from "./api.ts";
import { type SandboxContext, scopeOf } from "./context.ts";
import { faultRoutes } from "./faults/fault-routes.ts";
import { type FaultSettings, Faults } from "./faults/faults.ts";
import { GitStore } from "./git/store.ts";
import { gitHttp } from "./git-http/serve.ts";
import { type Limits, type LimitsName, limitsOf } from "./limits/limits.ts";
import { pullsIdle } from "./pulls/background.ts";
import { mergeWhenReady } from "./pulls/merge/when-ready.ts";
import { testMergeOf } from "./pulls/mergeability.ts";
import { recoverPulls } from "./pulls/recover.ts";
import { renderAnnouncement } from "./render/webhooks/webhook-event.ts";
import { actionsRoutes } from "./rest/actions/index.ts";
import { gitRoutes } from "./rest/git/index.ts";
import { newRest } from "./rest/kit.ts";
import { pullRoutes } from "./rest/pulls/pull-routes.ts";
import { type Seeding, seeding } from "./seed.ts";
import { listen } from "./server.ts";
import type { Repository } from "./store/entities.ts";
import { actionsApp, actionsBot } from "./store/github-actions.ts";
import { type Clock, Store } from "./store/store.ts";
import { refSubscribers } from "./subscribers.ts";
import { webPages } from "./web/index.ts";
import { startWebhooks } from "./webhooks/webhooks.ts";

export type { App, Installation, Repository, User } from "./store/entities.ts";

export interface SandboxOptions {
  /** The folder with all data. A sandbox started again on it continues. */
  dataDir: string;
  /** 0, the default, takes any free port. */
  port?: number;
  /**
   * The address to listen on; 127.0.0.1 by default. The sandbox has no TLS and serves one trusted user: everyone who
   * reaches the port can read every repository on its pages, private ones too.
   */
  host?: string;
  /** The number of concurrent jobs of one account, as a plan limits them. */
  slots: number;
  clock?: Clock;
  /** The Node.js given to jobs; this process's own by default. */
  nodePath?: string;
  /** The folder for versions of Node.js that jobs ask for; by default in `dataDir`. */
  toolsDir?: string;
  /** True: jobs use the versions of Node.js, Python and Go that are here, whatever they ask for. */
  anyVersion?: boolean;
  /** Environment given to every job beside GitHub's own. */
  environment?: Record<string, string>;
  /** Environment given to jobs except those of runs of the workflow files `notFor`. Logs hide its values. */
  secretEnvironment?: SecretEnvironment;
  /** The `.npmrc` in the home folder of each job. */
  npmrc?: string;
  /** The rate limits. `generous`, the default, refuses nobody in practice; `github` are GitHub's own. */
  limits?: LimitsName | Limits;
  /** None by default. The same seed draws the same faults. */
  faults?: FaultSettings;
  /** The token for `/_sandbox/faults`. Without one the route does not exist. */
  adminToken?: string;
  /** Called with every answered API request, such as to count an App's calls. */
  answered?(request: AnsweredRequest): void;
  /** Called with what the steps of jobs say with `::debug::`, at once. */
  debugged?(message: DebugMessage): void;
}

export interface Sandbox extends Seeding {
  /** Base URL of git and of the web side, such as `http://127.0.0.1:4000`. */
  url: string;
  /** Base URL for Octokit. */
  apiUrl: string;
  /** Returns every route of the REST API in the router's syntax. */
  routes(): { method: string; path: string }[];
  /** Returns the check runs that a pull would get from the workflows of its base, each with the reason why it judges nothing. */
  pullRequestChecks(repository: Repository, pull: ForeseenPull): Promise<Foreseen[]>;
  /** Sets the faults from now on. A restart forgets them. */
  setFaults(settings: FaultSettings): void;
  /** Resolves when no job runs or waits, no webhook is under way and no ref moves. */
  idle(): Promise<void>;
  /** Ends running jobs, aborts webhooks and releases the folder. */
  close(): Promise<void>;
}

const webhookTimeoutMs = 10_000;

/** @throws Error if another sandbox uses the folder, or the port is taken. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const clock = options.clock ?? { now: () => new Date() };
  const dataDir = resolve(options.dataDir);
  const store = new Store(dataDir, clock);
  actionsApp(store);
  actionsBot(store);
  const git = new GitStore(join(dataDir, "git"));
  let url = "";
  let announced = 0;
  const faults = new Faults();
  if (options.faults !== undefined) faults.set(options.faults);
  const serverUrl = () => url;
  const apiUrl = () => `${url}/api/v3`;

  const webhooks = startWebhooks(
    { store, apiUrl, serverUrl },
    { timeoutMs: webhookTimeoutMs, fateOf: (event, action) => faults.delivery(event, action) },
  );
  const context: SandboxContext = {
    store,
    git,
    clock,
    refSubscribers,
    beforeTestMerge: (pullId) => faults.beforeTestMerge(pullId),
    apiUrl,
    serverUrl,
    announce(announcement) {
      announced += 1;
      const event = renderAnnouncement(context, announcement);
      webhooks.announced(event);
      actions.announced(event);
      mergeWhenReady(context, announcement.repository);
      return event;
    },
  };
  const actions = startActions(
    {
      store,
      announce: context.announce,
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
      runnerLoss: (job) => faults.runner(job),
      debugged: (message) => options.debugged?.(message),
    },
    {
      slots: options.slots,
      dataDir: join(dataDir, "actions"),
      nodePath: options.nodePath ?? process.execPath,
      toolsDir: options.toolsDir ?? join(dataDir, "tools"),
      anyVersion: options.anyVersion ?? false,
      environment: options.environment ?? {},
      secretEnvironment: options.secretEnvironment ?? { values: {}, notFor: [] },
      npmrc: options.npmrc ?? "",
    },
  );

  const web = newRest();
  const rooms = [gitRoutes(context), pullRoutes(context), actionsRoutes(context, actions)];
  const api = restApi(context, webhooks.redeliver, rooms, {
    limits: limitsOf(options.limits),
    faults,
    ...(options.answered && { answered: options.answered }),
  });
  mountApi(web, api, context);
  if (options.adminToken !== undefined) web.route("/_sandbox", faultRoutes(faults, options.adminToken));
  web.route("/", webPages(context, actions.dataDir));

  async function release(): Promise<void> {
    faults.close();
    await actions.close();
    await pullsIdle(context);
    await git.idle();
    await webhooks.close();
    git.close();
    store.close();
  }

  const where = { host: options.host ?? "127.0.0.1", port: options.port ?? 0 };
  const server = await listen(where, gitHttp(context), web.fetch).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  url = server.url;

  async function close(): Promise<void> {
    await server.close();
    await release();
  }

  try {
    await recoverPulls(context);
    await actions.recover();
  } catch (error) {
    await close();
    throw error;
  }
  server.open();

  return {
    ...seeding(context, webhooks),
    url,
    apiUrl: apiUrl(),
    routes: () => api.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => ({ method, path })),
    pullRequestChecks: (repository, pull) =>
      actions.foresee(store.table("repositories").get(repository.id) ?? repository, pull),
    close,
    setFaults: (settings) => faults.set(settings),
    async idle() {
      let before: number;
      do {
        before = announced;
        await pullsIdle(context);
        await git.idle();
        await actions.idle();
        await webhooks.idle();
        // An App that got a webhook may have changed something.
      } while (announced !== before);
    },
  };
}
