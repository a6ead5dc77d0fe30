/** A whole Headgate in one process: the real App on the real sandbox, and the people who use it. */
import { createHmac } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sandbox, App as SandboxApp } from "@headgate/github-sandbox";
import { createAppAuth } from "@octokit/auth-app";
import type { Octokit } from "@octokit/rest";
import pino from "pino";
import type { App } from "../../../src/app.ts";
import { startApp } from "../../../src/app.ts";
import { report } from "../../../src/cli/run/report.ts";
import { pricesWith } from "../../../src/config/own-prices.ts";
import { FeatureState } from "../../../src/core/feature/state.ts";
import { failureOf } from "../../../src/core/feature/task.ts";
import { featureKey } from "../../../src/core/keys.ts";
import type { Policy } from "../../../src/core/policy.ts";
import type { GitHub } from "../../../src/loop/github-port.ts";
import type { Planner } from "../../../src/loop/planner-port.ts";
import { ISSUE, Onlooker } from "./onlooker.ts";
import { Patience } from "./patience.ts";
import { WatchedStore } from "./watched-store.ts";

export const SECRET = "between the sandbox and the App";
/** `discard`: no server listens there. */
const NOWHERE = 9;

/** maya owns the repository; sam may triage its issues, and write nothing. */
export type Person = "maya" | "sam";

/** The time of everything in the world: the machine's, and ahead of it as far as a test wants. */
export class Clock {
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  advance(ms: number): void {
    this.#ahead += ms;
  }
}

/** What the world is made of. */
export interface Parts {
  sandbox: Sandbox;
  app: SandboxApp;
  /** The id of the one repository. */
  repository: number;
  privateKey: string;
  /** The folder $WORLD. */
  gates: string;
  clock: Clock;
  /** maya's. */
  token: string;
  plan: unknown;
  policy: Policy;
  /** In place of a planner that answers `plan`. */
  planner: ((github: GitHub) => Planner) | null;
}

export class World extends Onlooker {
  readonly store: WatchedStore;
  /** What the planner answers from now on; a promise keeps it thinking. */
  plan: unknown;
  readonly #parts: Parts;
  readonly repositoryId: number;
  readonly #patience = new Patience();
  #app: App | null = null;
  /** Where the App listens; the same in its next life. */
  port = 0;

  constructor(parts: Parts) {
    super(parts.sandbox.apiUrl, parts.token);
    this.store = new WatchedStore(
      () => this.now(),
      () => this.#patience.happened(),
    );
    this.plan = parts.plan;
    this.#parts = parts;
    this.repositoryId = parts.repository;
  }

  // What people do

  as(person: Person): Octokit {
    return this.client({ auth: this.#parts.sandbox.createUser(person).token });
  }

  /** The App itself, outside of any installation. */
  asApp(): Octokit {
    const { app, privateKey } = this.#parts;
    return this.client({ authStrategy: createAppAuth, auth: { appId: app.id, privateKey } });
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

  /** Suspends the App's installation, or lifts that. */
  suspend(suspended: boolean): void {
    const { sandbox, app } = this.#parts;
    sandbox.suspend(app, sandbox.createUser("maya").user, suspended);
  }

  /** Lets through the agents and checks that wait at this gate. */
  async open(gate: string): Promise<void> {
    await writeFile(join(this.#parts.gates, gate), "");
  }

  /** What agents and checks wrote to a file in $WORLD. */
  async left(name: string): Promise<string> {
    return readFile(join(this.#parts.gates, name), "utf8");
  }

  /** Sets GitHub's faults from now on. A request during heavy faults may return nothing. */
  faults(settings: Parameters<Sandbox["setFaults"]>[0]): void {
    this.#parts.sandbox.setFaults(settings);
  }

  // What the App remembers

  async feature(): Promise<FeatureState> {
    const known = await this.#known();
    if (known === null) throw new Error("the App knows nothing of the issue");
    return known;
  }

  /** Of the feature; null before the App knows of it. */
  async stage(): Promise<string | null> {
    return (await this.#known())?.stage ?? null;
  }

  /** Of the plan's tasks; none before there is a plan. */
  async stages(): Promise<Record<string, string>> {
    const known = await this.#known();
    return Object.fromEntries(known?.tasks.map((task) => [task.plan.id, task.stage]) ?? []);
  }

  /** How many events the App has decided about the issue. */
  async decisions(): Promise<number> {
    return (await this.store.snapshot(this.#aggregate()))?.seq ?? 0;
  }

  #aggregate(): string {
    return featureKey({ id: this.repositoryId }, ISSUE.issue_number);
  }

  async #known(): Promise<FeatureState | null> {
    const snapshot = await this.store.snapshot(this.#aggregate());
    return snapshot === null ? null : FeatureState.parse(snapshot.state);
  }

  /** As `headgate run --json` writes it. */
  async report() {
    return report(await this.feature(), {
      baseSha: "",
      result: null,
      interrupted: false,
      engine: "builtin",
      model: { kind: "none", name: null },
      apiCalls: this.#app?.github.calls() ?? { reads: 0, writes: 0 },
      now: this.now(),
    });
  }

  // Time

  until<T>(condition: () => T | Promise<T>): Promise<T> {
    return this.#patience.until(condition, () => this.#account());
  }

  /** Until nothing happens any more by itself: no event, no effect, no job, no webhook. */
  async settled(): Promise<void> {
    do {
      await this.until(() => this.store.quiet());
      await this.gitHubSettled();
    } while (!(await this.store.quiet()));
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

  /** Describes the state, to find out why something did not happen. */
  async #account(): Promise<string> {
    const known = await this.#known();
    const lines =
      known?.tasks.map((task) => `${task.plan.id} ${task.stage} ${JSON.stringify(failureOf(task)?.cause ?? "")}`) ?? [];
    return [`The feature is ${known?.stage ?? "unknown"}.`, ...lines, ...(await this.ours())].join("\n");
  }

  // The App

  async start(): Promise<void> {
    const { sandbox, app, privateKey, policy, planner } = this.#parts;
    this.#app = await startApp({
      appId: app.id,
      privateKey,
      webhookSecret: SECRET,
      apiUrl: sandbox.apiUrl,
      host: "127.0.0.1",
      port: this.port,
      store: this.store,
      planner:
        planner ??
        (() => ({
          plan: async () => ({ plan: await this.plan, source: "file" as const, model: null, usage: null }),
        })),
      settings: { label: "headgate", baseBranch: null, statusEveryMs: 50, observeEveryMs: 20, sweepEveryMs: 60_000 },
      defaults: policy,
      prices: pricesWith({}),
      log: pino({ level: "silent" }),
      now: () => this.now(),
    });
    if (this.port !== 0) return;
    this.port = Number(new URL(this.#app.url).port);
    this.#sendWebhooks(this.port);
  }

  /** As SIGTERM does it. */
  async stop(): Promise<void> {
    const app = this.#app;
    this.#app = null;
    await app?.stop();
  }

  /** From now on no webhook reaches the App. */
  goDeaf(): void {
    this.#sendWebhooks(NOWHERE);
  }

  #sendWebhooks(port: number): void {
    this.#parts.sandbox.setWebhook(this.#parts.app, hookAt(port), SECRET);
  }

  /** Deliver anything to the App. Without a secret it is not signed. */
  async deliver(event: string, payload: unknown, secret: string | null, guid: string): Promise<Response> {
    const body = JSON.stringify(payload);
    const digest = createHmac("sha256", secret ?? "")
      .update(body)
      .digest("hex");
    return fetch(hookAt(this.port), {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-github-event": event,
        "x-github-delivery": guid,
        ...(secret === null ? {} : { "x-hub-signature-256": `sha256=${digest}` }),
      },
    });
  }
}

function hookAt(port: number): string {
  return `http://127.0.0.1:${port}/api/github/webhooks`;
}
