/** Writes the headers of a webhook and signs it. https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers */
import { createHmac } from "node:crypto";
import type { App, Delivery } from "../store/entities.ts";

function signature(algorithm: "sha1" | "sha256", secret: string, body: string): string {
  return `${algorithm}=${createHmac(algorithm, secret).update(body).digest("hex")}`;
}

export function deliveryHeaders(
  app: App,
  pending: Pick<Delivery, "guid" | "event">,
  body: string,
): Record<string, string> {
  return {
    accept: "*/*",
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/sandbox",
    "x-github-delivery": pending.guid,
    "x-github-event": pending.event,
    "x-github-hook-id": String(app.id),
    "x-github-hook-installation-target-id": String(app.id),
    "x-github-hook-installation-target-type": "integration",
    ...(app.webhookSecret === null
      ? {}
      : {
          "x-hub-signature": signature("sha1", app.webhookSecret, body),
          "x-hub-signature-256": signature("sha256", app.webhookSecret, body),
        }),
  };
}
