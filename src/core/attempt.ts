/**
 * The contract between Headgate and what runs inside an attempt's job: the brief goes in as a workflow input, the
 * result comes out as an artifact. Both sides parse with these schemas; neither trusts the other.
 */
import { z } from "zod";
import { Failure } from "./failure.ts";
import { ofLife } from "./keys.ts";
import { TaskDescription, TaskId, TaskTitle } from "./plan.ts";

/** Frozen with the workflow's inputs: GitHub refuses undeclared inputs, so callers' workflow files could not follow a change. */
export const PROTOCOL = "1";

/** Bytes of the brief as JSON. All inputs of a dispatch share 65,535 characters. */
export const MAX_BRIEF_BYTES = 48 * 1024;

export const AttemptKind = z.enum(["build", "repair", "resolve", "research", "review"]);
export type AttemptKind = z.infer<typeof AttemptKind>;

const Sha = z.string().regex(/^[0-9a-f]{40}$/);

/** US dollars per million tokens of each sort. */
export const Price = z.object({
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cacheRead: z.number().nonnegative(),
  cacheWrite: z.number().nonnegative(),
});
export type Price = z.infer<typeof Price>;

export const Brief = z.object({
  /** `owner/repo#12` */
  feature: z.string(),
  task: TaskId,
  attempt: z.number().int().positive(),
  kind: AttemptKind,
  issue: z.object({ number: z.number().int(), title: z.string(), body: z.string() }),
  title: z.string(),
  description: z.string(),
  files: z.array(z.string()),
  /**
   * The commit checked out. build, research: the base branch's tip. repair: the task's head. resolve: the task's head,
   * into which the job merges `merge` without committing.
   */
  checkout: Sha,
  /** resolve only: the base branch's tip to merge in. */
  merge: Sha.nullable(),
  /** The commit that the attempt's change is listed against: `checkout`, and for resolve `merge`. */
  against: Sha,
  model: z.object({
    name: z.string(),
    /** null: the price is unknown, and an engine must refuse the model. */
    price: Price.nullable(),
    maxTurns: z.number().int().positive(),
    maxUsd: z.number().positive(),
    /** Of all sorts together. null: no limit; also of a server that knew none. */
    maxTokens: z.number().positive().nullable().default(null),
  }),
  limits: z.object({
    minutes: z.number().positive(),
    files: z.number().int().positive(),
    bytes: z.number().int().positive(),
  }),
  /** The reasons for this attempt: failing checks with log tails, conflicting files, the last attempt's cause. */
  history: z.array(z.object({ title: z.string(), text: z.string() })),
  /** Tasks this one depends on, and the notes they left. */
  dependencies: z.array(
    z.object({ id: z.string(), title: z.string(), summary: z.string(), notes: z.array(z.string()) }),
  ),
  /** The other tasks of the feature and what they are doing, as of dispatch. */
  siblings: z.array(z.object({ id: z.string(), title: z.string(), state: z.string(), files: z.array(z.string()) })),
});
export type Brief = z.infer<typeof Brief>;

/** The brief before it is put into words. */
export const BriefFacts = Brief.omit({ history: true }).extend({
  title: TaskTitle,
  description: TaskDescription,
  dependencies: z.array(Brief.shape.dependencies.element.extend({ title: TaskTitle })),
  siblings: z.array(Brief.shape.siblings.element.extend({ title: TaskTitle })),
  acceptance: z.array(z.string()),
  checks: z.array(z.string()),
  /** Why this attempt exists; null: it is the first. */
  failure: Failure.nullable(),
});
export type BriefFacts = z.infer<typeof BriefFacts>;

export const Usage = z.object({
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  cacheReadTokens: z.number().int().nonnegative(),
  cacheWriteTokens: z.number().int().nonnegative(),
  usd: z.number().nonnegative(),
  /** Tokens that `usd` leaves out, of parts without a price. Left out: none, or all of them where `usd` is 0. */
  unpricedTokens: z.number().int().nonnegative().optional(),
});
export type Usage = z.infer<typeof Usage>;

/** Counts of one attempt that a job may report. No attempt costs so much, and a budget must not be filled by a forged number. */
const MAX_TOKENS = 10_000_000_000;
const MAX_USD = 100_000;
export const ReportedUsage = z.object({
  inputTokens: Usage.shape.inputTokens.max(MAX_TOKENS),
  outputTokens: Usage.shape.outputTokens.max(MAX_TOKENS),
  cacheReadTokens: Usage.shape.cacheReadTokens.max(MAX_TOKENS),
  cacheWriteTokens: Usage.shape.cacheWriteTokens.max(MAX_TOKENS),
  usd: Usage.shape.usd.max(MAX_USD),
});

export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, usd: 0 };

/** Returns a model's price; null: unknown. Ignores names that every object has, such as `constructor`. */
export function priceOf(prices: Readonly<Record<string, Price>>, model: string): Price | null {
  return Object.hasOwn(prices, model) ? (prices[model] ?? null) : null;
}

/** Returns the cost of the tokens in US dollars. */
export function usdOf(tokens: Omit<Usage, "usd" | "unpricedTokens">, price: Price): number {
  const perMillion =
    tokens.inputTokens * price.input +
    tokens.outputTokens * price.output +
    tokens.cacheReadTokens * price.cacheRead +
    tokens.cacheWriteTokens * price.cacheWrite;
  return perMillion / 1_000_000;
}

/** Of all sorts together. */
export function tokensOf(usage: Omit<Usage, "usd" | "unpricedTokens">): number {
  return usage.inputTokens + usage.outputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}

/** Returns how many of the tokens have no known price: those that cost nothing have none. */
export function unpricedTokens(usage: Usage): number {
  return usage.usd === 0 ? tokensOf(usage) : (usage.unpricedTokens ?? 0);
}

export function addUsage(left: Usage, right: Usage): Usage {
  const unpriced = sum(unpricedTokens(left), unpricedTokens(right));
  const usd = sum(left.usd, right.usd);
  return {
    inputTokens: sum(left.inputTokens, right.inputTokens),
    outputTokens: sum(left.outputTokens, right.outputTokens),
    cacheReadTokens: sum(left.cacheReadTokens, right.cacheReadTokens),
    cacheWriteTokens: sum(left.cacheWriteTokens, right.cacheWriteTokens),
    usd,
    ...(unpriced > 0 && usd > 0 ? { unpricedTokens: unpriced } : {}),
  };
}

/** Adds without exceeding what can be stored: a job may report any usage. */
function sum(left: number, right: number): number {
  return Math.min(left + right, Number.MAX_SAFE_INTEGER);
}

/** One changed path of the checkout, against the brief's `against` commit. */
export const ChangedFile = z.discriminatedUnion("change", [
  z.object({
    change: z.literal("write"),
    path: z.string().min(1).max(4096),
    /** Git's modes: a file, an executable file, a symbolic link (its content is the target). Submodules have none here. */
    mode: z.enum(["100644", "100755", "120000"]),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    bytes: z.number().int().nonnegative(),
  }),
  z.object({ change: z.literal("delete"), path: z.string().min(1).max(4096) }),
]);
export type ChangedFile = z.infer<typeof ChangedFile>;

/** Bytes of a manifest as JSON, half of what `result.json` may have. A job refuses a longer one itself. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;

/** Files of a manifest. A policy may allow as many. */
export const MAX_RESULT_FILES = 5_000;

/** `result.json`. The files of the manifest lie beside it in the artifact as `files/<sha256>`. */
export const Result = z.object({
  protocol: z.literal(PROTOCOL),
  attempt: z.string(),
  /**
   * completed: the engine finished its work. failed: it gave up, crashed or exited non-zero. timed-out: it ran out of
   * minutes. budget-exhausted: it used up its turns or dollars. provider-down: the model could not be reached or
   * refused service, which is not the task's fault.
   */
  outcome: z.enum(["completed", "failed", "timed-out", "budget-exhausted", "provider-down"]),
  /** Why, when not completed; else what was done, in a sentence or two. */
  summary: z.string().max(20_000),
  engine: z.enum(["builtin", "command", "claude-code"]),
  model: z.string().nullable(),
  usage: ReportedUsage.nullable(),
  /** Notes for the tasks that depend on this one; of a research task, its findings. */
  notes: z.array(z.string().max(20_000)).max(50),
  manifest: z.array(ChangedFile).max(MAX_RESULT_FILES),
});
export type Result = z.infer<typeof Result>;

/** The attempt workflow's file, on the repository's default branch. Its checks gate nothing. */
export const ATTEMPT_WORKFLOW = ".github/workflows/headgate.yml";

/** The artifact's name on the workflow run. */
export const RESULT_ARTIFACT = "headgate-result";

/** The attempt's id, also the end of its workflow run's name: `12/parser/2`. */
export function attemptId(issue: number, task: string, attempt: number): string {
  return `${issue}/${task}/${attempt}`;
}

/** `run-name` of the attempt workflow. */
export function runName(attempt: string): string {
  return `headgate ${attempt}`;
}

/** The task's branch. That of a later life is `headgate/12.2/parser`, so that it never meets a former one's. */
export function taskBranch(issue: number, task: string, life = 1): string {
  return `headgate/${ofLife(issue, life)}/${task}`;
}
