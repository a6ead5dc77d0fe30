export type { BranchRule, Facts, Filters, UnreadableWorkflow, Workflow, WorkflowJob } from "./facts.ts";
export { type Inspection, inspectRepository } from "./inspection.ts";
export { ConfigFault, Problem, Warning, WorkflowFault, YamlFault } from "./problem.ts";
