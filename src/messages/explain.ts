/** Says why something is not done yet, what comes next and who must act, wherever people look. */

export { explainFeature } from "./explain/feature.ts";
export { explainSubject, explainUnknownRepository, type SubjectExplanation } from "./explain/subject.ts";
export { explainTask } from "./explain/task.ts";
