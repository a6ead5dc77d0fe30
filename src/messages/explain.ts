/** Says why something is not done yet, what comes next and who must act, wherever people look. */

export { explainFeature } from "./explain/feature.ts";
export { explainTask } from "./explain/task.ts";
