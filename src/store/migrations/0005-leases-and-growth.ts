import { type Kysely, sql } from "kysely";
import type { Tables } from "../sql/tables.ts";

/**
 * Counts claims that came to no end, tells urgent effects and ended features apart, and gives claims and the next due time indexes that hold neither
 * ended rows nor what they do not look for. Makes room for what stays of pruned aggregates. Processes of the version before may still use the tables: what they write has defaults.
 */
export async function up(db: Kysely<Tables>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // In a row: an end, or a try that failed, begins anew. Each was a process that died, or that lost its lease.
  "alter table outbox add unended integer not null default 0",
  "alter table outbox add urgent boolean not null default false",
  `update outbox set urgent = true where ended is null
    and split_part(key, ':', 1) in ('pull.merge', 'attempt.dispatch', 'attempt.cancel', 'change.write', 'change.promote')`,
  // Claims look for what was asked for by now.
  "update outbox set run_at = asked_at where ended is null and run_at < asked_at",
  "create index outbox_due on outbox (asked_at, position) where ended is null",
  "create index outbox_urgent on outbox (asked_at, position) where ended is null and urgent",
  "create index outbox_delayed on outbox (run_at) where ended is null and run_at > asked_at",
  "create index outbox_leased on outbox (ordering) where ended is null and leased_until is not null",

  // Sweeps wake what has not ended. An aggregate without a state is a command on an issue that is no feature.
  "alter table snapshot add ended_at timestamptz",
  `update snapshot set ended_at = now()
    where state::text = 'null' or state->>'stage' in ('completed', 'cancelled', 'failed')`,
  "create index snapshot_live on snapshot (aggregate) where ended_at is null",

  // Up to which seq the history was pruned. The rest of an ended aggregate went with its last row.
  "alter table snapshot add pruned integer not null default 0",
  "create index snapshot_ended on snapshot (aggregate, ended_at) where ended_at is not null and pruned < seq",
  `create table summary (
    aggregate text collate "C" not null,
    part text collate "C" not null,
    summary json not null,
    primary key (aggregate, part)
  )`,
  "create index delivery_at on delivery (at)",
];
