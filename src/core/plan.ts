/**
 * A plan: the tasks a feature is split into, as a DAG. Whoever wrote it (a model, a person, a file), it is judged here
 * and only here; every error is listed, not just the first.
 */
import { z } from "zod";
import { shapeOf } from "./shape.ts";

export const MAX_TASKS = 50;

/** The task that brings the integration branch to the base, where a plan lands together. Its branch is `headgate/<issue>/land`. */
export const LAND = "land";

/** Tasks that take back what landed, where a feature rolls back. */
const UNDO = /^undo-\d+$/;

export const TaskId = z.string().regex(/^[a-z0-9-]{1,40}$/, "an id is 1 to 40 of a-z, 0-9 and '-'");

/** Of a plan's own tasks: what Headgate names its own tasks and branches is kept free. */
const PlannedId = TaskId.refine((id) => id !== LAND && !UNDO.test(id), {
  error: (issue) => `'${String(issue.input)}' is reserved`,
});

/** A glob relative to the repository's root. It must not be able to name anything outside. */
const RepositoryGlob = z
  .string()
  .min(1)
  .max(300)
  .refine(
    (path) =>
      !path.startsWith("/") && !/^[A-Za-z]:/.test(path) && !path.includes("\\") && !path.split("/").includes(".."),
    "a path must stay inside the repository",
  );

export const Size = z.enum(["S", "M", "L"]);
export type Size = z.infer<typeof Size>;
export const Role = z.enum(["build", "research"]);
export type Role = z.infer<typeof Role>;

export const PlannedTask = z.object({
  id: PlannedId,
  title: z.string().trim().min(1).max(200),
  /** What to do. */
  description: z.string().max(20_000).default(""),
  /** How to tell that it is done: facts that can be checked. */
  acceptance: z.array(z.string().trim().min(1).max(500)).max(20).default([]),
  dependsOn: z.array(z.string()).max(MAX_TASKS).default([]),
  /** Globs of the files the task is expected to change. */
  files: z.array(RepositoryGlob).max(200).default([]),
  size: Size.default("M"),
  role: Role.default("build"),
  /** Checks of the repository that are expected to say something about it, by name. */
  checks: z.array(z.string().trim().min(1).max(200)).max(20).default([]),
});
export type PlannedTask = z.infer<typeof PlannedTask>;

/** Who wrote a plan. What people wrote wins over a model, in this order. */
export const PlanSource = z.enum(["file", "sub-issues", "task-list", "model"]);
export type PlanSource = z.infer<typeof PlanSource>;

export const Land = z.enum(["each", "together"]);
export type Land = z.infer<typeof Land>;
export const OnFailure = z.enum(["keep", "hold", "rollback"]);
export type OnFailure = z.infer<typeof OnFailure>;

const PlanShape = z.object({
  land: Land.default("each"),
  onFailure: OnFailure.default("keep"),
  /** Why it is split this way, for whoever approves it. */
  why: z.string().max(4_000).default(""),
  tasks: z
    .array(PlannedTask)
    .min(1, "a plan has at least one task")
    .max(MAX_TASKS, `a plan has at most ${MAX_TASKS} tasks`),
});
export type Plan = z.infer<typeof PlanShape>;

/** A task of a plan that was judged, or one of Headgate's own, whose names no plan may use. */
export const JudgedTask = shapeOf(PlannedTask);

/** The structure a planner model is asked for. */
export const PlanSchema = PlanShape;

export type PlanVerdict = { ok: true; plan: Plan } | { ok: false; errors: string[] };

/** Judge anything as a plan. Errors are sentences a person can act on. */
export function judgePlan(candidate: unknown): PlanVerdict {
  const shape = PlanShape.safeParse(candidate);
  const errors = shape.success
    ? []
    : shape.error.issues.map((issue) => describeIssue(issue.path, issue.message, candidate));
  const edges = shape.success ? shape.data.tasks : readableTasks(candidate);
  errors.push(...edgeErrors(edges));
  return errors.length === 0 && shape.success ? { ok: true, plan: shape.data } : { ok: false, errors };
}

/** The tasks as far as their ids and edges can be read, so that graph errors are listed beside shape errors. */
function readableTasks(candidate: unknown): { id: string; dependsOn: string[] }[] {
  const Readable = z.object({
    tasks: z
      .array(
        z
          .object({ id: z.string(), dependsOn: z.array(z.string()).catch([]) })
          .nullable()
          .catch(null),
      )
      .max(1000),
  });
  const readable = Readable.safeParse(candidate);
  return readable.success ? readable.data.tasks.filter((task) => task !== null) : [];
}

function edgeErrors(tasks: readonly { id: string; dependsOn: readonly string[] }[]): string[] {
  const errors: string[] = [];
  const seen = new Set<string>();
  for (const { id } of tasks) {
    if (seen.has(id)) errors.push(`task '${id}' is listed more than once`);
    seen.add(id);
  }
  for (const { id, dependsOn } of tasks) {
    for (const dependency of dependsOn) {
      if (dependency === id) errors.push(`task '${id}' depends on itself`);
      else if (!seen.has(dependency)) errors.push(`task '${id}' depends on '${dependency}', which is not in the plan`);
    }
  }
  const { cyclic } = waves(tasks);
  const selfOnly = new Set(tasks.filter((task) => task.dependsOn.includes(task.id)).map((task) => task.id));
  const circle = cyclic.filter((id) => !selfOnly.has(id));
  if (circle.length > 0) errors.push(`these tasks wait for each other in a circle: ${circle.join(", ")}`);
  return errors;
}

/**
 * Topological levels (Kahn). `cyclic` lists the tasks on or behind a cycle; dependencies that are not in the plan are
 * passed over.
 */
export function waves(tasks: readonly { id: string; dependsOn: readonly string[] }[]): {
  levels: string[][];
  cyclic: string[];
} {
  const waiting = new Map<string, Set<string>>();
  const ids = new Set(tasks.map((task) => task.id));
  for (const task of tasks) waiting.set(task.id, new Set(task.dependsOn.filter((dependency) => ids.has(dependency))));
  const levels: string[][] = [];
  for (;;) {
    const level = [...waiting].filter(([, needs]) => needs.size === 0).map(([id]) => id);
    if (level.length === 0) break;
    levels.push(level);
    for (const id of level) waiting.delete(id);
    for (const needs of waiting.values()) for (const id of level) needs.delete(id);
  }
  return { levels, cyclic: [...waiting.keys()] };
}

function describeIssue(path: readonly PropertyKey[], message: string, candidate: unknown): string {
  if (path[0] !== "tasks" || typeof path[1] !== "number") return `${path.map(String).join(".") || "plan"}: ${message}`;
  const tasks = (candidate as { tasks: unknown[] }).tasks;
  const id = (tasks[path[1]] as { id?: unknown } | null)?.id;
  const name = typeof id === "string" ? `task '${id}'` : `task number ${path[1] + 1}`;
  const field = path.slice(2).map(String).join(".");
  return field === "" ? `${name}: ${message}` : `${name}, ${field}: ${message}`;
}
