import { type Kysely, sql } from "kysely";
import { z } from "zod";
import { json, type Tables } from "../sql/tables.ts";

/**
 * Turns each open promotion into the request that comes before it now: the change becomes a commit, and the branch moves only
 * when what that commit changes has been judged. What a job's files hold is found then too, so that an open observation keeps only
 * what is wrong with the artifact itself.
 */
export async function up(db: Kysely<Tables>): Promise<void> {
  const open = await sql`select position::text, effect::text as content from outbox
    where ended is null and key like 'change.promote:%'`.execute(db);
  for (const { position, content } of z.array(Row).parse(open.rows)) {
    const { from: _, ...effect } = Effect.parse(JSON.parse(content));
    await sql`update outbox set effect = ${json({ ...effect, type: "change.write" })},
        key = replace(key, 'change.promote:', 'change.write:') where position = ${position}::bigint`.execute(db);
  }
  const observed = await sql`select position::text, event::text as content from inbox
    where open and key like 'attempt.observed:%'`.execute(db);
  for (const { position, content } of z.array(Row).parse(observed.rows)) {
    const event = Observed.parse(JSON.parse(content));
    if (event.outcome === null) continue;
    event.outcome.findings = event.outcome.findings.filter(({ finding }) => OF_ARTIFACT.includes(finding));
    await sql`update inbox set event = ${json(event)} where position = ${position}::bigint`.execute(db);
  }
}

const OF_ARTIFACT = ["content-missing", "checksum-differs"];
const Row = z.object({ position: z.string(), content: z.string() });
const Effect = z.looseObject({ type: z.literal("change.promote"), from: z.unknown() });
const Observed = z.looseObject({
  type: z.literal("attempt.observed"),
  outcome: z.looseObject({ findings: z.array(z.looseObject({ finding: z.string() })) }).nullable(),
});
