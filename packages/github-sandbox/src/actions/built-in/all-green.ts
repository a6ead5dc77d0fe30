/** Does re-actors/alls-green: fails where a job that the step is given has failed, or was skipped without being allowed to. */
import { StepError } from "../execute/step-error.ts";
import type { BuiltInAction } from "../execute/steps/call.ts";
import { textInput } from "./inputs.ts";

export const allGreen: BuiltInAction = async ({ inputs, outputs, log }) => {
  const results = resultsOf(textInput(inputs, "jobs"));
  const mayFail = names(textInput(inputs, "allowed-failures"));
  const maySkip = names(textInput(inputs, "allowed-skips"));
  const bad = results.filter(({ name, result }) => {
    if (result === "success") return false;
    return !(result === "skipped" ? maySkip : mayFail).includes(name);
  });
  for (const { name, result } of results) log.line(`${name}: ${result}`);
  outputs.result = bad.length === 0 ? "success" : "failure";
  outputs.success = String(bad.length === 0);
  outputs.failure = String(bad.length > 0);
  if (bad.length > 0) {
    throw new StepError(`Not all jobs succeeded: ${bad.map(({ name, result }) => `${name} (${result})`).join(", ")}`);
  }
  return undefined;
};

/** Accepts names that commas separate, and a JSON list. */
function names(text: string): string[] {
  return text.split(/[\s,[\]"]+/).filter((name) => name !== "");
}

function resultsOf(jobs: string): { name: string; result: string }[] {
  try {
    const parsed: unknown = JSON.parse(jobs);
    if (typeof parsed === "object" && parsed !== null) {
      return Object.entries(parsed as Record<string, { result?: unknown } | null>).map(([name, job]) => {
        return { name, result: String(job?.result ?? "") };
      });
    }
  } catch {
    // The sentence below says what is wrong.
  }
  throw new StepError("Input 'jobs' must be the JSON of the context 'needs'.");
}
