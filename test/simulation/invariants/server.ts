/** Checks Headgate's requests as GitHub saw them. */
import { Brief } from "../../../src/core/attempt.ts";
import type { FeatureState } from "../../../src/core/feature/state.ts";
import { isOver } from "../../../src/core/feature/state.ts";
import { featureKey } from "../../../src/core/keys.ts";
import { greenAt } from "../github/checks.ts";
import { BOT, type GitHubModel, type Pull, type ServerFact } from "../github/model.ts";
import type { Mirror } from "../process/mirror.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Tally } from "../tally.ts";
import { isSound } from "../world/contents.ts";
import type { Court } from "./court.ts";
import { PullJudge } from "./pulls.ts";
import type { StepJudge } from "./steps.ts";

interface ServerOptions {
  court: Court;
  tally: Tally;
  mirror: Mirror;
  github: GitHubModel;
  scenario: Scenario;
  steps: StepJudge;
  trace(text: string): void;
}

export class ServerJudge {
  readonly #options: ServerOptions;
  readonly #markers = new Set<string>();
  /** When each branch last moved. */
  readonly #movedAt = new Map<string, number>();
  /** A person removed commits from the base, so earlier merges may be gone. */
  #forced = false;
  readonly #pulls: PullJudge;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#pulls = new PullJudge(options);
    options.github.witnesses.push((fact) => this.#witness(fact));
  }

  #witness(fact: ServerFact): void {
    const { tally, trace } = this.#options;
    this.#pulls.witness(fact);
    switch (fact.kind) {
      case "merged":
        tally.add(fact.by === BOT ? "merged by us" : "merged by a person");
        trace(`== pull ${fact.pull.number} (${fact.pull.head}) merged by ${fact.by} as ${fact.landed.sha.slice(0, 7)}`);
        if (fact.by === BOT) this.#merged(fact);
        return;
      case "dispatched":
        trace(`== run ${fact.run.id} of ${fact.run.attempt} dispatched`);
        this.#dispatched(fact);
        return;
      case "pull-opened":
        trace(`== pull ${fact.pull.number} opened for ${fact.pull.head}`);
        this.#opened(fact);
        return;
      case "branch":
        trace(`== ${fact.branch} -> ${fact.to?.slice(0, 7) ?? "gone"} by ${fact.by}`);
        this.#branch(fact);
        return;
      case "comment":
        this.#comment(fact);
        return;
    }
  }

  #merged({ pull, head, baseBefore, landed }: Extract<ServerFact, { kind: "merged" }>): void {
    const { court, github, scenario, steps } = this.#options;
    const basis = steps.bases.get(pull.number);
    const what = `pull ${pull.number} at ${head.slice(0, 7)}`;
    if (basis === undefined) {
      court.accuse("a merge rests on an observation", what);
      return;
    }
    court.demand(basis.snapshot.headSha === head, "a merge carries the judged head", () => what);
    const times = [basis.claimedAt, github.now, ...github.checks.flatMap((check) => check.completedAt ?? [])];
    const window = times.filter((time) => time >= basis.claimedAt && time <= github.now);
    const green = window.some((time) => greenAt(github, head, scenario.world.checks, time));
    court.demand(green, "nothing merges unless its required checks passed on that head", () => what);
    const tested = github.objects.read(head);
    const slippedIn = (this.#movedAt.get(pull.base) ?? 0) >= basis.claimedAt && !tested.past.has(baseBefore);
    court.demand(landed.tree === tested.tree || slippedIn, "the tree that lands is the tested tree", () => what);
    this.#whole(pull);
    const wasSound = isSound(github.objects.read(baseBefore).files);
    court.demand(
      isSound(landed.files) || !wasSound || slippedIn,
      "what lands does not break the base",
      () => `${what} breaks it`,
    );
  }

  /** Checks that a feature that lands together brings only the whole to the base, or its revert. */
  #whole(pull: Pull): void {
    const { court, github, mirror } = this.#options;
    const [, issue, task] = pull.head.split("/");
    const state = mirror.states.get(featureKey(github.repo, Number(issue))) as FeatureState | undefined;
    if (pull.base !== github.defaultBranch || state?.plan?.land !== "together") return;
    court.demand(task === "land", "what lands together reaches the base as one", () => pull.head);
  }

  #dispatched({ run, brief: text }: Extract<ServerFact, { kind: "dispatched" }>): void {
    const { court, github, mirror } = this.#options;
    const live = [...github.runs.values()].filter((one) => one.attempt === run.attempt && one.status !== "completed");
    court.demand(live.length <= 1, "an attempt is one run", () => `${run.attempt}: ${live.length} runs are live`);
    const brief = Brief.parse(JSON.parse(text));
    const [issue] = run.attempt.split("/");
    const state = mirror.states.get(featureKey(github.repo, Number(issue))) as FeatureState | undefined;
    court.demand(state !== undefined, "an attempt belongs to a feature", () => run.attempt);
    // A dead process's lease may still dispatch after the feature's end. Headgate cancels that run next.
    if (state === undefined || isOver(state)) return;
    const task = state.tasks.find((one) => one.plan.id === brief.task);
    for (const id of task?.plan.dependsOn ?? []) {
      const dependency = state.tasks.find((one) => one.plan.id === id);
      const satisfied = dependency?.stage === "done";
      court.demand(
        satisfied,
        "no task starts before its dependencies are satisfied",
        () => `${brief.task} before ${id}`,
      );
      const landed = [...github.pulls.values()].find(
        (pull) => pull.head === dependency?.branch && pull.state === "merged" && pull.base === pull.openedInto,
      );
      if (landed?.mergeSha == null || this.#forced || (brief.kind !== "build" && brief.kind !== "research")) continue;
      const has = github.objects.contains(brief.checkout, landed.mergeSha);
      court.demand(has, "a task starts from a base that has its dependencies", () => `${brief.task} lacks ${id}`);
    }
  }

  #opened({ pull }: Extract<ServerFact, { kind: "pull-opened" }>): void {
    const { court, github } = this.#options;
    const replaced = this.#replaced(pull);
    // Counts closed and merged ones too: people may have changed the first one meanwhile.
    const same = [...github.pulls.values()].filter(
      (one) => one.head === pull.head && one.by === BOT && one.number > replaced,
    );
    court.demand(
      same.length <= 1,
      "a task has one pull",
      () => `${pull.head}: ${same.map((one) => one.number).join(", ")}`,
    );
  }

  /** Returns the closed pull in whose place a person's retry opens this one; 0: there is none. */
  #replaced({ head }: Pull): number {
    const { github, mirror } = this.#options;
    const [, issue, id] = head.split("/");
    const state = mirror.states.get(featureKey(github.repo, Number(issue))) as FeatureState | undefined;
    const task = state?.tasks.find((one) => one.plan.id === id);
    const opening = task?.stage === "promoting" && task.promotion.step === "open" ? task.promotion : null;
    return opening?.replaces ?? 0;
  }

  #branch({ branch, from, to, by }: Extract<ServerFact, { kind: "branch" }>): void {
    const { court, github } = this.#options;
    const forward = from === null || to === null || github.objects.contains(to, from);
    this.#movedAt.set(branch, github.now);
    if (branch === github.defaultBranch && !forward) this.#forced = true;
    if (by !== BOT) return;
    court.demand(forward, "branches only move forward", () => branch);
    court.demand(to !== null || branch.startsWith("headgate/"), "only our own branches are deleted", () => branch);
  }

  #comment({ issue, comment }: Extract<ServerFact, { kind: "comment" }>): void {
    if (comment.by !== BOT) return;
    const marker = `${issue.number} ${comment.body.split("\n", 1)[0] ?? ""}`;
    this.#options.court.demand(!this.#markers.has(marker), "each thing is said once", () => marker);
    this.#markers.add(marker);
  }
}
