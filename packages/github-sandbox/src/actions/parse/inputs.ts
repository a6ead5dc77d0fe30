/** Checks the inputs of `workflow_dispatch` and `workflow_call` against what the file declares. */
import { evaluate, type Scope } from "./expressions.ts";
import type { InputSpec } from "./model.ts";

type Checked<Value> = { values: Record<string, Value> } | { error: string };

/** https://docs.github.com/en/actions/reference/limits */
export const maxInputs = 25;
const maxCharacters = 65_535;

function fault(name: string, spec: InputSpec, text: string): string | null {
  if (spec.type === "boolean" && text !== "true" && text !== "false") {
    return `Provided value '${text}' for input '${name}' is not a boolean`;
  }
  if (spec.type === "number" && (text.trim() === "" || Number.isNaN(Number(text)))) {
    return `Provided value '${text}' for input '${name}' is not a number`;
  }
  if (spec.type === "choice" && !spec.options.includes(text)) {
    return `Provided value '${text}' for input '${name}' not in the list of allowed values`;
  }
  return null;
}

function scalarText(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

/** Returns a dispatch's inputs as texts with defaults filled in, or the error in GitHub's words. */
export function dispatchInputs(specs: Map<string, InputSpec>, given: Record<string, unknown>): Checked<string> {
  const names = Object.keys(given);
  if (names.length > maxInputs)
    return {
      error: `Invalid request.\n\nNo more than ${maxInputs} properties are allowed; ${names.length} were supplied.`,
    };
  if (JSON.stringify(given).length > maxCharacters) return { error: "inputs are too large." };
  const unexpected = names.filter((name) => !specs.has(name));
  if (unexpected.length > 0) return { error: `Unexpected inputs provided: ${JSON.stringify(unexpected)}` };

  const values: Record<string, string> = {};
  for (const [name, spec] of specs) {
    const text = scalarText(given[name]);
    if (given[name] !== undefined && text === null) {
      return { error: `Invalid value for input '${name}'` };
    }
    if (text === null || (text === "" && spec.required)) {
      if (spec.required && spec.default === undefined) return { error: `Required input '${name}' not provided` };
      values[name] = scalarText(spec.default) ?? (spec.type === "boolean" ? "false" : "");
      continue;
    }
    const wrong = fault(name, spec, text);
    if (wrong !== null) return { error: wrong };
    values[name] = text;
  }
  return { values };
}

/** Converts texts for the `inputs` context, which has booleans and numbers where `github.event.inputs` has texts. */
export function typedInputs(specs: Map<string, InputSpec>, texts: Record<string, string>): Record<string, unknown> {
  const typed = Object.entries(texts).map(([name, text]) => {
    const type = specs.get(name)?.type;
    if (type === "boolean") return [name, text === "true"];
    if (type === "number") return [name, Number(text)];
    return [name, text];
  });
  return Object.fromEntries(typed);
}

/** Returns the inputs that a caller passes to a called workflow, with the callee's defaults. */
export function callInputs(
  specs: Map<string, InputSpec>,
  given: Record<string, unknown>,
  calleeScope: Scope,
): Checked<unknown> {
  const unexpected = Object.keys(given).find((name) => !specs.has(name));
  if (unexpected !== undefined)
    return { error: `Invalid input, ${unexpected} is not defined in the referenced workflow.` };
  const empty = { boolean: false, number: 0, string: "", choice: "", environment: "" };
  const values: Record<string, unknown> = {};
  for (const [name, spec] of specs) {
    const value = given[name];
    if (value === undefined || value === null) {
      if (spec.required) return { error: `Input ${name} is required, but not provided while calling.` };
      values[name] = evaluate(spec.default, calleeScope) ?? empty[spec.type];
      continue;
    }
    if (spec.type === "boolean" && typeof value !== "boolean") return { error: `Input ${name} must be a boolean.` };
    if (spec.type === "number" && typeof value !== "number") return { error: `Input ${name} must be a number.` };
    values[name] = spec.type === "string" ? String(value) : value;
  }
  return { values };
}
