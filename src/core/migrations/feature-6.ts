/**
 * Schema 6 calls what people write commands, and names the policy about overlapping tasks after what it is about. It keeps
 * values where 5 kept sentences, and of a feature and its tasks only what their stage needs.
 */
import type { Fields } from "./step.ts";

export function toSchema6({ pendingOrders, answeredOrders, ...state }: Fields): Fields {
  return staged({
    ...state,
    hold: state.hold === null ? null : renamedHold(state.hold as { cause: string }),
    parked: state.parked === null ? null : parkedValue(state.parked as Parked5),
    breaker: withoutSentence(state.breaker as { cause: string | null }),
    policy: state.policy === null ? null : renamedOverlap(state.policy as { isolation: string }),
    pendingCommands: (pendingOrders as { order: object }[]).map(({ order, ...rest }) => ({
      ...rest,
      command: withFault(order),
    })),
    warnings: (state.warnings as string[]).map((text) => ({ kind: "unknown", text })),
    answeredCommands: answeredOrders,
    tasks: (state.tasks as Task5[]).map((task, _, tasks) => ({ ...stagedTask(task), plan: planOf(task, tasks) })),
  });
}

/** Leaves out what the feature's stage has no use for. */
function staged({ endedAt, endedBy, ...state }: Fields): Fields {
  const by = endedBy ?? "ghost";
  switch (state.stage) {
    case "rolling-back":
      return { ...state, endedBy: by };
    case "completed":
      return { ...state, endedAt };
    case "cancelled":
    case "failed":
      return { ...state, endedAt, endedBy: by };
    default:
      return state;
  }
}

interface Failure5 {
  cause: string;
  details: { title: string; text: string }[];
}

interface Plan5 extends Fields {
  id: string;
  title: string;
  description: string;
  dependsOn: string[];
}

interface Task5 extends Fields {
  stage: string;
  plan: Plan5;
  undoes: { task: string; merge: string } | null;
  head: string | null;
  attempts: ({ cause: string | null } & Fields)[];
  setback: { failure: Failure5; where: string; until: number | null } | null;
  entry: { explanation: string | null; actor: string | null; checking: boolean } | null;
  commits: object | null;
  change: object[] | null;
  promoted: string[];
}

function stagedTask(task: Task5): Fields {
  const { commits, setback, delay, change: _, promoted: __, entry, landing, ...rest } = task;
  const attempts = task.attempts.map((attempt) => ({ ...attempt, cause: causeOf(attempt.cause) }));
  const common = { ...rest, attempts };
  const failure = setback === null ? null : typedFailure(setback.failure);
  const origin =
    setback?.where === "promotion" ? { where: "promotion", promotion: promotionOf(task) } : { where: setback?.where };
  switch (task.stage) {
    case "ready":
      return { ...common, delay, failure };
    case "dispatching":
      return { ...common, commits, failure };
    case "working":
      return { ...common, commits };
    case "promoting":
      return { ...common, promotion: promotionOf(task) };
    case "in-lane":
      return { ...common, entry: typedEntry(entry) };
    case "waiting":
      return { ...common, failure, origin, until: setback?.until ?? 0 };
    case "parked":
      return { ...common, failure, origin };
    case "done":
    case "cancelled":
      return { ...common, landing };
    default:
      return common;
  }
}

/** Names what a task that Headgate added is for. Version 5 kept sentences. A task that has landed has no description. */
function planOf({ plan, undoes }: Task5, tasks: readonly Task5[]): Fields {
  const described = (value: object) => (plan.description === "" ? "" : value);
  if (undoes !== null) {
    const { task, merge } = undoes;
    return { ...plan, title: { kind: "undo", task }, description: described({ kind: "undo", task, merge }) };
  }
  if (plan.id !== "land") return plan;
  const parts = tasks.filter(({ plan: { id } }) => plan.dependsOn.includes(id));
  const titles = parts.map(({ plan: { id, title } }) => ({ id, title }));
  return {
    ...plan,
    title: { kind: "whole-feature", issueTitle: plan.title },
    description: described({ kind: "whole-feature", tasks: titles }),
  };
}

function promotionOf({ undoes, head, change, commits, promoted }: Task5): object {
  if (undoes !== null && head === null) return { step: "revert" };
  return change === null ? { step: "open", paths: promoted } : { step: "commit", commits, change };
}

function causeOf(sentence: string | null): object | null {
  return sentence === null ? null : { kind: "unknown", text: sentence };
}

function typedFailure({ cause, details, ...failure }: Failure5): object {
  const typed = details.map(({ title, text }) => ({ of: { kind: "unknown", title }, text }));
  return { ...failure, cause: causeOf(cause), details: typed };
}

function typedEntry(entry: Task5["entry"]): object {
  if (entry === null) return { standing: null, checking: true };
  const { explanation, actor, checking } = entry;
  const standing = explanation === null ? null : { kind: "unknown", text: explanation, actor: actor ?? "headgate" };
  return { standing, checking };
}

function withFault(order: { verb?: string; reason?: string }): object {
  if (order.verb !== "malformed") return order;
  const { reason, ...rest } = order;
  return { ...rest, fault: { kind: "unknown", text: reason } };
}

function renamedHold({ reason: _, ...hold }: { cause: string; reason?: string }): object {
  return { ...hold, cause: hold.cause === "order" ? "command" : hold.cause };
}

interface Parked5 {
  reason: string;
  next: string;
}

/** Recognises the two kinds that the core compares, by what a person was asked to type. */
function parkedValue({ reason, next }: Parked5): object {
  if (next.startsWith("answer in a comment")) return { kind: "questions-open" };
  if (next.startsWith("/headgate budget")) {
    const names = { usd: "dollars", tokens: "tokens", minutes: "Actions minutes" };
    const of = Object.entries(names).filter(([, name]) => reason.includes(name));
    return { kind: "budget-short", of: of.map(([resource]) => resource) };
  }
  return { kind: "unknown", text: next === "/headgate resume" ? reason : `${reason} Next: ${next}.` };
}

function withoutSentence({ cause, ...breaker }: { cause: string | null }): object {
  return { ...breaker, cause: causeOf(cause) };
}

function renamedOverlap({ isolation, ...policy }: { isolation: string }): object {
  return { ...policy, overlap: isolation };
}
