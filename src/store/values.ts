/** The forms in which both stores keep JSON and times, so that what is read back is the same from either. */
import type { Json, NewEffect, StepWrite } from "../loop/store-port.ts";
import { StoreError } from "./errors.ts";

/** Throws on what JSON cannot say, before anything is written. */
export function toText(value: Json): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new StoreError(`Cannot store ${typeof value}: it has no JSON form.`);
  return text;
}

/**
 * For what is replaced or never read far more often than it is read: kept as it is, and written and parsed by who reads it.
 * Throws on what has no JSON form.
 */
export function kept(value: Json): Json {
  if (value === undefined || typeof value === "function" || typeof value === "symbol") toText(value);
  return value;
}

export function reread(value: Json): Json {
  return JSON.parse(toText(value));
}

/** ISO 8601 in one fixed form, so that text sorts as time does. */
export function instant(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new StoreError(`Not an ISO 8601 time: ${JSON.stringify(text)}.`);
  return FORM.test(text) ? text : new Date(time).toISOString();
}

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The id of an event that nobody gave one: routed by topic, or sent by another aggregate. */
export function derivedId(aggregate: string, key: string): string {
  return `${aggregate}/${key}`;
}

/** History must account for each event it takes out of the inbox, exactly once, and for no other. */
export function checkHistory(write: StepWrite, loaded: readonly { key: string }[]): void {
  const open = new Set(loaded.map((event) => event.key));
  for (const { key } of write.history) {
    if (!open.delete(key))
      throw new StoreError(`History names ${JSON.stringify(key)}, which is not an event of this step.`);
  }
}

/**
 * Effects added one after another under the same key, as one: the last that replaces, else the first. A single INSERT
 * may not touch a row twice.
 */
export function coalesced(effects: readonly NewEffect[]): NewEffect[] {
  const byKey = new Map<string, NewEffect>();
  for (const effect of effects) {
    if (byKey.has(effect.key) && !effect.replace) continue;
    const before = byKey.get(effect.key);
    byKey.delete(effect.key);
    byKey.set(effect.key, before === undefined ? effect : { ...effect, ordering: before.ordering });
  }
  return [...byKey.values()];
}
