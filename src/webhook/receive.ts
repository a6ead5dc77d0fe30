/** The edge in: every delivery whose signature Probot has verified is handed on, and nothing else is done. */
import type { ApplicationFunction } from "probot";

export interface ReceivedDelivery {
  /** X-GitHub-Delivery; the same again when GitHub delivers again. */
  guid: string;
  /** X-GitHub-Event, such as `issues`. */
  name: string;
  action: string | null;
  payload: unknown;
}

/** `receive` stores and returns: GitHub waits ten seconds for the answer. When it throws, GitHub is answered 500. */
export function webhookApp(options: { receive(delivery: ReceivedDelivery): Promise<void> }): ApplicationFunction {
  return (app) => {
    app.onAny(async ({ id, name, payload }) => {
      const action = "action" in payload && typeof payload.action === "string" ? payload.action : null;
      await options.receive({ guid: id, name, action, payload });
    });
  };
}
