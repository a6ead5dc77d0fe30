/** A task of a plan, written down as a sub-issue, and reading back which task one is. */
import type { Effect } from "../core/effect.ts";
import { TaskId } from "../core/plan.ts";
import { marker } from "./markers.ts";
import { codeSpan, plainText, quotation } from "./sanitise.ts";

type Task = Extract<Effect, { type: "plan.file" }>["tasks"][number];

const MAX_WORDS = 20_000;

export function subIssueBody(task: Task): string {
  const files = task.files.map((glob) => codeSpan(glob, 200)).join(", ");
  const sections = [
    `${marker(`task:${task.id}`)}\nTask \`${task.id}\`, size ${task.size}${task.role === "research" ? ", reads only" : ""}.`,
    task.description.trim() === "" ? "" : quotation(task.description, MAX_WORDS),
    task.acceptance.length === 0
      ? ""
      : ["It is done when:", ...task.acceptance.map((fact) => `- ${plainText(fact, 500)}`)].join("\n"),
    files === "" ? "" : `Files: ${files}`,
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** The id of the task that the issue was written for; null: not by us. Anybody can write it, and may: it only names a task. */
export function taskOfIssue(body: string): string | null {
  const id = /^<!-- headgate:task:([a-z0-9-]{1,40}) -->$/.exec(body.split("\n", 1)[0]?.trim() ?? "")?.[1];
  return id !== undefined && TaskId.safeParse(id).success ? id : null;
}
