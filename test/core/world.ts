/**
 * A feature and its lane, decided by the real core, with GitHub played by the test. Effects wait until the test answers
 * them; aggregates talk to each other at once, as the loop would let them.
 */

import type { ChangedFile } from "../../src/core/attempt.ts";
import type { Command } from "../../src/core/command.ts";
import { decide } from "../../src/core/decide.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Event, FeatureEvent, LaneEvent, Outcome } from "../../src/core/event.ts";
import { FeatureState } from "../../src/core/feature/state.ts";
import type { Check, Permission, PullSnapshot } from "../../src/core/github.ts";
import { LaneState } from "../../src/core/lane/state.ts";
import { defaultPolicy, type Policy } from "../../src/core/policy.ts";
import type { Difference } from "../../src/core/promotion/difference.ts";

/** A policy without approval of plans. */
export const freely: Policy = { ...defaultPolicy, approve: { when: "never", usd: 0 } };

export const repo = { id: 1, owner: "acme", name: "tool" };
export const FEATURE = "1#1";
export const LANE = "1:main";

/** A readable SHA: `sha("base")`. */
export function sha(name: string): string {
  return Buffer.from(name).toString("hex").padEnd(40, "0").slice(0, 40);
}

export type EffectOf<Type extends Effect["type"]> = Extract<Effect, { type: Type }>;

export class World {
  at = 1_000_000;
  /** The lane that the test speaks to. */
  laneName = LANE;
  /** Called with what aggregates send each other. */
  onSend: ((effect: EffectOf<"send">) => void) | null = null;
  #comments = 0;
  readonly effects: Effect[] = [];
  readonly ignored: string[] = [];
  readonly log: { aggregate: string; id: string; at: number; event: unknown }[] = [];
  readonly #states = new Map<string, { state: unknown; schema: number }>();
  #events = 0;

  send(aggregate: string, event: Event): void {
    this.#events += 1;
    const envelope = { id: `e${this.#events}`, at: this.at, event };
    this.log.push({ aggregate, ...envelope });
    const decision = decide(aggregate, this.#states.get(aggregate) ?? null, envelope);
    if (decision.state !== null) this.#states.set(aggregate, { state: decision.state, schema: decision.schema });
    if (decision.ignored !== null) this.ignored.push(`${event.type}: ${decision.ignored}`);
    for (const effect of decision.effects) {
      if (effect.type === "send") {
        this.onSend?.(effect);
        this.send(effect.to, effect.event);
      } else this.effects.push(effect);
    }
  }

  feature(event: FeatureEvent): void {
    this.send(FEATURE, event);
  }

  lane(event: LaneEvent): void {
    this.send(this.laneName, event);
  }

  get state(): FeatureState {
    return FeatureState.parse(this.#states.get(FEATURE)?.state);
  }

  get laneState(): LaneState {
    return LaneState.parse(this.#states.get(this.laneName)?.state);
  }

  rawState(aggregate: string): unknown {
    return this.#states.get(aggregate)?.state;
  }

  task(id: string) {
    const task = this.state.tasks.find((one) => one.plan.id === id);
    if (task === undefined) throw new Error(`no task ${id}`);
    return task;
  }

  stages(): Record<string, string> {
    return Object.fromEntries(this.state.tasks.map((task) => [task.plan.id, task.stage]));
  }

  /** The first waiting effect of the type, taken out. */
  take<Type extends Effect["type"]>(
    type: Type,
    matches: (effect: EffectOf<Type>) => boolean = () => true,
  ): EffectOf<Type> {
    const index = this.effects.findIndex((effect) => effect.type === type && matches(effect as EffectOf<Type>));
    if (index < 0) throw new Error(`no ${type} waits; waiting: ${this.effects.map((one) => one.type).join(", ")}`);
    return this.effects.splice(index, 1)[0] as EffectOf<Type>;
  }

  has(type: Effect["type"], matches: (effect: Effect) => boolean = () => true): boolean {
    return this.effects.some((effect) => effect.type === type && matches(effect));
  }

  // What the outside does

  label(by = "ada"): void {
    this.feature({ type: "feature.labelled", repo, issue: 1, title: "A feature", body: "Do it", by });
  }

  allow(more: Partial<Extract<FeatureEvent, { type: "feature.observed" }>> = {}): void {
    const { by, round } = this.take("feature.observe");
    this.feature({
      type: "feature.observed",
      round,
      by,
      permission: "write",
      base: { branch: "main", sha: sha("base") },
      policy: freely,
      checks: [{ name: "unit", appId: null }],
      prices: {},
      problems: [],
      warnings: [],
      ...more,
    });
  }

  /** `more`: of each task; `policies`: of the plan. */
  plan(
    tasks: Record<string, string[]>,
    more: Record<string, unknown> = {},
    policies: Record<string, unknown> = {},
  ): void {
    const { version } = this.take("plan.make");
    const plan = {
      ...policies,
      tasks: Object.entries(tasks).map(([id, dependsOn]) => ({ id, title: id, dependsOn, ...more })),
    };
    this.feature({ type: "plan.made", source: "model", version, plan, model: null, usage: null });
  }

  /** Labelled, allowed and planned. */
  start(tasks: Record<string, string[]>): void {
    this.label();
    this.allow();
    this.plan(tasks);
  }

  /** A person with write access gives a command. */
  commands(command: Command | "resume" | "cancel" | "hold", by = "ada", writtenAt = 1_000_000): void {
    this.#comments += 1;
    const comment = 1_000 + this.#comments;
    this.feature({
      type: "command.given",
      comment,
      by,
      writtenAt,
      command: typeof command === "string" ? { verb: command } : command,
    });
    // A permission stands for a minute.
    if (!this.has("permission.observe")) return;
    this.take("permission.observe", (effect) => effect.comment === comment);
    this.feature({ type: "permission.observed", comment, by, permission: "write" });
  }

  /** Somebody closes the issue. */
  closes(by = "ada", permission: Permission = "write"): void {
    this.feature({ type: "issue.closed", by });
    if (!this.has("closing.observe")) return;
    const { round } = this.take("closing.observe");
    this.feature({ type: "closing.observed", round, open: false, by, permission });
  }

  dispatches(id: string): number {
    const { task, attempt } = this.take("attempt.dispatch", (effect) => effect.task === id);
    const run = attempt * 100 + id.length;
    this.feature({ type: "attempt.dispatched", task, attempt, run });
    return attempt;
  }

  /** A runner took the attempt. */
  begins(id: string): void {
    const { task, attempt, run } = this.take("attempt.observe", (effect) => effect.task === id);
    const started = { id: run, status: "in_progress" as const, conclusion: null, runAttempt: 1, url: "http://x" };
    this.feature({
      type: "attempt.observed",
      task,
      attempt,
      run: { ...started, path: ".github/workflows/headgate.yml", startedAt: this.at, endedAt: null },
      outcome: null,
      problem: null,
    });
  }

  ends(
    id: string,
    outcome: Partial<Outcome["result"]> | null,
    manifest: Outcome["manifest"] = [change(`${id}.ts`)],
  ): void {
    const look = this.take("attempt.observe", (effect) => effect.task === id);
    const result = {
      outcome: "completed" as const,
      summary: "did it",
      engine: "command" as const,
      model: null,
      usage: null,
      notes: [],
    };
    this.feature({
      type: "attempt.observed",
      task: look.task,
      attempt: look.attempt,
      run: {
        id: look.run,
        status: "completed",
        conclusion: outcome === null ? "cancelled" : "success",
        path: ".github/workflows/headgate.yml",
        runAttempt: 1,
        url: "http://x",
        startedAt: this.at,
        endedAt: this.at + 5_000,
      },
      outcome: outcome === null ? null : { result: { ...result, ...outcome }, manifest, findings: [] },
      problem: null,
    });
  }

  /** Its change becomes a commit with exactly what the job listed, or with this difference. Returns the request. */
  writes(id: string, more: Partial<Difference> = {}): EffectOf<"change.write"> {
    const request = this.take("change.write", (effect) => effect.task === id);
    const { attempt } = request;
    const commit = sha(`${id}-${attempt}`);
    this.feature({
      type: "change.written",
      task: id,
      attempt,
      commit,
      difference: { ...differenceOf(request.manifest), ...more },
    });
    return request;
  }

  /** Its branch moves to that commit. Returns the request. */
  promotes(id: string): EffectOf<"change.promote"> {
    this.writes(id);
    const request = this.take("change.promote", (effect) => effect.task === id);
    this.feature({ type: "change.promoted", task: id, attempt: request.attempt, head: request.commit });
    return request;
  }

  /** Dispatch, work, promotion and, the first time, the pull. Returns the pull's number. */
  agentSucceeds(id: string): number {
    this.dispatches(id);
    this.ends(id, {});
    this.promotes(id);
    if (this.has("pull.open", (effect) => effect.type === "pull.open" && effect.task === id)) {
      this.take("pull.open", (effect) => effect.task === id);
      this.feature({
        type: "pull.opened",
        task: id,
        pull: 10 + this.state.tasks.findIndex((one) => one.plan.id === id),
      });
    }
    const { pull } = this.task(id);
    if (pull === null) throw new Error(`${id} has no pull`);
    return pull;
  }

  /** Answer the lane's question about the pull. */
  pullIs(pull: number, more: Partial<PullSnapshot> = {}): void {
    let { seq } = this.take("pull.observe", (effect) => effect.pull === pull);
    // Asked again before it began, it is one observation: the last.
    while (this.has("pull.observe", (effect) => effect.type === "pull.observe" && effect.pull === pull)) {
      seq = this.take("pull.observe", (effect) => effect.pull === pull).seq;
    }
    this.lane({ type: "pull.observed", pull, seq, snapshot: this.snapshot(pull, more) });
    if (more.mergeable === false) this.tipIs(more.baseSha ?? sha("base"));
  }

  snapshot(pull: number, more: Partial<PullSnapshot> = {}): PullSnapshot {
    const entry = this.laneState.entries.find((one) => one.pull === pull);
    return {
      number: pull,
      state: "open",
      draft: false,
      headSha: entry?.head ?? sha("head"),
      headTree: sha(`tree-${pull}`),
      baseSha: sha("base"),
      behindBy: 0,
      mergeable: true,
      checks: [green],
      producers: [],
      sameWorkflows: true,
      guarded: [],
      baseChecks: null,
      changesRequestedBy: [],
      mergeSha: null,
      mergedAt: null,
      ...more,
    };
  }

  merges(pull: number, more: { landedTree?: string; tip?: string | null; parents?: string[] } = {}): void {
    const { head } = this.take("pull.merge", (effect) => effect.pull === pull);
    this.at += 1_000;
    this.lane({
      type: "pull.merged",
      pull,
      head,
      outcome: {
        outcome: "merged",
        sha: sha(`merge-${pull}`),
        landedTree: more.landedTree ?? sha(`tree-${pull}`),
        parents: more.parents ?? [sha("base")],
        at: this.at,
      },
    });
    this.tipIs(more.tip === undefined ? sha(`merge-${pull}`) : more.tip);
  }

  /** Answer the feature's question about the branch that its tasks land on, if it has one. null: it is gone. */
  tipIs(tip: string | null): void {
    if (!this.has("branch.observe")) return;
    const { branch, seq } = this.take("branch.observe");
    this.feature({ type: "branch.observed", branch, seq, sha: tip });
  }

  /** The agent's work passes and lands. */
  lands(id: string): void {
    const pull = this.agentSucceeds(id);
    this.pullIs(pull);
    this.merges(pull);
  }

  timer(name: string, aggregate = FEATURE): void {
    const { dueAt } = this.take("timer.set", (effect) => effect.timer === name);
    this.at = Math.max(this.at, dueAt);
    this.send(aggregate, { type: "timer.due", timer: name });
  }
}

export function change(path: string): Outcome["manifest"][number] {
  return { change: "write", path, mode: "100644", sha256: "0".repeat(64), bytes: 1 };
}

const checkOf = (conclusion: Check["conclusion"]): Check => ({
  name: "unit",
  producer: { kind: "job", workflow: ".github/workflows/ci.yml", event: "pull_request", run: 7, needs: [] },
  conclusion,
  url: null,
  id: 1,
  startedAt: 1_000,
  completedAt: conclusion === null ? null : 3_000,
});

export const green = checkOf("success");
export const red = checkOf("failure");
export const running = checkOf(null);
export const cancelled = checkOf("cancelled");

/** Makes the difference that a truthful manifest leads to. */
export function differenceOf(manifest: readonly ChangedFile[]): Difference {
  const file = (name: string, bytes: number) => ({ mode: "100644", sha: sha(name), bytes });
  const changes = manifest.map((one) => ({
    path: one.path,
    before: one.change === "delete" ? file("before", 1) : null,
    after: one.change === "delete" ? null : file(one.sha256, one.bytes),
  }));
  return { changes, total: changes.length, unlisted: [], undone: [], sameNames: [], findings: [] };
}
