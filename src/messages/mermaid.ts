/** The plan as a diagram that GitHub draws, coloured by state. */
import type { Task } from "../core/feature/task.ts";
import { mermaidText } from "./sanitise.ts";
import { titleText } from "./task.ts";
import { stages, type Tone } from "./words.ts";

/** Mermaid refuses a diagram of over 500 edges. https://mermaid.js.org/config/schema-docs/config.html#maxedges */
const MAX_EDGES = 400;

const styles: Record<Tone, string> = {
  idle: "fill:#f6f8fa,stroke:#8c959f,color:#57606a",
  active: "fill:#ddf4ff,stroke:#0969da,color:#0a3069",
  lane: "fill:#fbefff,stroke:#8250df,color:#512a97",
  waiting: "fill:#fff8c5,stroke:#9a6700,color:#633c01",
  parked: "fill:#ffebe9,stroke:#cf222e,color:#82071e",
  done: "fill:#dafbe1,stroke:#1a7f37,color:#116329",
  over: "fill:#eaeef2,stroke:#8c959f,color:#57606a,stroke-dasharray:4",
};

export function planDiagram(tasks: readonly Task[]): string {
  // Ids of our own: `end`, `style` and an `o` or `x` after an arrow mean something to Mermaid.
  const nodes = new Map(tasks.map((task, index) => [task.plan.id, `t${index}`]));
  const boxes = tasks.map((task) => `  ${nodes.get(task.plan.id)}["${label(task)}"]:::${stages[task.stage].tone}`);
  const edges = tasks.flatMap((task) =>
    task.plan.dependsOn.filter((id) => nodes.has(id)).map((id) => `  ${nodes.get(id)} --> ${nodes.get(task.plan.id)}`),
  );
  const used = new Set(tasks.map((task) => stages[task.stage].tone));
  const classes = [...used].map((tone) => `  classDef ${tone} ${styles[tone]}`);
  const diagram = ["```mermaid", "flowchart LR", ...boxes, ...edges.slice(0, MAX_EDGES), ...classes, "```"];
  if (edges.length > MAX_EDGES) diagram.push(`The diagram shows ${MAX_EDGES} of ${edges.length} dependencies.`);
  return diagram.join("\n");
}

function label(task: Task): string {
  const pull = task.pull === null ? "" : ` ${mermaidText(`#${task.pull}`, 20)}`;
  return `${stages[task.stage].icon} ${mermaidText(task.plan.id, 40)}${pull}<br/>${mermaidText(titleText(task.plan.title), 40)}`;
}
