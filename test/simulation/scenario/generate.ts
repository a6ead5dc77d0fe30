/** Generates a scenario from a seed: a plan, a world, and at least ten faults. */
import { Chance } from "../chance.ts";
import {
  amends,
  approvals,
  clocks,
  deaths,
  deceits,
  givesUpLate,
  guards,
  redBase,
  renames,
  swaps,
  widen,
} from "./apart.ts";
import { baseRules, holdLabels, restores, retargets, titles } from "./maintaining.ts";
import {
  type Act,
  CheckTrouble,
  type Fault,
  type FeatureSpec,
  JobTrouble,
  NEXT,
  type Scenario,
  type TaskSpec,
} from "./scenario.ts";
import { closings, endings, lives, strangersReviews } from "./social.ts";

/** The most important requests, and how often a scenario makes them. */
const REQUESTS: readonly (readonly [string, number])[] = [
  ["dispatch.create", 8],
  ["dispatch.list", 8],
  ["run", 20],
  ["artifact", 12],
  ["branchTip", 16],
  ["commit", 3],
  ["writeCommit", 8],
  ["moveBranch", 8],
  ["openPull.list", 8],
  ["openPull.create", 8],
  ["pull", 40],
  ["pull.rest", 40],
  ["updatePull", 8],
  ["mergePull.read", 12],
  ["mergePull", 8],
  ["conflicts", 12],
  ["conflicts.contents", 4],
  ["closePull", 2],
  ["deleteBranch", 6],
  ["cancelRun", 3],
  ["rerun", 2],
  ["failureText", 3],
  ["upsertComment.list", 10],
  ["upsertComment.create", 3],
  ["upsertComment.edit", 8],
  ["permission", 3],
  ["requiredChecks", 2],
  ["readFile", 3],
  ["issue", 6],
  ["comments", 6],
  ["labelledIssues", 6],
  ["labelledBy", 2],
  ["react", 2],
  ["closeIssue", 2],
];

type Meddling = "push" | "base" | "merge" | "close" | "delete" | "draft" | "review" | "command";

/** Requests that race with changes of the world, how often a scenario makes them, and the changes. */
const RACES: readonly (readonly [string, number, readonly Meddling[]])[] = [
  ["pull", 20, ["push", "base", "merge", "draft", "review"]],
  ["pull.rest", 20, ["push", "base", "merge", "draft", "review"]],
  ["mergePull.read", 6, ["push", "base", "merge", "close", "draft", "review", "command"]],
  ["mergePull", 4, ["push", "base", "merge", "close", "draft", "review", "command"]],
  ["updatePull", 3, ["push", "base", "merge", "close"]],
  ["conflicts", 4, ["push", "base", "merge"]],
  ["moveBranch", 4, ["base", "command", "merge", "delete"]],
  ["openPull.list", 4, ["merge", "close", "command", "delete"]],
  ["openPull.create", 4, ["base", "command"]],
  ["dispatch.create", 6, ["command", "merge", "base"]],
  ["writeCommit", 4, ["command", "merge", "base"]],
  ["artifact", 6, ["command", "merge"]],
  ["failureText", 2, ["push", "merge", "close"]],
  ["claim pull.merge", 4, ["push", "push", "push", "base", "review", "command"]],
  ["claim pull.merge", 2, ["push", "base"]],
  ["claim pull.update", 3, ["push", "base", "command"]],
  ["claim pull.open", 3, ["merge", "command", "delete"]],
  ["claim change.write", 4, ["base", "command", "delete"]],
  ["claim change.promote", 4, ["base", "command", "delete"]],
];

const REQUEST_TROUBLES = [
  "error",
  "lost",
  "landed",
  "limit",
  "405",
  "409",
  "422",
  "slow",
  "crash-before",
  "crash-after",
] as const;

const EFFECTS: readonly (readonly [string, number])[] = [
  ["timer.set", 30],
  ["feature.observe", 2],
  ["plan.make", 2],
  ["attempt.dispatch", 8],
  ["attempt.observe", 20],
  ["attempt.cancel", 2],
  ["change.write", 8],
  ["change.promote", 8],
  ["pull.open", 8],
  ["pull.observe", 40],
  ["heads.compare", 8],
  ["pull.update", 6],
  ["pull.merge", 4],
  ["pull.merge", 8],
  ["failure.read", 2],
  ["checks.rerun", 2],
  ["branch.delete", 6],
  ["status.publish", 15],
  ["issue.observe", 8],
  ["issue.close", 1],
  ["permission.observe", 3],
];

const DAY_MS = 24 * 3_600_000;

export function generate(seed: string): Scenario {
  const chance = new Chance(`${seed} story`);
  const features = Array.from({ length: chance.chance(0.2) ? 2 : 1 }, (_, index) => feature(chance, index));
  const world: Scenario["world"] = {
    protection: chance.pick(["strict", "loose", "config"]),
    checks: chance.chance(0.3) ? ["test", "lint"] : ["test"],
    method: chance.pick(["squash", "squash", "merge", "rebase"]),
    mode: chance.chance(0.1) ? "ready" : "auto",
    maxParallel: chance.between(1, 5),
    ...starting(new Chance(`${seed} starting`)),
    budgetUsd: chance.chance(0.25) ? chance.pick([6, 11, 16]) : null,
    approve: new Chance(`${seed} approve`).chance(0.25) ? "always" : "never",
    replicas: chance.chance(0.3) ? 2 : 1,
    webhooks: chance.chance(0.1) ? "none" : "all",
    mergeability: "fast",
    skews: clocks(new Chance(`${seed} clocks`)),
  };
  const troubles = Array.from({ length: chance.between(10, 18) }, () => fault(chance, features));
  const faults = troubles.flatMap((trouble) => [trouble, ...meanwhile(chance, features, trouble)]);
  features.forEach((feature, index) => {
    // Rare otherwise, and its consequences are worth testing.
    if (feature.onFailure === "rollback" && chance.chance(0.5)) faults.push(givesUp(chance, index));
  });
  faults.push(...givesUpLate(new Chance(`${seed} late`), features));
  faults.push(...deceits(new Chance(`${seed} deceits`)), ...redBase(new Chance(`${seed} red base`)));
  faults.push(...guards(new Chance(`${seed} guards`), features), ...swaps(new Chance(`${seed} swaps`)));
  faults.push(...deaths(new Chance(`${seed} deaths`), world.replicas));
  if (world.approve === "always") faults.push(...approvals(new Chance(`${seed} approvals`), features));
  faults.push(...amends(new Chance(`${seed} amend`)));
  widen(new Chance(`${seed} wide`), world, features);
  faults.push(...endings(new Chance(`${seed} endings`), features));
  faults.push(...closings(new Chance(`${seed} closings`)));
  faults.push(...strangersReviews(new Chance(`${seed} strangers' reviews`)));
  faults.push(...lives(new Chance(`${seed} lives`)));
  faults.push(...renames(new Chance(`${seed} renames`)));
  faults.push(...retargets(new Chance(`${seed} retargets`)), ...holdLabels(new Chance(`${seed} hold labels`)));
  faults.push(...titles(new Chance(`${seed} titles`)), ...restores(new Chance(`${seed} restores`)));
  faults.push(...baseRules(new Chance(`${seed} base rules`), features));
  return { seed, world, features, faults };
}

/**
 * Chooses what delays a ready task's attempt. Uses a random stream of its own, so that the rest of the scenario stays
 * the same.
 */
function starting(chance: Chance): Pick<Scenario["world"], "actionsSlots" | "ciJobs" | "overlap" | "holdSeconds"> {
  return {
    actionsSlots: chance.chance(0.3) ? chance.between(1, 5) : null,
    ciJobs: chance.between(0, 3),
    overlap: chance.pick(["optimistic", "optimistic", "serialise-hot", "serialise-overlap"]),
    holdSeconds: chance.pick([0, 5, 5, 2]),
  };
}

function feature(chance: Chance, index: number): FeatureSpec {
  const count = chance.chance(0.1) ? chance.between(7, 16) : chance.between(2, 6);
  const tasks: TaskSpec[] = [];
  for (let number = 0; number < count; number += 1) {
    const before = tasks.map((task) => task.id);
    const dependsOn = before.filter(() => chance.chance(Math.min(0.5, 1.2 / before.length)));
    tasks.push({
      id: `t${number}`,
      dependsOn,
      size: chance.pick(["S", "M", "L"]),
      role: chance.chance(0.08) ? "research" : "build",
      broken: chance.chance(0.15) ? chance.between(1, 3) : 0,
      hot: chance.chance(0.3) ? chance.pick(["a", "b"]) : null,
      clash: chance.chance(0.15) ? "k" : null,
      guarded: null,
      worksMs: chance.between(20_000, 240_000),
    });
  }
  return {
    labelledAt: index * chance.between(0, 120_000),
    land: chance.chance(0.2) ? "together" : "each",
    onFailure: chance.pick(["keep", "keep", "hold", "rollback"]),
    tasks,
  };
}

function fault(chance: Chance, features: readonly FeatureSpec[]): Fault {
  const dice = chance.next();
  if (dice < 0.24) {
    const [request, often] = chance.pick(REQUESTS);
    return { on: "request", request, nth: chance.between(1, often), fault: chance.pick(REQUEST_TROUBLES) };
  }
  if (dice < 0.36) return job(chance);
  if (dice < 0.44) return { on: "check", nth: chance.between(1, 14), fault: chance.pick(CheckTrouble.options) };
  if (dice < 0.54) return delivery(chance);
  if (dice < 0.66) {
    const [effect, often] = chance.pick(EFFECTS);
    const fault = chance.pick(["crash-before", "crash-in", "crash-after", "lease-lost"] as const);
    return { on: "effect", effect, nth: chance.between(1, often), fault };
  }
  if (dice < 0.71) {
    const fault = chance.pick(["conflict", "conflict-twice", "decided-twice", "crash-before", "crash-after"] as const);
    return { on: "step", nth: chance.between(1, 120), fault };
  }
  if (dice < 0.75) {
    const fault = chance.pick(["jump", "stall"] as const);
    const ms =
      fault === "stall" ? chance.between(10_000, 300_000) : chance.pick([-600_000, -5_000, 5_000, 600_000, DAY_MS]);
    return { on: "clock", at: chance.between(0, 900_000), fault, ms };
  }
  if (dice < 0.77) return { on: "plan", nth: chance.between(1, 2), fault: chance.pick(["down", "invalid", "throws"]) };
  if (dice < 0.79) return { on: "update", nth: chance.between(1, 5), fault: "forgotten" };
  if (chance.chance(0.5)) {
    const [request, often, meddling] = chance.pick(RACES);
    const act = chance.chance(0.7) ? meddle(chance, features, meddling) : person(chance, features);
    return { on: "moment", request, nth: chance.between(1, often), fault: "act", act };
  }
  return { on: "time", at: chance.between(0, 1_200_000), fault: "act", act: person(chance, features) };
}

/** Lets a person change what a process was about to change while the process is down. */
function meanwhile(chance: Chance, features: readonly FeatureSpec[], trouble: Fault): Fault[] {
  if (trouble.on !== "effect" || trouble.fault !== "crash-before" || chance.chance(0.3)) return [];
  const request = `claim ${trouble.effect}`;
  const race = RACES.find(([name]) => name === request);
  if (race === undefined) return [];
  return [{ on: "moment", request, nth: trouble.nth, fault: "act", act: meddle(chance, features, race[2]) }];
}

/** Picks the act that does most damage at this moment, on the pull request nearest to its merge. */
function meddle(chance: Chance, features: readonly FeatureSpec[], meddling: readonly Meddling[]): Act {
  const feature = chance.between(0, features.length - 1);
  const on = { feature, task: NEXT };
  switch (chance.pick(meddling)) {
    case "push":
      return { act: "push-branch", ...on, broken: chance.chance(0.5) };
    case "base":
      return { act: "push-base", path: chance.pick(["shared/a.txt", "people/base.txt"]) };
    case "merge":
      return { act: "merge-pull", ...on };
    case "close":
      return { act: "close-pull", ...on };
    case "delete":
      return { act: "delete-branch", ...on };
    case "draft":
      return { act: "draft", ...on, on: true };
    case "review":
      return { act: "review", ...on, verdict: "CHANGES_REQUESTED", by: "maya" };
    case "command":
      return { act: "say", feature, by: "maya", text: `/headgate ${chance.pick(["hold", "cancel"])}` };
  }
}

function givesUp(chance: Chance, feature: number): Fault {
  const act: Act = { act: "say", feature, by: "maya", text: "/headgate cancel" };
  // Mostly just before a merge: a merge that still happens must be reverted too.
  if (chance.chance(0.6)) return { on: "moment", request: "mergePull", nth: chance.between(1, 4), fault: "act", act };
  return { on: "time", at: chance.between(120_000, 1_200_000), fault: "act", act };
}

/** Without what has a stream of its own: another option would change all scenarios. */
const JOB_TROUBLES = JobTrouble.exclude(["swapped-folder", "poison", "nothing-to-do"]).options;

function job(chance: Chance): Fault {
  return { on: "job", nth: chance.between(1, 10), fault: chance.pick(JOB_TROUBLES) };
}

function delivery(chance: Chance): Fault {
  const fault = chance.pick(["drop", "repeat", "late"] as const);
  return {
    on: "delivery",
    nth: chance.between(1, 60),
    fault,
    ms: chance.pick([0, 10_000, 120_000, 3_600_000, DAY_MS]),
  };
}

function person(chance: Chance, features: readonly FeatureSpec[]): Act {
  const feature = chance.between(0, features.length - 1);
  const { id } = chance.pick(features[feature]?.tasks ?? []);
  const task = chance.chance(0.5) ? NEXT : id;
  const on = chance.chance(0.5);
  switch (chance.between(1, 14)) {
    case 1:
      return { act: "push-branch", feature, task, broken: on };
    case 2:
    case 3:
      return { act: "push-base", path: chance.pick(["shared/a.txt", "people/base.txt", "README.md"]) };
    case 4:
      return { act: "force-base" };
    case 5:
      return { act: "merge-pull", feature, task };
    case 6:
      return { act: "close-pull", feature, task };
    case 7:
      return { act: "delete-branch", feature, task };
    case 8:
      return { act: "draft", feature, task, on };
    case 9:
    case 10:
      return {
        act: "review",
        feature,
        task,
        verdict: chance.pick(["APPROVED", "CHANGES_REQUESTED", "DISMISSED"]),
        by: "maya",
      };
    case 11:
      return { act: "label", feature, on, by: chance.pick(["maya", "maya", "sam"]) };
    case 12:
      return { act: "config", content: chance.pick(["other", "broken", "gone", "good"]) };
    case 13:
      return chance.chance(0.2) ? { act: "close-issue", feature, by: "maya" } : say(chance, feature, id);
    default:
      return say(chance, feature, id);
  }
}

function say(chance: Chance, feature: number, task: string): Act {
  const commands = [
    "hold",
    "resume",
    "resume",
    "status",
    "help",
    `retry ${task}`,
    "retry all",
    "budget +5",
    "nonsense",
    "cancel",
  ];
  return {
    act: "say",
    feature,
    by: chance.pick(["maya", "maya", "maya", "sam"]),
    text: `/headgate ${chance.pick(commands)}`,
  };
}
