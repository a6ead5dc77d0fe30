/**
 * Serves the Messages API over HTTP from a script, for machines without a key. Clients run their real SDK against it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf, sendError, sendEvents, sendJson } from "./reply.ts";
import { Script, type ScriptInput } from "./script.ts";
import { promptCache } from "./tokens.ts";
import { findTurn, MessagesRequest } from "./turn.ts";

const MAX_BODY_BYTES = 32 * 1024 * 1024;

export interface ModelRequest {
  /** The turn that answered it, such as `parser build 1 turn 3`; null if the script has none. */
  turn: string | null;
  /** The answer's HTTP status. */
  status: number;
  body: MessagesRequest;
}

export interface ScriptedModel {
  /** Base URL for `ANTHROPIC_BASE_URL`. Any non-empty API key is accepted. */
  url: string;
  /** Returns every well-formed Messages request so far, in order of arrival. */
  requests(): readonly ModelRequest[];
  /** Stops listening and drops open connections. */
  close(): Promise<void>;
}

/** Listens on loopback. Without `port`, or with 0, takes any free one. Throws if the script is malformed. */
export async function startScriptedModel(options: { script: ScriptInput; port?: number }): Promise<ScriptedModel> {
  const script = Script.parse(options.script);
  const cache = promptCache();
  const requests: ModelRequest[] = [];
  const errorsSent = new Map<string, number>();
  const closing = new AbortController();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const counting = path === "/v1/messages/count_tokens";
    if (request.method !== "POST" || (path !== "/v1/messages" && !counting)) {
      return sendError(response, 404, `${request.method} ${path} is not part of this model`);
    }
    if (!request.headers["x-api-key"] && !request.headers.authorization) {
      return sendError(response, 401, "x-api-key header is required");
    }
    const body = await readBody(request);
    if (body === null) return sendError(response, 413, "the request is too large");
    const parsed = MessagesRequest.safeParse(parseJson(body));
    if (!parsed.success) return sendError(response, 400, parsed.error.issues[0]?.message ?? "malformed request");
    if (counting) return sendTokenCount(response, parsed.data);
    await answerMessage(parsed.data, response);
  }

  function sendTokenCount(response: ServerResponse, body: MessagesRequest): void {
    const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens } = promptCache().count(body);
    const total = input_tokens + cache_creation_input_tokens + cache_read_input_tokens;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ input_tokens: total }));
  }

  async function answerMessage(body: MessagesRequest, response: ServerResponse): Promise<void> {
    const found = findTurn(script, body);
    if (!found.ok) {
      requests.push({ turn: null, status: 400, body });
      return sendError(response, 400, `scripted model: ${found.message}`);
    }
    const { name, step } = found.turn;
    const trouble = step.trouble;
    const failed = errorsSent.get(name) ?? 0;
    if (trouble?.kind === "error" && failed < trouble.times) {
      errorsSent.set(name, failed + 1);
      requests.push({ turn: name, status: trouble.status, body });
      return sendError(response, trouble.status, "by the script", trouble.retryAfterMs);
    }
    requests.push({ turn: name, status: 200, body });
    const message = messageOf(step, body.model, cache.count(body), requests.length);
    const hungUp = new AbortController();
    response.once("close", () => hungUp.abort());
    await delay(step.thinkMs ?? script.thinkMs, undefined, {
      signal: AbortSignal.any([hungUp.signal, closing.signal]),
    });
    const send = body.stream === true ? sendEvents : sendJson;
    send(response, message, trouble?.kind === "broken");
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // The client hung up, or the server closes: nobody waits for the answer.
      if (error instanceof Error && error.name === "AbortError") return response.destroy();
      return response.headersSent ? response.destroy() : sendError(response, 500, String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });

  async function close(): Promise<void> {
    closing.abort();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests, close };
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString("utf8") : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
