export type { BranchRule, Facts, Filters, Finding, Workflow, WorkflowJob } from "./facts.ts";
export { judgePreflight } from "./judge.ts";
