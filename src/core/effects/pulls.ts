/** Effects on pull requests. */
import { z } from "zod";
import { Check, RequiredCheck } from "../github.ts";
import { TaskDescription, TaskId, TaskTitle } from "../plan.ts";
import { Policy } from "../policy.ts";
import { GateSurfaceRule } from "../promotion/guarded.ts";
import { define, ofRepo, PullNumber, Sha } from "./definition.ts";

/** Decides which changes of a head need a person. An older version did not say. */
const guarding = {
  checks: z.array(RequiredCheck).default([]),
  gateSurface: GateSurfaceRule.default("approve"),
  /** False on the integration branch, whose own pull waits for all. */
  reachesBase: z.boolean().default(true),
};

export const pullEffects = {
  "pull.open": define(
    z.object({
      type: z.literal("pull.open"),
      ...ofRepo,
      task: TaskId,
      round: z.number().int(),
      branch: z.string(),
      /** The commit that was promoted. A pull that carried it is this one, whatever people have done to it since. */
      head: Sha,
      base: z.string(),
      title: TaskTitle,
      issue: z.number().int(),
      /** Left out: an older version's effect. */
      templates: Policy.shape.templates,
      summary: z.string(),
      description: TaskDescription,
      files: z.array(z.string()),
      outsideScope: z.array(z.string()),
      /** The task's pull that is over without a merge. Neither it nor an earlier one counts as this one. Left out: there is none. */
      replaces: PullNumber.optional(),
      ...guarding,
    }),
    {
      key: ({ branch, round }) => [branch, round],
      ordering: ({ branch }) => `branch ${branch}`,
      coalesces: false,
      window: null,
    },
  ),

  /** Has an open pull's text name the changes that need a person, as its head now is. */
  "pull.describe": define(
    z.object({
      type: z.literal("pull.describe"),
      ...ofRepo,
      pull: PullNumber,
      task: TaskId,
      branch: z.string(),
      base: z.string(),
      issue: z.number().int(),
      ...guarding,
    }),
    {
      key: ({ pull }) => [pull],
      ordering: ({ pull }) => `pull ${pull}`,
      coalesces: true,
      window: null,
    },
  ),

  "pull.observe": define(
    z.object({
      type: z.literal("pull.observe"),
      ...ofRepo,
      pull: PullNumber,
      seq: z.number().int(),
      /** The branch it merges into. */
      branch: z.string(),
      /** The branch of its head. Left out: an older version did not say. */
      headBranch: z.string().optional(),
      /** The required checks of its head, which decide what else is read. */
      checks: z.array(RequiredCheck),
      neutral: z.enum(["pass", "fail"]),
      gateSurface: GateSurfaceRule.default("approve"),
    }),
    {
      key: ({ pull }) => [pull],
      ordering: ({ pull }) => `pull ${pull}`,
      coalesces: true,
      window: "observeEveryMs",
    },
  ),

  /** Reads the logs of failing checks, for the attempt that fixes them. */
  "failure.read": define(
    z.object({
      type: z.literal("failure.read"),
      ...ofRepo,
      pull: PullNumber,
      head: Sha,
      round: z.number().int(),
      checks: z.array(Check),
    }),
    {
      key: ({ pull, head, round }) => [pull, head, round],
      ordering: ({ pull }) => `pull ${pull}`,
      coalesces: false,
      window: null,
    },
  ),

  /** Finds out whether an entry's head would merge with that of an entry ahead of it. Writes nothing. */
  "heads.compare": define(
    z.object({
      type: z.literal("heads.compare"),
      ...ofRepo,
      pull: PullNumber,
      head: Sha,
      ahead: PullNumber,
      aheadHead: Sha,
      round: z.number().int(),
    }),
    {
      key: ({ pull, head, ahead, aheadHead, round }) => [pull, head, ahead, aheadHead, round],
      // Not `pull`: a slow comparison would delay what is done to the pull.
      ordering: ({ pull }) => `heads ${pull}`,
      coalesces: false,
      window: null,
    },
  ),

  /** Merges the base into the head. */
  "pull.update": define(
    z.object({
      type: z.literal("pull.update"),
      ...ofRepo,
      pull: PullNumber,
      head: Sha,
      base: Sha,
      round: z.number().int(),
    }),
    {
      key: ({ pull, head, base, round }) => [pull, head, base, round],
      ordering: ({ pull }) => `pull ${pull}`,
      coalesces: false,
      window: null,
    },
  ),

  "checks.rerun": define(
    z.object({
      type: z.literal("checks.rerun"),
      ...ofRepo,
      pull: PullNumber,
      head: Sha,
      round: z.number().int(),
      checks: z.array(Check),
    }),
    {
      key: ({ pull, head, round }) => [pull, head, round],
      ordering: ({ pull }) => `pull ${pull}`,
      coalesces: false,
      window: null,
    },
  ),

  "pull.merge": define(
    z.object({
      type: z.literal("pull.merge"),
      ...ofRepo,
      pull: PullNumber,
      head: Sha,
      round: z.number().int(),
      /** The branch that it may merge into, and no other. Left out: an older version did not say. */
      base: z.string().optional(),
      method: z.enum(["merge", "squash", "rebase"]),
      title: TaskTitle,
    }),
    {
      key: ({ pull, head, round }) => [pull, head, round],
      ordering: ({ pull }) => `pull ${pull}`,
      coalesces: false,
      window: null,
    },
  ),

  "pull.close": define(
    z.object({
      type: z.literal("pull.close"),
      ...ofRepo,
      pull: PullNumber,
    }),
    {
      key: ({ pull }) => [pull],
      ordering: ({ pull }) => `pull ${pull}`,
      coalesces: false,
      window: null,
    },
  ),
};
