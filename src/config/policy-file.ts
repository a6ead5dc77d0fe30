/**
 * `.github/headgate.yml`: what a repository may say about how its features are carried out. Whatever it does not say
 * keeps its default; whatever it says wrongly is listed, each problem with its line, and nothing starts.
 */
import { z } from "zod";
import { RequiredCheck } from "../core/github.ts";
import { Policy } from "../core/policy.ts";
import { repeatsGroup } from "../core/rules/globs.ts";
import type { PriceLookup } from "./own-prices.ts";
import { pricedModels, priceOf } from "./prices.ts";
import { type LineOf, lowerFirst, type Problem, readYaml } from "./yaml.ts";

const POLICY_FILE = ".github/headgate.yml";
const MAX_BYTES = 64 * 1024;
const MAX_PROBLEMS = 20;

const { shape } = Policy;

/** A glob from the repository's root, of a list of which any may fit. */
const RepositoryPath = z
  .string()
  .min(1)
  .max(300)
  .refine(
    (path) => !path.startsWith("/") && !path.includes("\\") && !path.split("/").includes(".."),
    "a path is written from the repository's root, without a leading '/', '\\' or '..'",
  )
  // It could not be judged in time, and every path would count as protected.
  .refine((path) => !repeatsGroup(path), "a group cannot be repeated, as by '+(': list what it stands for")
  // In a list of which any entry counts, a negated one would stand for everything else.
  .refine((path) => !path.startsWith("!"), "a path cannot be taken out again with '!'");

/** Numbers of the policy under the names that people write. */
const actions = z.strictObject({ slots: shape.actions.shape.slots, "ci-jobs": shape.actions.shape.ciJobs }).partial();
const launch = z
  .strictObject({
    "hold-seconds": shape.launch.shape.holdSeconds,
    "prefix-tokens": shape.launch.shape.prefixTokens,
    "usd-per-hour": shape.launch.shape.usdPerHour,
  })
  .partial();

/** What the file leaves out has this server's default, not the policy's own. */
const attempts = shape.attempts.extend({ tokens: shape.attempts.shape.tokens.unwrap() });

const groups = {
  actions,
  launch,
  attempts: attempts.omit({ free: true }).partial().strict(),
  models: shape.models.partial().strict(),
  budget: shape.budget.partial().strict(),
  "task-budget": shape.taskBudget.unwrap().partial().strict(),
  merge: shape.merge.partial().strict(),
  limits: shape.limits.partial().strict(),
  plan: shape.plan.partial().strict(),
};

const PolicyFile = z
  .strictObject({
    "max-parallel": shape.maxParallel,
    ...groups,
    checks: z.array(RequiredCheck.shape.name).max(100),
    "checks-minutes": shape.checksMinutes,
    "protected-paths": z.array(RepositoryPath).max(80),
    approve: shape.approve.shape.when,
    "approve-over": shape.approve.shape.usd,
    overlap: shape.overlap,
    "hot-files": z.array(RepositoryPath).max(100),
  })
  .partial();
type PolicyFile = z.infer<typeof PolicyFile>;

export type PolicyReading = { ok: true; policy: Policy } | { ok: false; problems: string[] };

/**
 * Read the file's text; null: there is no file. A model without a price is a problem: what it costs would not count.
 * Problems are whole sentences that begin with the file's name and, where known, the line.
 */
export function readPolicy(text: string | null, defaults: Policy, price: PriceLookup = priceOf): PolicyReading {
  if (text === null) return { ok: true, policy: defaults };
  const reading = readFile(text, price);
  if (reading.ok) return { ok: true, policy: merged(reading.file, defaults) };
  const problems = reading.problems.toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0)).map(sentence);
  const rest = problems.length - MAX_PROBLEMS;
  if (rest > 0) problems.splice(MAX_PROBLEMS, rest, `There are ${rest} more problems in \`${POLICY_FILE}\`.`);
  return { ok: false, problems };
}

function readFile(
  text: string,
  price: PriceLookup,
): { ok: true; file: PolicyFile } | { ok: false; problems: Problem[] } {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return { ok: false, problems: [{ line: null, text: `the file is larger than ${MAX_BYTES / 1024} KB` }] };
  }
  const yaml = readYaml(text);
  if (!yaml.ok) return yaml;
  const file = PolicyFile.safeParse(yaml.value ?? {});
  const problems = file.success
    ? unpricedModels(file.data, price, yaml.lineOf)
    : file.error.issues.flatMap((issue) => describe(issue, yaml.lineOf));
  return file.success && problems.length === 0 ? { ok: true, file: file.data } : { ok: false, problems };
}

function merged(file: PolicyFile, defaults: Policy): Policy {
  return Policy.parse({
    maxParallel: file["max-parallel"] ?? defaults.maxParallel,
    actions: given(defaults.actions, { slots: file.actions?.slots, ciJobs: file.actions?.["ci-jobs"] }),
    overlap: file.overlap ?? defaults.overlap,
    hotFiles: file["hot-files"] ?? defaults.hotFiles,
    launch: given(defaults.launch, {
      holdSeconds: file.launch?.["hold-seconds"],
      prefixTokens: file.launch?.["prefix-tokens"],
      usdPerHour: file.launch?.["usd-per-hour"],
    }),
    attempts: { ...defaults.attempts, ...file.attempts },
    models: { ...defaults.models, ...file.models },
    budget: { ...defaults.budget, ...file.budget },
    taskBudget: { ...defaults.taskBudget, ...file["task-budget"] },
    merge: { ...defaults.merge, ...file.merge },
    approve: given(defaults.approve, { when: file.approve, usd: file["approve-over"] }),
    plan: { ...defaults.plan, ...file.plan },
    checks: file.checks === undefined ? defaults.checks : file.checks.map((name) => ({ name, appId: null })),
    checksMinutes: file["checks-minutes"] ?? defaults.checksMinutes,
    protectedPaths: [...defaults.protectedPaths, ...(file["protected-paths"] ?? []).flatMap(withContents)],
    limits: { ...defaults.limits, ...file.limits },
  } satisfies Record<keyof Policy, unknown>);
}

/** The defaults, with what is given in their place. null is given: it says that there is no limit. */
function given<Group extends object>(defaults: Group, more: { [Key in keyof Group]: Group[Key] | undefined }): Group {
  return { ...defaults, ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)) };
}

/** A folder's name stands for all that lies in it: `infra` or `infra/` alone would match no file. */
function withContents(path: string): string[] {
  const name = path.replace(/\/+$/, "");
  return name.endsWith("/**") ? [name] : [name, `${name}/**`];
}

function unpricedModels(file: PolicyFile, price: PriceLookup, lineOf: LineOf): Problem[] {
  return Object.entries(file.models ?? {})
    .filter(([, model]) => model !== undefined && price(model) === null)
    .map(([use, model]) => ({
      line: lineOf(["models", use]),
      text: `'models.${use}': no price is known for '${model}'; known models: ${pricedModels().join(", ")}`,
    }));
}

function describe(issue: z.core.$ZodIssue, lineOf: LineOf): Problem[] {
  const place = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const where = place === "" ? "" : ` in '${place}'`;
    const known = knownKeys(issue.path[0]).join(", ");
    return issue.keys.map((key) => ({
      line: lineOf([...issue.path, key]),
      text: `unknown key '${key.slice(0, 100)}'${where}; known keys: ${known}`,
    }));
  }
  if (place === "") return [{ line: null, text: "the file must hold keys and values, such as 'max-parallel: 3'" }];
  return [{ line: lineOf(issue.path), text: `'${place}': ${lowerFirst(issue.message)}` }];
}

function knownKeys(group: PropertyKey | undefined): string[] {
  const parent = Object.entries(groups).find(([name]) => name === group)?.[1] ?? PolicyFile;
  return Object.keys(parent.shape);
}

function sentence({ line, text }: Problem): string {
  return `\`${POLICY_FILE}\`${line === null ? "" : `, line ${line}`}: ${text.replace(/\.?$/, ".")}`;
}
