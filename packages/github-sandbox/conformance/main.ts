/**
 * `npm run conformance`: runs sessions on the sandbox with stock clients and validates every request, answer and
 * webhook against GitHub's published descriptions. Exits with 1 if a route was not exercised or a complaint is not on
 * the allow-list.
 *   --all    every error of every row, not only the first
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startSandbox } from "../src/index.ts";
import { allowed } from "./allowed.ts";
import { description, rest, webhooks } from "./description/fetch.ts";
import { type RestDocument, type WebhooksDocument, withoutNullable } from "./description/openapi.ts";
import type { Route } from "./judge/routes.ts";
import { Validator } from "./judge/validator.ts";
import { judgeRest, judgeWebhooks } from "./judge/verdict.ts";
import { type Events, everyEvent } from "./judge/webhook.ts";
import { type Delivered, startTarget } from "./record/deliveries.ts";
import { type Exchange, recordTraffic } from "./record/traffic.ts";
import { isValid, table, total } from "./report.ts";
import { sessions } from "./session/index.ts";
import { setStage } from "./session/stage.ts";

interface Played {
  routes: Route[];
  exchanges: Exchange[];
  deliveries: Delivered[];
  /** Sessions that failed before their end. */
  broken: string[];
}

async function play(events: Events): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const target = await startTarget();
  const sandbox = await startSandbox({ dataDir: folder, slots: 2 });
  const { exchanges, fetch } = recordTraffic(sandbox.apiUrl);
  const broken: string[] = [];
  try {
    const stage = await setStage({ sandbox, fetch, webhookUrl: target.url, events });
    for (const session of sessions) {
      await session(stage).catch((error: Error) => broken.push(`${session.name}: ${error.stack ?? error.message}`));
    }
    await sandbox.idle();
    return { routes: sandbox.routes(), exchanges, deliveries: target.delivered, broken };
  } finally {
    await sandbox.close();
    await target.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { all: { type: "boolean", default: false } } });
const restDocument = await description<RestDocument>(rest);
const webhooksDocument = await description<WebhooksDocument>(webhooks);
withoutNullable(restDocument);

const played = await play(everyEvent(webhooksDocument));
const answers = judgeRest(restDocument, new Validator(restDocument, "draft-07"), played);
const delivered = judgeWebhooks(webhooksDocument, new Validator(webhooksDocument, "2020-12"), played.deliveries);
const rows = [...answers.rows, ...delivered.rows];

console.log(`${table("route", "requests", answers.rows)}\n\n${table("webhook", "deliveries", delivered.rows)}\n`);
if (values.all) {
  for (const row of rows) for (const complaint of row.complaints) console.log(`${row.name}: ${complaint}`);
}
console.log(total("Routes", answers.rows));
console.log(total("Webhooks", delivered.rows));
const stale = allowed.filter((entry) => !answers.used.has(entry) && !delivered.used.has(entry));
const unproven = [...answers.unproven, ...delivered.unproven];
for (const { where, complaint } of stale) console.log(`Allowed, but never drawn: ${where}: ${complaint}`);
for (const { where, complaint } of unproven)
  console.log(`Allowed, but GitHub's example is valid: ${where}: ${complaint}`);
for (const text of played.broken) console.log(`Session broken off: ${text}`);
console.log(`${allowed.length} on the allow-list`);
if (!rows.every(isValid) || stale.length + unproven.length + played.broken.length > 0) process.exitCode = 1;
