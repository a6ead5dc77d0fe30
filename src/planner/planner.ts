/**
 * A model as the planner: one question, and where its plan does not hold, one chance to put it right. Two answers, one
 * clock over both: what planning can cost and how long it can take is bounded.
 */
import type Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import type { MessageParam, Usage as SdkUsage } from "@anthropic-ai/sdk/resources/messages/messages";
import type { PriceLookup } from "../config/own-prices.ts";
import { type Price, pricedModels, priceOf, usdOf } from "../config/prices.ts";
import { addUsage, NO_USAGE, type Usage } from "../core/attempt.ts";
import type { Failure } from "../core/failure.ts";
import { judgePlan, PlanSchema } from "../core/plan.ts";
import type { GitHub } from "../loop/github-port.ts";
import type { PlanAnswer, Planner, PlanRequest } from "../loop/planner-port.ts";
import { planPrompt, repairPrompt, SYSTEM_PROMPT } from "./prompt.ts";
import { createClient, type ModelSettings } from "./provider.ts";
import { viewRepository } from "./repository.ts";
import { failure, stopTrouble, troubleOf } from "./trouble.ts";

/** Thinking counts too; fifty tasks need about half of it. */
const MAX_TOKENS = 32_000;
const LIMIT_MS = 10 * 60_000;

/** Only tasks are asked for: how they land, and what a failure does to the others, is for people to say. */
const FORMAT = { type: "json_schema", schema: zodOutputFormat(PlanSchema.pick({ tasks: true })).schema } as const;

export interface PlannerSettings {
  model: ModelSettings;
  github: Pick<GitHub, "listFiles" | "readFile">;
  priceOf?: PriceLookup;
  /** Milliseconds that planning may take. */
  limitMs?: number;
}

/** Throws what the GitHub port throws. What goes wrong with the model is an answer. */
export function createPlanner(settings: PlannerSettings): Planner {
  const client = createClient(settings.model);
  const price = settings.priceOf ?? priceOf;
  const limitMs = settings.limitMs ?? LIMIT_MS;
  return {
    async plan(request) {
      const { model } = request;
      const known = price(model);
      if (known === null) {
        const cause = `no price is known for the model '${model}'; known models: ${pricedModels().join(", ")}`;
        return { failure: failure("policy-blocked", cause), model, usage: null };
      }
      const repository = await viewRepository(settings.github, request.repo, request.base.sha);
      const conversation = { client, model, price: known, limitMs, clock: AbortSignal.timeout(limitMs) };
      return { ...(await negotiate(conversation, planPrompt(request, repository))), model };
    },
  };
}
