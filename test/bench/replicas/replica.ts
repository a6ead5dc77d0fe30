/** Run as a process of its own: the loop over PostgreSQL, as `headgate serve` runs it, with another GitHub and no model. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { deserialize } from "node:v8";
import { SERVED_PACE } from "../../../src/config/pace.ts";
import { listPriceOf } from "../../../src/config/prices.ts";
import { readWorkflow } from "../../../src/config/workflow-file.ts";
import type { Repo } from "../../../src/core/github.ts";
import { drive } from "../../../src/loop/driver.ts";
import { createLoop } from "../../../src/loop/loop.ts";
import { SharedClock } from "../../../src/loop/shared-clock.ts";
import { openStore } from "../../../src/store/open.ts";
import { readCommand } from "../../../src/webhook/command.ts";
import { eventsFrom } from "../../../src/webhook/events.ts";
import { APP_ID, APP_SLUG } from "../../simulation/github/model.ts";
import { pathOf } from "../../simulation/world/contents.ts";
import { readConfig } from "../../simulation/world/repository.ts";
import { askAt, remotePort } from "./remote.ts";
import { FEATURE, LABEL } from "./world.ts";

const [databaseUrl = "", githubPort = "", places = ""] = process.argv.slice(2);
const ask = askAt(Number(githubPort));
const store = await openStore({ databaseUrl });
await store.migrate();
const clock = new SharedClock(Date.now);
clock.follow(await store.time());
const said = (level: string) => (fields: object, message: string) =>
  console.error(new Date().toISOString(), process.pid, level, message, JSON.stringify(fields));
const log = { debug: () => {}, info: said("info"), warn: said("warn"), error: said("error") };
const usage = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 0.01 };

const loop = createLoop(
  {
    store,
    github: remotePort(ask),
    planner: {
      plan: async ({ issue, model }) => {
        const tasks = FEATURE.tasks.map(({ id, dependsOn, size, role }) => {
          return { id, title: `Do ${id}`, dependsOn, files: [pathOf(issue.number, id)], size, role };
        });
        return { plan: { land: FEATURE.land, onFailure: FEATURE.onFailure, tasks }, source: "model", model, usage };
      },
    },
    scanner: { scanFile: async () => ({ secrets: [], isComplete: true }), redact: async (text) => text },
    settings: { label: LABEL, baseBranch: null, ...SERVED_PACE },
    readPolicy: readConfig,
    readWorkflow,
    priceOf: listPriceOf,
    readCommand,
    repositories: async () => (await ask({ kind: "repositories" })) as Repo[],
    now: () => clock.now(),
    follow: (time) => clock.follow(time),
    random: Math.random,
    newId: () => randomUUID(),
    log,
  },
  () => {},
  { all: Number(places), kept: Math.floor(Number(places) / 4) },
);

const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const { name, payload } = deserialize(Buffer.concat(parts));
  const { facts, hints } = eventsFrom(name, randomUUID(), payload, { appId: APP_ID, appSlug: APP_SLUG, label: LABEL });
  const at = new Date(clock.now()).toISOString();
  const events = facts.map((fact) => ({ ...fact, id: randomUUID(), at }));
  const topics = hints.map((hint) => ({ ...hint, at }));
  // Where the database is away the webhook is lost: GitHub does not send it again by itself.
  await store.receive(events, topics).catch(() => loop.missed());
  response.end();
});
server.listen(0, "127.0.0.1", () => {
  const driver = drive(loop, log);
  store.listen(driver.wake);
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
