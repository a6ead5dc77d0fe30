/** Draws what people do around a feature, from random streams of their own, so that older seeds keep their meaning. */
import type { Chance } from "../chance.ts";
import { type Act, type Fault, type FeatureSpec, NEXT } from "./scenario.ts";

/** Lets a person without write access ask for changes. Nothing may wait for that. */
export function strangersReviews(chance: Chance): Fault[] {
  if (!chance.chance(0.1)) return [];
  const act: Act = { act: "review", feature: 0, task: NEXT, verdict: "CHANGES_REQUESTED", by: "sam" };
  return Array.from({ length: chance.between(1, 3) }, (): Fault => {
    const moment = { on: "moment", request: "pull", nth: chance.between(1, 20), fault: "act", act } as const;
    return chance.chance(0.5) ? moment : { on: "time", at: chance.between(60_000, 900_000), fault: "act", act };
  });
}

/** Lets agents find nothing to do, and people end tasks without a merge: at any time, and in the moment of their promotion or merge. */
export function endings(chance: Chance, features: readonly FeatureSpec[]): Fault[] {
  if (!chance.chance(0.15)) return [];
  const moments = ["claim change.promote", "claim pull.open", "claim pull.merge", "mergePull", "dispatch.create"];
  return features.flatMap((feature, index) => {
    const idle: Fault[] = chance.chance(0.4) ? [{ on: "job", nth: chance.between(1, 6), fault: "nothing-to-do" }] : [];
    const ends = Array.from({ length: chance.between(1, 3) }, (): Fault => {
      const { id } = chance.pick(feature.tasks);
      const verb = chance.pick(["skip", "skip", "done"]);
      const act: Act = { act: "say", feature: index, by: "maya", text: `/headgate ${verb} ${id}` };
      if (chance.chance(0.4)) return { on: "time", at: chance.between(30_000, 900_000), fault: "act", act };
      return { on: "moment", request: chance.pick(moments), nth: chance.between(1, 4), fault: "act", act };
    });
    return [...idle, ...ends];
  });
}

/** Lets a person end the feature and label its issue again, before what is under way of the former life has ended, or long after. */
export function lives(chance: Chance): Fault[] {
  if (!chance.chance(0.04)) return [];
  const at = chance.between(30_000, 900_000);
  const step = chance.pick([1_500, 10_000, 120_000]);
  const ends: Act[] = chance.chance(0.5)
    ? [{ act: "say", feature: 0, by: "maya", text: "/headgate cancel" }]
    : [
        { act: "close-issue", feature: 0, by: "maya" },
        { act: "reopen-issue", feature: 0, by: "maya" },
      ];
  const again: Act[] = [false, true].map((on) => ({ act: "label", feature: 0, on, by: "maya" }));
  return [...ends, ...again].map((act, index) => ({ on: "time", at: at + index * step, fault: "act", act }));
}

/** Lets a person without write access or a bot close the issue. Somebody may open it again, or resume. */
export function closings(chance: Chance): Fault[] {
  if (!chance.chance(0.1)) return [];
  const at = chance.between(30_000, 900_000);
  const acts: Act[] = [{ act: "close-issue", feature: 0, by: chance.pick(["sam", "sam", "stale[bot]"]) }];
  if (chance.chance(0.4)) acts.push({ act: "reopen-issue", feature: 0, by: chance.pick(["sam", "maya"]) });
  if (chance.chance(0.4)) acts.push({ act: "say", feature: 0, by: "maya", text: "/headgate resume" });
  if (chance.chance(0.2)) acts.push({ act: "close-issue", feature: 0, by: "maya" });
  return acts.map((act, index) => ({
    on: "time",
    at: at + index * chance.pick([0, 1_000, 60_000, 700_000]),
    fault: "act",
    act,
  }));
}
