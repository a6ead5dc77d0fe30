/** Effects on an attempt's workflow run. */
import { z } from "zod";
import { BriefFacts } from "../attempt.ts";
import { attemptOf, define, ofRepo } from "./definition.ts";

export const attemptEffects = {
  "attempt.dispatch": define(
    z.object({
      type: z.literal("attempt.dispatch"),
      ...ofRepo,
      ...attemptOf,
      id: z.string(),
      brief: BriefFacts,
    }),
    {
      key: ({ id }) => [id],
      ordering: ({ id }) => `attempt ${id}`,
      coalesces: false,
      window: null,
    },
  ),

  "attempt.observe": define(
    z.object({
      type: z.literal("attempt.observe"),
      ...ofRepo,
      ...attemptOf,
      id: z.string(),
      run: z.number().int(),
      seq: z.number().int(),
    }),
    {
      key: ({ id }) => [id],
      ordering: ({ id }) => `attempt ${id}`,
      coalesces: true,
      window: null,
    },
  ),

  "attempt.cancel": define(
    z.object({
      type: z.literal("attempt.cancel"),
      ...ofRepo,
      ...attemptOf,
      id: z.string(),
      /** null: the run is not known yet. It is found by the attempt's id. */
      run: z.number().int().nullable(),
    }),
    {
      key: ({ id, run }) => [id, run ?? "unknown"],
      ordering: ({ id }) => `attempt ${id}`,
      coalesces: false,
      window: null,
    },
  ),
};
