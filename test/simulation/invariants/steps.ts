/**
 * Checks every step as it is written: events and their outcomes, the observation behind a merge, and what may start.
 */
import type { FeatureState } from "../../../src/core/feature/state.ts";
import type { PullSnapshot } from "../../../src/core/github.ts";
import { isLane } from "../../../src/core/keys.ts";
import { type LaneState, snapshotOf } from "../../../src/core/lane/state.ts";
import type { HistoryWrite, Loaded, StepWrite } from "../../../src/loop/store-port.ts";
import { hasJudged, redAt } from "../github/checks.ts";
import type { GitHubModel } from "../github/model.ts";
import { type Mirror, nameOf } from "../process/mirror.ts";
import type { Tally } from "../tally.ts";
import { BranchJudge } from "./branches.ts";
import { ConfigJudge } from "./config.ts";
import type { Court } from "./court.ts";
import { FeatureJudge } from "./features.ts";
import { LimitJudge } from "./limits.ts";
import { OrderJudge } from "./order.ts";

const REASONS = [
  "not-accepted-here",
  "guard-refused",
  "stale-attempt",
  "stale-head",
  "stale-observation",
  "superseded",
  "passed-on",
  "duplicate",
  "unauthorised",
];

/** The observation that a merge rests on. Times are true times, not a process's clock. */
export interface Basis {
  snapshot: PullSnapshot;
  claimedAt: number;
}

export type EventLike = { type: string; [field: string]: unknown };

export interface StepOptions {
  court: Court;
  tally: Tally;
  mirror: Mirror;
  github: GitHubModel;
  /** Receives trace lines; null disables tracing. */
  trace: ((text: string) => void) | null;
}

export class StepJudge {
  readonly bases = new Map<number, Basis>();
  readonly features: FeatureJudge;
  readonly limits: LimitJudge;
  /** Effects that GitHub refused for good, so their work is not done. */
  readonly refused = new Set<string>();
  readonly #options: StepOptions;
  readonly #order: OrderJudge;
  readonly #config: ConfigJudge;
  readonly #branches: BranchJudge;
  readonly #keys = new Set<string>();
  /** Heads that the lane sent back because their checks failed. */
  readonly #red = new Map<number, { head: string; at: number }>();
  /** When the last hint about a pull request, a commit or a branch was decided. */
  readonly #hints = new Map<string, number>();

  constructor(options: StepOptions) {
    this.#options = options;
    this.features = new FeatureJudge(options);
    this.limits = new LimitJudge(options.court);
    this.#config = new ConfigJudge(options);
    this.#branches = new BranchJudge(options);
    this.#order = new OrderJudge(options.court, (pull) => this.bases.get(pull)?.snapshot);
  }

  stepped(aggregate: string, loaded: Loaded, write: StepWrite): void {
    const { court } = this.#options;
    const lane = isLane(aggregate);
    for (const row of write.history) {
      this.#row(aggregate, row);
      if (lane) this.#laneRow(aggregate, row, write);
      else this.features.row(aggregate, row);
    }
    court.demand(
      write.history.length === loaded.events.length,
      "every event is applied or ignored with a reason",
      () => `${aggregate}: ${loaded.events.length} events loaded, ${write.history.length} accounted for`,
    );
    this.limits.stepped(aggregate, write);
    this.#branches.stepped(write);
    if (lane) this.#lane(aggregate, write.state as LaneState | null);
    else if (write.state !== null) {
      this.features.stepped(write.state as FeatureState, write);
      this.#config.stepped(write.state as FeatureState, write);
    }
  }

  #row(aggregate: string, row: HistoryWrite): void {
    const { court, tally, trace } = this.#options;
    const { type, ...event } = row.event as EventLike;
    const outcome = row.outcome as { applied?: boolean; ignored?: string };
    const word = outcome.applied === true ? "applied" : (outcome.ignored ?? "?");
    tally.add(`event ${type} ${word}`);
    if (type === "effect.failed") this.refused.add(`${aggregate} ${String(event.effect)}`);
    const failure = event.failure as { class: string } | undefined;
    if (failure !== undefined) tally.add(`failure ${failure.class}`);
    trace?.(`${aggregate} ${type} ${shown(event)} -> ${word}`);
    for (const effect of row.effects as EventLike[]) {
      tally.add(`decided ${effect.type}`);
      trace?.(`    ${effect.type} ${shown(effect)}`);
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

  #laneRow(aggregate: string, row: HistoryWrite, write: StepWrite): void {
    const { mirror, github, court } = this.#options;
    const state = write.state as LaneState | null;
    const event = row.event as EventLike;
    if (event.type === "hinted") {
      const topic = event.topic as Record<string, string | number>;
      this.#hints.set(`${topic.kind} ${topic.pull ?? topic.sha ?? topic.branch}`, github.now);
    }
    if (event.type === "pull.observed" && (row.outcome as { applied?: boolean }).applied === true) {
      const claimedAt = mirror.claimedAt.get(nameOf(aggregate, row.key));
      if (claimedAt !== undefined) {
        this.bases.set(event.pull as number, { snapshot: event.snapshot as PullSnapshot, claimedAt });
      }
    }
    if ((row.outcome as { applied?: boolean }).applied === true) this.#order.applied(event);
    if (event.type === "entry.submitted") this.#submitted(event);
    if (event.type === "pull.merged") this.#merged(event, write);
    for (const effect of row.effects as EventLike[]) {
      if (effect.type === "pull.merge") this.#mergeAsked(effect, state);
      if (effect.type === "failure.read") this.#sentBack(effect);
      if (effect.type === "send") this.#sent(effect.event as EventLike);
    }
    court.demand(event.type !== "command.given", "commands reach features only", () => row.key);
  }

  /**
   * Checks a merge request. A request for a merged pull request only reads the result, so it needs no fresh
   * observation.
   */
  #mergeAsked(effect: EventLike, state: LaneState | null): void {
    const { court, github } = this.#options;
    const pull = effect.pull as number;
    const basis = this.bases.get(pull);
    if (basis === undefined) {
      court.accuse("a merge rests on an observation", `pull ${pull} was never observed`);
      return;
    }
    const { snapshot, claimedAt } = basis;
    if (snapshot.state === "merged") return;
    const refused = (state?.entries ?? []).filter((one) => one.refused !== null).map((one) => one.pull);
    this.#order.mergeAsked(pull, effect.head as string, new Set(refused));
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
    const bad = badSides(snapshot, effect, this.#required(state, pull));
    court.demand(bad === null, "unknown is not passing", () => `pull ${pull} is asked to merge although ${bad}`);
    const held = entry === undefined ? null : this.features.heldSince(entry.feature);
    court.demand(
      held === null || held >= github.now,
      "nothing merges while its feature is on hold",
      () => `pull ${pull} of ${entry?.feature}`,
    );
  }

  /** Checks that no agent is started for what the base breaks. */
  #sentBack(effect: EventLike): void {
    const { court, github } = this.#options;
    const basis = this.bases.get(effect.pull as number);
    if (basis === undefined) return;
    const { baseSha } = basis.snapshot;
    const own = (effect.checks as { name: string }[]).filter(
      (check) => !redAt(github, baseSha, check.name, basis.claimedAt),
    );
    court.demand(own.length > 0, "no agent repairs what the base broke", () => `pull ${effect.pull}`);
  }

  /** Checks that a head with failed checks is not submitted again unchanged. That needs a person or new checks. */
  #submitted(event: EventLike): void {
    const { pull, head, feature, task } = event.entry as {
      pull: number;
      head: string;
      feature: string;
      task: string;
    };
    const red = this.#red.get(pull);
    if (red === undefined || red.head !== head) return;
    const { court, github } = this.#options;
    const news = github.checks.some((check) => check.sha === head && (check.startedAt ?? 0) > red.at);
    const asked = this.features.retriedAt(feature, task) >= red.at;
    court.demand(news || asked, "an unchanged head is not tried again", () => `pull ${pull} at ${head.slice(0, 7)}`);
  }

  #sent(event: EventLike): void {
    this.#order.sent(event);
    if (event.type !== "entry.ejected") return;
    const { class: failure, cause } = event.failure as { class: string; cause: { kind: string } };
    // The modelled GitHub always answers within minutes.
    this.#options.court.demand(
      cause.kind !== "mergeability-unknown",
      "an entry waits while GitHub computes whether it can be merged",
      () => `pull ${event.pull}`,
    );
    if (failure !== "checks-failed") return;
    this.#red.set(event.pull as number, { head: event.head as string, at: this.#options.github.now });
  }

  /** Checks the commit that merged against the tested one. When it differs, nothing more may merge. */
  #merged(event: EventLike, write: StepWrite): void {
    const pull = event.pull as number;
    const outcome = event.outcome as { outcome: string; landedTree?: string };
    const basis = this.bases.get(pull);
    if (outcome.outcome !== "merged" || basis === undefined || basis.snapshot.state !== "open") return;
    if (basis.snapshot.headSha !== event.head || basis.snapshot.headTree === outcome.landedTree) return;
    this.#options.tally.add("landed another tree than was tested");
    const lifted = write.history.some((row) => (row.event as EventLike).type === "entries.held");
    const { halted } = write.state as LaneState;
    this.#options.court.demand(
      halted !== null || lifted,
      "a lane that landed something else halts",
      () => `pull ${pull}`,
    );
  }

  #required(state: LaneState | null, pull: number): string[] {
    const entry = state?.entries.find((one) => one.pull === pull);
    return (entry?.checks ?? []).map((check) => check.name);
  }

  #lane(aggregate: string, state: LaneState | null): void {
    const { court } = this.#options;
    if (state === null) return;
    const merging = state.entries.filter(
      (entry) => entry.stage.kind === "merging" && snapshotOf(entry)?.state !== "merged",
    );
    court.demand(merging.length <= 1, "one merging entry per lane", () => merging.map((one) => one.pull).join(", "));
    const pulls = new Set(state.entries.map((entry) => entry.pull));
    court.demand(pulls.size === state.entries.length, "a pull is in its lane once", () => aggregate);
  }
}

function badSides(snapshot: PullSnapshot, effect: EventLike, required: readonly string[]): string | null {
  if (snapshot.state !== "open") return `it is ${snapshot.state}`;
  if (snapshot.headSha !== effect.head) return "another head was judged";
  if (snapshot.mergeable !== true) return `its mergeability is ${snapshot.mergeable}`;
  if (snapshot.behindBy > 0) return "it is behind its base";
  if (snapshot.draft) return "it is a draft";
  if (snapshot.heldBy !== undefined) return `the label ${snapshot.heldBy} holds it`;
  if (snapshot.changesRequestedBy.length > 0) return "somebody asked for changes";
  if (required.length === 0) return "no check is required of it";
  for (const name of required) {
    const checks = snapshot.checks.filter((check) => check.name === name && check.producer.kind === "job");
    if (checks.length === 0) return `${name} is missing`;
    const bad = checks.find((check) => !hasJudged(check));
    if (bad !== undefined) return `${name} is ${bad.conclusion}`;
  }
  return null;
}

function shown(fields: Record<string, unknown>): string {
  const { repo, type, brief, snapshot, plan, manifest, entry, ...rest } = fields;
  const text = JSON.stringify(rest);
  return text.length > 220 ? `${text.slice(0, 220)}…` : text;
}
