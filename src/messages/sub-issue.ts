/** Writes a task of a plan down as a sub-issue. */
import type { Effect } from "../core/effect.ts";
import { taskMarker } from "./markers.ts";
import { codeSpan, plainText, quotation } from "./sanitise.ts";

type Task = Extract<Effect, { type: "plan.file" }>["tasks"][number];

const MAX_WORDS = 20_000;

export function subIssueBody(task: Task): string {
  const files = task.files.map((glob) => codeSpan(glob, 200)).join(", ");
  const sections = [
    `${taskMarker(task.id)}\nTask \`${task.id}\`, size ${task.size}${task.role === "research" ? ", read-only" : ""}.`,
    task.description.trim() === "" ? "" : quotation(task.description, MAX_WORDS),
    task.acceptance.length === 0
      ? ""
      : ["Done when:", ...task.acceptance.map((fact) => `- ${plainText(fact, 500)}`)].join("\n"),
    files === "" ? "" : `Files: ${files}`,
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}
