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
