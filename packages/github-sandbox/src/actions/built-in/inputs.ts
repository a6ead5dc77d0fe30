/** Reads the inputs of built-in actions as the @actions/core toolkit does. */
import { NotHere } from "../execute/lack.ts";
import { StepError } from "../execute/step-error.ts";

type Inputs = Record<string, string>;

export function textInput(inputs: Inputs, name: string, fallback = ""): string {
  const text = inputs[name]?.trim() ?? "";
  return text === "" ? fallback : text;
}

export function booleanInput(inputs: Inputs, name: string, fallback: boolean): boolean {
  const text = textInput(inputs, name).toLowerCase();
  if (text === "") return fallback;
  if (text === "true" || text === "false") return text === "true";
  throw new StepError(`Input '${name}' must be true or false, not '${text}'.`);
}

export function linesInput(inputs: Inputs, name: string): string[] {
  const lines = textInput(inputs, name)
    .split(/\r?\n/)
    .map((line) => line.trim());
  return lines.filter((line) => line !== "");
}

/** Ends the job as not run here for an input that the built-in action does not support, instead of ignoring it silently. */
export function refuseInputs(inputs: Inputs, action: string, names: readonly string[]): void {
  for (const name of names) {
    const text = textInput(inputs, name);
    if (text !== "" && text !== "false") throw new NotHere({ kind: "action-input", action, input: name, value: text });
  }
}
