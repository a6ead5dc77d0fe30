/** Reads `action.yml`: an action's inputs and outputs, and how it runs. */
import { isMapping } from "@actions/workflow-parser/templates/tokens/type-guards";
import type { StepSpec } from "./model.ts";
import { problems, readBySchema } from "./schema.ts";
import { stepsOf } from "./steps.ts";
import { asMap, asText, mappingOf, type Template, type TemplateMap } from "./template.ts";

export interface JavaScriptAction {
  kind: "javascript";
  main: string;
  pre: string | null;
  post: string | null;
  preIf: string;
  postIf: string;
}

export interface CompositeAction {
  kind: "composite";
  steps: StepSpec[];
}

export interface Action {
  name: string;
  /** The defaults by input name. */
  inputs: Map<string, Template | undefined>;
  /** The values of a composite action's outputs, by name. */
  outputs: TemplateMap;
  runs: JavaScriptAction | CompositeAction | { kind: "other"; using: string };
}

/** Throws with the parser's message when the file is no action. */
export function parseAction(path: string, text: string): Action {
  const { context, root } = readBySchema("action", path, text);
  const runsToken = root?.find("runs");
  if (root === null || runsToken === undefined || context.errors.count > 0) {
    throw new Error(problems(context)[0] ?? `${path}: the required key 'runs' is missing`);
  }
  const top = mappingOf(root);
  const outputs: TemplateMap = new Map();
  for (const [name, spec] of asMap(top.get("outputs"))) outputs.set(name, asMap(spec).get("value") ?? null);
  const inputs = [...asMap(top.get("inputs"))].map(([name, spec]) => [name, asMap(spec).get("default")] as const);
  const action = { name: asText(top.get("name")) ?? path, inputs: new Map(inputs), outputs };

  const runs = mappingOf(runsToken);
  const using = asText(runs.get("using")) ?? "";
  if (using === "composite" && isMapping(runsToken)) {
    const steps = stepsOf(context, runsToken.find("steps"));
    if (context.errors.count > 0) throw new Error(problems(context)[0]);
    return { ...action, runs: { kind: "composite", steps } };
  }
  const main = asText(runs.get("main"));
  if (!/^node\d+$/.test(using) || main === undefined) return { ...action, runs: { kind: "other", using } };
  return {
    ...action,
    runs: {
      kind: "javascript",
      main,
      pre: asText(runs.get("pre")) ?? null,
      post: asText(runs.get("post")) ?? null,
      preIf: asText(runs.get("pre-if")) ?? "always()",
      postIf: asText(runs.get("post-if")) ?? "always()",
    },
  };
}
