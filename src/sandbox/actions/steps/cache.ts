/** actions/cache: a cache that never has anything, which every workflow must be ready for. */
import type { ActionCall } from "../job/call.ts";
import { StepError } from "../job/step-error.ts";
import { booleanInput, textInput } from "./inputs.ts";

export async function restoreCache({ inputs, outputs, log }: ActionCall): Promise<undefined> {
  const key = textInput(inputs, "key");
  outputs["cache-hit"] = "";
  outputs["cache-primary-key"] = key;
  if (booleanInput(inputs, "fail-on-cache-miss", false)) {
    throw new StepError(`Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${key}`);
  }
  log.line(`Cache not found for input keys: ${key}`);
}

export async function saveCache({ log }: ActionCall): Promise<undefined> {
  log.line("This runner keeps no cache.");
}
