/** One line per thing that happened, for a terminal. What happened is read off the states before and after an event. */
import type { FeatureEvent } from "../../core/event.ts";
import type { FeatureState } from "../../core/feature/state.ts";
import { findTask, isOver } from "../../core/feature/state.ts";
import { currentAttempt, entryOf, failureOf, landingOf, type Task } from "../../core/feature/task.ts";
import { actorOf, isSameStanding, type Standing } from "../../core/lane/standing.ts";
import { waves } from "../../core/plan.ts";
import { commandText } from "../commands.ts";
import { causeText } from "../explain/cause.ts";
import { parkedText } from "../explain/parked.ts";
import { explainFeature, explainTask } from "../explain.ts";
import { oneLine } from "../sanitise.ts";
import { duration, elapsed, shortSha } from "../words.ts";

/** Times in milliseconds since 1970; `state` is after the event. */
export interface ProgressEntry {
  at: number;
  startedAt: number;
  event: FeatureEvent;
  state: FeatureState;
  before: FeatureState | null;
}

const MAX_LINE = 160;
const MAX_PERSON_LINE = 400;

/** Lines such as `0:15 ✗ quote #4 unit: csv.test.ts:31 expected …`; often none. */
export function progressLine(entry: ProgressEntry): string[] {
  const lines = [...featureLines(entry), ...entry.state.tasks.flatMap((task) => taskLines(entry, task))];
  // The end comes last, after the merge that brought it.
  if (isOver(entry.state) && entry.before?.stage !== entry.state.stage) lines.push(endLine(entry.state));
  const time = elapsed(entry.at - entry.startedAt);
  return lines.map((line) => oneLine(`${time} ${line}`, line.startsWith("!") ? MAX_PERSON_LINE : MAX_LINE));
}

/** Says that an event on which the core fails stopped the feature. */
export function stoppedText(defect: string): string {
  const error = oneLine(defect, MAX_LINE);
  return `Headgate failed on an event, which is a defect of Headgate: ${error}. The run stands still. End it with Ctrl-C and run again with the same --data-dir to go on without that event`;
}

/** Cuts the reason, so that what to type at the end of the line stays whole. */
function personLine(what: string, next: string): string {
  return `! ${oneLine(what, Math.max(60, MAX_LINE - next.length))}; ${next}`;
}

function featureLines({ state, before, event }: ProgressEntry): string[] {
  const lines: string[] = [];
  if (before === null) lines.push(`◆ #${state.issue.number} ${state.issue.title}, labelled by ${state.labelledBy}`);
  if (before?.plan == null && state.plan !== null) {
    const plan = state.tasks.map((task) => ({ id: task.plan.id, dependsOn: task.plan.dependsOn }));
    const count = state.tasks.length === 1 ? "1 task" : `${state.tasks.length} tasks`;
    lines.push(`◆ plan: ${count}, ${waves(plan).levels.length} deep`);
  }
  if (event.type === "command.given") lines.push(`» ${event.by}: ${commandText(event.command)}`);
  if (isOver(state)) return lines;
  const said = before?.parked == null ? null : parkedText(before.parked);
  const stopped = state.parked !== null && parkedText(state.parked) !== said;
  if (stopped || (state.hold !== null && before?.hold == null)) {
    const { reason, next } = explainFeature(state);
    lines.push(personLine(reason, next));
  }
  const wentOn = (before?.hold != null && state.hold === null) || (before?.parked != null && state.parked === null);
  if (wentOn && event.type !== "plan.made") lines.push("▶ continues");
  return lines;
}

function taskLines({ state, before, at }: ProgressEntry, task: Task): string[] {
  const was = before === null ? undefined : findTask(before, task.plan.id);
  const name = task.pull === null ? task.plan.id : `${task.plan.id} #${task.pull}`;
  const lines: string[] = [];
  const spent = (one: Task) => one.machine.failures + one.machine.free;
  const failure = failureOf(task);
  if (was !== undefined && failure !== null && spent(task) > spent(was)) {
    lines.push(`✗ ${name} ${causeText(failure.cause).trim().split("\n", 1)[0]}`);
    if (task.stage === "waiting") lines.push(`… ${task.plan.id} waits ${duration(task.until - at)}`);
    if (task.stage === "parked") lines.push(`! ${task.plan.id} needs attention: ${explainTask(state, task).next}`);
  }
  const attempt = currentAttempt(task);
  if (attempt !== undefined && task.attempts.length > (was?.attempts.length ?? 0)) {
    lines.push(`${attempt.number === 1 ? "▶" : "↻"} ${task.plan.id} ${attempt.kind}`);
  }
  if (was === undefined) return lines;
  if (task.pull !== null && was.pull === null) lines.push(`+ ${task.plan.id} opened #${task.pull}`);
  if (task.pull !== null && was.stage === "promoting" && task.stage === "in-lane" && was.pull !== null) {
    lines.push(`+ ${name} has a new head ${shortSha(task.head ?? "")}`);
  }
  if (isNewForPerson(entryOf(task)?.standing ?? null, entryOf(was)?.standing ?? null)) {
    const { reason, next } = explainTask(state, task);
    lines.push(personLine(`${task.plan.id}: ${reason}`, next));
  }
  if (task.stage === "done" && was.stage !== "done") {
    const satisfied = state.tasks.filter((one) => one.stage === "done").length;
    const how = landingOf(task) === null ? "done, nothing to merge" : "merged";
    lines.push(`✓ ${name} ${how} (${satisfied} of ${state.tasks.length})`);
  }
  return lines;
}

function isNewForPerson(standing: Standing | null, before: Standing | null): boolean {
  return standing !== null && actorOf(standing) === "person" && !isSameStanding(standing, before);
}

function endLine(state: FeatureState): string {
  return `${state.stage === "completed" ? "●" : "■"} ${explainFeature(state).reason}`;
}
