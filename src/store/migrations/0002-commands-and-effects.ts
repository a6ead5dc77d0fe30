import { type Kysely, sql } from "kysely";
import { z } from "zod";
import type { Tables } from "../sql/tables.ts";
import { json } from "../sql/tables.ts";

/**
 * Renames what the core wants done to effects and what people write to commands, and turns the sentences of failures and
 * standings into values. Rewrites the events, effects and timers that are still open, so that nothing under way is lost.
 * Ended rows and the history keep the old words; nothing decides on them again.
 */
export async function up(db: Kysely<Tables>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  const events = await sql<Row>`select position::text, event::text as content from inbox where open`.execute(db);
  for (const { position, content } of read(events.rows)) {
    const event = json(eventOf(JSON.parse(content)));
    await sql`update inbox set event = ${event} where position = ${position}::bigint`.execute(db);
  }
  const effects =
    await sql<Row>`select position::text, effect::text as content from outbox where ended is null`.execute(db);
  for (const { position, content } of read(effects.rows)) {
    const effect = json(effectOf(JSON.parse(content)));
    await sql`update outbox set effect = ${effect} where position = ${position}::bigint`.execute(db);
  }
}

const Row = z.object({ position: z.string(), content: z.string() });
type Row = z.infer<typeof Row>;
type Json = Record<string, unknown>;

function read(rows: unknown[]): Row[] {
  return z.array(Row).parse(rows);
}

const statements = [
  "alter table outbox rename column command to effect",
  "alter table history rename column commands to effects",
  `update outbox set key = replace(key, 'notice.post:unauthorised-order:', 'notice.post:unauthorised-command:')
    where key like 'notice.post:unauthorised-order:%'`,
  `update outbox set key = replace(key, 'timer:look:', 'timer:refresh:'),
      ordering = replace(ordering, 'timer:look:', 'timer:refresh:')
    where key like 'timer:look:%'`,
];

function eventOf(event: Json): Json {
  switch (event.type) {
    case "order.given": {
      const { order, ...rest } = event;
      return { ...rest, type: "command.given", command: order };
    }
    case "issue.observed": {
      const { orders, ...observation } = event.observation as Json & { orders: (Json & { order: unknown })[] };
      const commands = orders.map(({ order, ...given }) => ({ ...given, command: order }));
      return { ...event, observation: { ...observation, commands } };
    }
    case "effect.failed": {
      const { command, ...rest } = event;
      return { ...rest, effect: command, failure: failureOf(event.failure as FailureOf1) };
    }
    case "entry.ejected":
    case "plan.failed":
    case "change.refused":
      return { ...event, failure: failureOf(event.failure as FailureOf1) };
    case "entry.explained": {
      const { explanation, actor, ...rest } = event;
      return { ...rest, standing: { kind: "unknown", text: explanation, actor } };
    }
    case "failure.read":
      return { ...event, details: detailsOf(event.details as DetailOf1[]) };
    case "attempt.observed":
      return { ...event, problem: event.problem === null ? null : { kind: "unknown", text: event.problem } };
    case "feature.observed":
      return { ...event, policy: event.policy === null ? null : policyOf(event.policy as Json) };
    case "timer.due":
      return { ...event, timer: String(event.timer).replace(/^look:/, "refresh:") };
    default:
      return event;
  }
}

function effectOf(effect: Json): Json {
  switch (effect.type) {
    case "timer.set":
      return { ...effect, timer: String(effect.timer).replace(/^look:/, "refresh:") };
    case "plan.make":
      return { ...effect, policy: policyOf(effect.policy as Json) };
    case "attempt.dispatch":
      return { ...effect, brief: briefOf(effect.brief as Json & { history: DetailOf1[] }) };
    case "notice.post":
      return { ...effect, notice: noticeOf(effect.notice as Json) };
    default:
      return effect;
  }
}

function noticeOf(notice: Json): Json {
  const about = String(notice.about).replace(/-order$/, "-command");
  if (about !== "refused-command") return { ...notice, about };
  const { reason, ...rest } = notice;
  return { ...rest, about, refusal: { kind: "unknown", text: reason } };
}

interface DetailOf1 {
  title: string;
  text: string;
}

interface FailureOf1 {
  cause: string;
  details: DetailOf1[];
}

function failureOf({ cause, details, ...rest }: FailureOf1): Json {
  return { ...rest, cause: { kind: "unknown", text: cause }, details: detailsOf(details) };
}

function detailsOf(details: DetailOf1[]): Json[] {
  return details.map(({ title, text }) => ({ of: { kind: "unknown", title }, text }));
}

function policyOf({ isolation, ...policy }: Json): Json {
  return { ...policy, overlap: isolation };
}

/** The brief was put into words before it was stored: what its first entry said is the cause, the rest are details. */
function briefOf({ history, ...brief }: Json & { history: DetailOf1[] }): Json {
  const [first, ...details] = history;
  const facts = { ...brief, acceptance: [], checks: [] };
  if (first === undefined) return { ...facts, failure: null };
  const failure = { class: first.title.replace(/^The last attempt ended as /, ""), cause: first.text, details };
  return { ...facts, failure: failureOf(failure) };
}
