/**
 * The composition root: builds GitHub, the model, the store and the loop behind one HTTP server. `headgate serve` runs
 * it against github.com and `headgate run` against a sandbox, without a difference in code.
 */
import { randomUUID } from "node:crypto";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import type { Logger } from "pino";
import { createNodeMiddleware, Probot } from "probot";
import type { PriceLookup } from "./config/own-prices.ts";
import { readPolicy } from "./config/policy-file.ts";
import { readWorkflow } from "./config/workflow-file.ts";
import type { Policy } from "./core/policy.ts";
import { connectApp, createGitHub } from "./github/index.ts";
import { type Driver, drive } from "./loop/driver.ts";
import type { GitHub } from "./loop/github-port.ts";
import { createLoop } from "./loop/loop.ts";
import type { Outside, Settings } from "./loop/outside.ts";
import type { Planner } from "./loop/planner-port.ts";
import type { Store } from "./loop/store-port.ts";
import { createScanner } from "./secrets/scanner.ts";
import { readCommand } from "./webhook/command.ts";
import { eventsFrom } from "./webhook/events.ts";
import { webhookApp } from "./webhook/receive.ts";

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
  planner(github: GitHub): Planner;
  settings: Settings;
  /** The policy for settings that a repository does not set. */
  defaults: Policy;
  prices: PriceLookup;
  log: Logger;
  /** Returns milliseconds since 1970. Default: the machine's clock. */
  now?(): number;
  /** Each merge waits for it. Rejects with `Unavailable` where none may happen now. */
  beforeMerge?(): Promise<void>;
  /** Called after every step of an aggregate, such as to show progress. */
  decided?(aggregate: string): void;
}

export interface App {
  /** The address it listens on, such as `http://127.0.0.1:3000`. Webhooks go to `${url}/api/github/webhooks`. */
  url: string;
  github: GitHub;
  driver: Driver;
  /** Stops taking webhooks, finishes the effects in progress and closes the server. The caller closes the store. */
  stop(): Promise<void>;
}

export async function startApp(options: AppOptions): Promise<App> {
  const { store, log } = options;
  const clock = { now: options.now ?? Date.now };
  const connection = await connectApp({
    appId: options.appId,
    privateKey: options.privateKey,
    baseUrl: options.apiUrl,
    log: { debug: (message) => log.debug(message), warn: (message) => log.warn(message) },
  });
  const github = mergingAfter(createGitHub(connection, readWorkflow), options.beforeMerge);
  const outside: Outside = {
    store,
    github,
    planner: options.planner(github),
    scanner: createScanner(),
    settings: options.settings,
    readPolicy: (text) => readPolicy(text, options.defaults, options.prices),
    readWorkflow,
    priceOf: options.prices,
    readCommand,
    repositories: () => connection.installedRepositories(),
    now: clock.now,
    newId: () => randomUUID(),
    log,
  };
  const loop = createLoop(outside, options.decided);
  let driver: Driver | null = null;

  const receive = webhookApp({
    async receive({ guid, name, action, payload }) {
      const at = new Date(clock.now()).toISOString();
      const identity = { appId: connection.appId, appSlug: connection.appSlug, label: options.settings.label };
      const { facts, hints } = eventsFrom(name, guid, payload, identity);
      await store.receive(
        facts.map((fact) => ({ ...fact, id: randomUUID(), at })),
        hints.map((hint) => ({ ...hint, at })),
      );
      await store.recordDelivery({ guid, event: name, action, at });
      driver?.wake();
    },
  });
  const { server, url } = await listen(options, receive);
  // Starts only once the server listens. Otherwise Headgate would miss changes right after the first sweep.
  driver = drive(loop, clock, log);
  log.info({ url }, "Headgate listens");
  return {
    url,
    github,
    driver,
    async stop() {
      // Closes the server first. Otherwise the driver could drain before the last webhook has reached the store.
      await close(server);
      await driver.stop();
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

/** Storing a webhook takes milliseconds. A connection that is silent for this long sends none. */
const CLOSING_MS = 2_000;

/**
 * Closes the server and its silent connections. Node counts a connection without a request as busy and would wait for
 * it for ever.
 */
async function close(server: Server): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(late);
}

async function listen(
  options: AppOptions,
  receive: ReturnType<typeof webhookApp>,
): Promise<{ server: Server; url: string }> {
  const { store, log } = options;
  const probot = new Probot({
    appId: options.appId,
    privateKey: options.privateKey,
    secret: options.webhookSecret,
    baseUrl: options.apiUrl,
    log,
  });
  const github = await createNodeMiddleware(receive, { probot });
  const web = new Hono();
  web.get("/healthz", (context) => context.text("ok"));
  web.get("/readyz", async (context) => {
    try {
      await store.waiting(1);
      return context.text("ready");
    } catch {
      return context.text("the store does not answer", 503);
    }
  });
  const page = getRequestListener(web.fetch, { overrideGlobalObjects: false });
  // Probot's middleware does not answer unknown paths, so those go to the page.
  const server = createServer((request, response) => {
    void github(request, response, () => void page(request, response));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.host === "0.0.0.0" || options.host === "::" ? "127.0.0.1" : options.host;
  return { server, url: `http://${host}:${port}` };
}
