/** Says that a model did not answer and is asked again. */

/** `The model is overloaded, trying again in 8 s`. `status` is the HTTP status of its answer. */
export function modelWaitText({ status, ms }: { status: number; ms: number }): string {
  return `The model ${troubleOf(status)}, trying again in ${Math.max(1, Math.round(ms / 1000))} s`;
}

function troubleOf(status: number): string {
  if (status === 529) return "is overloaded";
  if (status === 429) return "limits how often it is asked";
  return `does not answer for now (HTTP ${status})`;
}
