/** Describes the tables for Kysely, and the shape of every row that is read. `migrations/` creates the tables and says why. */
import type { Generated, RawBuilder } from "kysely";
import { type ColumnType, sql } from "kysely";
import { z } from "zod";
import { toText } from "../values.ts";

type JsonColumn = ColumnType<unknown, RawBuilder<unknown>, RawBuilder<unknown>>;
type TimeColumn = ColumnType<Date, string, string>;

export interface Tables {
  delivery: { guid: string; event: string; action: string | null; at: TimeColumn };
  inbox: {
    position: Generated<string>;
    aggregate: string;
    key: string;
    id: string;
    event: JsonColumn;
    at: TimeColumn;
    open: Generated<boolean>;
  };
  route: { topic: string; aggregate: string };
  history: {
    aggregate: string;
    seq: number;
    key: string;
    event: JsonColumn;
    at: TimeColumn;
    outcome: JsonColumn;
    effects: JsonColumn;
    defect: Generated<boolean>;
  };
  snapshot: {
    aggregate: string;
    seq: number;
    schema: number;
    state: JsonColumn;
    ended_at: ColumnType<Date | null, RawBuilder<Date> | null, RawBuilder<Date> | null>;
    pruned: Generated<number>;
  };
  summary: { aggregate: string; part: string; summary: JsonColumn };
  outbox: {
    position: Generated<string>;
    aggregate: string;
    key: string;
    ordering: string;
    effect: JsonColumn;
    replaces: boolean;
    urgent: Generated<boolean>;
    asked_at: TimeColumn;
    run_at: TimeColumn;
    attempts: Generated<number>;
    claims: Generated<number>;
    unended: Generated<number>;
    leased_until: ColumnType<Date | null, never, string | null>;
    rearmed: Generated<boolean>;
    ended: ColumnType<"done" | "cancelled" | null, never, "done" | "cancelled" | null>;
    error: ColumnType<unknown, never, RawBuilder<unknown> | null>;
  };
  migration: { version: number; name: string };
  stored_schema: { name: string; version: number };
}

/** Casts a JSON value for a statement. Without the cast pg sends arrays as PostgreSQL arrays and strings without quotes. */
export function json(value: unknown): RawBuilder<unknown> {
  return sql`${toText(value)}::json`;
}

/** Casts a length of time for a raw statement, where PostgreSQL cannot infer the parameter's type. */
export function milliseconds(length: number): RawBuilder<unknown> {
  return sql`${length}::float8 * interval '1 millisecond'`;
}

const Time = z.date().transform((date) => date.toISOString());
const Seq = z.number().int().nonnegative();

export const EventRow = z.object({ id: z.string(), key: z.string(), event: z.unknown(), at: Time });
export const SnapshotRow = z.object({ state: z.unknown(), schema: z.number().int(), seq: Seq });
export const AggregateRow = SnapshotRow.extend({ aggregate: z.string() });
export const StoredHistory = z.object({
  seq: Seq,
  key: z.string(),
  event: z.unknown(),
  at: Time,
  outcome: z.unknown(),
  effects: z.unknown(),
});
export const ClaimedRow = z.object({
  // pg reads a bigint as text, PGlite as a number.
  position: z.coerce.number().int(),
  aggregate: z.string(),
  key: z.string(),
  ordering: z.string(),
  effect: z.unknown(),
  attempts: z.number().int().positive(),
  claims: z.number().int().positive(),
  unended: z.number().int().positive(),
  urgent: z.boolean(),
  run_at: Time,
  asked_at: Time,
  claimed_at: Time,
});
export const PrunableRow = z.object({ aggregate: z.string(), ended: z.boolean() });
/** `over`: it ended before the time that was asked about, and nothing of it is open. */
export const TombstoneRow = SnapshotRow.extend({ pruned: Seq, ended_at: Time.nullable(), over: z.boolean() });
export const EndedEffectRow = z.object({
  key: z.string(),
  effect: z.unknown(),
  run_at: Time,
  attempts: z.number().int(),
});
export const SummaryRow = z.object({ part: z.string(), summary: z.unknown() });
/** Milliseconds from the database's present. */
export const DueRow = z.object({ due: z.number().nullable() });
export const LastSeqRow = z.object({ seq: Seq });
export const TimeRow = z.object({ at: Time });
export const LockRow = z.object({ taken: z.boolean(), outdated: z.boolean() });
