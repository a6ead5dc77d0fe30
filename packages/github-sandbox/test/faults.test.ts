import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { deliveryFault, mergeabilityDelay, requestFault, runnerLostAfter } from "../src/faults/draw.ts";
import { type Fixture, startFixture } from "./rest-fixture.ts";

let fixture: Fixture | null = null;
afterEach(async () => {
  await fixture?.close();
  fixture = null;
});

const things = Array.from({ length: 2_000 }, (_, index) => `GET /repos/ada/shop ${index}`);

describe("drawing faults", () => {
  it("A fault depends on the seed and on its subject alone", () => {
    const drawn = (seed: number) =>
      things.map((thing) => [
        requestFault("heavy", seed, thing),
        deliveryFault("heavy", seed, thing),
        mergeabilityDelay("heavy", seed, thing),
        runnerLostAfter("heavy", seed, thing),
      ]);
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
  });

  it("A fault is never drawn at level none, and at its rate at level heavy", () => {
    expect(things.filter((thing) => requestFault("none", 7, thing).kind !== "none")).toEqual([]);
    expect(deliveryFault("none", 7, "x")).toEqual({ isLost: false, copies: 1, delayMs: 0 });
    expect([mergeabilityDelay("none", 7, "x"), runnerLostAfter("none", 7, "x")]).toEqual([0, null]);
    const count = (matches: (thing: string) => boolean) => things.filter(matches).length / things.length;
    const faults = new Map(things.map((thing) => [thing, requestFault("heavy", 7, thing)]));
    const isGateway = (effect: boolean) => (thing: string) => {
      const fault = faults.get(thing);
      return fault?.kind === "bad-gateway" && fault.effect === effect;
    };
    expect(count(isGateway(true))).toBeCloseTo(0.04, 1);
    expect(count(isGateway(false))).toBeCloseTo(0.04, 1);
    for (const kind of ["timeout", "secondary-limit", "slow", "none"]) {
      expect(
        count((thing) => faults.get(thing)?.kind === kind),
        kind,
      ).toBeGreaterThan(0.01);
    }
    expect(count((thing) => deliveryFault("heavy", 7, thing).isLost)).toBeCloseTo(0.15, 1);
    expect(count((thing) => deliveryFault("heavy", 7, thing).copies === 2)).toBeCloseTo(0.15, 1);
    expect(count((thing) => runnerLostAfter("heavy", 7, thing) !== null)).toBeCloseTo(0.08, 1);
  });
});

/** Finds the first seed under which the request meets that fault. */
function seedFor(request: string, wanted: object): number {
  for (let seed = 0; ; seed += 1) {
    if (
      Object.entries(wanted).every(([key, value]) => Reflect.get(requestFault("heavy", seed, request), key) === value)
    ) {
      return seed;
    }
  }
}

describe("faults of requests", () => {
  const create = "POST /api/v3/repos/ada/shop/issues 1";
  const tried = async (wanted: object) => {
    fixture = await startFixture();
    const { owner, at, sandbox } = fixture;
    sandbox.setFaults({ level: "heavy", seed: seedFor(create, wanted) });
    const error = await owner.rest.issues.create({ ...at, title: "meets a fault" }).catch((thrown) => thrown);
    sandbox.setFaults({ level: "none", seed: 0 });
    return { error, titles: (await owner.rest.issues.listForRepo(at)).data.map(({ title }) => title) };
  };

  it.each([true, false])("A request that gets a 502 may have had its effect: %s", async (effect) => {
    const { error, titles } = await tried({ kind: "bad-gateway", effect });
    expect(error.status).toBe(502);
    expect(error.response.data.message).toBe("Server Error");
    expect(titles).toEqual(effect ? ["meets a fault"] : []);
  });

  it.each([true, false])("A request whose connection breaks may have had its effect: %s", async (effect) => {
    const { error, titles } = await tried({ kind: "timeout", effect });
    expect(error.status).toBe(500);
    expect(error.message).toMatch(/fetch failed|other side closed|socket hang up/);
    expect(titles).toEqual(effect ? ["meets a fault"] : []);
  });

  it("A request that hits a secondary limit gets the time to retry", async () => {
    const { error, titles } = await tried({ kind: "secondary-limit" });
    expect(error.status).toBe(403);
    expect(error.message).toContain("You have exceeded a secondary rate limit");
    expect(Number(error.response.headers["retry-after"])).toBeGreaterThan(0);
    expect(titles).toEqual([]);
  });
});

it("Webhooks arrive late, out of order, twice or never as the seed decides, and the log lists each", async () => {
  fixture = await startFixture();
  const { sandbox, app, asApp } = fixture;
  const received: { guid: string; hook: string }[] = [];
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    received.push({ guid: String(request.headers["x-github-delivery"]), hook: request.url ?? "" });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const seed = 3;
  sandbox.setFaults({ level: "heavy", seed });
  const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
  // Every new target gets a ping.
  for (const number of numbers) sandbox.setWebhook(app, `http://127.0.0.1:${port}/${number}`, "s");
  await sandbox.idle();
  const faults = numbers.map((number) => deliveryFault("heavy", seed, `ping null ${number}`));
  expect(faults.some(({ isLost }) => isLost) && faults.some(({ copies }) => copies === 2)).toBe(true);
  const times = (number: number) => received.filter(({ hook }) => hook === `/${number}`).length;
  expect(numbers.map(times)).toEqual(faults.map(({ isLost, copies }) => (isLost ? 0 : copies)));
  const order = received.map(({ hook }) => Number(hook.slice(1)));
  expect(order).not.toEqual([...order].sort((a, b) => a - b));
  const twice = faults.findIndex(({ isLost, copies }) => !isLost && copies === 2) + 1;
  expect(new Set(received.filter(({ hook }) => hook === `/${twice}`).map(({ guid }) => guid)).size).toBe(1);
  sandbox.setFaults({ level: "none", seed });
  const { data: log } = await asApp.rest.apps.listWebhookDeliveries({ per_page: 100 });
  const lost = log.filter(({ status_code: code }) => code === 0);
  expect(lost.length).toBe(faults.flatMap(({ isLost, copies }) => (isLost ? Array(copies).fill(0) : [])).length);
  // A lost webhook is sent again on request, with its own GUID.
  await asApp.rest.apps.redeliverWebhookDelivery({ delivery_id: lost[0]?.id ?? 0 });
  await sandbox.idle();
  expect(received.at(-1)?.guid).toBe(lost[0]?.guid);
});

describe("the route that sets faults", () => {
  const send = (method: string, token: string, body?: object) =>
    fetch(`${fixture?.sandbox.url}/_sandbox/faults`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it("The fault route answers only requests with the admin token", async () => {
    fixture = await startFixture([], { adminToken: "secret", faults: { level: "none", seed: 5 } });
    expect((await send("GET", "guess")).status).toBe(401);
    expect(await (await send("GET", "secret")).json()).toEqual({ faults: "none", seed: 5 });
    const turned = await send("PUT", "secret", { faults: "heavy", seed: 9 });
    expect([turned.status, await turned.json()]).toEqual([200, { faults: "heavy", seed: 9 }]);
    expect((await send("PUT", "secret", { faults: "much" })).status).toBe(422);
    expect((await send("PUT", "secret", { faults: "light" })).status).toBe(200);
    expect(await (await send("GET", "secret")).json()).toEqual({ faults: "light", seed: 9 });
  });

  it("The fault route does not exist without an admin token", async () => {
    fixture = await startFixture();
    expect((await send("GET", "")).status).toBe(404);
  });
});
