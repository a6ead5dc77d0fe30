/** What the world may say to an effect: everything that GitHub, a model, an agent or a person can make of it. */
import type { Effect } from "../../../src/core/effect.ts";
import type { Event, FeatureEvent, LaneEvent } from "../../../src/core/event.ts";
import type { FailureClass } from "../../../src/core/failure.ts";
import type { PullSnapshot, RunSnapshot } from "../../../src/core/github.ts";
import { defaultPolicy } from "../../../src/core/policy.ts";
import type { Difference } from "../../../src/core/promotion/difference.ts";
import type { GuardKind, ReviewedChange } from "../../../src/core/promotion/guarded.ts";
import { cancelled, change, differenceOf, green, red, running, sha } from "../world.ts";

/** `d` comes as a sub-issue, when a feature under way is labelled again. */
export const TASKS = ["a", "b", "c", "d"];
const PLAN = {
  tasks: [
    { id: "a", title: "A" },
    { id: "b", title: "B", dependsOn: ["a"] },
    { id: "c", title: "C", role: "research" },
  ],
};
const unasked = { ...defaultPolicy, approve: { when: "never" as const, usd: 0 } };
const USAGE = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 0.5 };

type EffectOf<Type extends Effect["type"]> = Extract<Effect, { type: Type }>;

function pullOf(task: string): number {
  return 10 + TASKS.indexOf(task);
}

export function answersTo(effect: Effect, at: number): Event[] {
  switch (effect.type) {
    case "timer.set":
      return [{ type: "timer.due", timer: effect.timer }];
    case "feature.observe":
      return [
        observed(effect, {}),
        observed(effect, { policy: { ...defaultPolicy, approve: { when: "always", usd: 0 } } }),
        observed(effect, {
          policy: { ...unasked, maxParallel: 1, budget: { usd: 12, tokens: 9, minutes: 50 } },
        }),
        observed(effect, { permission: "read" }),
        observed(effect, { policy: null, base: null, problems: [{ kind: "no-required-checks", branch: "main" }] }),
        failed(effect),
      ];
    case "closing.observe": {
      const of = { type: "closing.observed" as const, round: effect.round, by: effect.by ?? "ghost" };
      return [
        { ...of, open: false, permission: "write" },
        { ...of, open: false, permission: "read" },
        { ...of, open: true, permission: "none" },
        failed(effect),
      ];
    }
    case "sub-issue.observe": {
      const of = { type: "sub-issue.observed" as const, issue: effect.issue, round: effect.round, by: "ada" };
      return [
        { ...of, open: false, permission: "write" },
        { ...of, open: false, permission: "read" },
        { ...of, open: true, permission: "none" },
        failed(effect),
      ];
    }
    case "permission.observe": {
      const of = { type: "permission.observed" as const, comment: effect.comment, by: effect.by };
      return [{ ...of, permission: "write" }, { ...of, permission: "none" }, failed(effect)];
    }
    case "issue.observe":
      return sweeps(effect.round, at);
    case "plan.make": {
      const of = {
        type: "plan.made" as const,
        source: "model" as const,
        version: effect.version,
        model: "m",
        usage: USAGE,
      };
      const failure = {
        class: "provider-down" as const,
        cause: { kind: "outside" as const, text: "overloaded" },
        details: [],
      };
      const more = { tasks: [...PLAN.tasks, { id: "d", title: "D", dependsOn: ["b"] }] };
      if (effect.extends) {
        const subIssues = [{ task: "d", issue: 44 }];
        const added = { ...of, source: "sub-issues" as const, subIssues, model: null, usage: null };
        const cyclic = { tasks: [{ id: "d", title: "D", dependsOn: ["d"] }] };
        return [
          { ...added, plan: more },
          { ...added, plan: { tasks: [] } },
          { ...added, plan: cyclic },
          failed(effect),
        ];
      }
      return [
        { ...of, plan: PLAN },
        { ...of, plan: PLAN, source: "sub-issues", subIssues: [{ task: "a", issue: 41 }] },
        { ...of, plan: { ...PLAN, onFailure: "rollback", land: "together" } },
        { ...of, plan: { ...PLAN, onFailure: "hold" } },
        { ...of, plan: { tasks: [] } },
        { type: "plan.questioned", version: effect.version, questions: ["Which one?"], model: "m", usage: USAGE },
        { type: "plan.failed", version: effect.version, failure, model: null, usage: null },
        failed(effect),
      ];
    }
    case "plan.file": {
      const subIssues = effect.tasks.map(({ id }) => ({ task: id, issue: 40 + TASKS.indexOf(id) }));
      return [{ type: "plan.filed", version: effect.version, subIssues }, failed(effect)];
    }
    case "plan.publish":
      return [{ type: "plan.shown", version: effect.version }, failed(effect)];
    case "attempt.dispatch": {
      const { task, attempt } = effect;
      return [{ type: "attempt.dispatched", task, attempt, run: attempt * 100 + 1 }, failed(effect)];
    }
    case "attempt.observe":
      return runs(effect, at);
    case "change.write": {
      const { task, attempt, manifest } = effect;
      const commit = sha(`${task}-${attempt}`);
      const written = (more: Partial<Difference>): FeatureEvent => ({
        type: "change.written",
        task,
        attempt,
        commit,
        difference: { ...differenceOf(manifest), ...more },
      });
      return [written({}), written({ unlisted: ["docs/CODEOWNERS"] }), failed(effect)];
    }
    case "change.promote": {
      const { task, attempt } = effect;
      const of = { task, attempt };
      const refused = (failure: FailureClass): FeatureEvent => ({
        type: "change.refused",
        ...of,
        failure: { class: failure, cause: { kind: "outside" as const, text: "no" }, details: [] },
      });
      const head = sha(`${task}-${attempt}`);
      return [{ type: "change.promoted", ...of, head }, refused("head-moved"), refused("attempt-lost"), failed(effect)];
    }
    case "pull.open":
      return [{ type: "pull.opened", task: effect.task, pull: pullOf(effect.task) }, failed(effect)];
    case "pull.observe":
      return [...refreshes(effect.pull, at).map((snapshot) => seen(effect, snapshot)), failed(effect)];
    case "failure.read": {
      const details = [{ of: { kind: "check" as const, name: "unit" }, text: `expected ${at}` }];
      return [{ type: "failure.read", pull: effect.pull, head: effect.head, details }, failed(effect)];
    }
    case "pull.update":
      return (["accepted", "moved", "conflict", "current"] as const).map(
        (outcome): Event => ({
          type: "pull.updated",
          pull: effect.pull,
          outcome,
        }),
      );
    case "checks.rerun":
      return [{ type: "checks.rerun", pull: effect.pull, head: effect.head }, failed(effect)];
    case "pull.merge":
      return merges(effect, at);
    default:
      return [failed(effect)];
  }
}

function observed(
  { by, round }: EffectOf<"feature.observe">,
  more: Partial<Extract<FeatureEvent, { type: "feature.observed" }>>,
): Event {
  return {
    type: "feature.observed",
    round,
    by,
    permission: "write",
    base: { branch: "main", sha: sha("base") },
    policy: unasked,
    checks: [{ name: "unit", appId: null }],
    prices: {},
    problems: [],
    warnings: [],
    ...more,
  };
}

function failed(effect: Effect): Event {
  const refused = {
    class: "policy-blocked" as const,
    cause: { kind: "outside" as const, text: "GitHub refused it." },
    details: [],
  };
  const failure = "round" in effect ? { ...refused, class: "platform-unknown" as const } : refused;
  return {
    type: "effect.failed",
    effect: effect.type,
    key: "comment" in effect ? `${effect.type}:${effect.comment}` : effect.type,
    task: "task" in effect ? effect.task : null,
    pull: "pull" in effect ? effect.pull : null,
    head: "head" in effect ? effect.head : null,
    failure,
  };
}

/** People give a command in between, close the issue or take the label off. */
function sweeps(round: number, at: number): Event[] {
  const commands = [
    { verb: "hold" as const },
    { verb: "resume" as const },
    { verb: "retry" as const, task: "a" },
    { verb: "retry" as const, task: "b" },
    { verb: "budget" as const, usd: 5 },
    { verb: "approve" as const, version: null },
    { verb: "approve" as const, version: 2 },
    { verb: "approve-task" as const, task: "a" },
    { verb: "plan" as const, guidance: "smaller" },
    { verb: "drop" as const, task: "b" },
    { verb: "after" as const, task: "c", needs: "a" },
    { verb: "answer" as const },
    { verb: "cancel" as const },
  ].map((command) => ({ comment: at, by: "ada", createdAt: "2026-01-01T00:00:00Z", at, command }));
  const calm = { open: true, labelled: true, title: "A feature", body: "Do it", commands: [] };
  const seen = [
    calm,
    ...commands.map((command) => ({ ...calm, commands: [command] })),
    { ...calm, body: "Do something else" },
    { ...calm, labelled: false },
    { ...calm, open: false },
    { ...calm, closedSubIssues: [44] },
  ];
  return seen.map((observation) => ({ type: "issue.observed", round, observation }));
}

function runs({ task, attempt, run }: Extract<Effect, { type: "attempt.observe" }>, at: number): Event[] {
  const of = (more: Partial<RunSnapshot>): RunSnapshot => ({
    id: run,
    status: "completed",
    conclusion: "success",
    path: ".github/workflows/headgate.yml",
    runAttempt: 1,
    url: "http://x",
    startedAt: at - 5_000,
    endedAt: at,
    ...more,
  });
  const event = { type: "attempt.observed" as const, task, attempt, problem: null };
  const outcomes = ["completed", "failed", "timed-out", "budget-exhausted", "provider-down"] as const;
  const results = outcomes.map((outcome): Event => {
    const said = { summary: `at ${at}`, engine: "builtin" as const, model: "m", usage: USAGE, notes: ["n"] };
    return {
      ...event,
      run: of({}),
      outcome: { result: { outcome, ...said }, manifest: [change(`${task}.ts`)], findings: [] },
    };
  });
  const [done] = results as Extract<FeatureEvent, { type: "attempt.observed" }>[];
  const empty = { ...done, outcome: { ...done?.outcome, manifest: [] } } as Event;
  const without = (more: Partial<RunSnapshot>): Event => ({ ...event, run: of(more), outcome: null });
  return [
    ...results,
    empty,
    without({ status: "in_progress", conclusion: null, endedAt: null }),
    without({ conclusion: "cancelled" }),
    without({ conclusion: "timed_out" }),
    without({ conclusion: "startup_failure", startedAt: null }),
  ];
}

function refreshes(pull: number, at: number): PullSnapshot[] {
  const task = TASKS[pull - 10] ?? "a";
  const open: PullSnapshot = {
    number: pull,
    state: "open",
    draft: false,
    headSha: sha(`${task}-1`),
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
  };
  return [
    open,
    { ...open, checks: [red] },
    { ...open, checks: [red], baseChecks: [red] },
    { ...open, checks: [red], baseChecks: [green] },
    { ...open, checks: [green], sameWorkflows: false },
    { ...open, guarded: [guarded("package.json", "scripts", "1")] },
    { ...open, guarded: [guarded("package.json", "scripts", "2"), guarded("Makefile", "scripts", "3")] },
    { ...open, guarded: [guarded(".github/workflows/ci.yml", "workflow", "4")], sameWorkflows: false },
    { ...open, guarded: [{ ...guarded("package.json", "scripts", "1"), approvedBy: "bob" }] },
    { ...open, checks: [running] },
    { ...open, checks: [cancelled] },
    { ...open, checks: [] },
    { ...open, behindBy: 2, baseSha: sha("newer") },
    { ...open, mergeable: null },
    { ...open, mergeable: false },
    { ...open, headSha: sha(`pushed-${at}`) },
    { ...open, changesRequestedBy: ["bob"] },
    {
      ...open,
      changesRequestedBy: ["bob"],
      changeRequests: [{ by: "bob", head: open.headSha, text: `Not like at ${at}` }],
    },
    { ...open, state: "closed", mergeable: null, checks: [] },
    { ...open, state: "merged", mergeable: null, checks: [], mergeSha: sha(`merge-${pull}`), mergedAt: at },
  ];
}

function guarded(path: string, kind: GuardKind, content: string): ReviewedChange {
  return { path, kind, content: sha(content), approvedBy: null };
}

function seen({ pull, seq }: Extract<Effect, { type: "pull.observe" }>, snapshot: PullSnapshot): LaneEvent {
  return { type: "pull.observed", pull, seq, snapshot };
}

function merges({ pull, head }: Extract<Effect, { type: "pull.merge" }>, at: number): Event[] {
  const of = { type: "pull.merged" as const, pull, head };
  const merged = {
    outcome: "merged" as const,
    sha: sha(`merge-${pull}`),
    parents: [sha("base")],
    tip: sha(`merge-${pull}`),
    at,
  };
  const not = (["moved", "refused", "unknown"] as const).map(
    (outcome): Event => ({
      ...of,
      outcome: { outcome, message: "no" },
    }),
  );
  return [
    { ...of, outcome: { ...merged, landedTree: sha(`tree-${pull}`) } },
    { ...of, outcome: { ...merged, landedTree: sha("another tree") } },
    ...not,
  ];
}
