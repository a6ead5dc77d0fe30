/** Judges a task list that people wrote. Each problem names its line, so that its author finds it. */

import type { WrittenProblem } from "../../core/plan/written.ts";
import { MAX_DESCRIPTION, MAX_FILES, PlannedTask, Role, Size, waves } from "../../core/plan.ts";
import type { Named } from "./naming.ts";

export type WrittenTask = Named & { dependsOn: string[] };

type OfLine = Extract<WrittenProblem, { line: number }>;

/** Ids of the list that are repeated to a person. */
const MAX_KNOWN = 20;

export function problemsOf(tasks: readonly WrittenTask[]): WrittenProblem[] {
  const lines = new Map<string, number>();
  const problems: OfLine[] = [];
  for (const { id, line } of tasks) {
    const first = lines.get(id);
    if (first === undefined) lines.set(id, line);
    else problems.push({ kind: "duplicate-id", line, id, first });
  }
  for (const task of tasks) {
    if (!task.done) problems.push(...ofFields(task), ...ofEdges(task, lines));
  }
  const cycle = cycleOf(tasks).map(({ id, line }) => ({ id, line }));
  const [first] = cycle;
  if (first !== undefined) problems.push({ kind: "cycle", line: first.line, tasks: cycle });
  return problems.toSorted((left, right) => left.line - right.line);
}

function ofFields({ id, line, title, size, role, files, description }: WrittenTask): OfLine[] {
  const { shape } = PlannedTask;
  const found: OfLine[] = [];
  if (title === "") found.push({ kind: "no-title", line });
  if (!shape.id.safeParse(id).success) found.push({ kind: "reserved-id", line, id });
  if (size !== null && !Size.safeParse(size).success) {
    found.push({ kind: "unknown-size", line, size: size.slice(0, 20) });
  }
  if (role !== null && !Role.safeParse(role).success) {
    found.push({ kind: "unknown-role", line, role: role.slice(0, 20) });
  }
  for (const file of files) {
    if (shape.files.safeParse([file]).success) continue;
    found.push({ kind: "path-outside", line, path: file.slice(0, 100) });
  }
  if (files.length > MAX_FILES) found.push({ kind: "too-many-files", line, most: MAX_FILES });
  if (description.length > MAX_DESCRIPTION) found.push({ kind: "description-too-long", line, most: MAX_DESCRIPTION });
  return found;
}

function ofEdges({ id, line, dependsOn }: WrittenTask, lines: ReadonlyMap<string, number>): OfLine[] {
  return dependsOn.flatMap((dependency): OfLine[] => {
    if (dependency === id) return [{ kind: "after-itself", line, id }];
    if (lines.has(dependency)) return [];
    const known = [...lines.keys()].filter((one) => one !== id).slice(0, MAX_KNOWN);
    return [{ kind: "unknown-task", line, after: dependency.slice(0, 40), known }];
  });
}

function cycleOf(tasks: readonly WrittenTask[]): readonly WrittenTask[] {
  const open = tasks
    .filter((task) => !task.done)
    .map((task) => ({ ...task, dependsOn: task.dependsOn.filter((id) => id !== task.id) }));
  const cyclic = new Set(waves(open).cyclic);
  return open.filter((task) => cyclic.has(task.id));
}
