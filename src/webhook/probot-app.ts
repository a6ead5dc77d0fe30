/** The Probot application: hands every verified delivery on. */
import type { ApplicationFunction } from "probot";

export interface ReceivedDelivery {
  /** X-GitHub-Delivery; the same again when GitHub delivers again. */
  guid: string;
  /** X-GitHub-Event, such as `issues`. */
  name: string;
  action: string | null;
  payload: unknown;
}

/** `receive` stores and returns. When it throws, `Probot.receive` rejects. */
export function webhookApp(receive: (delivery: ReceivedDelivery) => Promise<void>): ApplicationFunction {
  return (app) => {
    app.onAny(async ({ id, name, payload }) => {
      const action = "action" in payload && typeof payload.action === "string" ? payload.action : null;
      await receive({ guid: id, name, action, payload });
    });
  };
}
