/** One webhook against the description of its event and action. */
import type { WebhooksDocument } from "../description/openapi.ts";
import type { Delivered } from "../record/deliveries.ts";
import type { Complaint, Validator } from "./validator.ts";

/** As the description names it: `pull-request-review-submitted`. */
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

/** Every event that an App can subscribe to. */
export function everyEvent(document: WebhooksDocument): string[] {
  return [...new Set(Object.values(document.webhooks).map(({ post }) => post["x-github"].subcategory))];
}
