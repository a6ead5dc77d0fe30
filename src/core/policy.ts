/** How a repository wants its features carried out: `.github/headgate.yml` of the base branch, with every default filled in. */
import { z } from "zod";
import type { AttemptKind } from "./attempt.ts";
import { RequiredCheck } from "./github.ts";

export const Policy = z.object({
  /** The label that asks for a feature. */
  label: z.string().min(1),
  /** Attempts that may run at the same time. */
  maxParallel: z.number().int().min(1).max(100),
  attempts: z.object({
    /** Tries that a task may spend on its own faults before it parks. */
    max: z.number().int().min(1).max(20),
    /** Tries lost to other causes (runners, outages, conflicts) before it parks. */
    free: z.number().int().min(0).max(50),
    /** Minutes an engine may work. */
    minutes: z.number().positive().max(120),
    turns: z.number().int().min(1).max(1000),
    usd: z.number().positive(),
  }),
  models: z.object({
    plan: z.string().min(1),
    research: z.string().min(1),
    build: z.string().min(1),
    resolve: z.string().min(1),
  }),
  merge: z.object({
    method: z.enum(["merge", "squash", "rebase"]),
    /** auto: merge when the gate passes. ready: stop there for a person. */
    mode: z.enum(["auto", "ready"]),
  }),
  /** Checks required beside those that the branch's protection names. */
  checks: z.array(RequiredCheck).max(100),
  /** Minutes that required checks may take before the entry leaves the lane. */
  checksMinutes: z
    .number()
    .positive()
    .max(24 * 60),
  /** Globs that no agent may change. */
  protectedPaths: z.array(z.string().min(1)).max(200),
  limits: z.object({ files: z.number().int().positive().max(5_000), bytes: z.number().int().positive() }),
});
export type Policy = z.infer<typeof Policy>;

export const defaultPolicy: Policy = {
  label: "headgate",
  maxParallel: 4,
  attempts: { max: 3, free: 6, minutes: 30, turns: 80, usd: 5 },
  models: {
    plan: "claude-opus-5-5",
    research: "claude-haiku-5-5",
    build: "claude-sonnet-5-5",
    resolve: "claude-opus-5-5",
  },
  merge: { method: "squash", mode: "auto" },
  checks: [],
  checksMinutes: 60,
  protectedPaths: [
    ".github/**",
    "**/CODEOWNERS",
    "**/AGENTS.md",
    "**/CLAUDE.md",
    "**/GEMINI.md",
    ".claude/**",
    ".cursor/**",
    ".mcp.json",
    ".gitmodules",
    ".husky/**",
  ],
  limits: { files: 300, bytes: 4 * 1024 * 1024 },
};

/** Which model an attempt of this kind runs on. */
export function modelFor(policy: Policy, kind: AttemptKind): string {
  switch (kind) {
    case "research":
      return policy.models.research;
    case "resolve":
      return policy.models.resolve;
    case "build":
    case "repair":
    case "review":
      return policy.models.build;
  }
}
