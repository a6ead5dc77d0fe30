/** The intervals of `headgate serve`, in milliseconds. Benchmarks of its replicas take the same. */
export const SERVED_PACE = {
  /** Between two writings of one status comment. */
  statusEveryMs: 10_000,
  /** Between two observations of one pull or attempt. */
  observeEveryMs: 1_000,
  /** Between two searches for labelled issues in all repositories. */
  sweepEveryMs: 5 * 60_000,
};
