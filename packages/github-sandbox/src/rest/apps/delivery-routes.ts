/** An App's webhook deliveries and redelivery. https://docs.github.com/en/rest/apps/webhooks */
import { notFound } from "../../access/errors.ts";
import type { SandboxContext } from "../../context.ts";
import { renderDeliveryItem, renderFullDelivery } from "../../render/delivery.ts";
import type { Delivery } from "../../store/entities.ts";
import { type HttpContext, newRest, type Rest } from "../kit.ts";
import { respond } from "../respond.ts";
import { signedInApp } from "./app-routes.ts";

export function deliveryRoutes(context: SandboxContext, redeliver: (delivery: Delivery) => void): Rest {
  const rest = newRest();
  const deliveries = context.store.table("deliveries");

  // Deliveries are paged by cursor: `cursor` is the id of the last delivery on the page before.
  rest.get("/app/hook/deliveries", (http) => {
    const app = signedInApp(http);
    const perPage = Math.min(Math.max(Math.floor(Number(http.req.query("per_page") ?? 30)) || 30, 1), 100);
    const cursor = Number(http.req.query("cursor") ?? Number.POSITIVE_INFINITY);
    const older = deliveries.filter((each) => each.appId === app.id && each.id < cursor).sort((a, b) => b.id - a.id);
    const page = older.slice(0, perPage);
    const last = page.at(-1);
    if (last !== undefined && older.length > page.length) {
      const url = new URL(http.req.url);
      url.searchParams.set("cursor", String(last.id));
      http.header("Link", `<${url.toString()}>; rel="next"`);
    }
    return respond<"apps/list-webhook-deliveries">(http, page.map(renderDeliveryItem));
  });

  function deliveryAt(http: HttpContext): Delivery {
    const app = signedInApp(http);
    const delivery = deliveries.get(Number(http.req.param("id")));
    if (delivery === undefined || delivery.appId !== app.id) throw notFound();
    return delivery;
  }

  rest.get("/app/hook/deliveries/:id{[0-9]+}", (http) =>
    respond<"apps/get-webhook-delivery">(http, renderFullDelivery(deliveryAt(http))),
  );

  rest.post("/app/hook/deliveries/:id{[0-9]+}/attempts", (http) => {
    redeliver(deliveryAt(http));
    return respond<"apps/redeliver-webhook-delivery", 202>(http, {}, 202);
  });

  return rest;
}
