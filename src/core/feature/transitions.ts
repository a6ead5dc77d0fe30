/**
 * Moves a feature and its tasks from stage to stage, as their machines allow. XState decides whether an event is taken and
 * where it leads; the caller says what the task or feature is there. Only XState's pure `transition` is used, and it leaves to
 * its caller what an actor would see to: a machine that is done takes no event, not even those of its root.
 */
import { type EventFromLogic, transition } from "xstate";
import { featureMachine, type TaskMachineEvent, taskMachine } from "./machines.ts";
import { enterFeatureStage, type FeaturePart, type FeatureState } from "./state.ts";
import { enterStage, type StagePart, type Task } from "./task.ts";

/** The stage that an event leads to, and the machine's context there. */
type Turn = Pick<Task, "stage" | "machine">;

/** Returns null where the machine does not take the event. */
export function turnTask({ stage, machine }: Task, event: TaskMachineEvent): Turn | null {
  const before = taskMachine.resolveState({ value: stage, context: machine });
  if (before.status === "done" || !before.can(event)) return null;
  const [after] = transition(taskMachine, before, event);
  return { stage: after.value, machine: after.context };
}

/** Mutates the task into `part` if its machine takes the event. Returns false where it does not. */
export function moveTask(task: Task, event: TaskMachineEvent, part: StagePart): boolean {
  const turn = turnTask(task, event);
  if (turn === null) return false;
  settleTask(task, turn, part);
  return true;
}

/** Completes a turn that the caller has inspected. */
export function settleTask(task: Task, turn: Turn, part: StagePart): void {
  if (turn.stage !== part.stage) {
    throw new Error(`the machine leads ${task.plan.id} from ${task.stage} to ${turn.stage}, not ${part.stage}`);
  }
  enterStage(task, part);
  task.machine = { ...turn.machine };
}

/** The same of a feature. */
export function moveFeature(
  state: FeatureState,
  event: EventFromLogic<typeof featureMachine>,
  part: FeaturePart,
): boolean {
  const before = featureMachine.resolveState({ value: state.stage, context: {} });
  if (before.status === "done" || !before.can(event)) return false;
  const [after] = transition(featureMachine, before, event);
  if (after.value !== part.stage) throw new Error(`the machine leads to ${after.value}, not ${part.stage}`);
  enterFeatureStage(state, part);
  return true;
}
