/** Draws what people do around a feature, from random streams of their own, so that older seeds keep their meaning. */
import type { Chance } from "../chance.ts";
import { type Act, type Fault, NEXT } from "./scenario.ts";

/** Lets a person without write access ask for changes. Nothing may wait for that. */
export function strangersReviews(chance: Chance): Fault[] {
  if (!chance.chance(0.1)) return [];
  const act: Act = { act: "review", feature: 0, task: NEXT, verdict: "CHANGES_REQUESTED", by: "sam" };
  return Array.from({ length: chance.between(1, 3) }, (): Fault => {
    const moment = { on: "moment", request: "pull", nth: chance.between(1, 20), fault: "act", act } as const;
    return chance.chance(0.5) ? moment : { on: "time", at: chance.between(60_000, 900_000), fault: "act", act };
  });
}
