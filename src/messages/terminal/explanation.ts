/** Words what `headgate explain` prints. */
import type { SubjectExplanation } from "../explain/subject.ts";
import { oneLine } from "../sanitise.ts";

const MAX_LINE = 1_000;

const actors: Record<SubjectExplanation["actor"], string> = { headgate: "Headgate", github: "GitHub", person: "you" };

export function explanationText({ subject, reason, next, actor }: SubjectExplanation): string {
  const lines = [subject, `Reason: ${reason}`, `Next: ${next}`, `Actor: ${actors[actor]}`];
  return lines.map((line) => oneLine(line, MAX_LINE)).join("\n");
}
