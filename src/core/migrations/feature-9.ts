/**
 * Schema 9 holds the repository's id, and whether the App may work in it. It remembers why a task ended without a merge, the last hold
 * or resume by GitHub's clock, whether the issue is closed without an end of the feature, and which life of the issue's feature it is.
 * Its policy says what an agent's "nothing to do" leads to.
 */
import { withRepositoryId } from "./identity.ts";
import type { Fields } from "./step.ts";

interface TaskOf8 extends Fields {
  stage: string;
  landing?: object | null;
  plan: { role: string };
}

export function toSchema9(state: Fields): Fields {
  const { policy } = state;
  return {
    ...withRepositoryId(state),
    closed: null,
    issueClosed: false,
    life: { number: 1, attempts: 0, former: null, labelledAt: null, isFormer: false },
    stopWord: null,
    heardUntil: state.startedAt,
    policy: policy === null ? null : { ...(policy as object), nothingToDo: "ask" },
    tasks: (state.tasks as TaskOf8[]).map((task) =>
      task.stage === "done" ? { ...task, without: task.landing === null ? withoutMerge(task) : null } : task,
    ),
  };
}

/** 8 ended a task without a merge only where it had nothing to merge. */
function withoutMerge({ plan }: TaskOf8): object {
  return { why: plan.role === "research" ? "research" : "nothing-landed" };
}
