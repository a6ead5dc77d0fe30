/** A provider of models made of nock, and a repository made of a table. */
import nock from "nock";
import { afterEach, beforeEach, expect } from "vitest";
import { defaultPolicy } from "../../src/core/policy.ts";
import type { PlanAnswer, PlanRequest } from "../../src/loop/planner-port.ts";
import { createPlanner, type PlannerSettings } from "../../src/planner/planner.ts";

export const PROVIDER = "http://model.test";

export const TASKS = [
  { id: "parser", title: "Parse", description: "Do it.", dependsOn: [], files: ["src/**"], size: "S", role: "build" },
  { id: "cli", title: "Offer", description: "", dependsOn: ["parser"], files: [], size: "M", role: "build" },
];
export const GOOD = JSON.stringify({ tasks: TASKS });
export const CIRCULAR = JSON.stringify({
  tasks: TASKS.map((task) => (task.id === "parser" ? { ...task, dependsOn: ["cli"] } : task)),
});

export const request: PlanRequest = {
  repo: { id: 1, owner: "octo", name: "shop" },
  issue: { number: 12, title: "Quotes", body: "Read quoted fields." },
  base: { branch: "main", sha: "a".repeat(40) },
  policy: defaultPolicy,
  model: "claude-opus-5-5",
  guidance: "",
  asked: [],
  extends: false,
};

/** The body of a Messages request as far as the tests read it. */
export interface Asked {
  model: string;
  max_tokens: number;
  stream: boolean;
  system: { type: string; text: string; cache_control?: unknown }[];
  messages: { role: string; content: string }[];
  tools?: { name: string }[];
  tool_choice?: { type: string };
  thinking?: unknown;
  output_config: { format: { type: string; schema: Record<string, unknown> } };
}

/** A test that leaves an answer unused, or asks for one it did not give, fails. */
export function playProvider(): void {
  let unanswered = 0;
  const count = () => {
    unanswered += 1;
  };
  beforeEach(() => {
    unanswered = 0;
    nock.emitter.on("no match", count);
    nock.disableNetConnect();
  });
  afterEach(() => {
    nock.emitter.off("no match", count);
    const left = nock.pendingMocks();
    nock.abortPendingRequests();
    nock.cleanAll();
    nock.enableNetConnect();
    expect(left, "answers nobody asked for").toEqual([]);
    expect(unanswered, "requests nobody answered").toBe(0);
  });
}

export interface Answer {
  text?: string;
  /** Tools that it uses, in place of the text. */
  use?: { name: string; input: unknown }[];
  stop?: string;
  details?: unknown;
  input?: number;
  output?: number;
  cacheRead?: number;
  cacheWrite?: number;
}

function events({
  text = GOOD,
  use,
  stop = use === undefined ? "end_turn" : "tool_use",
  details = null,
  input = 1000,
  output = 200,
  ...cache
}: Answer): string[] {
  const usage = {
    input_tokens: input,
    output_tokens: 1,
    cache_read_input_tokens: cache.cacheRead ?? 0,
    cache_creation_input_tokens: cache.cacheWrite ?? 0,
  };
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: request.model,
    content: [],
    stop_reason: null,
  };
  return [
    { type: "message_start", message: { ...message, stop_sequence: null, usage } },
    ...(use === undefined
      ? blockOf(0, { type: "text", text: "" }, { type: "text_delta", text })
      : use.flatMap(({ name, input: given }, index) =>
          blockOf(
            index,
            { type: "tool_use", id: `toolu_${index}`, name, input: {} },
            { type: "input_json_delta", partial_json: JSON.stringify(given) },
          ),
        )),
    {
      type: "message_delta",
      delta: { stop_reason: stop, stop_sequence: null, stop_details: details },
      usage: { output_tokens: output },
    },
    { type: "message_stop" },
  ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

function blockOf(index: number, block: object, delta: object): { type: string; [field: string]: unknown }[] {
  return [
    { type: "content_block_start", index, content_block: block },
    { type: "content_block_delta", index, delta },
    { type: "content_block_stop", index },
  ];
}

/** The provider answers the next request with this message, streamed. */
export function answerWith(answer: Answer = {}): void {
  answerRaw(events(answer).join(""));
}

/** The stream ends after so many events. */
export function breakOff(answer: Answer, after: number): void {
  answerRaw(events(answer).slice(0, after).join(""));
}

export function answerRaw(body: string): void {
  provider().reply(200, body, { "content-type": "text/event-stream" });
}

/** The provider refuses the next request. The SDK is asked to try again at once, so that no test waits. */
export function refuse(status: number, code: string | null = null, headers: Record<string, string> = {}): void {
  const details = code === null ? {} : { details: { error_code: code } };
  const body = { type: "error", error: { type: "error", message: `words of ${status}`, ...details } };
  provider().reply(status, body, { "retry-after-ms": "1", ...headers });
}

/** No answer ever comes. */
export function stayMute(): void {
  provider().delay(600_000).reply(200);
}

export function cutConnection(): void {
  provider().replyWithError(Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }));
}

const heard: Asked[] = [];

function provider(): nock.Interceptor {
  return nock(PROVIDER).post("/v1/messages", (body: Asked) => heard.push(body) > 0);
}

/** A repository without comments, lists or sub-issues. */
export function repository(files: Record<string, string> = {}): PlannerSettings["github"] {
  return {
    branchTip: async () => null,
    subIssues: async () => [],
    issue: async () => {
      throw new Error("no other issue is expected to be read");
    },
    comments: async () => [],
    permission: async () => "none",
    listFiles: async (_repo, _commit, limit) => Object.keys(files).slice(0, limit),
    readFile: async (_repo, _ref, path) => files[path] ?? null,
  };
}

export interface Planned {
  answer: PlanAnswer;
  /** What the provider was asked, in order. */
  asked: Asked[];
}

export async function plan(
  settings: Partial<PlannerSettings> = {},
  changed: Partial<PlanRequest> = {},
  maxRetries = 2,
): Promise<Planned> {
  heard.length = 0;
  const planner = createPlanner({
    model: { apiKey: "sk-test", baseUrl: PROVIDER, maxRetries },
    github: repository(),
    ...settings,
  });
  const answer = await planner.plan({ ...request, ...changed });
  return { answer, asked: [...heard] };
}
