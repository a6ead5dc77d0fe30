/** A whole Headgate in one process: the real App on the real sandbox, in a repository made for one test. */
import { createHmac, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import pino from "pino";
import { onTestFinished } from "vitest";
import type { App } from "../../src/app.ts";
import { startApp } from "../../src/app.ts";
import { commitFolder } from "../../src/cli/git.ts";
import { report } from "../../src/cli/run/report.ts";
import { attemptWorkflow } from "../../src/cli/run/site.ts";
import { appManifest, publishHeadgate, withFolder } from "../../src/cli/setup.ts";
import { pricesWith } from "../../src/config/own-prices.ts";
import { ATTEMPT_WORKFLOW } from "../../src/core/attempt.ts";
import { FeatureState } from "../../src/core/feature/state.ts";
import type { Policy } from "../../src/core/policy.ts";
import { defaultPolicy } from "../../src/core/policy.ts";
import type { Sandbox, App as SandboxApp } from "../../src/sandbox/index.ts";
import { startSandbox } from "../../src/sandbox/index.ts";
import { checkedRepository } from "./run.ts";
import { WatchedStore } from "./watched-store.ts";

export const SECRET = "between the sandbox and the App";
const AT = { owner: "maya", repo: "tool" };
const FEATURE = "maya/tool#1";
const ISSUE = { ...AT, issue_number: 1 };
const STATUS = "<!-- headgate:status -->";
/** How long anything may take that happens by itself. */
const PATIENCE_MS = 25_000;

/** maya owns the repository; sam may triage its issues, and write nothing. */
export type Person = "maya" | "sam";

export interface WorldOptions {
  /** What the planner answers; may be changed later, in `World.plan`. */
  plan?: unknown;
  /** The agent in bash; $WORLD is the folder of `World.open`, and `gate NAME` waits for it. */
  agent?: string;
  /** What the repository's required check runs, with the same $WORLD. */
  test?: string;
  files?: Record<string, string>;
  policy?: Partial<Policy>;
  /** In place of the attempt workflow. */
  workflow?: string;
}

const GATE = 'gate() { until [ -e "$WORLD/$1" ]; do sleep 0.05; done; }';

export function tasks(...ids: string[]) {
  return { tasks: ids.map((id) => ({ id, title: `Make ${id}` })) };
}

function withoutMarker(body: string): string {
  return body.replace(/^<!--.*-->\n/, "");
}

function hookAt(port: number): string {
  return `http://127.0.0.1:${port}/api/github/webhooks`;
}

/** Closed again when the test ends. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-world-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }));
  const gates = join(folder, "gates");
  await mkdir(gates);
  const clock = new Clock();
  const sandbox = await startSandbox({
    dataDir: join(folder, "sandbox"),
    slots: 8,
    environment: { WORLD: gates },
    clock: { now: () => new Date(clock.now()) },
  });
  onTestFinished(() => sandbox.close());
  await publishHeadgate(sandbox);
  const { user: maya } = sandbox.createUser("maya");
  const repository = await sandbox.createRepository({ owner: maya, name: AT.repo });
  sandbox.addCollaborator(repository, sandbox.createUser("sam").user, "triage");
  const agent = options.agent ?? "echo made > $HEADGATE_TASK_ID.txt";
  const files = {
    ...checkedRepository(`${GATE}\n${options.test ?? "true"}`, options.files),
    [ATTEMPT_WORKFLOW]:
      options.workflow ?? attemptWorkflow({ engine: "command", agentCommand: `WORLD='${gates}'\n${GATE}\n${agent}` }),
  };
  await withFolder(async (source) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(source, path)), { recursive: true });
      await writeFile(join(source, path), text);
    }
    await commitFolder(source, "main", "first");
    await sandbox.importRepository(repository, source, "main", "main");
  });
  sandbox.setProtection(repository, "main", {
    requiredStatusChecks: { strict: true, checks: [{ context: "unit", appId: null }] },
  });
  const { app, privateKey } = await sandbox.createApp(await appManifest());
  sandbox.install(app, maya, "all");
  const world = new World({ sandbox, app, privateKey, gates, clock }, options);
  await world.as("maya").rest.issues.create({ ...AT, title: "Make files", body: "Make the files." });
  await world.start();
  onTestFinished(() => world.stop());
  return world;
}

/** The time of everything in the world: the machine's, and ahead of it as far as a test wants. */
class Clock {
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  advance(ms: number): void {
    this.#ahead += ms;
  }
}

/** What the world was made of. */
interface Parts {
  sandbox: Sandbox;
  app: SandboxApp;
  privateKey: string;
  gates: string;
  clock: Clock;
}

export class World {
  readonly store: WatchedStore;
  /** What the planner answers from now on; a promise keeps it thinking. */
  plan: unknown;
  readonly #parts: Parts;
  readonly #policy: Policy;
  #app: App | null = null;
  /** Of the App; the same in its next life. */
  #port = 0;
  #changes = 0;
  #wake = () => {};

  constructor(parts: Parts, options: WorldOptions) {
    this.store = new WatchedStore(() => this.#changed());
    this.plan = options.plan ?? tasks("one");
    this.#parts = parts;
    this.#policy = { ...defaultPolicy, ...options.policy };
  }

  // What people do

  as(person: Person): Octokit {
    return this.client(this.#parts.sandbox.createUser(person).token);
  }

  client(token: string): Octokit {
    return new Octokit({ auth: token, baseUrl: this.#parts.sandbox.apiUrl });
  }

  /** The App itself, outside of any installation. */
  asApp(): Octokit {
    const { sandbox, app, privateKey } = this.#parts;
    const auth = { appId: app.id, privateKey };
    return new Octokit({ authStrategy: createAppAuth, auth, baseUrl: sandbox.apiUrl });
  }

  async label(as: Person = "maya"): Promise<void> {
    await this.as(as).rest.issues.addLabels({ ...ISSUE, labels: ["headgate"] });
  }

  async unlabel(as: Person = "maya"): Promise<void> {
    await this.as(as).rest.issues.removeLabel({ ...ISSUE, name: "headgate" });
  }

  async comment(as: Person, body: string): Promise<number> {
    return (await this.as(as).rest.issues.createComment({ ...ISSUE, body })).data.id;
  }

  async closeIssue(): Promise<void> {
    await this.as("maya").rest.issues.update({ ...ISSUE, state: "closed" });
  }

  /** Lets through the agents and checks that wait at this gate. */
  async open(gate: string): Promise<void> {
    await writeFile(join(this.#parts.gates, gate), "");
  }

  /** What agents and checks wrote to a file in $WORLD. */
  async left(name: string): Promise<string> {
    return readFile(join(this.#parts.gates, name), "utf8");
  }

  // What is to be seen

  async issue() {
    return (await this.as("maya").rest.issues.get(ISSUE)).data;
  }

  async comments() {
    return (await this.as("maya").rest.issues.listComments(ISSUE)).data;
  }

  /** What the App has said on the issue beside the status comment, without hidden markers. */
  async said(): Promise<string[]> {
    return (await this.#ours()).filter((body) => !body.startsWith(STATUS)).map(withoutMarker);
  }

  /** The status comment; "" before there is one. */
  async status(): Promise<string> {
    return withoutMarker((await this.#ours()).find((body) => body.startsWith(STATUS)) ?? "");
  }

  async #ours(): Promise<string[]> {
    const ours = (await this.comments()).filter((comment) => comment.user?.login === "headgate[bot]");
    return ours.map((comment) => comment.body ?? "");
  }

  async reactions(comment: number): Promise<string[]> {
    const { data } = await this.as("maya").rest.reactions.listForIssueComment({ ...AT, comment_id: comment });
    return data.map((reaction) => reaction.content).sort();
  }

  async pulls() {
    return (await this.as("maya").rest.pulls.list({ ...AT, state: "all" })).data;
  }

  async branches(): Promise<string[]> {
    return (await this.as("maya").rest.repos.listBranches(AT)).data.map((branch) => branch.name);
  }

  /** Runs of the attempt workflow, oldest first. */
  async runs() {
    const { data } = await this.as("maya").rest.actions.listWorkflowRunsForRepo({ ...AT, event: "workflow_dispatch" });
    return data.workflow_runs.toReversed();
  }

  /** A file of the base branch. */
  async file(path: string): Promise<string> {
    const { data } = await this.as("maya").rest.repos.getContent({ ...AT, path, mediaType: { format: "raw" } });
    return String(data);
  }

  /** The subjects of the base branch's commits, newest first. */
  async log(): Promise<string[]> {
    const { data } = await this.as("maya").rest.repos.listCommits({ ...AT, sha: "main" });
    return data.map((commit) => commit.commit.message.split("\n")[0] ?? "");
  }

  /** Everything that the App remembers of the issue. */
  async feature(): Promise<FeatureState> {
    const known = await this.#known();
    if (known === null) throw new Error("the App knows nothing of the issue");
    return known;
  }

  /** Of the plan's tasks; none before there is a plan. */
  async stages(): Promise<Record<string, string>> {
    const known = await this.#known();
    return Object.fromEntries(known?.tasks.map((task) => [task.plan.id, task.stage]) ?? []);
  }

  /** How many events the App has decided about the issue. */
  async decisions(): Promise<number> {
    return (await this.store.snapshot(FEATURE))?.seq ?? 0;
  }

  async #known(): Promise<FeatureState | null> {
    const snapshot = await this.store.snapshot(FEATURE);
    return snapshot === null ? null : FeatureState.parse(snapshot.state);
  }

  /** As `headgate run --json` writes it. */
  async report() {
    return report(await this.feature(), {
      baseSha: "",
      result: null,
      model: { kind: "none", name: null },
      apiCalls: this.#app?.github.calls() ?? { reads: 0, writes: 0 },
      now: this.now(),
    });
  }

  // Time

  /** Resolves with what the condition gives once that is truthy; it is asked again whenever something happens. */
  async until<T>(condition: () => T | Promise<T>): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const before = this.#changes;
      const value = await condition();
      if (value) return value;
      if (Date.now() > deadline) throw new Error(`${await this.#account()}\n\nThis did not come: ${condition}`);
      await this.#change(before, deadline - Date.now());
    }
  }

  /** Until nothing happens any more by itself: no event, no effect, no job, no webhook. */
  async settled(): Promise<void> {
    do {
      await this.until(() => this.store.quiet(this.now()));
      await this.gitHubSettled();
    } while (!(await this.store.quiet(this.now())));
  }

  /** Until GitHub does nothing more: no job, no webhook. */
  async gitHubSettled(): Promise<void> {
    await this.#parts.sandbox.idle();
  }

  async completed(): Promise<void> {
    await this.until(async () => (await this.#known())?.stage === "completed");
    await this.settled();
  }

  now(): number {
    return this.#parts.clock.now();
  }

  /** For the App and for GitHub it is later now by so much; tokens and keys bear a few minutes. */
  later(ms: number): void {
    this.#parts.clock.advance(ms);
    this.#app?.driver.wake();
  }

  // The App

  async start(): Promise<void> {
    const { sandbox, app, privateKey } = this.#parts;
    this.#app = await startApp({
      appId: app.id,
      privateKey,
      webhookSecret: SECRET,
      apiUrl: sandbox.apiUrl,
      host: "127.0.0.1",
      port: this.#port,
      store: this.store,
      planner: () => ({ plan: async () => ({ plan: await this.plan, model: null, usage: null }) }),
      settings: { label: "headgate", baseBranch: null, statusEveryMs: 50, lookEveryMs: 20, sweepEveryMs: 60_000 },
      defaults: this.#policy,
      prices: pricesWith({}),
      log: pino({ level: process.env.HEADGATE_TEST_LOG ?? "silent" }),
      decided: () => this.#changed(),
      now: () => this.now(),
    });
    const port = Number(new URL(this.#app.url).port);
    if (this.#port === 0) this.#hear(port);
    this.#port = port;
  }

  /** As SIGTERM does it. */
  async stop(): Promise<void> {
    const app = this.#app;
    this.#app = null;
    await app?.stop();
  }

  /** From now on no webhook reaches it: port 9 is `discard`, where nobody listens. */
  goDeaf(): void {
    this.#hear(9);
  }

  #hear(port: number): void {
    this.#parts.sandbox.setWebhook(this.#parts.app, hookAt(port), SECRET);
  }

  /** Deliver anything to the App. Without a secret it is not signed. */
  async deliver(
    event: string,
    payload: unknown,
    secret: string | null,
    guid: string = randomUUID(),
  ): Promise<Response> {
    const body = JSON.stringify(payload);
    const signature = `sha256=${createHmac("sha256", secret ?? "")
      .update(body)
      .digest("hex")}`;
    return fetch(hookAt(this.#port), {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-github-event": event,
        "x-github-delivery": guid,
        ...(secret === null ? {} : { "x-hub-signature-256": signature }),
      },
    });
  }

  #changed(): void {
    this.#changes += 1;
    this.#wake();
  }

  async #change(since: number, ms: number): Promise<void> {
    if (this.#changes !== since) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** For whoever has to find out why something did not come. */
  async #account(): Promise<string> {
    const known = await this.#known();
    const words = await this.#ours();
    const lines = known?.tasks.map(({ plan, stage, failure }) => `${plan.id} ${stage} ${failure?.cause ?? ""}`) ?? [];
    return [`The feature is ${known?.stage ?? "unknown"}.`, ...lines, ...words].join("\n");
  }
}
