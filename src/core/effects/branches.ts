/** Effects on branches. Only Headgate itself writes commits and moves branches; no job holds a write token. */
import { z } from "zod";
import { ChangedFile } from "../attempt.ts";
import { TaskId, TaskTitle } from "../plan.ts";
import { Policy } from "../policy.ts";
import { attemptOf, define, ofRepo, Sha } from "./definition.ts";

const Templates = Policy.shape.templates;

export const branchEffects = {
  /** Writes an attempt's change as a commit that no branch has yet, and compares its tree with the one it is a change of. */
  "change.write": define(
    z.object({
      type: z.literal("change.write"),
      ...ofRepo,
      ...attemptOf,
      /** Asked for again after an outage, it is another effect about the same change. */
      round: z.number().int(),
      id: z.string(),
      run: z.number().int(),
      branch: z.string(),
      against: Sha,
      parents: z.array(Sha).min(1).max(2),
      manifest: z.array(ChangedFile),
      title: TaskTitle,
      issue: z.number().int(),
      /** Left out: an older version's effect. */
      templates: Templates,
    }),
    {
      key: ({ id, round }) => [id, round],
      ordering: ({ branch }) => `branch ${branch}`,
      coalesces: false,
      window: null,
    },
  ),

  /** Moves the task's branch to the commit that was judged: the trust boundary. */
  "change.promote": define(
    z.object({
      type: z.literal("change.promote"),
      ...ofRepo,
      ...attemptOf,
      round: z.number().int(),
      id: z.string(),
      branch: z.string(),
      /** Where the branch must point now; null: it must not exist. */
      from: Sha.nullable(),
      commit: Sha,
    }),
    {
      key: ({ id, round }) => [id, round],
      ordering: ({ branch }) => `branch ${branch}`,
      coalesces: false,
      window: null,
    },
  ),

  /** Creates the integration branch. */
  "branch.create": define(
    z.object({
      type: z.literal("branch.create"),
      ...ofRepo,
      branch: z.string(),
      at: Sha,
      round: z.number().int(),
    }),
    {
      key: ({ branch, round }) => [branch, round],
      ordering: ({ branch }) => `branch ${branch}`,
      coalesces: false,
      window: null,
    },
  ),

  "branch.observe": define(
    z.object({
      type: z.literal("branch.observe"),
      ...ofRepo,
      branch: z.string(),
      seq: z.number().int(),
      /** A merge that the branch should still hold. Left out: it is not compared. */
      holds: Sha.optional(),
    }),
    {
      key: ({ branch }) => [branch],
      ordering: ({ branch }) => `branch ${branch}`,
      coalesces: true,
      window: null,
    },
  ),

  "branch.delete": define(
    z.object({
      type: z.literal("branch.delete"),
      ...ofRepo,
      branch: z.string(),
    }),
    {
      key: ({ branch }) => [branch],
      ordering: ({ branch }) => `branch ${branch}`,
      coalesces: false,
      window: null,
    },
  ),

  /** Writes what takes a landed commit back: `merge` undone, on a branch of its own. */
  "revert.write": define(
    z.object({
      type: z.literal("revert.write"),
      ...ofRepo,
      task: TaskId,
      round: z.number().int(),
      id: z.string(),
      branch: z.string(),
      merge: Sha,
      /** The commit that `merge` landed on: the tree to go back to. */
      base: Sha,
      title: TaskTitle,
      issue: z.number().int(),
      /** Left out: an older version's effect. */
      templates: Templates,
    }),
    {
      key: ({ branch, round }) => [branch, round],
      ordering: ({ branch }) => `branch ${branch}`,
      coalesces: false,
      window: null,
    },
  ),
};
