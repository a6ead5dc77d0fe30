/** A step that failed for a reason its log should name in one sentence. An empty message: the log already tells. */
export class StepError extends Error {}
