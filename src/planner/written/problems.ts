/** What is wrong with a task list, for the person who wrote it: the line, and what to do there. */
import { PlannedTask, Role, Size, waves } from "../../core/plan.ts";
import type { Named } from "./naming.ts";

export type WrittenTask = Named & { dependsOn: string[] };

export function problemsOf(tasks: readonly WrittenTask[]): string[] {
  const lines = new Map<string, number>();
  const problems: { line: number; text: string }[] = [];
  for (const { id, line } of tasks) {
    const first = lines.get(id);
    if (first === undefined) lines.set(id, line);
    else problems.push({ line, text: `the id '${id}' is taken by line ${first}; give it another` });
  }
  for (const task of tasks) {
    if (task.done) continue;
    for (const text of [...ofFields(task), ...ofEdges(task, lines)]) problems.push({ line: task.line, text });
  }
  const circle = circleOf(tasks);
  if (circle.length > 0) {
    const where = circle.map(({ id, line }) => `'${id}' (line ${line})`).join(", ");
    problems.push({
      line: circle[0]?.line ?? 0,
      text: `these wait for each other in a circle: ${where}; take an 'after' out`,
    });
  }
  return problems.toSorted((left, right) => left.line - right.line).map(({ line, text }) => `line ${line}: ${text}`);
}

function ofFields({ id, title, size, role, files, description }: WrittenTask): string[] {
  const { shape } = PlannedTask;
  const found: string[] = [];
  if (title === "") found.push("it has no title; say what is to be done");
  if (!shape.id.safeParse(id).success)
    found.push(`'${id}' is a name that Headgate keeps for itself; give it another id`);
  if (size !== null && !Size.safeParse(size).success) {
    found.push(`there is no size '${size.slice(0, 20)}'; sizes are ${Size.options.join(", ")}`);
  }
  if (role !== null && !Role.safeParse(role).success) {
    found.push(`there is no role '${role.slice(0, 20)}'; roles are ${Role.options.join(", ")}`);
  }
  for (const file of files) {
    if (shape.files.safeParse([file]).success) continue;
    found.push(`'${file.slice(0, 100)}' may name files outside the repository; write it from the root, without '..'`);
  }
  if (!shape.files.safeParse(files.map(() => "x")).success) found.push("it names more than 200 files; use globs");
  if (!shape.description.safeParse(description).success) found.push("its description is longer than 20,000 characters");
  return found;
}

function ofEdges({ id, dependsOn }: WrittenTask, lines: ReadonlyMap<string, number>): string[] {
  return dependsOn.flatMap((dependency) => {
    if (dependency === id) return [`'${id}' comes after itself; take that out`];
    if (lines.has(dependency)) return [];
    const known = [...lines.keys()].filter((one) => one !== id).slice(0, 20);
    return [
      `'after: ${dependency.slice(0, 40)}' names no task of the list; there are ${known.join(", ") || "no others"}`,
    ];
  });
}

function circleOf(tasks: readonly WrittenTask[]): WrittenTask[] {
  const open = tasks
    .filter((task) => !task.done)
    .map((task) => ({ ...task, dependsOn: task.dependsOn.filter((id) => id !== task.id) }));
  const cyclic = new Set(waves(open).cyclic);
  return open.filter((task) => cyclic.has(task.id));
}
