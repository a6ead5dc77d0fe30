/** Brings JSON and times into the forms that both stores keep, so that either returns the same. */
import type { Json, NewEffect, StepWrite } from "../loop/store-port.ts";
import { StoreError } from "./errors.ts";

/** Returns the JSON text. Throws on a value without a JSON form, before anything is written. */
export function toText(value: Json): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new StoreError(`Cannot store ${typeof value}: it has no JSON form.`);
  return text;
}

/**
 * Keeps a value as it is and leaves writing and parsing to `reread`, since most values are replaced before they are read. Throws
 * on a value without a JSON form.
 */
export function kept(value: Json): Json {
  if (value === undefined || typeof value === "function" || typeof value === "symbol") toText(value);
  return value;
}

export function reread(value: Json): Json {
  return JSON.parse(toText(value));
}

/** Brings an ISO 8601 time into one fixed form, so that text sorts as time does. */
export function instant(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new StoreError(`Not an ISO 8601 time: ${JSON.stringify(text)}.`);
  return FORM.test(text) ? text : new Date(time).toISOString();
}

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Returns the id of an event that came without one: routed by topic, or sent by another aggregate. */
export function derivedId(aggregate: string, key: string): string {
  return `${aggregate}/${key}`;
}

/** Throws unless history accounts for each event that it takes out of the inbox once, and for no other. */
export function checkHistory(write: StepWrite, loaded: readonly { key: string }[]): void {
  const open = new Set(loaded.map((event) => event.key));
  for (const { key } of write.history) {
    if (!open.delete(key))
      throw new StoreError(`History names ${JSON.stringify(key)}, which is not an event of this step.`);
  }
}

/**
 * Returns the rows from before `before` at the beginning of the history. The last row stays: it says whether its aggregate is parked,
 * and on what number the history goes on.
 */
export function oldRows<Row extends { seq: number; at: string }>(
  rows: readonly Row[],
  before: string,
  lastSeq: number,
): Row[] {
  const kept = rows.findIndex(({ seq, at }) => at >= before || seq >= lastSeq);
  return rows.slice(0, kept < 0 ? rows.length : kept);
}

/**
 * Makes one effect of several under the same key: the last that replaces, else the first. PostgreSQL refuses an INSERT that
 * touches a row twice.
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
