import { type Kysely, sql } from "kysely";
import { z } from "zod";
import { json, type Tables } from "../sql/tables.ts";

/**
 * Completes what is open when a version arrives that knows who made each check, which changes need a person, and which rule found a
 * secret. Checks of an older version count no more, since nothing shows who made them: an open observation becomes a hint to read the
 * pull again. Without its checks it would look as if none had been reported.
 */
export async function up(db: Kysely<Tables>): Promise<void> {
  const events = await sql`select position::text, aggregate, event::text as content from inbox where open`.execute(db);
  for (const { position, content } of rowsOf(events)) {
    const event = completedEvent(withRules(JSON.parse(content)) as Json);
    await sql`update inbox set event = ${json(event)} where position = ${position}::bigint`.execute(db);
  }
  const effects = await sql`select position::text, aggregate, effect::text as content from outbox
    where ended is null`.execute(db);
  const lanes = await readLanes(db);
  for (const { position, aggregate, content } of rowsOf(effects)) {
    const effect = completedEffect(withRules(JSON.parse(content)) as Json, lanes.get(aggregate));
    await sql`update outbox set effect = ${json(effect)} where position = ${position}::bigint`.execute(db);
  }
}

type Json = Record<string, unknown>;
const Row = z.object({ position: z.string(), aggregate: z.string(), content: z.string() });
const rowsOf = ({ rows }: { rows: unknown[] }) => z.array(Row).parse(rows);

/** The part of a stored lane that says what is required of its pulls. Every schema has it. */
const Lane = z.object({
  branch: z.string(),
  entries: z.array(z.object({ pull: z.number(), checks: z.array(z.unknown()) })),
});
type Lane = z.infer<typeof Lane>;

async function readLanes(db: Kysely<Tables>): Promise<Map<string, Lane>> {
  const Stored = z.object({ aggregate: z.string(), content: z.string() });
  const { rows } = await sql`select aggregate, state::text as content from snapshot
    where aggregate in (select aggregate from outbox where ended is null and key like 'pull.observe:%')`.execute(db);
  return new Map(
    z
      .array(Stored)
      .parse(rows)
      .flatMap(({ aggregate, content }) => {
        const lane = Lane.safeParse(JSON.parse(content));
        return lane.success ? [[aggregate, lane.data] as const] : [];
      }),
  );
}

const Observed = z.looseObject({ pull: z.number(), snapshot: z.looseObject({ state: z.string() }) });

function completedEvent(event: Json): Json {
  if (event.type !== "pull.observed") return event;
  const { pull, snapshot } = Observed.parse(event);
  if (snapshot.state === "open") return { type: "hinted", topic: { kind: "pull", pull } };
  const unasked = { checks: [], producers: [], sameWorkflows: true, guarded: [], baseChecks: null };
  return { ...event, snapshot: { ...snapshot, ...unasked } };
}

/** A pull that its lane no longer has is observed with nothing required, and the answer is ignored. */
function completedEffect(effect: Json, lane: Lane | undefined): Json {
  switch (effect.type) {
    case "pull.observe": {
      const checks = lane?.entries.find(({ pull }) => pull === effect.pull)?.checks ?? [];
      return { ...effect, branch: lane?.branch ?? "", checks, neutral: "pass" };
    }
    case "failure.read":
    case "checks.rerun":
      return { ...effect, checks: [] };
    default:
      return effect;
  }
}

/** Names the rule that would find the secrets of the five kinds that older versions knew. */
function withRules(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withRules);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withRules(one)]));
  const rule = fields.kind === "content" ? rules.get(fields.finding) : undefined;
  return rule === undefined ? fields : { kind: "secret", path: fields.path, rule, line: null, fingerprint: null };
}

const rules = new Map<unknown, string>([
  ["private-key", "privatekey"],
  ["github-token", "github"],
  ["anthropic-key", "anthropic"],
  ["aws-key", "aws"],
  ["slack-token", "slack"],
]);
