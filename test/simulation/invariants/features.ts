/** Judges every step of a feature: whose commands are carried out, and what spends tries, money and slots. */
import { isActive } from "../../../src/core/feature/stages.ts";
import type { FeatureState } from "../../../src/core/feature/state.ts";
import { failureOf } from "../../../src/core/feature/task.ts";
import type { HistoryWrite, StepWrite } from "../../../src/loop/store-port.ts";
import { attemptOfMessage } from "../../../src/messages/markers.ts";
import { BOT, type Comment, type GitHubModel } from "../github/model.ts";
import type { Court } from "./court.ts";
import type { EventLike } from "./steps.ts";

/** The failure classes that are the task's own fault. */
const OWN_FAULTS = ["agent-failed", "agent-empty", "attempt-timed-out", "checks-failed", "review-changes"];

const UNDER_WAY = ["dispatching", "working", "promoting", "in-lane", "waiting"];

/** Returns the tasks that came back because a person retried all of them or resumed. */
export function broughtBack(effect: EventLike): string[] {
  const notice = effect.notice as { about: string; back: string[] } | undefined;
  return effect.type === "notice.post" && notice?.about === "tasks-brought-back" ? notice.back : [];
}

export class FeatureJudge {
  readonly #github: GitHubModel;
  readonly #court: Court;
  readonly #held = new Map<string, number>();
  readonly #retried = new Map<string, number>();
  /** The last attempt that was dispatched, by task. */
  readonly #current = new Map<string, number>();
  readonly #failures = new Map<string, number>();

  constructor({ github, court }: { github: GitHubModel; court: Court }) {
    this.#github = github;
    this.#court = court;
  }

  /** Returns since when a feature is on hold, by the simulation's clock; null: it is not. */
  heldSince(feature: string): number | null {
    return this.#held.get(feature) ?? null;
  }

  /** Returns when a person last retried the task. */
  retriedAt(feature: string, task: string): number {
    return this.#retried.get(`${feature} ${task}`) ?? 0;
  }

  row(aggregate: string, row: HistoryWrite): void {
    const event = row.event as EventLike;
    if (event.type === "command.given") this.#commanded(aggregate, event);
    if (event.type === "change.refused") this.#refused(aggregate, event);
    if (typeof event.attempt === "number" && (row.outcome as { applied?: boolean }).applied === true) {
      const current = this.#current.get(`${aggregate} ${event.task}`);
      const fits = current === event.attempt;
      this.#court.demand(fits, "only the current attempt counts", () => `${JSON.stringify(event)}, now ${current}`);
    }
    for (const effect of row.effects as EventLike[]) {
      if (effect.type === "attempt.dispatch") {
        this.#current.set(`${aggregate} ${effect.task}`, effect.attempt as number);
      }
      if (effect.type === "reaction.add" && effect.content === "+1") this.#carriedOut(effect.comment as number);
      for (const task of broughtBack(effect)) this.#retried.set(`${aggregate} ${task}`, Number.POSITIVE_INFINITY);
    }
  }

  stepped(state: FeatureState, write: StepWrite): void {
    if (state.hold === null) this.#held.delete(state.key);
    else if (!this.#held.has(state.key)) this.#held.set(state.key, this.#github.now);
    this.#tries(state, write);
    const effects = write.history.flatMap((row) => row.effects as EventLike[]);
    const started = effects.flatMap((effect) => (effect.type === "attempt.dispatch" ? [String(effect.task)] : []));
    if (started.length > 0) this.#started(state);
    // A step of several events shows only its last state.
    if (write.history.length === 1) this.#shared(state, started);
  }

  #commanded(aggregate: string, event: EventLike): void {
    const said = this.#comment(event.comment as number);
    const isOurs = said === undefined || said.by === BOT;
    this.#court.demand(!isOurs, "our own words never trigger us", () => JSON.stringify(event));
    const command = event.command as { verb: string; task?: string };
    // Counts from now on, although the command is carried out only after the sender's permission is known.
    if (command.verb === "retry") this.#retried.set(`${aggregate} ${command.task}`, Number.POSITIVE_INFINITY);
  }

  #carriedOut(comment: number): void {
    const by = this.#comment(comment)?.by ?? "nobody";
    const permission = this.#github.people.get(by) ?? "none";
    const may = permission === "write" || permission === "admin";
    this.#court.demand(may, "only who may write is obeyed", () => `comment ${comment} by ${by}`);
  }

  #refused(aggregate: string, event: EventLike): void {
    const { class: failure } = event.failure as { class: string };
    if (failure !== "head-moved") return;
    const issue = aggregate.slice(aggregate.indexOf("#") + 1);
    const tip = this.#github.branches.get(`headgate/${issue}/${event.task}`);
    if (tip === undefined) return;
    const { by, message } = this.#github.objects.read(tip);
    const ours = by === BOT && attemptOfMessage(message) === `${issue}/${event.task}/${event.attempt}`;
    this.#court.demand(!ours, "our own doing is not taken for somebody else's", () => JSON.stringify(event));
  }

  #tries(state: FeatureState, write: StepWrite): void {
    for (const task of state.tasks) {
      const name = `${state.key} ${task.plan.id}`;
      const before = this.#failures.get(name) ?? 0;
      const { failures } = task.machine;
      this.#failures.set(name, failures);
      // A step of several events shows only its last failure.
      if (failures <= before || write.history.length > 1) continue;
      const failure = failureOf(task)?.class ?? "none";
      this.#court.demand(
        OWN_FAULTS.includes(failure),
        "only a task's own faults spend its tries",
        () => `${task.plan.id}: ${failure}`,
      );
    }
  }

  #started(state: FeatureState): void {
    const { policy } = state;
    if (policy === null) return;
    const active = state.tasks.filter((task) => isActive(task.stage)).length;
    this.#court.demand(
      active <= policy.maxParallel,
      "no more attempts at a time than slots",
      () => `${active} are active`,
    );
    const usages = [state.planner.usage, ...state.tasks.map((task) => task.usage)];
    const usd = usages.reduce((sum, usage) => sum + (usage?.usd ?? 0), 0);
    const most = usd + active * policy.attempts.usd;
    this.#court.demand(
      policy.budget.usd === null || most <= policy.budget.usd + state.extraUsd + 1e-9,
      "no budget is exceeded by more than what is in flight",
      () => `${usd.toFixed(2)} $ spent and ${active} attempts under way`,
    );
  }

  /** Judges the moment when attempts start: jobs shared with checks, and files shared with other tasks. */
  #shared(state: FeatureState, started: readonly string[]): void {
    const { policy } = state;
    if (policy === null || started.length === 0) return;
    const active = state.tasks.filter((task) => isActive(task.stage)).length;
    const checking = state.tasks.filter((task) => task.stage === "in-lane" && task.entry.checking).length;
    const { slots, ciJobs } = policy.actions;
    this.#court.demand(
      slots === null || active + ciJobs * checking <= slots || state.breaker.state === "half-open",
      "attempts and checks share the jobs of GitHub Actions",
      () => `${active} attempts, ${checking} pulls of ${ciJobs} jobs, ${slots} slots`,
    );
    if (policy.overlap === "optimistic") return;
    for (const task of state.tasks.filter((one) => started.includes(one.plan.id))) {
      const shared = (path: string) =>
        task.plan.files.includes(path) && (policy.overlap === "serialise-overlap" || path.startsWith("shared/"));
      const beside = state.tasks.find(
        (other) =>
          other !== task &&
          [task, other].every((one) => one.plan.role === "build") &&
          UNDER_WAY.includes(other.stage) &&
          other.plan.files.some(shared),
      );
      this.#court.demand(
        beside === undefined,
        "nothing starts beside a task that changes the same files",
        () => `${task.plan.id} beside ${beside?.plan.id}, which is ${beside?.stage}`,
      );
    }
  }

  #comment(comment: number): Comment | undefined {
    return [...this.#github.issues.values()].flatMap((issue) => issue.comments).find((one) => one.id === comment);
  }
}
