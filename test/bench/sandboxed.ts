/** A whole Headgate for benchmarks: the real App, as `headgate serve` runs it, on the real sandbox with jobs of a second. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startSandbox } from "@headgate/github-sandbox";
import { Octokit } from "@octokit/rest";
import pino from "pino";
import { type App, startApp } from "../../src/app.ts";
import { commitFolder } from "../../src/cli/git.ts";
import { attemptWorkflow } from "../../src/cli/run/site.ts";
import { appManifest, publishHeadgate, withFolder } from "../../src/cli/setup.ts";
import { pricesWith } from "../../src/config/own-prices.ts";
import { ATTEMPT_WORKFLOW } from "../../src/core/attempt.ts";
import { defaultPolicy, type Policy } from "../../src/core/policy.ts";
import { checkedRepository } from "../scenario/run.ts";
import { Patience } from "../scenario/world/patience.ts";
import { WatchedStore } from "../scenario/world/watched-store.ts";
import { Clock } from "../scenario/world/world.ts";
import { Door } from "./calls/door.ts";

const SECRET = "between the sandbox and the App";
const AT = { owner: "maya", repo: "tool" };

export interface SandboxedOptions {
  tasks: number;
  policy: Partial<Policy>;
  /** The agent in bash. */
  agent: string;
  /** The required check in bash. $WORLD is a folder in which `open` makes files. */
  test: string;
}

export class Sandboxed {
  readonly door = new Door();
  readonly clock = new Clock();
  readonly store: WatchedStore;
  readonly #patience = new Patience();
  readonly #closing: (() => Promise<unknown>)[] = [];
  #sandbox: Awaited<ReturnType<typeof startSandbox>> | null = null;
  #app: App | null = null;
  #folder = "";
  #octokit = new Octokit();

  private constructor() {
    this.store = new WatchedStore(
      () => this.clock.now(),
      () => this.#patience.happened(),
    );
  }

  static async open(options: SandboxedOptions): Promise<Sandboxed> {
    const opened = new Sandboxed();
    try {
      await opened.#start(options);
      return opened;
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  async #start({ tasks, policy, agent, test }: SandboxedOptions): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "headgate-bench-"));
    this.#folder = folder;
    this.#closing.push(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
    await mkdir(join(folder, "world"));
    const sandbox = await startSandbox({
      dataDir: join(folder, "sandbox"),
      slots: tasks + 8,
      environment: { WORLD: join(folder, "world") },
      clock: { now: () => new Date(this.clock.now()) },
      answered: this.door.answered,
    });
    this.#sandbox = sandbox;
    this.#closing.push(() => sandbox.close());
    await publishHeadgate(sandbox);
    const { user, token } = sandbox.createUser(AT.owner);
    const repository = await sandbox.createRepository({ owner: user, name: AT.repo });
    await withFolder(async (source) => {
      const workflow = attemptWorkflow({ engine: "command", agentCommand: agent });
      for (const [path, text] of Object.entries(checkedRepository(test, { [ATTEMPT_WORKFLOW]: workflow }))) {
        await mkdir(dirname(join(source, path)), { recursive: true });
        await writeFile(join(source, path), text);
      }
      await commitFolder(source, "main", "first");
      await sandbox.importRepository(repository, source, "main", "main");
    });
    const checks = [{ context: "unit", appId: null }];
    sandbox.setProtection(repository, "main", { requiredStatusChecks: { strict: true, checks } });
    const { app, privateKey } = await sandbox.createApp(await appManifest());
    sandbox.install(app, user, "all");
    this.#octokit = new Octokit({ auth: token, baseUrl: sandbox.apiUrl });
    await this.#octokit.rest.issues.create({ ...AT, title: "Make files", body: "Make the files." });
    const ids = Array.from({ length: tasks }, (_, index) => `t${index}`);
    const plan = { tasks: ids.map((id) => ({ id, title: `Make ${id}`, files: [`${id}.txt`] })) };
    const log = pino({ level: process.env.HEADGATE_BENCH_LOG ?? "silent" });
    const started = await startApp({
      appId: app.id,
      privateKey,
      webhookSecret: SECRET,
      apiUrl: sandbox.apiUrl,
      host: "127.0.0.1",
      port: 0,
      store: this.store,
      planner: () => ({ plan: async () => ({ plan, source: "file" as const, model: null, usage: null }) }),
      // As `headgate serve` paces itself.
      settings: {
        label: "headgate",
        baseBranch: null,
        statusEveryMs: 10_000,
        observeEveryMs: 1_000,
        sweepEveryMs: 300_000,
      },
      defaults: {
        ...defaultPolicy,
        ...policy,
        maxParallel: tasks,
        launch: { ...defaultPolicy.launch, holdSeconds: 0 },
      },
      prices: pricesWith({}),
      log,
      now: () => this.clock.now(),
    });
    this.#app = started;
    this.#closing.push(() => started.stop());
    sandbox.setWebhook(app, `${started.url}/api/github/webhooks`, SECRET);
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }

  async label(): Promise<void> {
    await this.#octokit.rest.issues.addLabels({ ...AT, issue_number: 1, labels: ["headgate"] });
  }

  /** Returns where a file of $WORLD is. */
  path(name: string): string {
    return join(this.#folder, "world", name);
  }

  /** Lets the checks through that wait for this file in $WORLD. */
  async letThrough(name: string): Promise<void> {
    await writeFile(this.path(name), "");
  }

  /** Pulls by their state; `merged` ones are closed too. */
  async pulls(): Promise<{ open: number; merged: number }> {
    const list = await this.#octokit.paginate(this.#octokit.rest.pulls.list, { ...AT, state: "all", per_page: 100 });
    return {
      open: list.filter(({ state }) => state === "open").length,
      merged: list.filter(({ merged_at: at }) => at !== null).length,
    };
  }

  async issueState(): Promise<string> {
    return (await this.#octokit.rest.issues.get({ ...AT, issue_number: 1 })).data.state;
  }

  /** Asks each second. On a busy machine a question may go unanswered, and is asked again. */
  async eventually(condition: () => Promise<boolean>, limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!(await condition().catch(() => false))) {
      if (performance.now() > deadline) throw new Error(await this.#account());
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  /** Until nothing happens any more by itself: no event, no effect, no job, no webhook. */
  async settled(limitMs: number): Promise<void> {
    do {
      await this.#patience.until(
        () => this.store.quiet(),
        () => this.#account(),
        limitMs,
      );
      await this.#sandbox?.idle();
    } while (!(await this.store.quiet()));
  }

  later(ms: number): void {
    this.clock.advance(ms);
    this.#app?.driver.wake();
  }

  async #account(): Promise<string> {
    const { open, merged } = await this.pulls();
    const comments = await this.#octokit.rest.issues.listComments({ ...AT, issue_number: 1 });
    return [`${open} pulls are open, ${merged} merged.`, ...comments.data.map(({ body }) => body)].join("\n");
  }
}
