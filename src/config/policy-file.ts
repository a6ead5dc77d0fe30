/**
 * Reads `.github/headgate.yml`: how a repository wants its features carried out. What the file leaves out keeps its
 * default. Each mistake in it is a problem with its line, and any problem keeps features from starting.
 */
import { z } from "zod";
import { RequiredCheck } from "../core/github.ts";
import { Policy } from "../core/policy.ts";
import type { ConfigFault, Problem } from "../core/preflight/index.ts";
import { isFingerprint } from "../core/promotion/secret.ts";
import { repeatsGroup } from "../core/rules/globs.ts";
import type { PriceLookup } from "./own-prices.ts";
import { listPriceOf, pricedModels } from "./prices.ts";
import { type LineOf, readYaml } from "./yaml.ts";

const MAX_BYTES = 64 * 1024;
const MAX_PROBLEMS = 20;
/** People choose the names that problems repeat. */
const MAX_NAME_CHARACTERS = 100;

const { shape } = Policy;

/** Rules of ours that the schema's own messages know nothing of. */
type PathFault = Extract<ConfigFault["kind"], `path-${string}`>;
const rule = (fault: PathFault) => ({ params: { fault } });

/** A glob from the repository's root. A path that fits any entry of its list counts. */
const RepositoryPath = z
  .string()
  .min(1)
  .max(300)
  .refine(
    (path) => !path.startsWith("/") && !path.includes("\\") && !path.split("/").includes(".."),
    rule("path-outside"),
  )
  // It could not be judged in time, and every path would count as protected.
  .refine((path) => !repeatsGroup(path), rule("path-repeats-group"))
  // In a list of which any entry counts, a negated one would stand for everything else.
  .refine((path) => !path.startsWith("!"), rule("path-negated"));

/** Numbers of the policy under the names that people write. */
const actions = z.strictObject({ slots: shape.actions.shape.slots, "ci-jobs": shape.actions.shape.ciJobs }).partial();
const launch = z
  .strictObject({
    "hold-seconds": shape.launch.shape.holdSeconds,
    "prefix-tokens": shape.launch.shape.prefixTokens,
    "usd-per-hour": shape.launch.shape.usdPerHour,
  })
  .partial();

/** Fills in this server's defaults, not the policy's own, for what the file leaves out. */
const attempts = shape.attempts.extend({ tokens: shape.attempts.shape.tokens.unwrap() });

const Template = z
  .string()
  .trim()
  .regex(/\{(?:title|subject)\}/, "Write {title} or {subject} where the task's title stands");
const Trailer = z
  .string()
  .trim()
  .max(200)
  .regex(/^[A-Za-z][\w-]*: \S/, "Write a trailer as 'Key: value'");

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
  templates: z
    .strictObject({
      title: Template.max(200),
      message: z.string().trim().max(2_000),
      trailers: z.array(Trailer).max(20),
    })
    .partial(),
  // A fingerprint reads as a path too.
  secrets: z.strictObject({ allow: z.array(RepositoryPath).max(100) }).partial(),
};

const PolicyFile = z
  .strictObject({
    "max-parallel": shape.maxParallel,
    ...groups,
    "hold-labels": shape.holdLabels.unwrap(),
    "no-repair": shape.noRepair.unwrap(),
    checks: z.array(RequiredCheck.shape.name).max(100),
    producers: shape.producers.unwrap(),
    neutral: shape.neutral.unwrap(),
    "nothing-to-do": shape.nothingToDo.unwrap(),
    "gate-surface": shape.gateSurface.unwrap(),
    "checks-minutes": shape.checksMinutes,
    "missing-minutes": shape.missingMinutes.unwrap(),
    "protected-paths": z.array(RepositoryPath).max(80),
    approve: shape.approve.shape.when,
    "approve-over": shape.approve.shape.usd,
    overlap: shape.overlap,
    "hot-files": z.array(RepositoryPath).max(100),
  })
  .partial();
type PolicyFile = z.infer<typeof PolicyFile>;

export type PolicyReading = { ok: true; policy: Policy; namesMethod?: boolean } | { ok: false; problems: Problem[] };

interface FileProblem {
  /** From 1; null: the whole file. */
  line: number | null;
  fault: ConfigFault;
}

/** Reads the file's text; null: there is no file. A model without a price is a problem, since its cost would not count. */
export function readPolicy(text: string | null, defaults: Policy, price: PriceLookup = listPriceOf): PolicyReading {
  if (text === null) return { ok: true, policy: defaults };
  const reading = readFile(text, price);
  if (reading.ok) {
    const { merge } = reading.file;
    return {
      ok: true,
      policy: merged(reading.file, defaults),
      ...(merge?.method === undefined ? {} : { namesMethod: true }),
    };
  }
  const found = reading.problems.toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0));
  const problems: Problem[] = found.slice(0, MAX_PROBLEMS).map((problem) => ({ kind: "config", ...problem }));
  const count = found.length - problems.length;
  return { ok: false, problems: count > 0 ? [...problems, { kind: "more-config", count }] : problems };
}

function readFile(
  text: string,
  price: PriceLookup,
): { ok: true; file: PolicyFile } | { ok: false; problems: FileProblem[] } {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    const fault: ConfigFault = { kind: "file-too-large", mostKilobytes: MAX_BYTES / 1024 };
    return { ok: false, problems: [{ line: null, fault }] };
  }
  const yaml = readYaml(text);
  if (!yaml.ok) return yaml;
  const file = PolicyFile.safeParse(yaml.value ?? {});
  const problems = file.success
    ? unpricedModels(file.data, price, yaml.lineOf)
    : file.error.issues.flatMap((issue) => problemsOf(issue, yaml.lineOf));
  return file.success && problems.length === 0 ? { ok: true, file: file.data } : { ok: false, problems };
}

const NO_TEMPLATES = { title: undefined, message: undefined, trailers: undefined };

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
    holdLabels: file["hold-labels"] ?? defaults.holdLabels,
    templates: given(defaults.templates ?? { title: null, message: null, trailers: [] }, {
      ...NO_TEMPLATES,
      ...file.templates,
    }),
    noRepair: file["no-repair"] ?? defaults.noRepair,
    checks: file.checks === undefined ? defaults.checks : file.checks.map((name) => ({ name, appId: null })),
    producers: { ...defaults.producers, ...file.producers },
    neutral: file.neutral ?? defaults.neutral,
    nothingToDo: file["nothing-to-do"] ?? defaults.nothingToDo,
    gateSurface: file["gate-surface"] ?? defaults.gateSurface,
    checksMinutes: file["checks-minutes"] ?? defaults.checksMinutes,
    missingMinutes: file["missing-minutes"] ?? defaults.missingMinutes,
    protectedPaths: [...defaults.protectedPaths, ...(file["protected-paths"] ?? []).flatMap(withContents)],
    secrets: { allow: [...defaults.secrets.allow, ...(file.secrets?.allow ?? []).flatMap(allowed)] },
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

function allowed(entry: string): string[] {
  return isFingerprint(entry) ? [entry] : withContents(entry);
}

function unpricedModels(file: PolicyFile, price: PriceLookup, lineOf: LineOf): FileProblem[] {
  return Object.entries(file.models ?? {}).flatMap(([use, model]): FileProblem[] => {
    if (model === undefined || price(model) !== null) return [];
    const fault: ConfigFault = {
      kind: "model-unpriced",
      key: `models.${use}`,
      model: model.slice(0, MAX_NAME_CHARACTERS),
      known: pricedModels(),
    };
    return [{ line: lineOf(["models", use]), fault }];
  });
}

function problemsOf(issue: z.core.$ZodIssue, lineOf: LineOf): FileProblem[] {
  const key = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path[0]);
    return issue.keys.map((unknown) => ({
      line: lineOf([...issue.path, unknown]),
      fault: {
        kind: "unknown-key",
        key: unknown.slice(0, MAX_NAME_CHARACTERS),
        group: key === "" ? null : key,
        known,
      },
    }));
  }
  if (key === "") return [{ line: null, fault: { kind: "not-a-mapping" } }];
  return [{ line: lineOf(issue.path), fault: faultOf(issue, key) }];
}

function faultOf(issue: z.core.$ZodIssue, key: string): ConfigFault {
  const broken: PathFault | undefined = issue.code === "custom" ? issue.params?.fault : undefined;
  return broken === undefined ? { kind: "invalid-value", key, quoted: issue.message } : { kind: broken, key };
}

function knownKeys(group: PropertyKey | undefined): string[] {
  const parent = Object.entries(groups).find(([name]) => name === group)?.[1] ?? PolicyFile;
  return Object.keys(parent.shape);
}
