/**
 * Looks at the repository before it is planned: several at a time, read-only, each bounded in turns, in what it may read and in
 * time. Whatever goes wrong with one costs its notes and never the plan.
 */
import type { ContentBlockParam, MessageParam } from "@anthropic-ai/sdk/resources/messages/messages";
import { addUsage, NO_USAGE, type Usage } from "../../core/attempt.ts";
import { visibleCharacters } from "../../messages/agent/untrusted.ts";
import { type Asked, askModel, textOf } from "../ask.ts";
import { type Shelf, TOOLS, useTool } from "./reading.ts";
import { type Note, RESEARCH_PROMPT, TOPICS } from "./topics.ts";

const MAX_TURNS = 8;
const MAX_TOKENS = 8_000;
/** Characters that one research run may read; then it has to answer. */
const MAX_READ_CHARACTERS = 100_000;
const MAX_NOTE_CHARACTERS = 6_000;

/** `topics`: how many, of `TOPICS`. Throws what the GitHub port throws. */
export async function research(
  reader: Asked,
  shelf: Shelf,
  topics: number,
  seen: readonly string[],
  clock: AbortSignal,
): Promise<{ notes: Note[]; usage: Usage }> {
  const found = await Promise.all(
    TOPICS.slice(0, topics).map(async ({ about, question }) => {
      const { text, usage } = await researchTopic(reader, shelf, [...seen, question].join("\n\n"), clock);
      return { note: { about, text }, usage };
    }),
  );
  return {
    notes: found.map(({ note }) => note).filter(({ text }) => text !== ""),
    usage: found.reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE),
  };
}

async function researchTopic(
  reader: Asked,
  shelf: Shelf,
  question: string,
  clock: AbortSignal,
): Promise<{ text: string; usage: Usage }> {
  const messages: MessageParam[] = [{ role: "user", content: question }];
  let usage = NO_USAGE;
  let left = MAX_READ_CHARACTERS;
  for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
    const isLast = turn === MAX_TURNS || left <= 0;
    const request = {
      max_tokens: MAX_TOKENS,
      system: RESEARCH_PROMPT,
      messages,
      tools: TOOLS,
      // Each turn reads the ones before it again.
      cache_control: { type: "ephemeral" as const },
      ...(isLast && { tool_choice: { type: "none" as const } }),
    };
    const answer = await askModel(reader, request, clock);
    usage = addUsage(usage, answer.usage);
    if ("failure" in answer) break;
    const { message } = answer;
    const calls = message.content.flatMap((block) => (block.type === "tool_use" ? [block] : []));
    if (calls.length === 0) {
      return { text: visibleCharacters(textOf(message)).trim().slice(0, MAX_NOTE_CHARACTERS).toWellFormed(), usage };
    }
    const results: ContentBlockParam[] = [];
    for (const call of calls) {
      const shown = left > 0 ? await useTool(shelf, call.name, call.input) : "You have read enough. Answer now.";
      left -= shown.length;
      results.push({ type: "tool_result", tool_use_id: call.id, content: shown });
    }
    messages.push({ role: "assistant", content: message.content }, { role: "user", content: results });
  }
  return { text: "", usage };
}
