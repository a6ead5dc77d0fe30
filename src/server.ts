/**
 * The HTTP server: GitHub's webhooks, two pages by which an operator's tools see whether the server works, and the questions of
 * `headgate explain`.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { EXPLAIN_PATH } from "./local/door.ts";
import { WEBHOOK_PATH, type WebhookDoor } from "./webhook/receive.ts";

export interface ServerOptions {
  host: string;
  /** 0 picks any free port. */
  port: number;
  door: WebhookDoor;
  /** Rejects where the store does not answer. */
  probe(): Promise<unknown>;
  /** Answers questions of commands on this machine. Left out: they are not answered. */
  local?(request: Request): Promise<Response>;
}

/** Storing a webhook takes milliseconds. A connection that is silent for this long sends none. */
const CLOSING_MS = 2_000;
/** How long an answer of the store stands, so that a flood of requests for `/readyz` is one query a second. */
const READY_MS = 1_000;
const PROBE_MS = 5_000;
/** Ends senders that never finish their headers, or their body (`BODY_LIMITS` ends it before). */
const [HEADERS_MS, REQUEST_MS, CHECK_MS] = [5_000, 15_000, 1_000];
const MAX_CONNECTIONS = 2_000;

export interface WebServer {
  /** The address it listens on, such as `http://127.0.0.1:3000`. */
  url: string;
  close(): Promise<void>;
}

export async function listen(options: ServerOptions): Promise<WebServer> {
  const isReady = probed(options.probe);
  const web = new Hono();
  web.get("/healthz", (context) => context.text("ok"));
  web.get("/readyz", async (context) =>
    (await isReady()) ? context.text("ready") : context.text("the store does not answer", 503),
  );
  const { local } = options;
  if (local !== undefined) web.get(EXPLAIN_PATH, (context) => local(context.req.raw));
  const page = getRequestListener(web.fetch, { overrideGlobalObjects: false });
  const server = createServer(
    { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: CHECK_MS },
    (request, response) => {
      const isDelivery = request.method === "POST" && request.url?.split("?", 1)[0] === WEBHOOK_PATH;
      void (isDelivery ? options.door.answer(request, response) : page(request, response));
    },
  );
  server.maxConnections = MAX_CONNECTIONS;

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${reachable(options.host)}:${port}`, close: () => close(server) };
}

/** Returns the host as a URL writes it. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

/** Asks the store at most once a second, whatever the number of requests. */
function probed(probe: () => Promise<unknown>): () => Promise<boolean> {
  let known: { until: number; answer: Promise<boolean> } | null = null;
  return () => {
    if (known !== null && performance.now() < known.until) return known.answer;
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PROBE_MS).unref());
    const asked = probe().then(
      () => true,
      () => false,
    );
    const answer = Promise.race([asked, late]);
    const asking = { until: Number.POSITIVE_INFINITY, answer };
    known = asking;
    void answer.then(() => {
      asking.until = performance.now() + READY_MS;
    });
    return answer;
  };
}

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
