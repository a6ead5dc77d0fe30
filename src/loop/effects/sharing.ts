/** Has an attempt wait while other features of its repository run as many as may run at the same time. */
import type { EffectOf } from "../../core/effect.ts";
import { type Claim, claimsOf, isNext } from "../../core/feature/attempt/sharing.ts";
import { topics } from "../../core/keys.ts";
import type { Inside } from "../memory/states.ts";
import { presentFeature } from "./present-feature.ts";

/** Features of one repository whose attempts are counted. */
const MOST_FEATURES = 200;

/** The effect is put back and asked about again, without counting as a try. */
export class NotNext extends Error {
  constructor() {
    super("other features of the repository go first");
    this.name = "NotNext";
  }
}

/** Throws NotNext while it waits. An attempt that its feature has given up meanwhile waits for nobody. */
export async function awaitShare(
  inside: Inside,
  { repo, id }: Pick<EffectOf<"attempt.dispatch">, "repo" | "id">,
  aggregate: string,
): Promise<void> {
  const others = (await inside.store.routed(topics.repository(repo))).filter((name) => name !== aggregate);
  if (others.length === 0) return;
  const own = await presentFeature(inside, aggregate);
  const claims: Claim[] = own === null ? [] : claimsOf(own);
  if (own?.policy == null || !claims.some((claim) => claim.id === id)) return;
  for (const name of others.slice(0, MOST_FEATURES)) {
    const other = await presentFeature(inside, name);
    // One that a person holds, or that is closed to the App, dispatches nothing.
    if (other === null) continue;
    const stands = other.hold !== null || other.closed !== null || other.parked !== null;
    claims.push(...claimsOf(other).filter(({ runs }) => runs || !stands));
  }
  if (!isNext(claims, { feature: own.key, id }, own.policy.maxParallel)) throw new NotNext();
}
