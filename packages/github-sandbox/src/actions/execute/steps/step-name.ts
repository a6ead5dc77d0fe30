import { evaluateText } from "../../parse/expressions.ts";
import type { StepSpec } from "../../parse/model.ts";
import type { RunningJob } from "../running-job.ts";

/** Returns the name of a step, or the title that GitHub gives a step without one. */
export function stepName(job: RunningJob, spec: StepSpec): string {
  try {
    const given = evaluateText(spec.name, job.scope(job.frame));
    if (given !== "") return given;
    if (spec.kind === "uses") return `Run ${spec.uses}`;
    if (spec.kind === "other") return `Run ${spec.key}`;
    return `Run ${evaluateText(spec.run, job.scope(job.frame)).trim().split("\n")[0] ?? ""}`;
  } catch {
    // The step itself fails with the reason.
    return spec.id ?? "Run";
  }
}
