/** Counts tokens: a text's length divided by four, and a prompt cache that remembers prefixes. */
import { createHash } from "node:crypto";
import type { MessagesRequest } from "./turn.ts";

const CHARACTERS_PER_TOKEN = 4;

export interface InputTokens {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
}

export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

export interface PromptCache {
  /** Counts a request's input and remembers its marked prefix for the next request. */
  count(request: MessagesRequest): InputTokens;
}

/**
 * Makes a cache. The cacheable part of a request reaches to its last `cache_control` mark; a mark on the request itself
 * covers all of it. As in the real cache, the order is tools, system, messages, and only an unchanged prefix is read.
 */
export function promptCache(): PromptCache {
  const seen = new Set<string>();

  function count(request: MessagesRequest): InputTokens {
    const parts = partsOf(request);
    const tokens = parts.map(({ text }) => tokensOf(text));
    const lastMark = request.cache_control == null ? parts.findLastIndex(({ marked }) => marked) : parts.length - 1;

    const prefix = createHash("sha256");
    let cached = -1;
    for (const [index, { text }] of parts.entries()) {
      if (index > lastMark) break;
      const key = prefix.update(text).update("\0").copy().digest("base64");
      if (seen.has(key)) cached = index;
      seen.add(key);
    }
    return {
      input_tokens: sum(tokens.slice(lastMark + 1)),
      cache_creation_input_tokens: sum(tokens.slice(cached + 1, lastMark + 1)),
      cache_read_input_tokens: sum(tokens.slice(0, cached + 1)),
    };
  }

  return { count };
}

function partsOf(request: MessagesRequest): { text: string; marked: boolean }[] {
  const system = request.system ?? [];
  const blocks: unknown[] = [
    request.tools ?? [],
    ...(typeof system === "string" ? [system] : system),
    ...request.messages.flatMap<unknown>(({ content }) => content),
  ];
  return blocks.map((block) => ({
    text: textWithoutMark(block),
    marked: JSON.stringify(block).includes('"cache_control"'),
  }));
}

/** Leaves the mark out of the text. Moving the mark to a later block then keeps the prefix unchanged. */
function textWithoutMark(block: unknown): string {
  return JSON.stringify(block, (name, value: unknown) => (name === "cache_control" ? undefined : value));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
