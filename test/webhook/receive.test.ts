import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createNodeMiddleware, Probot } from "probot";
import { afterEach, describe, expect, it } from "vitest";
import { type ReceivedDelivery, webhookApp } from "../../src/webhook/receive.ts";
import { issues, push } from "./payloads.ts";

const SECRET = "s3cret";
let server: Server | null = null;

afterEach(() => {
  server?.close();
  server = null;
});

async function listen(receive: (delivery: ReceivedDelivery) => Promise<void>): Promise<string> {
  const probot = new Probot({ githubToken: "unused", secret: SECRET, logLevel: "fatal" });
  const middleware = await createNodeMiddleware(webhookApp({ receive }), { probot });
  const listening = createServer((request, response) => void middleware(request, response));
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}/api/github/webhooks`;
}

/** `secret` null: without a signature. */
async function deliver(url: string, name: string, payload: unknown, secret: string | null = SECRET): Promise<number> {
  const body = JSON.stringify(payload);
  const signature = secret === null ? null : `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": name,
      "x-github-delivery": "guid-1",
      ...(signature === null ? {} : { "x-hub-signature-256": signature }),
    },
    body,
  });
  return response.status;
}

describe("the webhook's door", () => {
  it("hands every signed delivery on as it came", async () => {
    const received: ReceivedDelivery[] = [];
    const url = await listen(async (delivery) => void received.push(delivery));
    expect(await deliver(url, "issues", issues("edited"))).toBe(200);
    expect(await deliver(url, "push", push("refs/heads/main"))).toBe(200);
    expect(received).toEqual([
      { guid: "guid-1", name: "issues", action: "edited", payload: issues("edited") },
      { guid: "guid-1", name: "push", action: null, payload: push("refs/heads/main") },
    ]);
  });

  it("lets nothing in that is not signed with the secret", async () => {
    const received: ReceivedDelivery[] = [];
    const url = await listen(async (delivery) => void received.push(delivery));
    expect(await deliver(url, "issues", issues("edited"), "wrong")).toBe(401);
    expect(await deliver(url, "issues", issues("edited"), null)).toBe(401);
    expect(received).toEqual([]);
  });

  it("answers GitHub with an error when a delivery could not be stored", async () => {
    const url = await listen(() => Promise.reject(new Error("the store is away")));
    expect(await deliver(url, "issues", issues("edited"))).toBe(500);
  });
});
