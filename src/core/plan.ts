/**
 * A plan: the tasks a feature is split into, as a DAG. Models, people and files all write plans; this file alone judges
 * them, and lists every problem, not just the first.
 */
import { z } from "zod";
import type { PlanProblem } from "./plan/problem.ts";
import { shapeOf } from "./shape.ts";

export const MAX_TASKS = 50;
/** Characters of a task's description, and globs of its files. */
export const MAX_DESCRIPTION = 20_000;
export const MAX_FILES = 200;

/** The task that brings the integration branch to the base, where a plan lands together. Its branch is `headgate/<issue>/land`. */
export const LAND = "land";

/** Tasks that revert what landed, where a feature rolls back. */
const UNDO = /^undo-\d+$/;

export const TaskId = z.string().regex(/^[a-z0-9-]{1,40}$/);

/** A rule of ours that the schema's own messages know nothing of. */
const rule = (broken: "reserved-id" | "path-outside") => ({ params: { broken } });

/** The id of a task that a plan may hold. Headgate's own tasks and branches keep their names. */
const PlannedId = TaskId.refine((id) => id !== LAND && !UNDO.test(id), rule("reserved-id"));

/** A glob relative to the repository's root. It must not be able to name anything outside. */
const RepositoryGlob = z
  .string()
  .min(1)
  .max(300)
  .refine(
    (path) =>
      !path.startsWith("/") && !/^[A-Za-z]:/.test(path) && !path.includes("\\") && !path.split("/").includes(".."),
    rule("path-outside"),
  );

export const Size = z.enum(["S", "M", "L"]);
export type Size = z.infer<typeof Size>;
export const Role = z.enum(["build", "research"]);
export type Role = z.infer<typeof Role>;

export const PlannedTask = z.object({
  id: PlannedId,
  title: z.string().trim().min(1).max(200),
  /** The work. */
  description: z.string().max(MAX_DESCRIPTION).default(""),
  /** When it is done: facts that can be checked. */
  acceptance: z.array(z.string().trim().min(1).max(500)).max(20).default([]),
  dependsOn: z.array(z.string()).max(MAX_TASKS).default([]),
  /** Globs of the files the task is expected to change. */
  files: z.array(RepositoryGlob).max(MAX_FILES).default([]),
  size: Size.default("M"),
  role: Role.default("build"),
  /** Checks of the repository that are expected to say something about it, by name. */
  checks: z.array(z.string().trim().min(1).max(200)).max(20).default([]),
});
export type PlannedTask = z.infer<typeof PlannedTask>;

/** The author of a plan. Plans of people win over a model's, in this order. */
export const PlanSource = z.enum(["file", "sub-issues", "task-list", "model"]);
export type PlanSource = z.infer<typeof PlanSource>;

export const Land = z.enum(["each", "together"]);
export type Land = z.infer<typeof Land>;
export const OnFailure = z.enum(["keep", "hold", "rollback"]);
export type OnFailure = z.infer<typeof OnFailure>;

const PlanShape = z.object({
  land: Land.default("each"),
  onFailure: OnFailure.default("keep"),
  /** Why it is split this way, for the person who approves it. */
  why: z.string().max(4_000).default(""),
  tasks: z.array(PlannedTask).min(1).max(MAX_TASKS),
});
export type Plan = z.infer<typeof PlanShape>;

/** The title of a task: the plan's text, or a value for a task that Headgate adds. `messages/` puts the value into words. */
export const TaskTitle = z.union([
  z.string(),
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("whole-feature"), issueTitle: z.string() }),
    z.object({ kind: z.literal("undo"), task: z.string() }),
  ]),
]);
export type TaskTitle = z.infer<typeof TaskTitle>;

/** The description of a task, in the same two forms. */
export const TaskDescription = z.union([
  z.string(),
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("whole-feature"), tasks: z.array(z.object({ id: z.string(), title: z.string() })) }),
    z.object({ kind: z.literal("undo"), task: z.string(), merge: z.string() }),
  ]),
]);
export type TaskDescription = z.infer<typeof TaskDescription>;

/** A task of a judged plan, or one that Headgate adds, whose names no plan may use. */
export const JudgedTask = shapeOf(PlannedTask.extend({ title: TaskTitle, description: TaskDescription }));
export type JudgedTask = z.infer<typeof JudgedTask>;

/** Returns true for a task as a plan describes it, and false for one that Headgate adds. */
export function isPlannedTask(task: JudgedTask): task is PlannedTask {
  return typeof task.title === "string" && typeof task.description === "string";
}

/** The structure a planner model is asked for. */
export const PlanSchema = PlanShape;

export type PlanVerdict = { ok: true; plan: Plan } | { ok: false; problems: PlanProblem[] };

/** Judges anything as a plan. */
export function judgePlan(candidate: unknown): PlanVerdict {
  const shape = PlanShape.safeParse(candidate);
  const problems = shape.success ? [] : shape.error.issues.map((issue) => problemOf(issue, candidate));
  const edges = shape.success ? shape.data.tasks : readableTasks(candidate);
  problems.push(...edgeProblems(edges));
  return problems.length === 0 && shape.success ? { ok: true, plan: shape.data } : { ok: false, problems };
}

/** Reads ids and edges as far as that is possible, so that problems of the graph are listed beside those of the shape. */
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

function edgeProblems(tasks: readonly { id: string; dependsOn: readonly string[] }[]): PlanProblem[] {
  const problems: PlanProblem[] = [];
  const seen = new Set<string>();
  for (const { id } of tasks) {
    if (seen.has(id)) problems.push({ kind: "duplicate-id", id: cut(id) });
    seen.add(id);
  }
  for (const { id, dependsOn } of tasks) {
    for (const dependency of dependsOn) {
      if (dependency === id) problems.push({ kind: "depends-on-itself", id: cut(id) });
      else if (!seen.has(dependency)) {
        problems.push({ kind: "unknown-dependency", id: cut(id), dependency: cut(dependency) });
      }
    }
  }
  const { cyclic } = waves(tasks);
  const selfOnly = new Set(tasks.filter((task) => task.dependsOn.includes(task.id)).map((task) => task.id));
  const cycle = cyclic.filter((id) => !selfOnly.has(id));
  if (cycle.length > 0) problems.push({ kind: "cycle", ids: cycle.slice(0, MAX_TASKS).map(cut) });
  return problems;
}

/**
 * Sorts tasks into topological levels (Kahn). `cyclic` lists the tasks on or behind a cycle. Dependencies that are not in
 * the plan are ignored.
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

function problemOf(issue: z.core.$ZodIssue, candidate: unknown): PlanProblem {
  const [list, index, ...rest] = issue.path;
  if (list !== "tasks" || typeof index !== "number") {
    if (list === "tasks" && issue.code === "too_small") return { kind: "no-tasks" };
    if (list === "tasks" && issue.code === "too_big") return { kind: "too-many-tasks", most: MAX_TASKS };
    return { kind: "invalid-field", task: null, field: issue.path.map(String).join("."), quoted: issue.message };
  }
  const tasks = (candidate as { tasks: unknown[] }).tasks;
  const id = (tasks[index] as { id?: unknown } | null)?.id;
  const task = typeof id === "string" ? cut(id) : index + 1;
  const field = rest.map(String).join(".");
  if (issue.code === "custom") {
    const { broken } = issue.params as ReturnType<typeof rule>["params"];
    return broken === "reserved-id" ? { kind: broken, id: String(task) } : { kind: broken, task, field };
  }
  if (field === "id" && issue.code === "invalid_format") return { kind: "bad-id", task };
  return { kind: "invalid-field", task, field, quoted: issue.message };
}

/** An id that is no id may be any text. */
function cut(id: string): string {
  return id.slice(0, 100).toWellFormed();
}
