/** Effects on the feature's issue and its comments: reading them, and talking to people. */
import { z } from "zod";
import { WaitingCommand } from "../command.ts";
import { TaskId } from "../plan.ts";
import { define, ofRepo } from "./definition.ts";
import { Notice, noticeKey } from "./notice.ts";

export const issueEffects = {
  /** Reads the issue again (label, state, comments), for facts whose webhooks were lost. */
  "issue.observe": define(
    z.object({
      type: z.literal("issue.observe"),
      ...ofRepo,
      issue: z.number().int(),
      round: z.number().int(),
      /** Also the comments on these pulls, written from `since` on, as asked for at `at`. Left out: no task has one. */
      pulls: z.object({ numbers: z.array(z.number().int()), since: z.number().int(), at: z.number().int() }).optional(),
      /** Also which of its sub-issues are closed. Left out: no task is one. */
      subIssues: z.boolean().optional(),
    }),
    {
      key: () => [],
      ordering: ({ issue }) => `issue ${issue}`,
      coalesces: true,
      window: "observeEveryMs",
    },
  ),

  /** Reads who closed a task's sub-issue, and whether that person may leave the task out. */
  "sub-issue.observe": define(
    z.object({ type: z.literal("sub-issue.observe"), ...ofRepo, issue: z.number().int(), round: z.number().int() }),
    {
      key: ({ issue, round }) => [issue, round],
      ordering: ({ issue }) => `closing ${issue}`,
      coalesces: false,
      window: null,
    },
  ),

  /** Closes the sub-issue of a task that ended. Once: a person may open it again. */
  "sub-issue.close": define(
    z.object({
      type: z.literal("sub-issue.close"),
      ...ofRepo,
      issue: z.number().int(),
      reason: z.enum(["completed", "not_planned"]),
    }),
    {
      key: ({ issue }) => [issue],
      ordering: ({ issue }) => `words ${issue}`,
      coalesces: false,
      window: null,
    },
  ),

  /** Reads who closed the issue, and whether that person may end the feature. `by` null: the webhook was lost. */
  "closing.observe": define(
    z.object({
      type: z.literal("closing.observe"),
      ...ofRepo,
      issue: z.number().int(),
      by: z.string().nullable(),
      round: z.number().int(),
    }),
    {
      key: ({ round }) => [round],
      ordering: ({ issue }) => `closing ${issue}`,
      coalesces: false,
      window: null,
    },
  ),

  "permission.observe": define(
    z.object({
      type: z.literal("permission.observe"),
      ...ofRepo,
      comment: z.number().int(),
      by: z.string(),
      waiting: WaitingCommand.optional(),
    }),
    {
      key: ({ comment }) => [comment],
      // A person's commands stay in their order.
      ordering: ({ by }) => `permission ${by}`,
      coalesces: false,
      window: null,
    },
  ),

  /** Brings the status comment up to date with the state at the time of sending. */
  "status.publish": define(
    z.object({
      type: z.literal("status.publish"),
      ...ofRepo,
      issue: z.number().int(),
    }),
    {
      key: () => [],
      ordering: ({ issue }) => `words ${issue}`,
      coalesces: true,
      window: "statusEveryMs",
    },
  ),

  "notice.post": define(
    z.object({
      type: z.literal("notice.post"),
      ...ofRepo,
      issue: z.number().int(),
      notice: Notice,
      /** The life of the feature that says it, since each has comments of its own. Left out: the first. */
      life: z.number().int().optional(),
    }),
    {
      key: ({ notice }) => [noticeKey(notice)],
      ordering: ({ issue }) => `words ${issue}`,
      coalesces: false,
      window: null,
    },
  ),

  "reaction.add": define(
    z.object({
      type: z.literal("reaction.add"),
      ...ofRepo,
      comment: z.number().int(),
      content: z.enum(["eyes", "+1", "-1", "confused"]),
    }),
    {
      key: ({ comment, content }) => [comment, content],
      ordering: ({ comment, type }) => `comment ${comment} ${type}`,
      coalesces: false,
      window: null,
    },
  ),

  "issue.close": define(
    z.object({
      type: z.literal("issue.close"),
      ...ofRepo,
      issue: z.number().int(),
      /** Tasks whose sub-issues Headgate wrote, and does not know the numbers of. They close with the issue. */
      tasks: z.array(TaskId).default([]),
    }),
    {
      key: () => [],
      ordering: ({ issue }) => `words ${issue}`,
      coalesces: false,
      window: null,
    },
  ),
};
