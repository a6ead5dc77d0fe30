/** An App's webhook log, and sending again. https://docs.github.com/en/rest/apps/webhooks */
import type { Hub } from "../../hub.ts";
import { deliveryInFull, deliveryItem } from "../../shapes/delivery.ts";
import type { Delivery } from "../../world/entities.ts";
import { newRest, notFound, type Rest, type RestContext } from "../kit.ts";
import { respond } from "../respond.ts";
import { actingApp } from "./app-routes.ts";

export function deliveryRoutes(hub: Hub, redeliver: (delivery: Delivery) => void): Rest {
  const rest = newRest();
  const deliveries = hub.world.table("deliveries");

  // The log is paged by cursor, not by page number: `cursor` is the id of the last delivery of the page before.
  rest.get("/app/hook/deliveries", (context) => {
    const app = actingApp(context);
    const perPage = Math.min(Math.max(Math.floor(Number(context.req.query("per_page") ?? 30)) || 30, 1), 100);
    const cursor = Number(context.req.query("cursor") ?? Number.POSITIVE_INFINITY);
    const older = deliveries.filter((each) => each.appId === app.id && each.id < cursor).sort((a, b) => b.id - a.id);
    const page = older.slice(0, perPage);
    const last = page.at(-1);
    if (last !== undefined && older.length > page.length) {
      const url = new URL(context.req.url);
      url.searchParams.set("cursor", String(last.id));
      context.header("Link", `<${url.toString()}>; rel="next"`);
    }
    return respond<"apps/list-webhook-deliveries">(context, page.map(deliveryItem));
  });

  function deliveryAt(context: RestContext): Delivery {
    const app = actingApp(context);
    const delivery = deliveries.get(Number(context.req.param("id")));
    if (delivery === undefined || delivery.appId !== app.id) throw notFound();
    return delivery;
  }

  rest.get("/app/hook/deliveries/:id{[0-9]+}", (context) =>
    respond<"apps/get-webhook-delivery">(context, deliveryInFull(deliveryAt(context))),
  );

  rest.post("/app/hook/deliveries/:id{[0-9]+}/attempts", (context) => {
    redeliver(deliveryAt(context));
    return respond<"apps/redeliver-webhook-delivery", 202>(context, {}, 202);
  });

  return rest;
}
