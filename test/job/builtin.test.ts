import { join } from "node:path";
import type { ScriptInput } from "@headgate/scripted-model";
import { startScriptedModel } from "@headgate/scripted-model";
import { expect, onTestFinished, test } from "vitest";
import { readToldModelWait } from "../../src/config/model-waits.ts";
import type { Brief } from "../../src/core/attempt.ts";
import { attemptIn, briefAt, PRICE, repositoryOf, tempFolder, write } from "./support/lab.ts";

type Steps = NonNullable<ScriptInput["tasks"]>[string][string];

const GO_ON: Steps[number] = { say: "Again.", use: [{ tool: "bash", input: { command: "true" } }] };

const KEY = { apiKey: "sk-secret" };

/** A build attempt in a fresh checkout against a model that plays these turns. */
async function attemptWith(steps: Steps, changes: Partial<Brief> = {}, provider: { apiKey?: string } = KEY) {
  const model = await startScriptedModel({
    script: { thinkMs: 0, tasks: { parser: { [changes.kind ?? "build"]: steps } } },
  });
  onTestFinished(() => model.close());
  const { folder, commit } = repositoryOf({ "src/a.ts": "one\n" });
  const attempt = await attemptIn(folder, briefAt(commit, changes), {
    engine: "builtin",
    provider: { apiKey: provider.apiKey, baseUrl: model.url },
  });
  return { ...attempt, model, folder };
}

test("the agent reads, writes, edits and runs commands in the checkout, and its change becomes the result", async () => {
  const { result, content, model } = await attemptWith([
    { use: [{ tool: "read", input: { file_path: "src/a.ts" } }] },
    {
      use: [
        { tool: "write", input: { file_path: "src/b.ts", content: "two\n" } },
        { tool: "edit", input: { file_path: "src/a.ts", old_string: "one", new_string: "ONE" } },
      ],
    },
    { use: [{ tool: "bash", input: { command: "cat src/a.ts src/b.ts > all.txt" } }] },
    { say: "Wrote it." },
  ]);
  expect(result).toMatchObject({
    outcome: "completed",
    engine: "builtin",
    model: "claude-sonnet-5-5",
    summary: "Wrote it.",
  });
  expect(result.manifest.map(({ path }) => path)).toEqual(["all.txt", "src/a.ts", "src/b.ts"]);
  expect(result.manifest.every((file) => file.change === "write" && file.mode === "100644")).toBe(true);
  expect(content("all.txt")).toBe("ONE\ntwo\n");
  expect(JSON.stringify(model.requests()[1]?.body.messages)).toContain("one\\n");
});

test("usage is that of all turns, priced, and the prompt's prefix is read from the cache", async () => {
  const { result } = await attemptWith([GO_ON, GO_ON, { say: "Done." }]);
  const usage = result.usage!;
  expect(usage.cacheReadTokens).toBeGreaterThan(usage.cacheWriteTokens);
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const perMillion = inputTokens * 2 + outputTokens * 10 + cacheReadTokens * 0.1 + cacheWriteTokens * 2.5;
  expect(usage.usd).toBeCloseTo(perMillion / 1_000_000, 10);
  expect(usage.usd).toBeGreaterThan(0);
});

test("a key that the agent repeats is blotted out of log, summary and notes", async () => {
  const { result, log } = await attemptWith([
    { use: [{ tool: "take_action", input: { action: "note", text: "Use sk-secret." } }] },
    { say: "The key is sk-secret." },
  ]);
  expect(result.notes).toEqual(["Use ***."]);
  expect(result.summary).toBe("The key is ***.");
  expect(log).not.toContain("sk-secret");
});

test("what the shell sees is the stripped environment", async () => {
  const { content } = await attemptWith([
    { use: [{ tool: "bash", input: { command: "env | cut -d= -f1 | sort > seen.txt" } }] },
    { say: "Done." },
  ]);
  const names = content("seen.txt").split("\n");
  expect(names).toEqual(expect.arrayContaining(["CI", "HOME", "LANG", "PATH", "TMPDIR"]));
  expect(names.filter((name) => /ANTHROPIC|GITHUB|TOKEN|RUNNER|VITEST/.test(name))).toEqual([]);
});

test("the file tools do not reach outside the checkout", async () => {
  const outside = tempFolder();
  write(outside, "secret.txt", "secret\n");
  const { model } = await attemptWith([
    { use: [{ tool: "read", input: { file_path: join(outside, "secret.txt") } }] },
    { say: "Done." },
  ]);
  const answered = JSON.stringify(model.requests()[1]?.body.messages);
  expect(answered).toContain('"is_error":true');
  expect(answered).not.toContain("secret\\n");
});

test("get_current_state returns the other tasks, and notes and questions are kept for later ones", async () => {
  const siblings = [{ id: "lexer", title: "Write the lexer", state: "working", files: ["src/lexer.ts"] }];
  const { result, model } = await attemptWith(
    [
      { use: [{ tool: "get_current_state", input: {} }] },
      {
        use: [
          { tool: "take_action", input: { action: "note", text: "Tokens carry lines." } },
          { tool: "take_action", input: { action: "ask", text: "Tabs or spaces?" } },
        ],
      },
      { say: "Done." },
    ],
    { siblings },
  );
  expect(JSON.stringify(model.requests()[1]?.body.messages)).toContain("Write the lexer");
  expect(result.notes).toEqual(["Tokens carry lines.", "Question: Tabs or spaces?"]);
});

test("giving up ends the attempt at once, with the reason", async () => {
  const give = { tool: "take_action", input: { action: "give_up", text: "There is no grammar." } };
  const { result, model } = await attemptWith([{ use: [give] }, { say: "never asked for" }]);
  expect(result).toMatchObject({ outcome: "failed", summary: "gave up: There is no grammar.", manifest: [] });
  expect(model.requests()).toHaveLength(1);
});

test("the attempt ends when its turns, its dollars or its tokens are used up", async () => {
  const steps = [GO_ON, GO_ON, GO_ON, { say: "Done." }];
  const name = "claude-sonnet-5-5";
  const limits = { name, price: PRICE, maxTurns: 20, maxUsd: 5, maxTokens: null };
  const turns = await attemptWith(steps, { model: { ...limits, maxTurns: 2 } });
  expect(turns.result).toMatchObject({ outcome: "budget-exhausted", summary: "the attempt's 2 turns are used up" });
  expect(turns.model.requests()).toHaveLength(2);

  const dollars = await attemptWith(steps, { model: { ...limits, maxUsd: 0.000_001 } });
  expect(dollars.result).toMatchObject({ outcome: "budget-exhausted", manifest: [] });
  expect(dollars.result.summary).toContain("budget is used up");
  expect(dollars.model.requests()).toHaveLength(1);

  const tokens = await attemptWith(steps, { model: { ...limits, maxTokens: 1 } });
  expect(tokens.result).toMatchObject({ outcome: "budget-exhausted", manifest: [] });
  expect(tokens.result.summary).toMatch(/^the attempt's budget is used up: \d+ of 1 tokens$/);
  expect(tokens.model.requests()).toHaveLength(1);
});

test("an attempt whose minutes are over while the model thinks has timed out", async () => {
  const limits = { minutes: 0.01, files: 5, bytes: 1000 };
  const { result } = await attemptWith([GO_ON, { say: "Late.", thinkMs: 600_000 }], { limits });
  expect(result).toMatchObject({ outcome: "timed-out", manifest: [] });
  expect(result.usage?.outputTokens).toBeGreaterThan(0);
});

test.each([
  ["a refusal", { say: "No.", trouble: { kind: "stop", reason: "refusal" } }, "failed", /^the model refused/],
  ["an answer cut off", { say: "I", trouble: { kind: "stop", reason: "max_tokens" } }, "failed", /cut off at/],
  [
    "a full context window",
    { say: "I", trouble: { kind: "stop", reason: "model_context_window_exceeded" } },
    "failed",
    /context window/,
  ],
  [
    "an overloaded model",
    { trouble: { kind: "error", status: 529, times: 9, retryAfterMs: 1 } },
    "provider-down",
    /^provider: 529/,
  ],
  [
    "a rate limit",
    { trouble: { kind: "error", status: 429, times: 9, retryAfterMs: 1 } },
    "provider-down",
    /^provider: 429/,
  ],
  [
    "a key that is not accepted",
    { trouble: { kind: "error", status: 401, times: 9 } },
    "provider-down",
    /^provider: 401/,
  ],
  ["a request that is refused", { trouble: { kind: "error", status: 400, times: 9 } }, "failed", /^provider: 400/],
  ["a stream that breaks off", { say: "I ".repeat(300), trouble: { kind: "broken" } }, "provider-down", /^provider: /],
] satisfies [string, Steps[number], string, RegExp][])("%s has its own outcome", async (_, step, outcome, summary) => {
  const { result } = await attemptWith([step]);
  expect(result).toMatchObject({ outcome, manifest: [], summary: expect.stringMatching(summary) });
});

test("each wait for an overloaded model is in the job's log, and told to the machine that runs the job", async () => {
  const { log, result } = await attemptWith([
    { trouble: { kind: "error", status: 529, times: 1, retryAfterMs: 200 } },
    { say: "Done." },
  ]);
  expect(log).toContain("the model answered with HTTP 529, trying again in 0.2 s");
  // Commands of the agent are still not obeyed afterwards.
  expect(log).toMatch(/^::(.+)::\n::debug::\{"headgate":"model-wait","status":529,"ms":200\}\n::stop-commands::\1\n/m);
  expect(readToldModelWait(/^::debug::(.*)$/m.exec(log)?.[1] ?? "")).toEqual({ status: 529, ms: 200 });
  expect(result.outcome).toBe("completed");
});

test.each([
  "",
  "waits",
  "{}",
  '{"headgate":"model-wait","status":"529","ms":1}',
  '{"headgate":"other","status":529,"ms":1}',
])("the debug message %j is no wait for a model", (text) => expect(readToldModelWait(text)).toBeNull());

test("without a key, or without a price for the model, nothing is asked", async () => {
  const keyless = await attemptWith([{ say: "Done." }], {}, {});
  expect(keyless.result).toMatchObject({ outcome: "provider-down", summary: "provider: ANTHROPIC_API_KEY is not set" });
  const model = { name: "some-model", price: null, maxTurns: 2, maxUsd: 1, maxTokens: null };
  const priceless = await attemptWith([{ say: "Done." }], { model });
  expect(priceless.result).toMatchObject({
    outcome: "failed",
    summary: "no price is known for the model 'some-model'",
  });
  expect([...keyless.model.requests(), ...priceless.model.requests()]).toEqual([]);
});
