/** Draws parts of a scenario from random streams of their own, so that each was added without changing the rest of older seeds. */
import { LAND } from "../../../src/core/plan.ts";
import type { Chance } from "../chance.ts";
import { type Act, Deceit, type Fault, type FeatureSpec, NEXT, type Scenario } from "./scenario.ts";

/** The share of scenarios with a wide lane. They take long. */
const WIDE = 0.02;

/** Opens many pull requests at a time, on a GitHub that takes minutes to compute their mergeability. */
export function widen(chance: Chance, world: Scenario["world"], features: readonly FeatureSpec[]): void {
  const [feature] = features;
  if (feature === undefined || !chance.chance(WIDE)) return;
  world.mergeability = "slow";
  world.maxParallel = 20;
  world.actionsSlots = null;
  const [first] = feature.tasks;
  for (let number = feature.tasks.length; first !== undefined && number < chance.between(15, 20); number += 1) {
    feature.tasks.push({ ...first, id: `t${number}`, dependsOn: [], worksMs: chance.between(20_000, 240_000) });
  }
}

/** Lets people take back what stops a pull request: they reopen it, or run its checks again. */
export function amends(chance: Chance): Fault[] {
  if (!chance.chance(0.12)) return [];
  const at = chance.between(60_000, 600_000);
  const on = { feature: 0, task: NEXT };
  const does = (at: number, act: Act): Fault => ({ on: "time", at, fault: "act", act });
  return [
    does(at, { act: "close-pull", ...on }),
    does(at + chance.between(10_000, 240_000), { act: "reopen-pull", ...on }),
    ...[1, 2, 3].map((nth) => does(at + nth * 300_000, { act: "rerun-checks", ...on })),
  ];
}

/** Renames the repository, most often while tasks are under way, and some days twice. */
export function renames(chance: Chance): Fault[] {
  if (!chance.chance(0.1)) return [];
  return ["later", "last"].slice(0, chance.between(1, 2)).map((name) => {
    const act: Act = { act: "rename-repository", name };
    return { on: "time", at: chance.between(30_000, 900_000), fault: "act", act };
  });
}

/** Lets the clocks of the machines differ from the database's by minutes. */
export function clocks(chance: Chance): number[] {
  return chance.chance(0.5) ? Array.from({ length: 2 }, () => chance.between(-600_000, 600_000)) : [];
}

/**
 * Kills, freezes and stops processes while they hold leases, some of them while a plan is made that takes longer than a lease. Lets an
 * artifact end every process that reads it.
 */
export function deaths(chance: Chance, replicas: number): Fault[] {
  if (!chance.chance(0.35)) return [];
  const death = (at: number): Fault => {
    const fault = chance.pick(["killed", "killed", "frozen", "stopped"] as const);
    return { on: "process", at, replica: chance.between(0, replicas - 1), fault, ms: chance.between(5_000, 600_000) };
  };
  const faults = Array.from({ length: chance.between(1, 3) }, () => death(chance.between(1_000, 900_000)));
  if (chance.chance(0.4)) faults.push({ on: "plan", nth: 1, fault: "slow" }, death(chance.between(3_000, 60_000)));
  if (chance.chance(0.3)) faults.push({ on: "job", nth: chance.between(1, 6), fault: "poison" });
  return faults;
}

/** Cancels in the moment of a merge, when everything must be reverted. */
export function givesUpLate(chance: Chance, features: FeatureSpec[]): Fault[] {
  const [feature] = features;
  // A second cancellation changes nothing, which another scenario covers.
  if (feature === undefined || feature.onFailure === "rollback" || !chance.chance(0.03)) return [];
  feature.onFailure = "rollback";
  const act: Act = { act: "say", feature: 0, by: "maya", text: "/headgate cancel" };
  return [{ on: "moment", request: "claim pull.merge", nth: chance.between(1, 3), fault: "act", act }];
}

export function deceits(chance: Chance): Fault[] {
  if (!chance.chance(0.12)) return [];
  return [{ on: "check", nth: chance.between(1, 8), fault: chance.pick(Deceit.options) }];
}

/** Lets an agent replace a folder by a file, without listing the files that were in it. */
export function swaps(chance: Chance): Fault[] {
  return chance.chance(0.08) ? [{ on: "job", nth: chance.between(1, 8), fault: "swapped-folder" }] : [];
}

/**
 * Lets tasks change what a person must approve. People approve by command and by review, some before anything waits, and some while
 * the checks of a head still run that a repair replaces.
 */
export function guards(chance: Chance, features: readonly FeatureSpec[]): Fault[] {
  if (!chance.chance(0.2)) return [];
  return features.flatMap((feature, index) => {
    const guarded = feature.tasks.filter((task) => task.role === "build" && chance.chance(0.5)).slice(0, 2);
    for (const task of guarded) {
      task.guarded = chance.pick(["once", "anew", "anew"]);
      if (chance.chance(0.5)) task.broken = Math.max(task.broken, 1);
    }
    const whole = feature.land === "together" && guarded.length > 0 ? [LAND] : [];
    return [...guarded.map(({ id }) => id), ...whole].flatMap((task): Fault[] => {
      const by = chance.chance(0.9) ? "maya" : "sam";
      const approve: Act = { act: "say", feature: index, by, text: `/headgate approve ${task}` };
      const review: Act = { act: "review", feature: index, task, verdict: "APPROVED", by: "maya" };
      return Array.from({ length: chance.between(2, 4) }, () => {
        const act = chance.chance(0.7) ? approve : review;
        return { on: "time", at: feature.labelledAt + chance.between(60_000, 1_200_000), fault: "act", act };
      });
    });
  });
}

/** Lets a person break the base while pulls are being tested, and repair it some minutes later, or never. */
export function redBase(chance: Chance): Fault[] {
  if (!chance.chance(0.12)) return [];
  const at = chance.between(60_000, 600_000);
  const act = (at: number, on: boolean): Fault => ({ on: "time", at, fault: "act", act: { act: "break-base", on } });
  return [act(at, true), ...(chance.chance(0.7) ? [act(at + chance.between(120_000, 900_000), false)] : [])];
}

/** Lets people read the plan, sometimes change it, and approve it: some too early, some an outdated version. */
export function approvals(chance: Chance, features: readonly FeatureSpec[]): Fault[] {
  return features.flatMap((feature, index) => {
    const says = (at: number, command: string, by = "maya"): Fault => {
      const act: Act = { act: "say", feature: index, by, text: `/headgate ${command}` };
      return { on: "time", at: feature.labelledAt + at, fault: "act", act };
    };
    const [first, second] = [chance.pick(feature.tasks).id, chance.pick(feature.tasks).id];
    const changes = ["plan", "plan smaller tasks", `plan drop ${first}`, `plan after ${first} ${second}`, "approve 1"];
    const early = chance.chance(0.4) ? [says(chance.between(1_000, 90_000), chance.pick(changes))] : [];
    const stranger = chance.chance(0.2) ? [says(60_000, "approve", "sam")] : [];
    const approved = [chance.between(5_000, 120_000), 240_000, 600_000].map((at) => says(at, "approve"));
    return [...early, ...stranger, ...approved];
  });
}
