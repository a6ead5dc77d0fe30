/** Names what this machine lacks for a whole job, so that such a job is not run instead of passing by accident. */
import type { StepsJob } from "../parse/model.ts";
import type { Lack } from "./lack.ts";

/** Returns the lack that keeps the job from running here; null when there is none. */
export function impossible(spec: StepsJob, labels: readonly string[]): Lack | null {
  if (spec.unsupported !== null) return { kind: "key", key: spec.unsupported };
  const here = process.platform === "darwin" ? /^(ubuntu-.+|macos-.+|self-hosted|macos|x64|arm64)$/i : linux;
  const foreign = labels.find((label) => !here.test(label));
  return foreign === undefined ? null : { kind: "runner", label: foreign };
}

const linux = /^(ubuntu-.+|self-hosted|linux|x64|arm64)$/i;
