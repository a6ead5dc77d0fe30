import { type Kysely, sql } from "kysely";
import type { Tables } from "../sql/tables.ts";

/**
 * Renames what the core wants done to effects, and what people write to commands. Rewrites the events, effects and timers that
 * were still open, so that nothing under way is lost. Works on the JSON's text: a quote inside a string is escaped, so that
 * `"order":` is always a key. Ended rows keep the old words; nothing reads them again.
 */
export async function up(db: Kysely<Tables>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  "alter table outbox rename column command to effect",
  "alter table history rename column commands to effects",

  `update inbox set event = replace(replace(event::text, '"order.given"', '"command.given"'), '"order":', '"command":')::json
    where open and event->>'type' = 'order.given'`,
  `update inbox set event = replace(replace(event::text, '"orders":', '"commands":'), '"order":', '"command":')::json
    where open and event->>'type' = 'issue.observed'`,
  `update inbox set event = replace(event::text, '"command":', '"effect":')::json
    where open and event->>'type' = 'effect.failed'`,
  `update inbox set event = replace(event::text, '"timer":"look:', '"timer":"refresh:')::json
    where open and event->>'type' = 'timer.due'`,
  `update inbox set event = replace(event::text, '"isolation":', '"overlap":')::json
    where open and event->>'type' = 'feature.observed'`,

  `update outbox set effect = replace(effect::text, '"isolation":', '"overlap":')::json
    where ended is null and effect->>'type' = 'plan.make'`,
  `update outbox set effect = replace(effect::text, '-order"', '-command"')::json
    where ended is null and effect->>'type' = 'notice.post'`,
  `update outbox set key = replace(key, 'notice.post:unauthorised-order:', 'notice.post:unauthorised-command:')
    where key like 'notice.post:unauthorised-order:%'`,
  `update outbox set effect = replace(effect::text, '"timer":"look:', '"timer":"refresh:')::json
    where ended is null and key like 'timer:look:%'`,
  `update outbox set key = replace(key, 'timer:look:', 'timer:refresh:'), ordering = replace(ordering, 'timer:look:', 'timer:refresh:')
    where key like 'timer:look:%'`,
];
