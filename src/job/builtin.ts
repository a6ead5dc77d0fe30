/** The engine `builtin`: an agent on the Messages API with the SDK's own coding tools. */
import Anthropic from "@anthropic-ai/sdk";
import type { BetaMessage } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import { betaAgentToolset20260401 } from "@anthropic-ai/sdk/tools/agent-toolset/node";
import { announcedWaits, type ToldModelWait } from "../config/model-waits.ts";
import { type Price, usageOf } from "../config/prices.ts";
import { addUsage, type Brief, NO_USAGE, tokensOf, type Usage } from "../core/attempt.ts";
import { type Bridge, bridge } from "./bridge.ts";
import { type Engine, type EngineReport, tail, type Work } from "./engine.ts";
import type { Inputs } from "./inputs.ts";
import { ATTEMPT_PROMPT, taskPrompt } from "./prompt.ts";
import { attemptTroubleOf, type Trouble } from "./trouble.ts";

/** Tries of a request beside the first, for overload, rate limits and broken connections. */
const RETRIES = 4;
const MAX_TOKENS_PER_TURN = 32_000;

export function builtinEngine(provider: Inputs["provider"]): Engine {
  return async (work) => {
    const { price } = work.brief.model;
    const refuse = (outcome: EngineReport["outcome"], summary: string): EngineReport => ({
      outcome,
      summary,
      notes: [],
      model: work.brief.model.name,
      usage: NO_USAGE,
    });
    if (price === null) return refuse("failed", `no price is known for the model '${work.brief.model.name}'`);
    if (provider.apiKey === undefined) return refuse("provider-down", "provider: ANTHROPIC_API_KEY is not set");
    const client = new Anthropic({
      apiKey: provider.apiKey,
      authToken: null,
      baseURL: provider.baseUrl ?? null,
      logLevel: "off",
      maxRetries: RETRIES,
      middleware: [
        announcedWaits(RETRIES, ({ status, ms }) => {
          work.log.debug({ headgate: "model-wait", status, ms } satisfies ToldModelWait);
          work.log.line(`the model answered with HTTP ${status}, trying again in ${Math.round(ms / 100) / 10} s`);
        }),
      ],
    });
    return converse(client, price, work);
  };
}

async function converse(client: Anthropic, price: Price, work: Work): Promise<EngineReport> {
  const { brief } = work;
  const ended = new AbortController();
  const ours = bridge(brief, () => ended.abort());
  const coding = betaAgentToolset20260401({ workdir: work.workspace, env: work.environment });
  const conversation = client.beta.messages.toolRunner(
    {
      // The server's threads would store the conversation there. Sending it whole also works through proxies.
      thread: false,
      stream: true,
      model: brief.model.name,
      max_tokens: MAX_TOKENS_PER_TURN,
      max_iterations: brief.model.maxTurns,
      cache_control: { type: "ephemeral" },
      system: [{ type: "text", text: ATTEMPT_PROMPT, cache_control: { type: "ephemeral" } }],
      messages: [{ role: "user", content: taskPrompt(brief) }],
      tools: [...coding, ...ours.tools],
    },
    { signal: AbortSignal.any([work.stop, ended.signal]) },
  );
  let usage = NO_USAGE;
  let last: BetaMessage | null = null;
  let trouble: Trouble | null = null;
  try {
    for await (const stream of conversation) {
      last = await stream.finalMessage();
      usage = addUsage(usage, usageOf(last.usage, price));
      narrate(last, work);
      if (last.stop_reason === "tool_use" && overspent(usage, brief) !== null) break;
    }
  } catch (error) {
    trouble = attemptTroubleOf(error);
  } finally {
    for (const tool of coding) await tool.close?.();
  }
  const verdict = judge({ work, ours, last, usage, trouble });
  return {
    ...verdict,
    summary: work.log.redact(tail(verdict.summary)),
    notes: ours.notes.map(work.log.redact),
    model: brief.model.name,
    usage,
  };
}

interface Ended {
  work: Work;
  ours: Bridge;
  last: BetaMessage | null;
  usage: Usage;
  trouble: Trouble | null;
}

function judge({ work, ours, last, usage, trouble }: Ended): Pick<EngineReport, "outcome" | "summary"> {
  const reason = ours.gaveUp();
  if (reason !== null) return { outcome: "failed", summary: `gave up: ${reason}` };
  if (work.stop.aborted) return { outcome: "timed-out", summary: `time ran out. ${textOf(last)}` };
  if (trouble !== null) return trouble;
  switch (last?.stop_reason) {
    case "end_turn":
    case "stop_sequence":
      return { outcome: "completed", summary: textOf(last) };
    case "refusal":
      return { outcome: "failed", summary: `the model refused: ${last.stop_details?.explanation ?? textOf(last)}` };
    case "max_tokens":
      return { outcome: "failed", summary: `an answer was cut off at ${MAX_TOKENS_PER_TURN} tokens` };
    case "model_context_window_exceeded":
      return { outcome: "failed", summary: "the conversation outgrew the model's context window" };
    default: {
      const spent = overspent(usage, work.brief) ?? `the attempt's ${work.brief.model.maxTurns} turns are used up`;
      return { outcome: "budget-exhausted", summary: spent };
    }
  }
}

/** Returns the limit that the agent exceeded, or null while budget is left. */
function overspent(usage: Usage, { model }: Brief): string | null {
  const { maxUsd, maxTokens } = model;
  const tokens = tokensOf(usage);
  const spent = (what: string) => `the attempt's budget is used up: ${what}`;
  if (usage.usd >= maxUsd) return spent(`$${usage.usd.toFixed(2)} of $${maxUsd.toFixed(2)}`);
  return maxTokens !== null && tokens >= maxTokens ? spent(`${tokens} of ${maxTokens} tokens`) : null;
}

function narrate(message: BetaMessage, work: Work): void {
  for (const block of message.content) {
    if (block.type === "text") work.log.agent(`${block.text}\n`);
    if (block.type === "tool_use") work.log.agent(`> ${block.name} ${JSON.stringify(block.input).slice(0, 300)}\n`);
  }
}

function textOf(message: BetaMessage | null): string {
  const texts = message?.content.map((block) => (block.type === "text" ? block.text : "")) ?? [];
  return texts.filter(Boolean).join("\n");
}
