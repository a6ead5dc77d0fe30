/** The edge in: every delivery whose signature Probot has verified is handed on, and nothing else is done. */
import type { IncomingMessage, ServerResponse } from "node:http";
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
  return (app, { addHandler }) => {
    addHandler(refuseUnsigned);
    app.onAny(async ({ id, name, payload }) => {
      const action = "action" in payload && typeof payload.action === "string" ? payload.action : null;
      await options.receive({ guid: id, name, action, payload });
    });
    app.onError(({ errors }) => {
      // Answers 401 to a wrong signature, which is the only 400 that octokit reports here.
      for (const error of errors) if ("status" in error && error.status === 400) Object.assign(error, { status: 401 });
    });
  };
}

/** True: answered. Octokit would call a delivery without a signature malformed. */
function refuseUnsigned(request: IncomingMessage, response: ServerResponse): boolean {
  const { headers } = request;
  if (headers["x-github-event"] === undefined || headers["x-hub-signature-256"] !== undefined) return false;
  response.writeHead(401).end("the delivery is not signed");
  return true;
}
