/**
 * Everything Headgate can do. Each effect is defined once, in `effects/`: its schema, its natural key, what it may not overtake,
 * and whether asking again runs it again. Effects happen at least once; the executors in `loop/effects` find before they
 * create, so that running one twice does no harm.
 *
 * To add an effect: define it in the file of its subject; `tsc` then asks for its executor in `loop/effects/index.ts`.
 */
import { z } from "zod";
import { attemptEffects } from "./effects/attempts.ts";
import { branchEffects } from "./effects/branches.ts";
import type { Definition, Pace } from "./effects/definition.ts";
import { issueEffects } from "./effects/issue.ts";
import { planningEffects } from "./effects/planning.ts";
import { pullEffects } from "./effects/pulls.ts";
import { repositoryEffects } from "./effects/repository.ts";
import { FeatureEvent, LaneEvent } from "./event.ts";

export type { Pace } from "./effects/definition.ts";
export { Notice, noticeKey } from "./effects/notice.ts";

const definitions = {
  ...planningEffects,
  ...attemptEffects,
  ...branchEffects,
  ...pullEffects,
  ...issueEffects,
  ...repositoryEffects,
};

type Definitions = typeof definitions;
type ByType = { [Type in keyof Definitions]: z.infer<Definitions[Type]["schema"]> };
/** Runs outside, through the outbox. */
export type ExternalEffect = ByType[keyof ByType];

/** The effect under a name of the table is the effect of that type, and has every part of a definition. */
definitions satisfies { [Type in keyof ByType]: Definition<ByType[Type] & { type: Type }> };

/** Done by the store in the transaction that decides it: time, and other aggregates. */
const internalEffects = [
  z.object({ type: z.literal("timer.set"), timer: z.string(), dueAt: z.number().int() }),
  z.object({ type: z.literal("timer.cancel"), timer: z.string() }),
  /** Drops what waits under this key. A running effect continues. */
  z.object({ type: z.literal("withdraw"), key: z.string() }),
  z.object({ type: z.literal("send"), to: z.string(), key: z.string(), event: z.union([FeatureEvent, LaneEvent]) }),
] as const;

export const Effect = z.discriminatedUnion("type", [
  ...internalEffects,
  ...Object.values(definitions).map(({ schema }) => schema),
]);
export type Effect = z.infer<typeof Effect>;
export type EffectOf<Type extends Effect["type"]> = Extract<Effect, { type: Type }>;

function definitionOf(effect: ExternalEffect): Definition<ExternalEffect> {
  return definitions[effect.type];
}

/** The effect's natural key within its aggregate. */
export function effectKey(effect: ExternalEffect): string {
  return [effect.type, ...definitionOf(effect).key(effect)].join(":");
}

/** Effects with the same ordering key run one at a time, in order. */
export function orderingKey(effect: ExternalEffect): string {
  return `${effect.repo.id} ${definitionOf(effect).ordering(effect)}`;
}

/** Asked for again, it runs again, once, as last asked for. */
export function coalesces(effect: ExternalEffect): boolean {
  return definitionOf(effect).coalesces;
}

/** True: it frees others, or money is spent until it has run. It need not wait behind a burst of observations. */
export function isUrgent(effect: ExternalEffect): boolean {
  return URGENT.has(effect.type);
}

const URGENT: ReadonlySet<ExternalEffect["type"]> = new Set([
  "pull.merge",
  "attempt.dispatch",
  "attempt.cancel",
  "change.write",
  "change.promote",
]);

/**
 * When the effect may run. Effects of one window share its end, since webhooks come in bursts. A window that slid with each
 * of them could be pushed ahead for ever.
 */
export function earliestRun(effect: ExternalEffect, at: number, pace: Pace): number {
  const { window } = definitionOf(effect);
  const length = window === null ? 1 : pace[window];
  return Math.ceil(at / length) * length;
}
