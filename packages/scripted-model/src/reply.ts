/** Writes the Messages API's answers: JSON, server-sent events and errors. */
import type { ServerResponse } from "node:http";
import type { Step } from "./script.ts";
import type { InputTokens } from "./tokens.ts";
import { tokensOf } from "./tokens.ts";

export type Block =
  | { type: "text"; text: string }
  | { type: "tool_use"; id: string; name: string; input: Record<string, unknown> };

export interface Message {
  id: string;
  type: "message";
  role: "assistant";
  model: string;
  content: Block[];
  stop_reason: string;
  stop_sequence: null;
  stop_details: { type: "refusal"; category: null; explanation: string } | null;
  usage: InputTokens & { output_tokens: number };
}

/** Builds the message of a step. `number` makes its ids unique. */
export function messageOf(step: Step, model: string, input: InputTokens, number: number): Message {
  const content: Block[] = step.say === undefined || step.say === "" ? [] : [{ type: "text", text: step.say }];
  for (const [index, { tool, input: given }] of step.use.entries()) {
    content.push({ type: "tool_use", id: `toolu_${number}_${index + 1}`, name: tool, input: given });
  }
  const stopped = step.trouble?.kind === "stop" ? step.trouble.reason : null;
  return {
    id: `msg_${number}`,
    type: "message",
    role: "assistant",
    model,
    content,
    stop_reason: stopped ?? (step.use.length > 0 ? "tool_use" : "end_turn"),
    stop_sequence: null,
    stop_details: stopped === "refusal" ? { type: "refusal", category: null, explanation: "by the script" } : null,
    usage: { ...input, output_tokens: tokensOf(JSON.stringify(content)) },
  };
}

export function sendJson(response: ServerResponse, message: Message, broken: boolean): void {
  const text = JSON.stringify(message);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(broken ? text.slice(0, text.length / 2) : text);
}

export function sendEvents(response: ServerResponse, message: Message, broken: boolean): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const events = eventsOf(message);
  const sent = broken ? events.slice(0, Math.ceil(events.length / 2)) : events;
  for (const event of sent) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}

function eventsOf(message: Message): { type: string; [key: string]: unknown }[] {
  const { output_tokens: outputTokens, ...input } = message.usage;
  const start = {
    ...message,
    content: [],
    stop_reason: null,
    stop_details: null,
    usage: { ...input, output_tokens: 1 },
  };
  const { stop_reason, stop_sequence, stop_details } = message;
  return [
    { type: "message_start", message: start },
    ...message.content.flatMap((block, index) => [
      { type: "content_block_start", index, content_block: emptied(block) },
      ...deltasOf(block).map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ]),
    {
      type: "message_delta",
      delta: { stop_reason, stop_sequence, stop_details },
      usage: { output_tokens: outputTokens },
    },
    { type: "message_stop" },
  ];
}

function emptied(block: Block): Block {
  return block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
}

function deltasOf(block: Block): Record<string, string>[] {
  if (block.type === "text") return pieces(block.text).map((text) => ({ type: "text_delta", text }));
  return pieces(JSON.stringify(block.input)).map((json) => ({ type: "input_json_delta", partial_json: json }));
}

/** Cuts a text as real streams do, at any character. 60 characters cut most words and JSON tokens of a test. */
function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,60}/gu) ?? [];
}

const ERROR_TYPES: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

export function sendError(response: ServerResponse, status: number, message: string, retryAfterMs?: number): void {
  const type = ERROR_TYPES[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (retryAfterMs !== undefined) {
    headers["retry-after"] = String(Math.ceil(retryAfterMs / 1000));
    // The SDK prefers the finer header. The API sends both.
    headers["retry-after-ms"] = String(retryAfterMs);
  }
  response.writeHead(status, headers);
  response.end(JSON.stringify({ type: "error", error: { type, message } }));
}
