/** Says what the features wait for that did not end in time, so that a run that missed its target tells why. */
import pg from "pg";
import { z } from "zod";

const LINES = 20;

const Row = z.object({ aggregate: z.string(), what: z.string(), due: z.number().nullable() });

/** Returns a line for each open event, effect and timer of these repositories, with the seconds until it is due or its lease ends. */
export async function whatWaits(databaseUrl: string, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select aggregate, what, due from (
        select aggregate, key || coalesce(': ' || (error #>> '{}'), '') as what,
          extract(epoch from greatest(run_at, leased_until) - now())::float8 as due from outbox where ended is null
        union all
        select aggregate, 'event ' || key, null from inbox where open
      ) as waits where split_part(split_part(split_part(aggregate, '/', 2), '#', 1), ':', 1) = any($1)
      order by due limit $2`,
      [names, LINES],
    );
    return rows.map((row) => {
      const { aggregate, what, due } = Row.parse(row);
      return `${aggregate} waits: ${what}${due === null ? "" : due < 0 ? `, due for ${-due.toFixed(0)} s` : `, in ${due.toFixed(0)} s`}`;
    });
  } finally {
    await client.end();
  }
}
