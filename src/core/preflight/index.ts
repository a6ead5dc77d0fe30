export {
  type BaseDemand,
  type BaseRules,
  judgeMerging,
  type MergeMethod,
  type NotReadable,
} from "./base-rules.ts";
export type { BranchRule, Facts, Filters, Workflow, WorkflowJob, WorkflowReading } from "./facts.ts";
export { type Inspection, inspectRepository } from "./inspection.ts";
export { ConfigFault, Problem, Warning, WorkflowFault, YamlFault } from "./problem.ts";
