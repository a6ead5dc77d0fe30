/** The settings of a repository: `.github/headgate.yml` of the base branch, with every default filled in. */
import { z } from "zod";
import { RequiredCheck } from "./github.ts";
import { GateSurfaceRule } from "./promotion/guarded.ts";
import { pathsOf } from "./promotion/protected.ts";

/** The label that asks for a feature. */
export const LABEL = "headgate";

const Limits = z.object({
  usd: z.number().positive().nullable(),
  tokens: z.number().int().positive().nullable(),
  minutes: z.number().positive().nullable(),
});

export const Policy = z.object({
  /** Attempts that may run at the same time in the repository. */
  maxParallel: z.number().int().min(1).max(100),
  /** GitHub Actions runs so many jobs at a time, and the checks of pulls want theirs too. */
  actions: z.object({
    /** Jobs that the account may run at the same time; null: more than will ever be needed. */
    slots: z.number().int().min(1).max(1_000).nullable(),
    /** Jobs that the checks of one pull take at the same time. */
    ciJobs: z.number().int().min(0).max(256),
  }),
  /**
   * What of tasks that may change the same files runs at the same time. optimistic: everything; a conflict is resolved when
   * it comes. serialise-overlap: one such task at a time, until it has landed. serialise-hot: the same for `hotFiles` only.
   */
  overlap: z.enum(["optimistic", "serialise-hot", "serialise-overlap"]),
  /** Globs of files that many tasks change, such as registries and translations. */
  hotFiles: z.array(z.string().min(1)).max(100),
  /** Bounds the wait of attempts that start together for the first one's prompt cache. */
  launch: z.object({
    /** At most so long; 0: never. */
    holdSeconds: z.number().min(0).max(5),
    /** Tokens of the prompt that all attempts on one model begin with. */
    prefixTokens: z.number().int().min(0).max(1_000_000),
    /** The price of an hour of waiting. */
    usdPerHour: z.number().min(0),
  }),
  attempts: z.object({
    /** Tries that a task may spend on its own faults before it parks. */
    max: z.number().int().min(1).max(20),
    /** Tries lost to other causes (runners, outages, conflicts) before it parks. */
    free: z.number().int().min(0).max(50),
    /** Minutes an engine may work. */
    minutes: z.number().positive().max(120),
    turns: z.number().int().min(1).max(1000),
    usd: z.number().positive(),
    /** Of all sorts together; null: as many as the dollars buy. */
    tokens: z.number().int().positive().nullable().default(null),
  }),
  /** The models of the three tiers, by name. `rules/tiers.ts` chooses the tier. */
  models: z.object({ small: z.string().min(1), middle: z.string().min(1), large: z.string().min(1) }),
  /** Limits the cost of one feature. null: no limit. */
  budget: Limits,
  /** Limits the cost of all attempts of one task. Beyond it only a person starts another. */
  taskBudget: Limits.default({ usd: null, tokens: null, minutes: null }),
  merge: z.object({
    method: z.enum(["merge", "squash", "rebase"]),
    /** auto: merge when the gate passes. ready: stop there for a person. */
    mode: z.enum(["auto", "ready"]),
  }),
  /** Makes a plan wait for a person's approval. over-budget: when its expected cost exceeds `usd`. */
  approve: z.object({ when: z.enum(["always", "over-budget", "never"]), usd: z.number().nonnegative() }),
  plan: z.object({
    /** Writes a model's plan also as sub-issues with dependencies. */
    publish: z.enum(["comment", "sub-issues"]),
    /** Research runs before planning, each by the small model on its own topic. The planner reads their notes. */
    research: z.number().int().min(0).max(3),
  }),
  /** A pull that bears one of these labels waits. An older version stored none. */
  holdLabels: z.array(z.string().min(1).max(50)).max(20).optional(),
  /**
   * How titles of pulls and commits, messages and trailers read, with `{title}`, `{subject}` and `{issue}` in them. null: as Headgate
   * writes them. An older version stored none.
   */
  templates: z
    .object({
      title: z.string().max(200).nullable(),
      message: z.string().max(2_000).nullable(),
      trailers: z.array(z.string().max(200)).max(20),
    })
    .optional(),
  /** Checks whose failures no agent is asked to repair, such as one of sign-offs. An older version stored none. */
  noRepair: z.array(z.string().min(1).max(200)).max(100).optional(),
  /** Checks required beside those that the branch's protection names. */
  checks: z.array(RequiredCheck).max(100),
  /**
   * Names who makes required checks that no workflow file of the base makes: an App's id, or the login that creates the status. Only
   * they count.
   */
  producers: z.record(z.string(), z.union([z.number().int().positive(), z.string().min(1).max(100)])).default({}),
  /** fail: a required check that ends as neutral does not pass. GitHub lets it pass. */
  neutral: z.enum(["pass", "fail"]).default("pass"),
  /** Decides what follows when an agent gives a reason why there is nothing to change: a person is asked, or the task is done. */
  nothingToDo: z.enum(["ask", "accept"]).default("ask"),
  /** Decides what follows from a change of the files that decide what the required checks do. */
  gateSurface: GateSurfaceRule.default("approve"),
  /** Minutes that required checks may take before the entry leaves the lane. */
  checksMinutes: z
    .number()
    .positive()
    .max(24 * 60),
  /** Minutes that a required check may be missing at least. An older version stored none. */
  missingMinutes: z
    .number()
    .positive()
    .max(24 * 60)
    .optional(),
  /** Globs that no agent may change: the table of `promotion/protected.ts`, and what the repository adds. */
  protectedPaths: z.array(z.string().min(1).max(1_000)).max(200),
  /** Admits parts of an agent's files that look like a secret and are none: globs of paths, and fingerprints of findings. */
  secrets: z.object({ allow: z.array(z.string().min(1).max(1_000)).max(200) }).default({ allow: [] }),
  limits: z.object({ files: z.number().int().positive().max(5_000), bytes: z.number().int().positive() }),
});
export type Policy = z.infer<typeof Policy>;

export const defaultPolicy: Policy = {
  maxParallel: 4,
  actions: { slots: null, ciJobs: 1 },
  overlap: "optimistic",
  hotFiles: [],
  // The rules and tools of the engine builtin: less than any model caches, so that nothing waits for nothing.
  launch: { holdSeconds: 5, prefixTokens: 1_500, usdPerHour: 100 },
  attempts: { max: 3, free: 6, minutes: 30, turns: 80, usd: 5, tokens: null },
  models: { small: "claude-haiku-5-5", middle: "claude-sonnet-5-5", large: "claude-opus-5-5" },
  budget: { usd: 50, tokens: null, minutes: null },
  taskBudget: { usd: null, tokens: null, minutes: null },
  merge: { method: "squash", mode: "auto" },
  approve: { when: "over-budget", usd: 10 },
  plan: { publish: "comment", research: 0 },
  holdLabels: ["do-not-merge"],
  templates: { title: null, message: null, trailers: [] },
  noRepair: [],
  checks: [],
  producers: {},
  neutral: "pass",
  nothingToDo: "ask",
  gateSurface: "approve",
  checksMinutes: 60,
  missingMinutes: 5,
  protectedPaths: [...pathsOf("never")],
  secrets: { allow: [] },
  limits: { files: 300, bytes: 4 * 1024 * 1024 },
};
