import { describe, expect, it } from "vitest";
import type { Cause } from "../../src/core/cause.ts";
import type { FailureClass } from "../../src/core/failure.ts";
import { modelWaitText } from "../../src/messages/terminal/model-wait.ts";
import { planningTroubleOf } from "../../src/planner/trouble.ts";
import {
  answerRaw,
  answerWith,
  breakOff,
  CIRCULAR,
  cutConnection,
  GOOD,
  PROVIDER,
  plan,
  playProvider,
  refuse,
  stayMute,
  TASKS,
} from "./fixture.ts";

playProvider();

const NOTHING = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 0 };

describe("what passes is tried again, and the plan comes", () => {
  it.each<[string, () => void]>([
    ["an overloaded provider", () => refuse(529)],
    ["a rate limit that names a time", () => refuse(429, null, { "retry-after": "1" })],
    ["a rate limit that names none", () => refuse(429)],
    ["a ramp limit", () => refuse(429, "ramp_limit_exceeded")],
    ["a server error", () => refuse(500)],
    ["a cut connection", () => cutConnection()],
  ])("%s", async (_, trouble) => {
    trouble();
    answerWith();

    const { answer, asked } = await plan();

    expect(answer).toMatchObject({ plan: { tasks: TASKS } });
    expect(asked).toHaveLength(2);
  });
});

it("each wait for an overloaded provider is said with its length, and the last answer has none", async () => {
  refuse(529);
  refuse(429, null, { "retry-after-ms": "20" });
  refuse(529);
  const waits: { status: number; ms: number }[] = [];
  const { answer } = await plan({
    model: { apiKey: "sk-test", baseUrl: PROVIDER, maxRetries: 2, onWait: (wait) => waits.push(wait) },
  });
  expect(answer).toMatchObject({ failure: { class: "provider-down" } });
  expect(waits).toEqual([
    { status: 529, ms: 1 },
    { status: 429, ms: 20 },
  ]);
  expect(waits.map(modelWaitText)).toEqual([
    "The model is overloaded, trying again in 1 s",
    "The model limits how often it is asked, trying again in 1 s",
  ]);
});

describe("a provider that gives no answer is a failure with a class, and no cost", () => {
  it.each<[string, FailureClass, () => void, number]>([
    ["overload that stays", "provider-down", () => [refuse(529), refuse(529), refuse(529)], 3],
    ["a rate limit that stays", "provider-down", () => [refuse(429), refuse(429), refuse(429)], 3],
    ["a rate limit longer than anybody waits", "provider-down", () => refuse(429, null, { "retry-after": "3600" }), 1],
    ["the contract's spend limit", "budget-exhausted", () => refuse(429, "contract_spend_limit_reached"), 1],
    ["the tier's spend limit", "budget-exhausted", () => refuse(429, "enforced_spend_limit_reached"), 1],
    ["a bill unpaid", "budget-exhausted", () => refuse(402), 1],
    ["a wrong key", "policy-blocked", () => refuse(401), 1],
    ["a key without the right", "policy-blocked", () => refuse(403), 1],
    ["a model that does not exist", "policy-blocked", () => refuse(404), 1],
    ["a request it does not take", "policy-blocked", () => refuse(400), 1],
  ])("%s is %s", async (_, kind, trouble, requests) => {
    trouble();

    const { answer, asked } = await plan();

    expect(answer).toMatchObject({ failure: { class: kind }, model: "claude-opus-5-5", usage: NOTHING });
    expect(asked).toHaveLength(requests);
  });

  it("connections that stay cut are provider-down", async () => {
    cutConnection();

    const { answer } = await plan({}, {}, 0);

    expect(answer).toMatchObject({ failure: { class: "provider-down" }, usage: NOTHING });
  });

  it("says the provider's own words, and never the key", async () => {
    refuse(401);

    const { answer } = await plan();

    expect(answer).toMatchObject({
      failure: { cause: { kind: "model-key-refused", status: 401, text: "words of 401" } },
    });
    expect(JSON.stringify(answer)).not.toContain("sk-test");
  });
});

describe("an answer that is no plan has been paid for", () => {
  const usage = { inputTokens: 1000, outputTokens: 200, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 0.008 };

  it.each<[string, Parameters<typeof answerWith>[0], Cause]>([
    [
      "a refusal",
      { text: "", stop: "refusal", details: { type: "refusal", category: null, explanation: "not this" } },
      { kind: "model-declined", text: "not this" },
    ],
    ["a refusal in the middle", { text: '{"tasks":', stop: "refusal" }, { kind: "model-declined", text: null }],
    ["truncation", { text: GOOD.slice(0, 40), stop: "max_tokens" }, { kind: "plan-cut-off", tokens: 200 }],
    ["a full context", { text: "", stop: "model_context_window_exceeded" }, { kind: "context-outgrown" }],
    ["silence", { text: "  " }, { kind: "no-answer" }],
    ["a pause", { text: "", stop: "pause_turn" }, { kind: "model-stopped", reason: "pause_turn" }],
  ])("%s", async (_, streamed, cause) => {
    answerWith(streamed);

    const { answer } = await plan();

    expect(answer).toEqual({ failure: { class: "agent-failed", cause, details: [] }, model: "claude-opus-5-5", usage });
  });

  it("a stream that breaks off has cost its question at least", async () => {
    breakOff({ input: 1000 }, 3);

    const { answer } = await plan();

    expect(answer).toMatchObject({
      failure: { class: "provider-down" },
      usage: { inputTokens: 1000, outputTokens: 1 },
    });
  });

  it.each([
    ["no JSON", "event: message_start\ndata: {{{\n\n"],
    ["an error", 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'],
    ["nothing", ""],
  ])("a stream of %s is the provider's fault", async (_, body) => {
    answerRaw(body);

    const { answer } = await plan();

    expect(answer).toMatchObject({ failure: { class: "provider-down" }, usage: NOTHING });
  });
});

describe("time", () => {
  it("ends a question nobody answers", async () => {
    stayMute();

    const { answer } = await plan({ limitMs: 20 });

    expect(answer).toMatchObject({ failure: { class: "attempt-timed-out" } });
  });
});

it("a mistake of our own is nobody else's failure", () => {
  expect(planningTroubleOf(new TypeError("x is not a function"))).toBeNull();
});

describe("money", () => {
  it("counts cache reads and writes at their own price", async () => {
    answerWith({ input: 1_000_000, output: 1_000_000, cacheRead: 1_000_000, cacheWrite: 1_000_000 });

    const { answer } = await plan();

    expect(answer.usage).toEqual({
      inputTokens: 1_000_000,
      outputTokens: 1_000_000,
      cacheReadTokens: 1_000_000,
      cacheWriteTokens: 1_000_000,
      usd: 4 + 20 + 0.2 + 5,
    });
  });

  it("asks nothing of a model without a price", async () => {
    const { answer, asked } = await plan({}, { model: "somebody-elses" });

    expect(answer).toMatchObject({ failure: { class: "policy-blocked" }, usage: null });
    expect(asked).toEqual([]);
  });

  it("takes a price that the deployment states", async () => {
    answerWith({ input: 1_000_000, output: 0 });

    const { answer } = await plan(
      { priceOf: () => ({ input: 7, output: 0, cacheRead: 0, cacheWrite: 0 }) },
      { model: "somebody-elses" },
    );

    expect(answer).toMatchObject({ usage: { usd: 7 }, model: "somebody-elses" });
  });
});

describe("a repair that fails", () => {
  it("counts both answers", async () => {
    answerWith({ text: CIRCULAR });
    answerWith({ text: "", stop: "refusal" });

    const { answer } = await plan();

    expect(answer).toMatchObject({
      failure: { class: "agent-failed" },
      usage: { inputTokens: 2000, outputTokens: 400 },
    });
  });

  it("keeps what the first answer cost when the provider goes away", async () => {
    answerWith({ text: CIRCULAR });
    for (let time = 0; time < 3; time += 1) refuse(529);

    const { answer } = await plan();

    expect(answer).toMatchObject({ failure: { class: "provider-down" }, usage: { inputTokens: 1000 } });
  });
});
