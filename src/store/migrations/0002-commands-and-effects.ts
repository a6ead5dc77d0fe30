import { type Kysely, sql } from "kysely";
import { z } from "zod";
import type { Tables } from "../sql/tables.ts";
import { json } from "../sql/tables.ts";

/**
 * Gives the core's effects and people's slash commands their new names, and turns version 1's stored sentences into
 * values. Rewrites the open events, effects and timers, so that no work in progress is lost. Ended rows and the history
 * keep the old names: nothing decides on them again.
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
      return { ...rest, type: "command.given", command: commandOf(order as Json) };
    }
    case "issue.observed": {
      const { orders, ...observation } = event.observation as Json & { orders: (Json & { order: Json })[] };
      const commands = orders.map(({ order, ...given }) => ({ ...given, command: commandOf(order) }));
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
    case "entry.submitted": {
      const entry = event.entry as Json;
      return { ...event, entry: { ...entry, title: titleOf(entry) } };
    }
    case "failure.read":
      return { ...event, details: detailsOf(event.details as DetailOf1[]) };
    case "attempt.observed":
      return {
        ...event,
        outcome: event.outcome === null ? null : outcomeOf(event.outcome as Json & { findings: Json[] }),
        problem: event.problem === null ? null : sentence(event.problem),
      };
    case "feature.observed": {
      const { policy, problems, warnings = [], ...rest } = event as Json & { problems: string[]; warnings?: string[] };
      return {
        ...{ ...rest, policy: policy === null ? null : policyOf(policy as Json) },
        ...{ problems: problems.map(sentence), warnings: warnings.map(sentence) },
      };
    }
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
    case "change.promote":
    case "pull.open":
    case "revert.write":
      return { ...effect, title: titleOf(effect) };
    case "notice.post":
      return { ...effect, notice: noticeOf(effect.notice as Json) };
    default:
      return effect;
  }
}

/** Names what a task that Headgate added is for. */
function titleOf({ task, title }: Json): unknown {
  const undone = /^undo-\d+$/.test(String(task)) ? /^Take back ([a-z0-9-]+)$/.exec(String(title))?.[1] : undefined;
  if (undone !== undefined) return { kind: "undo", task: undone };
  return task === "land" ? { kind: "whole-feature", issueTitle: title } : title;
}

function noticeOf(notice: Json): Json {
  const about = String(notice.about).replace(/-order$/, "-command");
  const { reason, problems, errors, ...rest } = notice as Json & { problems: string[]; errors: string[] };
  switch (about) {
    case "refused-command":
      return { ...rest, about, refusal: sentence(reason) };
    case "malformed-command":
      return { ...rest, about, fault: sentence(reason) };
    case "not-ready":
      return { ...rest, about, problems: problems.map(sentence) };
    case "plan-errors":
      return { ...rest, about, problems: errors.map((text) => ({ kind: "not-planned", cause: sentence(text) })) };
    default:
      return { ...rest, about };
  }
}

function sentence(text: unknown): Json {
  return { kind: "unknown", text };
}

function commandOf(order: Json): Json {
  if (order.verb !== "malformed") return order;
  const { reason, ...rest } = order;
  return { ...rest, fault: sentence(reason) };
}

/** Maps the sentences of version 1 to the findings in an agent's files. */
const findingsOf1: Record<string, string> = {
  "contains a private key": "private-key",
  "contains a GitHub token": "github-token",
  "contains an Anthropic API key": "anthropic-key",
  "contains an AWS access key": "aws-key",
  "contains a Slack token": "slack-token",
  "still has conflict markers": "conflict-markers",
  "is a symbolic link that leads outside the repository": "link-outside",
  "is listed, but its content is missing": "content-missing",
  "is not what its checksum says": "checksum-differs",
};

function outcomeOf({ findings, ...outcome }: Json & { findings: Json[] }): Json {
  return {
    ...outcome,
    findings: findings.map(({ path, finding }) => ({ path, finding: findingsOf1[String(finding)] })),
  };
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
  return { ...rest, cause: sentence(cause), details: detailsOf(details) };
}

function detailsOf(details: DetailOf1[]): Json[] {
  return details.map(({ title, text }) => ({ of: { kind: "unknown", title }, text }));
}

function policyOf({ isolation, ...policy }: Json): Json {
  return { ...policy, overlap: isolation };
}

/**
 * Converts a brief of version 1, whose history is sentences. The first entry becomes the failure's cause, the rest
 * become its details.
 */
function briefOf({ history, ...brief }: Json & { history: DetailOf1[] }): Json {
  const [first, ...details] = history;
  const facts = { ...brief, acceptance: [], checks: [] };
  if (first === undefined) return { ...facts, failure: null };
  const failure = { class: first.title.replace(/^The last attempt ended as /, ""), cause: first.text, details };
  return { ...facts, failure: failureOf(failure) };
}
