import { generateKeyPairSync } from "node:crypto";
import { Probot } from "probot";
import { describe, expect, it } from "vitest";
import { type ReceivedDelivery, webhookApp } from "../../src/webhook/probot-app.ts";
import { issues } from "./payloads.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

async function probotWith(receive: (delivery: ReceivedDelivery) => Promise<void>): Promise<Probot> {
  const key = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  const probot = new Probot({ appId: 1, privateKey: key, secret: "s3cret", logLevel: "fatal" });
  await probot.load(webhookApp(receive));
  return probot;
}

const delivery = { id: "guid-1", name: "issues", payload: issues("edited") } as unknown as Parameters<
  Probot["receive"]
>[0];

describe("the Probot application", () => {
  it("hands every delivery on as it came, without a call to GitHub", async () => {
    const received: ReceivedDelivery[] = [];
    const probot = await probotWith(async (one) => void received.push(one));
    await probot.receive(delivery);
    expect(received).toEqual([{ guid: "guid-1", name: "issues", action: "edited", payload: issues("edited") }]);
  });

  it("rejects a delivery that could not be stored, so that GitHub is told", async () => {
    const probot = await probotWith(() => Promise.reject(new Error("the store is away")));
    await expect(probot.receive(delivery)).rejects.toThrow("the store is away");
  });
});
