/** A model as the planner. */
import type { PriceLookup } from "../config/own-prices.ts";
import { pricedModels, priceOf } from "../config/prices.ts";
import type { GitHub } from "../loop/github-port.ts";
import type { Planner } from "../loop/planner-port.ts";
import { askForPlan } from "./conversation.ts";
import { planPrompt } from "./prompt.ts";
import { createClient, type ModelSettings } from "./provider.ts";
import { viewRepository } from "./repository.ts";
import { failure } from "./trouble.ts";

const LIMIT_MS = 10 * 60_000;

export interface PlannerSettings {
  model: ModelSettings;
  github: Pick<GitHub, "listFiles" | "readFile">;
  priceOf?: PriceLookup;
  /** Milliseconds that the model may take in all. */
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
      const prompt = planPrompt(request, repository);
      const answer = await askForPlan({ client, model, price: known, limitMs }, prompt);
      return "plan" in answer ? { ...answer, source: "model", model } : { ...answer, model };
    },
  };
}
