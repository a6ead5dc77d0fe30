/** Looks at every step as it is written: events and their outcomes, what the lane rests a merge on, what may start. */
import type { FeatureState } from "../../../src/core/feature/state.ts";
import { isActive } from "../../../src/core/feature/state.ts";
import type { PullSnapshot } from "../../../src/core/github.ts";
import { isLane } from "../../../src/core/keys.ts";
import type { LaneState } from "../../../src/core/lane/state.ts";
import type { HistoryWrite, Loaded, StepWrite } from "../../../src/loop/store-port.ts";
import { BOT, type Hub } from "../github/hub.ts";
import { type Mirror, nameOf } from "../process/mirror.ts";
import type { Tally } from "../tally.ts";
import type { Court } from "./court.ts";

const REASONS = [
  "not-accepted-here",
  "guard-refused",
  "stale-attempt",
  "stale-head",
  "stale-observation",
  "superseded",
  "duplicate",
  "unauthorised",
];

/** What a merge rests on: the last observation that counted. Times are true ones. */
export interface Basis {
  snapshot: PullSnapshot;
  claimedAt: number;
}

type EventLike = { type: string; [field: string]: unknown };

interface StepOptions {
  court: Court;
  tally: Tally;
  mirror: Mirror;
  hub: Hub;
  /** null: nobody listens. */
  trace: ((text: string) => void) | null;
}

export class StepJudge {
  readonly bases = new Map<number, Basis>();
  /** Commands that GitHub refused for good: what they were for is not done. */
  readonly refused = new Set<string>();
  readonly #options: StepOptions;
  readonly #keys = new Set<string>();
  /** When the last hint about a pull, a commit or a branch was decided. */
  readonly #hints = new Map<string, number>();

  constructor(options: StepOptions) {
    this.#options = options;
  }

  stepped(aggregate: string, loaded: Loaded, write: StepWrite): void {
    const { court } = this.#options;
    const lane = isLane(aggregate);
    for (const row of write.history) {
      this.#row(aggregate, row);
      if (lane) this.#laneRow(aggregate, row, write.state as LaneState | null);
      else this.#featureRow(row, write.state as FeatureState | null);
    }
    court.demand(
      write.history.length === loaded.events.length,
      "every event is applied or ignored with a reason",
      () => `${aggregate}: ${loaded.events.length} events loaded, ${write.history.length} accounted for`,
    );
    if (lane) this.#lane(aggregate, write.state as LaneState | null);
    else if (write.state !== null) this.#feature(write.state as FeatureState, write);
  }

  #row(aggregate: string, row: HistoryWrite): void {
    const { court, tally, trace } = this.#options;
    const { type, ...event } = row.event as EventLike;
    const outcome = row.outcome as { applied?: boolean; ignored?: string };
    const word = outcome.applied === true ? "applied" : (outcome.ignored ?? "?");
    tally.add(`event ${type} ${word}`);
    if (type === "effect.failed") this.refused.add(`${aggregate} ${String(event["command"])}`);
    const failure = event["failure"] as { class: string } | undefined;
    if (failure !== undefined) tally.add(`failure ${failure.class}`);
    trace?.(`${aggregate} ${type} ${shown(event)} -> ${word}`);
    for (const command of row.commands as EventLike[]) {
      tally.add(`command ${command.type}`);
      trace?.(`    ${command.type} ${shown(command)}`);
    }
    court.demand(
      outcome.applied === true || REASONS.includes(outcome.ignored ?? ""),
      "every event is applied or ignored with a reason",
      () => `${type} -> ${JSON.stringify(outcome)}`,
    );
    const name = nameOf(aggregate, row.key);
    court.demand(!this.#keys.has(name), "the same event counts once", () => name.replace("\n", " "));
    this.#keys.add(name);
  }

  #laneRow(aggregate: string, row: HistoryWrite, state: LaneState | null): void {
    const { mirror, hub, court } = this.#options;
    const event = row.event as EventLike;
    if (event.type === "hinted") {
      const topic = event["topic"] as Record<string, string | number>;
      this.#hints.set(`${topic["kind"]} ${topic["pull"] ?? topic["sha"] ?? topic["branch"]}`, hub.now);
    }
    if (event.type === "pull.observed" && (row.outcome as { applied?: boolean }).applied === true) {
      const claimedAt = mirror.claimedAt.get(nameOf(aggregate, row.key));
      if (claimedAt !== undefined) {
        this.bases.set(event["pull"] as number, { snapshot: event["snapshot"] as PullSnapshot, claimedAt });
      }
    }
    for (const command of row.commands as EventLike[]) {
      if (command.type === "pull.merge") this.#mergeAsked(command, state);
    }
    court.demand(event.type !== "order.given", "orders reach features only", () => row.key);
  }

  /** Asking about a pull that is merged already only learns what landed. */
  #mergeAsked(command: EventLike, state: LaneState | null): void {
    const { court, hub } = this.#options;
    const pull = command["pull"] as number;
    const basis = this.bases.get(pull);
    if (basis === undefined) {
      court.accuse("a merge rests on an observation", `pull ${pull} was never observed`);
      return;
    }
    const { snapshot, claimedAt } = basis;
    if (snapshot.state === "merged") return;
    const entry = state?.entries.find((one) => one.pull === pull);
    const hinted = Math.max(
      this.#hints.get(`pull ${pull}`) ?? 0,
      this.#hints.get(`commit ${snapshot.headSha}`) ?? 0,
      this.#hints.get(`branch ${state?.branch}`) ?? 0,
      this.#hints.get(`branch ${entry?.branch}`) ?? 0,
    );
    court.demand(
      claimedAt >= hinted,
      "a merge rests only on an observation asked for after the last hint",
      () => `pull ${pull}: looked at ${claimedAt}, hinted at ${hinted}`,
    );
    const bad = badSides(snapshot, command, this.#required(state, pull));
    court.demand(bad === null, "unknown is not passing", () => `pull ${pull} is asked to merge although ${bad}`);
    court.demand(hub.pulls.has(pull), "a merge is of a pull there is", () => String(pull));
  }

  #required(state: LaneState | null, pull: number): string[] {
    const entry = state?.entries.find((one) => one.pull === pull);
    return (entry?.checks ?? []).map((check) => check.name);
  }

  #lane(aggregate: string, state: LaneState | null): void {
    const { court } = this.#options;
    if (state === null) return;
    const merging = state.entries.filter((entry) => entry.stage === "merging" && entry.snapshot?.state !== "merged");
    court.demand(merging.length <= 1, "one merging entry per lane", () => merging.map((one) => one.pull).join(", "));
    const pulls = new Set(state.entries.map((entry) => entry.pull));
    court.demand(pulls.size === state.entries.length, "a pull is in its lane once", () => aggregate);
  }

  #featureRow(row: HistoryWrite, _state: FeatureState | null): void {
    const event = row.event as EventLike;
    if (event.type !== "order.given") return;
    const { hub, court } = this.#options;
    const said = [...hub.issues.values()].flatMap((issue) => issue.comments).find((one) => one.id === event["comment"]);
    court.demand(said !== undefined && said.by !== BOT, "our own words never trigger us", () => JSON.stringify(event));
  }

  #feature(state: FeatureState, write: StepWrite): void {
    const { court } = this.#options;
    const started = write.history.flatMap((row) => row.commands as EventLike[]);
    if (!started.some((command) => command.type === "attempt.dispatch") || state.policy === null) return;
    const active = state.tasks.filter((task) => isActive(task.stage)).length;
    const { policy } = state;
    court.demand(active <= policy.maxParallel, "no more attempts at a time than slots", () => `${active} are active`);
    const usages = [state.planner.usage, ...state.tasks.map((task) => task.usage)];
    const usd = usages.reduce((sum, usage) => sum + (usage?.usd ?? 0), 0);
    const most = usd + active * policy.attempts.usd;
    court.demand(
      policy.budget.usd === null || most <= policy.budget.usd + state.extraUsd + 1e-9,
      "no budget is exceeded by more than what is in flight",
      () => `${usd.toFixed(2)} $ spent and ${active} attempts under way`,
    );
  }
}

function badSides(snapshot: PullSnapshot, command: EventLike, required: readonly string[]): string | null {
  if (snapshot.state !== "open") return `it is ${snapshot.state}`;
  if (snapshot.headSha !== command["head"]) return "another head was judged";
  if (snapshot.mergeable !== true) return `its mergeability is ${snapshot.mergeable}`;
  if (snapshot.behindBy > 0) return "it is behind its base";
  if (snapshot.draft) return "it is a draft";
  if (snapshot.changesRequestedBy.length > 0) return "somebody asked for changes";
  if (required.length === 0) return "no check is required of it";
  for (const name of required) {
    const checks = snapshot.checks.filter((check) => check.name === name);
    if (checks.length === 0) return `${name} is missing`;
    const bad = checks.find((check) => !["success", "neutral", "skipped"].includes(check.conclusion ?? ""));
    if (bad !== undefined) return `${name} is ${bad.conclusion}`;
  }
  return null;
}

function shown(fields: Record<string, unknown>): string {
  const { repo, type, brief, snapshot, plan, manifest, entry, ...rest } = fields;
  const text = JSON.stringify(rest);
  return text.length > 220 ? `${text.slice(0, 220)}…` : text;
}
