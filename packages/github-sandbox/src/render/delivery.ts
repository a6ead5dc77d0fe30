/** Renders the entries of an App's webhook log. */
import type { Delivery } from "../store/entities.ts";
import type { Schema } from "./site.ts";

export function renderDeliveryItem(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: delivery.deliveredAt,
    redelivery: delivery.redelivery,
    duration: delivery.durationMs / 1000,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  } satisfies Schema<"hook-delivery-item">;
}

export function renderFullDelivery(delivery: Delivery) {
  return {
    ...renderDeliveryItem(delivery),
    url: delivery.url,
    request: { headers: delivery.requestHeaders, payload: delivery.payload },
    response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
  } satisfies Schema<"hook-delivery">;
}
