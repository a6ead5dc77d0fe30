/**
 * Sends webhooks to Apps: each event to every installed App that subscribed to it, signed, once, in the background. A target
 * that hangs or is down delays nothing else. GitHub gives a target ten seconds and never tries again by itself:
 * https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
 */
import { randomUUID } from "node:crypto";
import { installationAt } from "../access/tokens.ts";
import { nodeId, type RenderContext, type Schema } from "../render/site.ts";
import type { App, Delivery } from "../store/entities.ts";
import type { WebhookEvent } from "../store/webhook-event.ts";
import { noConnection, post } from "./post.ts";
import { deliveryHeaders } from "./sign.ts";

/** The part of a delivery that is known before it is sent. */
type PendingDelivery = Pick<
  Delivery,
  "guid" | "event" | "action" | "repositoryId" | "installationId" | "redelivery" | "payload"
>;

export interface Webhooks {
  /** Sends the event to every App installed on the repository that subscribed to it. Returns at once. */
  announced(event: WebhookEvent): void;
  /** Sends one App an event about itself (`ping`, `installation`), subscribed or not. Returns at once. */
  sendTo(app: App, event: string, payload: Record<string, unknown>, installationId: number | null): void;
  /** Sends a logged delivery again, with its GUID, to the App's present URL. Returns at once. */
  redeliver(delivery: Delivery): void;
  /** Resolves when no delivery is under way. */
  idle(): Promise<void>;
  /** Gives up deliveries under way. */
  close(): Promise<void>;
}

/** GitHub keeps a few days of deliveries; the sandbox keeps this many. */
const logLength = 2000;

/** Decides for one delivery whether it is lost, and how often it is sent once `leaves` resolves. */
export interface DeliveryFate {
  isLost: boolean;
  copies: number;
  leaves: Promise<void>;
}

export interface WebhookOptions {
  timeoutMs: number;
  /** Fault injection loses, repeats and delays deliveries. */
  fateOf(event: string, action: string | null): DeliveryFate;
}

export function startWebhooks(site: RenderContext, options: WebhookOptions): Webhooks {
  const { store } = site;
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();

  function log(delivery: Delivery): void {
    const table = store.table("deliveries");
    table.put(delivery);
    for (const old of [...table.all()].slice(0, -logLength)) table.remove(old.id);
  }

  async function deliver(app: App, url: string, pending: PendingDelivery, isLost: boolean): Promise<void> {
    const body = JSON.stringify(pending.payload);
    const requestHeaders = deliveryHeaders(app, pending, body);
    const started = performance.now();
    const deliveredAt = store.date().toISOString();
    const answer = isLost ? noConnection : await post(url, requestHeaders, body, options.timeoutMs, closing.signal);
    if (closing.signal.aborted) return;
    const durationMs = Math.round(performance.now() - started);
    log({ ...pending, id: store.nextId(), appId: app.id, url, requestHeaders, deliveredAt, durationMs, ...answer });
  }

  /** Sends every copy with the same GUID. */
  async function carry(app: App, url: string, pending: PendingDelivery): Promise<void> {
    const { isLost, copies, leaves } = options.fateOf(pending.event, pending.action);
    await leaves;
    for (let copy = 0; copy < copies && !closing.signal.aborted; copy += 1) await deliver(app, url, pending, isLost);
  }

  function send(app: App, pending: PendingDelivery): void {
    if (app.webhookUrl === null || closing.signal.aborted) return;
    const sending = carry(app, app.webhookUrl, pending).finally(() => underWay.delete(sending));
    underWay.add(sending);
  }

  return {
    announced({ repository, event, action, payload, toAppId }) {
      const subscribed = store
        .table("apps")
        .filter(
          (app) => app.webhookUrl !== null && (toAppId === undefined ? app.events.includes(event) : app.id === toAppId),
        );
      for (const app of subscribed) {
        const installation = installationAt(store, app.id, repository);
        if (installation === undefined || typeof installation.suspendedAt === "string") continue;
        send(app, {
          guid: randomUUID(),
          event,
          action,
          repositoryId: repository.id,
          installationId: installation.id,
          redelivery: false,
          payload: {
            ...payload,
            installation: {
              id: installation.id,
              node_id: nodeId("IntegrationInstallation", installation.id),
            } satisfies Schema<"simple-installation">,
          },
        });
      }
    },
    sendTo(app, event, payload, installationId) {
      const action = typeof payload.action === "string" ? payload.action : null;
      send(app, { guid: randomUUID(), event, action, repositoryId: null, installationId, redelivery: false, payload });
    },
    redeliver({ guid, event, action, repositoryId, installationId, appId, payload }) {
      const app = store.table("apps").get(appId);
      if (app === undefined) return;
      send(app, { guid, event, action, repositoryId, installationId, redelivery: true, payload });
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    async close() {
      closing.abort();
      await Promise.allSettled(underWay);
    },
  };
}
