/** Validates a webhook against the description of its event and action. */
import { follow, type WebhooksDocument } from "../description/openapi.ts";
import type { Delivered } from "../record/deliveries.ts";
import type { Complaint, Validator } from "./validator.ts";

/** Returns the name in the description: `pull-request-review-submitted`. */
export function webhookName({ event, action }: Pick<Delivered, "event" | "action">): string {
  return (action === null ? event : `${event}-${action}`).replaceAll("_", "-");
}

export function webhookComplaints(document: WebhooksDocument, validator: Validator, delivered: Delivered): Complaint[] {
  const name = webhookName(delivered);
  const described = document.webhooks[name]?.post;
  if (described === undefined) return ["no such webhook is described"];
  const headers = (described.parameters ?? []).flatMap((parameter) =>
    "name" in parameter && parameter.required && delivered.headers[parameter.name.toLowerCase()] === undefined
      ? [`header ${parameter.name} is missing`]
      : [],
  );
  const schema = described.requestBody?.content["application/json"]?.schema;
  return [...headers, ...(schema === undefined ? [] : validator.complaints(schema, delivered.payload))];
}

export interface Events {
  /** Events that an App with checks can subscribe to, by the description. */
  ofApps: string[];
  /** All other events, some of them newer than that list. */
  others: string[];
}

export function everyEvent(document: WebhooksDocument): Events {
  const known = "#/components/schemas/webhook-check-suite-completed/properties/check_suite/properties/app/properties";
  const { items } = follow<{ items: { enum: string[] } }>(document, `${known}/events`);
  const all = new Set(Object.values(document.webhooks).map(({ post }) => post["x-github"].subcategory));
  const names = [...all].map((name) => name.replaceAll("-", "_"));
  return { ofApps: items.enum, others: names.filter((name) => !items.enum.includes(name)) };
}
