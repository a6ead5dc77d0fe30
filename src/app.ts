/**
 * The composition root: builds GitHub, the model, the store and the loop behind one HTTP server. `headgate serve` runs
 * it against github.com and `headgate run` against a sandbox, without a difference in code.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { Probot } from "probot";
import type { PriceLookup } from "./config/own-prices.ts";
import { readPolicy } from "./config/policy-file.ts";
import {
  confinedScanner,
  githubReaders,
  openRoom,
  plannerReaders,
  readPayloadIn,
  workflowReader,
} from "./confined/index.ts";
import type { Policy } from "./core/policy.ts";
import { connectApp, createGitHub } from "./github/index.ts";
import { newToken, writeAddress } from "./local/address.ts";
import { localDoor } from "./local/door.ts";
import { explainNumber } from "./local/lookup.ts";
import { adoption } from "./loop/adoption.ts";
import { type Driver, drive } from "./loop/driver.ts";
import type { GitHub } from "./loop/github-port.ts";
import { createLoop } from "./loop/loop.ts";
import type { Outside, Retention, Settings } from "./loop/outside.ts";
import type { Planner } from "./loop/planner-port.ts";
import { SharedClock } from "./loop/shared-clock.ts";
import { type Store, StoreUnavailable } from "./loop/store-port.ts";
import type { PlannerReaders } from "./planner/written/readers.ts";
import { createScanner } from "./secrets/scanner.ts";
import { listen } from "./server.ts";
import { readCommand } from "./webhook/command.ts";
import { eventsFrom, repositoryOf } from "./webhook/events.ts";
import { webhookApp } from "./webhook/probot-app.ts";
import { webhookDoor } from "./webhook/receive.ts";
import { RefusedDelivery } from "./webhook/refusals.ts";

export interface AppOptions {
  appId: number;
  privateKey: string;
  webhookSecret: string;
  /** Base URL of GitHub's REST API. */
  apiUrl: string;
  host: string;
  /** 0 picks any free port. */
  port: number;
  store: Store;
  planner(github: GitHub, readers: PlannerReaders): Planner;
  settings: Settings;
  /** The policy for settings that a repository does not set. */
  defaults: Policy;
  prices: PriceLookup;
  log: Logger;
  /** Left out: everything is kept. */
  retention?: Retention;
  /** Returns milliseconds since 1970. Default: counted from the start of the process. */
  now?(): number;
  /** Each merge waits for it. Rejects with `Unavailable` where none may happen now. */
  beforeMerge?(): Promise<void>;
  /** The folder in which `headgate explain` finds this server and its token. Left out: it reads the database itself. */
  localFolder?: string;
  /** Called after every step of an aggregate, such as to show progress. */
  decided?(aggregate: string): void;
}

export interface App {
  /** The address it listens on, such as `http://127.0.0.1:3000`. Webhooks go to `${url}/api/github/webhooks`. */
  url: string;
  github: GitHub;
  driver: Driver;
  /** Resolves when a newer version of Headgate has taken over the store, so that this process should end. */
  outdated: Promise<void>;
  /** Stops taking webhooks, finishes the effects in progress and closes the server. The caller closes the store. */
  stop(): Promise<void>;
}

export async function startApp(options: AppOptions): Promise<App> {
  const { store, log } = options;
  const room = openRoom();
  const clock = new SharedClock(options.now ?? steadyNow);
  clock.follow(await store.time());
  const connection = await connectApp({
    appId: options.appId,
    privateKey: options.privateKey,
    baseUrl: options.apiUrl,
    log: { debug: (message) => log.debug(message), warn: (message) => log.warn(message) },
  });
  const readWorkflow = workflowReader(room);
  const github = mergingAfter(createGitHub(connection, readWorkflow, githubReaders(room)), options.beforeMerge);
  const former = adoption({ store, identify: connection.identify, log, wait: (ms) => sleep(ms) });
  await former.all();
  const outside: Outside = {
    store,
    github,
    planner: options.planner(github, plannerReaders(room)),
    scanner: confinedScanner(room, createScanner()),
    settings: options.settings,
    readPolicy: (text) => readPolicy(text, options.defaults, options.prices),
    readWorkflow,
    priceOf: options.prices,
    readCommand,
    async repositories() {
      const installed = await connection.installedRepositories();
      for (const repo of installed) await former.of(repo);
      return installed;
    },
    now: () => clock.now(),
    follow: (time) => clock.follow(time),
    random: Math.random,
    newId: () => randomUUID(),
    log,
    ...(options.retention && { retention: options.retention }),
  };
  const loop = createLoop(outside, options.decided);

  const identity = { appId: connection.appId, appSlug: connection.appSlug, label: options.settings.label };
  const probot = new Probot({
    appId: options.appId,
    privateKey: options.privateKey,
    secret: options.webhookSecret,
    baseUrl: options.apiUrl,
    // Its log of an error holds the whole payload. The door logs each refusal itself.
    log: log.child({}, { level: "silent" }),
  });
  await probot.load(
    webhookApp(async ({ guid, name, action, payload }) => {
      const at = new Date(clock.now()).toISOString();
      const { facts, hints } = eventsFrom(name, guid, payload, identity);
      const repo = repositoryOf(payload);
      const keep = async () => {
        if (repo !== null) await former.of(repo);
        return await store.receive(
          facts.map((fact) => ({ ...fact, id: randomUUID(), at })),
          hints.map((hint) => ({ ...hint, at })),
        );
      };
      const added = await keep().catch((error: unknown) => {
        // GitHub does not send it again by itself. An outage of a second may pass between two calls of the driver.
        loop.missed();
        throw error instanceof StoreUnavailable ? new RefusedDelivery("store-away", error.message) : error;
      });
      // A hint that no aggregate waits for concerns nobody. Most deliveries of a busy repository are of this kind.
      if (added === 0 && facts.length === 0) return;
      await store.recordDelivery({ guid, event: name, action, at });
    }),
  );
  const door = webhookDoor({
    secret: options.webhookSecret,
    log,
    read: ({ event }, body) => readPayloadIn(room, event, body),
    // The door lets only events through that it knows, all of which Probot knows too.
    hand: ({ event, delivery }, payload) =>
      probot.receive({ id: delivery, name: event, payload } as unknown as Parameters<Probot["receive"]>[0]),
  });
  const token = newToken();
  const local = localDoor({ token, explain: (query) => explainNumber(store, query), log });
  const server = await listen({
    host: options.host,
    port: options.port,
    door,
    probe: () => store.routed("readyz"),
    ...(options.localFolder !== undefined && { local }),
  });
  const withdraw =
    options.localFolder === undefined ? () => {} : writeAddress(options.localFolder, { url: server.url, token });
  // Starts only once the server listens. Otherwise Headgate would miss changes right after the first sweep.
  const outdated = Promise.withResolvers<void>();
  const driver = drive(loop, log, outdated.resolve);
  store.listen(driver.wake);
  log.info({ url: server.url }, "Headgate listens");
  return {
    url: server.url,
    github,
    driver,
    outdated: outdated.promise,
    async stop() {
      withdraw();
      // Closes the server first. Otherwise the driver could drain before the last webhook has reached the store.
      await server.close();
      door.close();
      await driver.stop();
      room.close();
    },
  };
}

function mergingAfter(github: GitHub, beforeMerge: AppOptions["beforeMerge"]): GitHub {
  if (beforeMerge === undefined) return github;
  const mergePull: GitHub["mergePull"] = async (...given) => {
    await beforeMerge();
    return github.mergePull(...given);
  };
  return Object.assign(Object.create(github), { mergePull });
}

/** Counts on evenly where the machine's clock is set. */
function steadyNow(): number {
  return performance.timeOrigin + performance.now();
}
