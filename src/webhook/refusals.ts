/** The reasons for which a delivery is refused, and their log: a flood of refusals becomes a few counted lines. */
/** The status and the answer of each reason. Answers name no content of the delivery. */
const REASONS = {
  "not-a-delivery": [400, "The headers X-GitHub-Event and X-GitHub-Delivery are missing or malformed."],
  unsigned: [401, "The delivery has no header X-Hub-Signature-256. Set the webhook's secret on GitHub."],
  "wrong-signature": [401, "The signature does not match. GitHub and WEBHOOK_SECRET must have the same secret."],
  "not-json": [415, "Set the webhook's content type on GitHub to application/json."],
  "too-large": [413, "The body is larger than 25 MB, which GitHub never sends."],
  "too-slow": [408, "The body did not arrive within 10 seconds."],
  "broken-off": [400, "The body ended early."],
  busy: [503, "Too many deliveries arrive at once. Redeliver this one later."],
  unreadable: [400, "The body is not what GitHub documents for this event."],
  "store-away": [503, "The database does not answer. Once it does, Headgate reads from GitHub what it missed."],
  "not-stored": [500, "The delivery could not be stored. Redeliver it later."],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalReason = keyof typeof REASONS;

export class RefusedDelivery extends Error {
  readonly reason: RefusalReason;
  readonly status: number;
  readonly answer: string;

  /** `detail` goes into the log. It must not quote the body. */
  constructor(reason: RefusalReason, detail = "", options?: ErrorOptions) {
    super(detail, options);
    this.reason = reason;
    [this.status, this.answer] = REASONS[reason];
  }
}

export interface RefusalLog {
  warn(fields: Record<string, unknown>, message: string): void;
}

interface Refused {
  event?: string;
  delivery?: string;
  bytes: number;
}

const SUMMARY_MS = 60_000;
/** Characters of a detail in the log. */
const MAX_DETAIL = 500;

/** Logs the first refusal of each reason at once, and counts the rest until the next summary. */
export class Refusals {
  readonly #log: RefusalLog;
  readonly #summaryMs: number;
  readonly #counts = new Map<RefusalReason, { count: number; bytes: number }>();
  #timer: NodeJS.Timeout | null = null;

  constructor(log: RefusalLog, summaryMs = SUMMARY_MS) {
    this.#log = log;
    this.#summaryMs = summaryMs;
  }

  add(refused: Refused, { reason, message }: RefusedDelivery): void {
    const counted = this.#counts.get(reason);
    if (counted !== undefined) {
      counted.count += 1;
      counted.bytes += refused.bytes;
      return;
    }
    this.#counts.set(reason, { count: 0, bytes: 0 });
    const detail = message === "" ? {} : { detail: message.slice(0, MAX_DETAIL) };
    const { event, delivery, bytes } = refused;
    this.#log.warn({ event, delivery, bytes, reason, ...detail }, "a webhook delivery was refused");
    this.#timer ??= setTimeout(() => this.summarise(), this.#summaryMs).unref();
  }

  /** Logs what was counted since the last summary. */
  summarise(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const [reason, { count, bytes }] of this.#counts) {
      if (count > 0) this.#log.warn({ reason, count, bytes }, "more webhook deliveries were refused");
    }
    this.#counts.clear();
  }
}
