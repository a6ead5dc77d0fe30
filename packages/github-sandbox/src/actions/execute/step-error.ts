/** Fails a step with one sentence for its log. An empty message means that the log has the reason already. */
export class StepError extends Error {}
