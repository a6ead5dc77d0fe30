/** Takes the plan that people wrote down, and asks a model where there is none. */
import type { PriceLookup } from "../config/own-prices.ts";
import { listPriceOf, pricedModels } from "../config/prices.ts";
import { addUsage } from "../core/attempt.ts";
import type { GitHub } from "../loop/github-port.ts";
import type { PlanAnswer, Planner } from "../loop/planner-port.ts";
import { converse } from "./conversation.ts";
import { readDiscussion } from "./discussion.ts";
import { planPrompt, scene } from "./prompt.ts";
import { createClient, type ModelSettings } from "./provider.ts";
import { viewRepository } from "./repository.ts";
import { research } from "./research/index.ts";
import { failure } from "./trouble.ts";
import { type WrittenPort, writtenPlan } from "./written/index.ts";
import type { PlannerReaders } from "./written/readers.ts";

const LIMIT_MS = 10 * 60_000;

export type PlannerPort = WrittenPort & Pick<GitHub, "branchTip" | "comments" | "listFiles" | "permission">;

export interface PlannerSettings {
  model: ModelSettings;
  github: PlannerPort;
  priceOf?: PriceLookup;
  /** Default: readers in this process. */
  readers?: PlannerReaders;
  /** Milliseconds that the model may take in all. */
  limitMs?: number;
}

/** Throws what the GitHub port throws. The model's failures are answers. */
export function createPlanner(settings: PlannerSettings): Planner {
  const client = createClient(settings.model);
  const price = settings.priceOf ?? listPriceOf;
  const limitMs = settings.limitMs ?? LIMIT_MS;
  return {
    async plan(asked) {
      const { github } = settings;
      const { repo, issue, base, model } = asked;
      // Plans from the present tip: people may have fixed something since the last observation.
      const sha = (await github.branchTip(repo, base.branch)) ?? base.sha;
      const request = { ...asked, base: { ...base, sha } };
      const written = await writtenPlan(github, request, settings.readers);
      if (written !== null) return written;
      const known = price(model);
      if (known === null) return unpriced(model, model);
      const { research: topics } = request.policy.plan;
      const { small } = request.policy.models;
      const smallPrice = topics === 0 ? known : price(small);
      if (smallPrice === null) return unpriced(small, model);
      const repository = await viewRepository(github, repo, sha);
      const discussion = await readDiscussion(github, repo, issue.number);
      const seen = scene(request, repository, discussion);
      const clock = AbortSignal.timeout(limitMs);
      const reader = { client, model: small, price: smallPrice };
      const half = AbortSignal.any([clock, AbortSignal.timeout(limitMs / 2)]);
      const researched = await research(reader, { github, repo, sha, paths: repository.paths }, topics, seen, half);
      const prompt = planPrompt(request, seen, researched.notes);
      const answer = await converse({ client, model, price: known, clock }, prompt);
      const usage = addUsage(researched.usage, answer.usage);
      return "plan" in answer ? { ...answer, usage, source: "model", model } : { ...answer, usage, model };
    },
  };
}

function unpriced(model: string, planner: string): PlanAnswer {
  const cause = { kind: "model-unpriced" as const, model, known: pricedModels() };
  return { failure: failure("policy-blocked", cause), model: planner, usage: null };
}
