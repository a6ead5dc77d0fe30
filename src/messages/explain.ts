/** Says why something is not done yet, what comes next and who must act, wherever people look. */
export type { Explanation } from "./explain/explanation.ts";
export { explainFeature } from "./explain/feature.ts";
export { explainTask } from "./explain/task.ts";
