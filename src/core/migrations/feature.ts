/** Brings stored features to the present schema. */
import { toSchema6 } from "./feature-6.ts";
import { toSchema7 } from "./feature-7.ts";
import { toSchema8 } from "./feature-8.ts";
import { toSchema9 } from "./feature-9.ts";
import type { Step } from "./step.ts";

/** By the version a step starts from. */
export const featureSteps: Record<number, Step> = {
  // 2 brought breakers, budgets and prices. Policies that named a model per kind of work now name one per tier.
  1: (state) => ({
    ...state,
    hold: state.hold === null ? null : { ...(state.hold as object), cause: "order" },
    policy: tiered(state.policy),
    prices: {},
    extraUsd: 0,
    warned: [],
    breaker: { state: "closed", trips: 0, cause: null, acknowledged: 0 },
    mergingStopped: false,
    ignoresLabel: false,
    pendingOrders: (state.pendingOrders as object[]).map((order) => ({ ...order, permission: null })),
    endings: [],
    tasks: (state.tasks as Record<string, unknown>[]).map((task) => ({
      ...task,
      breaker: "closed",
      fingerprint: null,
      promoted: [],
      failedIn: task.failure === null ? null : "attempt",
    })),
  }),
  // 3 brought landing together and taking back, and knows why what is ready has not started. Policies got the words for it.
  2: (state) => ({
    ...state,
    policy: state.policy === null ? null : { ...(state.policy as object), ...startsAtOnce },
    // Version 2 landed each by itself, whatever the plan said.
    plan: state.plan === null ? null : { ...(state.plan as object), land: "each" },
    base: state.base === null ? null : { ...(state.base as object), asked: 0, observed: 0 },
    land: null,
    awaiting: [],
    tasks: (state.tasks as Record<string, unknown>[]).map((task) => ({
      ...task,
      landing: task.landing === null ? null : { ...(task.landing as object), base: null },
      undoes: null,
      delay: null,
      checking: task.stage === "in-lane",
      attempts: (task.attempts as object[]).map((attempt) => ({ ...attempt, model: null })),
    })),
  }),
  // 4 lets people approve plans, answer questions and edit the issue, and knows which observations were asked for before
  // a person stopped it, and which orders it has answered. Version 3 did not record whether a plan was awaited: a second plan is
  // better than none.
  3: (state) => ({
    ...state,
    stoppedIn: 0,
    planAwaited: false,
    answeredOrders: [],
    edited: null,
    questions: null,
    warnings: [],
    policy: state.policy === null ? null : { ...(state.policy as object), ...asksNobody },
    plan:
      state.plan === null
        ? null
        : { ...(state.plan as object), why: "", source: "model", shownAt: null, approvedBy: null },
    pendingOrders: (state.pendingOrders as object[]).map((order) => ({ ...order, writtenAt: state.startedAt })),
    tasks: (state.tasks as { plan: object }[]).map((task) => ({
      ...task,
      plan: { ...task.plan, acceptance: [], checks: [] },
    })),
  }),
  // 5 keeps together what is known together, and of an ended attempt only what somebody still reads. Attempts got a limit in
  // tokens, and tasks a budget.
  4: (state) => ({
    ...state,
    policy: state.policy === null ? null : unlimited(state.policy as { attempts: object }),
    tasks: (state.tasks as TaskOf4[]).map(withoutGaps),
  }),
  5: toSchema6,
  6: toSchema7,
  7: toSchema8,
  8: toSchema9,
};

/** The behaviour before version 5. */
function unlimited(policy: { attempts: object }): object {
  const taskBudget = { usd: null, tokens: null, minutes: null };
  return { ...policy, attempts: { ...policy.attempts, tokens: null }, taskBudget };
}

interface TaskOf4 extends Record<string, unknown> {
  attempts: ({ against: string; parents: string[] } & Record<string, unknown>)[];
}

function withoutGaps(task: TaskOf4): Record<string, unknown> {
  const { failure, failedIn, waitsUntil, explanation, waitsFor, checking, ...rest } = task;
  const last = task.attempts.at(-1);
  return {
    ...rest,
    unreported: null,
    attempts: task.attempts.map(({ against: _, parents: __, ...attempt }) => attempt),
    commits: last === undefined ? null : { against: last.against, parents: last.parents },
    setback: failure === null ? null : { failure, where: failedIn ?? "attempt", until: waitsUntil },
    entry: task.stage === "in-lane" ? { explanation, actor: waitsFor, checking } : null,
  };
}

/** The behaviour before version 4: no plan waited for an approval. */
const asksNobody = { approve: { when: "never", usd: 0 }, plan: { publish: "comment", research: 0 } };

/** The behaviour before version 3. */
const startsAtOnce = {
  actions: { slots: null, ciJobs: 1 },
  isolation: "optimistic",
  hotFiles: [],
  launch: { holdSeconds: 0, prefixTokens: 0, usdPerHour: 0 },
};

function tiered(policy: unknown): unknown {
  if (policy === null || typeof policy !== "object") return policy;
  const { models, ...rest } = policy as { models: { research: string; build: string; resolve: string } };
  const { research: small, build: middle, resolve: large } = models;
  return { ...rest, models: { small, middle, large }, budget: { usd: null, tokens: null, minutes: null } };
}
