/** Effects between a labelled issue and its plan. */
import { z } from "zod";
import { PlannedTask } from "../plan.ts";
import { Policy } from "../policy.ts";
import { shapeOf } from "../shape.ts";
import { define, ofRepo, Sha } from "./definition.ts";

export const planningEffects = {
  /** Reads the repository before a feature starts: who asks, config, checks, what would be in the way. */
  "feature.observe": define(
    z.object({
      type: z.literal("feature.observe"),
      ...ofRepo,
      issue: z.number().int(),
      by: z.string(),
      round: z.number().int(),
    }),
    {
      key: ({ round }) => [round],
      ordering: ({ issue }) => `issue ${issue}`,
      coalesces: false,
      window: null,
    },
  ),

  "plan.make": define(
    z.object({
      type: z.literal("plan.make"),
      ...ofRepo,
      issue: z.object({ number: z.number().int(), title: z.string(), body: z.string() }),
      base: z.object({ branch: z.string(), sha: Sha }),
      policy: Policy,
      model: z.string(),
      version: z.number().int(),
      /** Wishes of people beyond the issue's text. */
      guidance: z.string(),
      /** The planner's last questions. The discussion on the issue holds the answers. */
      asked: z.array(z.string()),
      /** Plans only the tasks that people added since, for a feature under way. */
      extends: z.boolean(),
    }),
    {
      key: ({ version }) => [version],
      ordering: ({ issue }) => `issue ${issue.number}`,
      coalesces: false,
      window: null,
    },
  ),

  /** Writes the plan down as sub-issues with dependencies. */
  "plan.file": define(
    z.object({
      type: z.literal("plan.file"),
      ...ofRepo,
      issue: z.number().int(),
      version: z.number().int(),
      tasks: z.array(shapeOf(PlannedTask)),
    }),
    {
      key: ({ version }) => [version],
      ordering: ({ issue }) => `issue ${issue}`,
      coalesces: false,
      window: null,
    },
  ),

  /** Brings the plan comment up to date with the state at the time of sending. */
  "plan.publish": define(
    z.object({
      type: z.literal("plan.publish"),
      ...ofRepo,
      issue: z.number().int(),
      version: z.number().int(),
    }),
    {
      key: () => [],
      ordering: ({ issue }) => `words ${issue}`,
      coalesces: true,
      window: null,
    },
  ),
};
