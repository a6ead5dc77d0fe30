/**
 * The composition root: GitHub, the model, the store and the loop put together behind one HTTP server. `headgate serve`
 * runs it against github.com, `headgate run` against a sandbox; it cannot tell the difference.
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
  /** 0: any free port. */
  port: number;
  store: Store;
  planner(github: GitHub): Planner;
  settings: Settings;
  /** What a repository gets that says nothing else. */
  defaults: Policy;
  prices: PriceLookup;
  log: Logger;
  /** Milliseconds since 1970; the machine's own clock if not given. */
  now?(): number;
  /** Told after every step of an aggregate; for whoever shows progress. */
  decided?(aggregate: string): void;
}

export interface App {
  /** Where it listens, such as `http://127.0.0.1:3000`. Webhooks go to `${url}/api/github/webhooks`. */
  url: string;
  github: GitHub;
  driver: Driver;
  /** Stop taking webhooks, finish the effects under way, close. The store stays open: whoever opened it closes it. */
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
  const github = createGitHub(connection);
  const outside: Outside = {
    store,
    github,
    planner: options.planner(github),
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
  // Only now: what changes after the first sweep has looked, a webhook tells.
  driver = drive(loop, clock, log);
  log.info({ url }, "Headgate listens");
  return {
    url,
    github,
    driver,
    async stop() {
      // Webhooks under way are answered first: what they told is in the store when the driver drains.
      await close(server);
      await driver.stop();
    },
  };
}

/** A webhook is taken in milliseconds: who still says nothing after this long was never going to. */
const CLOSING_MS = 2_000;

/** Node counts a connection that has not sent a request yet as busy, and would wait for it for ever. */
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
  // Probot's middleware never answers a path it does not know: what it leaves goes to the page.
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
