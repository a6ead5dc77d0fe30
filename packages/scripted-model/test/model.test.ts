import Anthropic from "@anthropic-ai/sdk";
import { expect, onTestFinished, test } from "vitest";
import type { ScriptInput } from "../src/script.ts";
import { startScriptedModel } from "../src/scripted-model.ts";

const SCRIPT = {
  thinkMs: 0,
  planner: { tasks: [{ id: "parser" }] },
  tasks: {
    parser: {
      build: [
        { say: "I write it.", use: [{ tool: "write", input: { file_path: "a.ts", content: ["one", "two 'ü'", ""] } }] },
        { say: "Done." },
      ],
    },
  },
} satisfies ScriptInput;

const PROMPT = "Task: parser\nAttempt: build 1\n\nWrite the parser.";

async function modelOf(script: ScriptInput, maxRetries = 0) {
  const model = await startScriptedModel({ script });
  onTestFinished(() => model.close());
  const client = new Anthropic({ apiKey: "sk-any", baseURL: model.url, maxRetries });
  const ask = { model: "claude-sonnet-5-5", max_tokens: 1000, messages: [{ role: "user" as const, content: PROMPT }] };
  return { model, client, ask };
}

function scriptWith(step: NonNullable<ScriptInput["tasks"]>[string][string][number]): ScriptInput {
  return { thinkMs: 0, tasks: { parser: { build: [step] } } };
}

test("A request for structured output gets the plan, whatever its text is", async () => {
  const { client, ask } = await modelOf(SCRIPT);
  const format = { type: "json_schema" as const, schema: { type: "object" } };
  const message = await client.messages.create({ ...ask, output_config: { format } });
  expect(message.content).toEqual([{ type: "text", text: JSON.stringify(SCRIPT.planner) }]);
});

test("An agent gets its turns one after another, the same as JSON and as a stream", async () => {
  const { client, ask, model } = await modelOf(SCRIPT);
  const first = await client.messages.create(ask);
  const streamed = await client.messages.stream(ask).finalMessage();
  expect(streamed.content.map((block) => ({ ...block, id: "" }))).toEqual(
    first.content.map((block) => ({ ...block, id: "" })),
  );
  expect(first.stop_reason).toBe("tool_use");
  expect(first.content).toMatchObject([
    { type: "text", text: "I write it." },
    { type: "tool_use", name: "write", input: { file_path: "a.ts", content: "one\ntwo 'ü'\n" } },
  ]);

  const history = [...ask.messages, { role: "assistant" as const, content: first.content }];
  const second = await client.messages.create({ ...ask, messages: [...history, { role: "user", content: "written" }] });
  expect(second).toMatchObject({ stop_reason: "end_turn", content: [{ type: "text", text: "Done." }] });
  expect(model.requests().map(({ turn }) => turn)).toEqual([
    "parser build 1 turn 1",
    "parser build 1 turn 1",
    "parser build 1 turn 2",
  ]);
});

test("A repeated prefix is counted as read from the cache, the rest as input", async () => {
  const { client, ask } = await modelOf(SCRIPT);
  const system = [{ type: "text" as const, text: "rule ".repeat(100), cache_control: { type: "ephemeral" as const } }];
  const first = (await client.messages.create({ ...ask, system })).usage;
  const second = (await client.messages.create({ ...ask, system })).usage;
  expect(first.cache_creation_input_tokens).toBeGreaterThan(100);
  expect(first.cache_read_input_tokens).toBe(0);
  expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
  expect(second.input_tokens).toBe(first.input_tokens);
});

test("Tokens can be counted without an answer", async () => {
  const { client, ask, model } = await modelOf(SCRIPT);
  const { input_tokens: counted } = await client.messages.countTokens({ model: ask.model, messages: ask.messages });
  expect(counted).toBeGreaterThan(PROMPT.length / 5);
  expect(model.requests()).toEqual([]);
});

test("A turn that the script lacks is refused by name", async () => {
  const { client, ask } = await modelOf(SCRIPT);
  const asking = (content: string) => client.messages.create({ ...ask, messages: [{ role: "user", content }] });
  await expect(asking("Task: lexer\nAttempt: build 1")).rejects.toThrow("no 'build' of a task 'lexer'");
  await expect(asking("Task: parser\nAttempt: repair 2")).rejects.toThrow("no 'repair' of a task 'parser'");
  await expect(asking("Write a poem.")).rejects.toThrow("no lines 'Task: <id>'");
});

test("An overloaded model refuses first and answers the retry", async () => {
  const trouble = { kind: "error", status: 529, times: 2, retryAfterMs: 1 } as const;
  const { client, ask, model } = await modelOf(scriptWith({ say: "At last.", trouble }), 2);
  expect(await client.messages.create(ask)).toMatchObject({ content: [{ text: "At last." }] });
  expect(model.requests().map(({ status }) => status)).toEqual([529, 529, 200]);
});

test("A rate limit, a refusal, a cut-off and a broken stream arrive as the API sends them", async () => {
  const limited = await modelOf(scriptWith({ trouble: { kind: "error", status: 429, times: 9, retryAfterMs: 1500 } }));
  const error = await limited.client.messages.create(limited.ask).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Anthropic.RateLimitError);
  expect((error as InstanceType<typeof Anthropic.RateLimitError>).headers.get("retry-after")).toBe("2");

  for (const reason of ["refusal", "max_tokens"] as const) {
    const stopping = await modelOf(scriptWith({ say: "I", trouble: { kind: "stop", reason } }));
    expect(await stopping.client.messages.create(stopping.ask)).toMatchObject({ stop_reason: reason });
  }
  const broken = await modelOf(scriptWith({ say: "I ".repeat(200), trouble: { kind: "broken" } }));
  await expect(broken.client.messages.stream(broken.ask).finalMessage()).rejects.toThrow();
});

test("A request without a key and a request to another path are refused", async () => {
  const { model } = await modelOf(SCRIPT);
  const keyless = await fetch(`${model.url}/v1/messages?beta=true`, { method: "POST", body: "{}" });
  expect(keyless.status).toBe(401);
  const elsewhere = await fetch(`${model.url}/v1/models`, { headers: { "x-api-key": "any" } });
  expect(elsewhere.status).toBe(404);
  const malformed = await fetch(`${model.url}/v1/messages`, {
    method: "POST",
    body: "{",
    headers: { "x-api-key": "any" },
  });
  expect(malformed.status).toBe(400);
});

test("Closing the server does not wait for an answer that is still delayed", async () => {
  const { model, client, ask } = await modelOf(scriptWith({ thinkMs: 600_000, say: "Later." }));
  const asked = client.messages.create(ask).catch((error: unknown) => error);
  await expect.poll(() => model.requests().length).toBe(1);
  await model.close();
  expect(await asked).toBeInstanceOf(Anthropic.APIConnectionError);
});
