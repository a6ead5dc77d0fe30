/** Judges the end of a scenario: what is left behind, and whether the history replays to the same state. */
import { isDeepStrictEqual } from "node:util";
import { taskBranch } from "../../../src/core/attempt.ts";
import { decideOn, type State } from "../../../src/core/decide.ts";
import type { FeatureAt, FeatureState } from "../../../src/core/feature/state.ts";
import { isOver } from "../../../src/core/feature/state.ts";
import { entryOf, landingOf, type Task, withoutMerge } from "../../../src/core/feature/task.ts";
import type { Store } from "../../../src/loop/store-port.ts";
import { BOT, type GitHubModel } from "../github/model.ts";
import { approvingPeople } from "../github/pulls.ts";
import type { Court } from "./court.ts";
import type { StepJudge } from "./steps.ts";

interface EndOptions {
  court: Court;
  github: GitHubModel;
  store: Store;
  steps: StepJudge;
  features: readonly (FeatureState | null)[];
  /** Replays the history. That takes as long as deciding it did, so only some scenarios do. */
  replays: boolean;
}

export async function judgeEnd(options: EndOptions): Promise<void> {
  for (const state of options.features) if (state !== null) judgeFeature(options, state);
  judgeLandings(options);
  await judgeLives(options);
  if (!options.replays) return;
  for (const { aggregate } of await options.store.aggregates("")) await judgeReplay(options, aggregate);
}

/** Demands that an issue has one feature, whatever its repository was called meanwhile. */
async function judgeLives({ court, store }: EndOptions): Promise<void> {
  const issues = (await store.named("", 1_000)).flatMap((aggregate) => /#(\d+)$/.exec(aggregate)?.[1] ?? []);
  const twice = issues.filter((issue, index) => issues.indexOf(issue) !== index);
  court.demand(twice.length === 0, "an issue has one feature", () => twice.join(", "));
}

/** Longer than a process may stand still, the store's clock may jump back, and a sweep, one after another. */
const NOTICED_MS = 31 * 60_000;

/** Demands that a task goes on by itself once its pull request is open again, or merges into its base again. */
function judgeParked(court: Court, github: GitHubModel, task: Task): void {
  const pull = github.pulls.get(task.pull ?? 0);
  if (task.stage !== "parked" || pull?.state !== "open" || pull.base !== pull.openedInto) return;
  const { kind } = task.failure.cause;
  if (kind !== "pull-closed" && kind !== "pull-retargeted") return;
  const since = Math.max(pull.reopenedAt ?? 0, pull.baseSince);
  const healed = github.now - since > NOTICED_MS;
  court.demand(!healed, "nothing stays parked that is healed", () => `${task.plan.id}: pull ${task.pull} is as it was`);
}

/** Demands that a pull does not wait for a review that came, or for a branch that is open again. */
function judgeWaiting(court: Court, github: GitHubModel, task: Task): void {
  const standing = entryOf(task)?.standing;
  const pull = github.pulls.get(task.pull ?? 0);
  const rules = github.protection.get(pull?.base ?? "");
  if (standing?.kind !== "merge-refused" || standing.requires === null || pull === undefined) return;
  const { of } = standing.requires;
  const reviews = [...pull.reviewedAt.values()];
  const since = Math.max(rules?.changedAt ?? 0, ...(of === "approving-review" ? reviews : []));
  if (github.now - since <= NOTICED_MS) return;
  const isApproved = approvingPeople(github, pull).length >= (rules?.approvals ?? 0);
  const has = of === "approving-review" ? isApproved : of === "unlocked-branch" && rules?.locked !== true;
  court.demand(!has, "nothing waits for what has come", () => `${task.plan.id}: pull ${task.pull} waits for ${of}`);
}

function judgeFeature({ court, github, steps }: EndOptions, state: FeatureState): void {
  for (const task of state.tasks) {
    judgeParked(court, github, task);
    judgeWaiting(court, github, task);
  }
  if (!isOver(state)) return;
  const { number } = state.issue;
  const live = [...github.runs.values()].filter(
    (run) => run.attempt.startsWith(`${number}/`) && run.status !== "completed",
  );
  const may = (effect: string) => steps.refused.has(`${state.key} ${effect}`);
  court.demand(live.length === 0 || may("attempt.cancel"), "the end leaves nothing running", () =>
    live.map((run) => run.attempt).join(", "),
  );
  const pulls = [...github.pulls.values()].filter(
    (pull) => pull.head.startsWith(taskBranch(number, "", state.life.number)) && pull.by === BOT,
  );
  const open = pulls.filter((pull) => pull.state === "open" && pull.reopenedAt === null);
  court.demand(open.length === 0 || may("pull.close"), "the end leaves no pull open", () =>
    open.map((pull) => pull.head).join(", "),
  );
  if (state.stage === "failed") {
    judgeTakenBack(court, github, state);
    judgeAllTakenBack(court, state);
  }
  if (state.stage !== "completed") return;
  const undone = state.tasks.filter((task) => task.stage !== "done");
  court.demand(undone.length === 0, "completed means all tasks done", () =>
    undone.map((task) => task.plan.id).join(", "),
  );
  const { state: issue, wasClosedByUs } = github.issue(number);
  const closed = issue === "closed" || wasClosedByUs || may("issue.close");
  court.demand(closed, "a completed feature's issue is closed", () => `issue ${number} is ${issue}`);
  for (const task of state.tasks) if (task.stage === "done") judgeDone(court, github, task);
}

function judgeDone(court: Court, github: GitHubModel, task: Task): void {
  if (task.pull === null) return;
  const pull = github.pulls.get(task.pull);
  const wanted = withoutMerge(task) === null ? "merged" : "closed";
  court.demand(
    pull?.state === wanted,
    "done means merged, or left out and closed",
    () => `${task.plan.id}: pull ${task.pull} is ${pull?.state}, not ${wanted}`,
  );
}

/** Demands a revert for each landing, unless a person cancelled the rollback too. */
function judgeAllTakenBack(court: Court, state: FeatureAt<"failed">): void {
  if (state.leftBy !== null) return;
  const undos = state.tasks.filter((task) => task.undoes !== null);
  const forgotten = state.tasks.filter(
    (task) =>
      landingOf(task) !== null && task.undoes === null && !undos.some((undo) => undo.undoes?.task === task.plan.id),
  );
  court.demand(forgotten.length === 0, "everything that landed is taken back", () =>
    forgotten.map((task) => task.plan.id).join(", "),
  );
}

/** Demands that each revert removed what its merge had brought, except files that somebody changed since. */
function judgeTakenBack(court: Court, github: GitHubModel, state: FeatureState): void {
  for (const task of state.tasks) {
    const { undoes } = task;
    const landing = landingOf(task);
    if (undoes === null || landing === null) continue;
    const merged = github.objects.read(undoes.merge);
    const before = github.objects.read(undoes.base ?? merged.parents[0] ?? undoes.merge).files;
    const after = github.objects.read(landing.mergeSha);
    // A force push removed the merge from the base's history, so there was nothing to revert.
    if (!github.objects.contains(landing.mergeSha, undoes.merge)) continue;
    const lastBefore = github.objects.read(after.parents[0] ?? landing.mergeSha).files;
    const left = [...merged.files].filter(([path, file]) => {
      const brought = before.get(path)?.sha256 !== file.sha256;
      const untouched = lastBefore.get(path)?.sha256 === file.sha256;
      return brought && untouched && after.files.get(path)?.sha256 !== before.get(path)?.sha256;
    });
    court.demand(left.length === 0, "what is taken back is gone", () => left.map(([path]) => path).join(", "));
  }
}

function judgeLandings({ court, github, features }: EndOptions): void {
  const places = new Set<string>();
  for (const task of features.flatMap((state) => state?.tasks ?? [])) {
    const landing = landingOf(task);
    if (landing === null) continue;
    const pull = github.pulls.get(task.pull ?? 0);
    const place = `${landing.order} on ${pull?.base}`;
    court.demand(!places.has(place), "each merge has its place", () => `${place} twice`);
    places.add(place);
    const landed = github.objects.read(landing.mergeSha);
    court.demand(pull?.mergeSha === landing.mergeSha, "landed is what was merged", () => task.plan.id);
    // Those of Headgate's own were judged when they were made.
    court.demand(
      pull === undefined || pull.mergedBy === BOT || pull.base === pull.openedInto,
      "what is merged elsewhere has not landed",
      () => `${task.plan.id}: pull ${task.pull} was merged into ${pull?.base}`,
    );
    court.demand(landed.tree === landing.landedTree, "the landed tree is what landed", () => task.plan.id);
    const tested = github.objects.read(landing.head).tree;
    court.demand(tested === landing.testedTree, "the tested tree is its head's", () => task.plan.id);
  }
}

/** Decides the whole history again from nothing, and demands the same effects and the same state. */
async function judgeReplay({ court, store }: EndOptions, aggregate: string): Promise<void> {
  const snapshot = await store.snapshot(aggregate);
  let state: State = null;
  for (const { key, event, at, effects } of await store.history(aggregate, 0, Number.MAX_SAFE_INTEGER)) {
    const decision = decideOn(aggregate, state, { id: key, at: Date.parse(at), event });
    state = decision.state;
    const same = decision.effects.length === (effects as unknown[]).length;
    court.demand(same, "the history replays to the same effects", () => `${aggregate} at ${key}`);
  }
  const replayed: unknown = JSON.parse(JSON.stringify(state));
  court.demand(isDeepStrictEqual(replayed, snapshot?.state), "the history replays to the same state", () => aggregate);
}
