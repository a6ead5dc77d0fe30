/** Names what this runner cannot run, so that such a job fails with the reason instead of passing by accident. */
import type { StepsJob } from "../parse/model.ts";

/** Returns in one sentence why the whole job is impossible here, or null. */
export function impossible(spec: StepsJob, labels: readonly string[]): string | null {
  if (spec.unsupported !== null) return `This runner cannot run a job with '${spec.unsupported}'.`;
  const foreign = labels.find((label) => !/^(ubuntu-.+|self-hosted|linux|x64|arm64)$/i.test(label));
  if (foreign !== undefined) return `This runner cannot run a job that asks for '${foreign}': it is a Linux machine.`;
  return labels.length === 0 ? "The job names no runner in 'runs-on'." : null;
}
