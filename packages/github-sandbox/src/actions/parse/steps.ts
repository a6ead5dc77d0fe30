/** Reads steps, which have the same form in a job and in a composite action. */
import { convertToIfCondition } from "@actions/workflow-parser/model/converter/if-condition";
import type { TemplateContext } from "@actions/workflow-parser/templates/template-context";
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/index";
import { isMapping, isSequence } from "@actions/workflow-parser/templates/tokens/type-guards";
import type { StepSpec } from "./model.ts";
import { asMap, asText, mappingOf } from "./template.ts";

/** Returns an `if` as an expression that calls a status function; `success()` is added when the file calls none. */
export function conditionOf(context: TemplateContext, token: TemplateToken | undefined): string {
  if (token === undefined) return "success()";
  return convertToIfCondition(context, token)?.expression ?? "success()";
}

const otherForms = ["wait", "wait-all", "cancel", "parallel"];

function stepOf(context: TemplateContext, token: TemplateToken): StepSpec {
  const step = mappingOf(token);
  const common = {
    id: asText(step.get("id")) ?? null,
    name: step.get("name"),
    if: conditionOf(context, isMapping(token) ? token.find("if") : undefined),
    env: step.get("env"),
    continueOnError: step.get("continue-on-error"),
    timeoutMinutes: step.get("timeout-minutes"),
  };
  const other = otherForms.find((key) => step.has(key)) ?? (step.has("background") ? "background" : undefined);
  if (other !== undefined) return { ...common, kind: "other", key: other };
  const uses = asText(step.get("uses"));
  if (uses !== undefined) return { ...common, kind: "uses", uses, with: asMap(step.get("with")) };
  const run = step.get("run") ?? "";
  return { ...common, kind: "run", run, shell: step.get("shell"), workingDirectory: step.get("working-directory") };
}

export function stepsOf(context: TemplateContext, token: TemplateToken | undefined): StepSpec[] {
  if (token === undefined || !isSequence(token)) return [];
  return [...token].map((step) => stepOf(context, step));
}
