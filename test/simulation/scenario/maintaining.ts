/**
 * Draws what maintainers change of pulls and of the base's rules: most of it is taken back some minutes later. Uses random streams of
 * their own, so that older seeds keep their meaning.
 */
import type { Chance } from "../chance.ts";
import { type Act, type Fault, type FeatureSpec, NEXT } from "./scenario.ts";

/** Requests at whose arrival a change of the pull does most damage. */
const MOMENTS = ["pull", "pull.rest", "mergePull.read", "mergePull", "claim pull.merge", "claim pull.update"];

const on = { feature: 0, task: NEXT };

function at(time: number, act: Act): Fault {
  return { on: "time", at: time, fault: "act", act };
}

/** Lets the act happen at a time, or in the moment of a request. */
function sometime(chance: Chance, time: number, act: Act): Fault {
  if (chance.chance(0.5)) return at(time, act);
  return { on: "moment", request: chance.pick(MOMENTS), nth: chance.between(1, 8), fault: "act", act };
}

/** Has a pull merge into another branch. Takes it back, merges it there, or leaves it. */
export function retargets(chance: Chance): Fault[] {
  if (!chance.chance(0.1)) return [];
  const time = chance.between(60_000, 600_000);
  const faults = [sometime(chance, time, { act: "retarget-pull", ...on })];
  const end = chance.pick(["retarget-back", "retarget-back", "merge-elsewhere", null] as const);
  // Later than any of the moments.
  const later = chance.chance(0.5) ? time + chance.between(1_000, 300_000) : chance.between(900_000, 1_500_000);
  if (end !== null) faults.push(at(later, { act: end, ...on }));
  return faults;
}

/** Puts a label on a pull that holds its merge, and takes it off some minutes later, or never. */
export function holdLabels(chance: Chance): Fault[] {
  if (!chance.chance(0.1)) return [];
  const time = chance.between(60_000, 600_000);
  const act = (set: boolean): Act => ({ act: "label-pull", ...on, label: "do-not-merge", on: set });
  const off = at(time + chance.between(5_000, 600_000), act(false));
  return [sometime(chance, time, act(true)), ...(chance.chance(0.7) ? [off] : [])];
}

export function titles(chance: Chance): Fault[] {
  if (!chance.chance(0.06)) return [];
  return [sometime(chance, chance.between(60_000, 900_000), { act: "title-pull", ...on, title: "A better title" })];
}

/** Deletes a branch, restores it and opens its pull again. */
export function restores(chance: Chance): Fault[] {
  if (!chance.chance(0.08)) return [];
  const time = chance.between(60_000, 600_000);
  const restored = time + chance.between(5_000, 300_000);
  const reopened = restored + chance.between(1_000, 120_000);
  return [
    at(time, { act: "delete-branch", ...on }),
    at(restored, { act: "restore-branch", ...on }),
    ...(chance.chance(0.8) ? [at(reopened, { act: "reopen-pull", ...on })] : []),
  ];
}

/** Requires reviews that come late, some by people whose reviews do not count; or locks the base for some minutes. */
export function baseRules(chance: Chance, features: readonly FeatureSpec[]): Fault[] {
  const faults: Fault[] = [];
  if (chance.chance(0.08)) {
    faults.push(at(chance.between(0, 300_000), { act: "require-review", on: true }));
    features.forEach((feature, index) => {
      for (const { id } of feature.tasks) {
        const approve = (by: string): Act => ({ act: "review", feature: index, task: id, verdict: "APPROVED", by });
        const time = chance.between(240_000, 900_000);
        if (chance.chance(0.5)) faults.push(at(time, approve("sam")));
        // A pull may be opened later than the first review.
        for (const later of [120_000, 900_000, 1_800_000]) faults.push(at(time + later, approve("maya")));
      }
    });
    if (chance.chance(0.4)) faults.push(at(chance.between(600_000, 2_400_000), { act: "require-review", on: false }));
  }
  if (chance.chance(0.08)) {
    const time = chance.between(60_000, 600_000);
    faults.push(at(time, { act: "lock-base", on: true }));
    faults.push(at(time + chance.between(60_000, 1_200_000), { act: "lock-base", on: false }));
  }
  return faults;
}
