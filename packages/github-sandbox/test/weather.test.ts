import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { letterFate, mergeabilityDelay, requestFate, runnerLostAfter } from "../src/weather/forecast.ts";
import { type Fixture, startFixture } from "./rest-fixture.ts";

let fixture: Fixture | null = null;
afterEach(async () => {
  await fixture?.close();
  fixture = null;
});

const things = Array.from({ length: 2_000 }, (_, index) => `GET /repos/ada/shop ${index}`);

describe("a fate", () => {
  it("follows from the seed and the thing alone", () => {
    const drawn = (seed: number) =>
      things.map((thing) => [
        requestFate("storm", seed, thing),
        letterFate("storm", seed, thing),
        mergeabilityDelay("storm", seed, thing),
        runnerLostAfter("storm", seed, thing),
      ]);
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
  });

  it("is fair in calm weather, and in a storm of every kind at about its rate", () => {
    expect(things.filter((thing) => requestFate("calm", 7, thing).kind !== "fair")).toEqual([]);
    expect(letterFate("calm", 7, "x")).toEqual({ isLost: false, copies: 1, delayMs: 0 });
    expect([mergeabilityDelay("calm", 7, "x"), runnerLostAfter("calm", 7, "x")]).toEqual([0, null]);
    const count = (matches: (thing: string) => boolean) => things.filter(matches).length / things.length;
    const fates = new Map(things.map((thing) => [thing, requestFate("storm", 7, thing)]));
    const isGateway = (effect: boolean) => (thing: string) => {
      const fate = fates.get(thing);
      return fate?.kind === "bad-gateway" && fate.effect === effect;
    };
    expect(count(isGateway(true))).toBeCloseTo(0.04, 1);
    expect(count(isGateway(false))).toBeCloseTo(0.04, 1);
    for (const kind of ["timeout", "secondary-limit", "slow", "fair"]) {
      expect(
        count((thing) => fates.get(thing)?.kind === kind),
        kind,
      ).toBeGreaterThan(0.01);
    }
    expect(count((thing) => letterFate("storm", 7, thing).isLost)).toBeCloseTo(0.15, 1);
    expect(count((thing) => letterFate("storm", 7, thing).copies === 2)).toBeCloseTo(0.15, 1);
    expect(count((thing) => runnerLostAfter("storm", 7, thing) !== null)).toBeCloseTo(0.08, 1);
  });
});

/** The first seed under which the first request of that kind has that fate. */
function seedFor(request: string, wanted: object): number {
  for (let seed = 0; ; seed += 1) {
    if (
      Object.entries(wanted).every(([key, value]) => Reflect.get(requestFate("storm", seed, request), key) === value)
    ) {
      return seed;
    }
  }
}

describe("a request", () => {
  const create = "POST /api/v3/repos/ada/shop/issues 1";
  const tried = async (wanted: object) => {
    fixture = await startFixture();
    const { owner, at, sandbox } = fixture;
    sandbox.setWeather({ kind: "storm", seed: seedFor(create, wanted) });
    const error = await owner.rest.issues.create({ ...at, title: "in the rain" }).catch((thrown) => thrown);
    sandbox.setWeather({ kind: "calm", seed: 0 });
    return { error, titles: (await owner.rest.issues.listForRepo(at)).data.map(({ title }) => title) };
  };

  it.each([true, false])("that gets a 502 may have had its effect: %s", async (effect) => {
    const { error, titles } = await tried({ kind: "bad-gateway", effect });
    expect(error.status).toBe(502);
    expect(error.response.data.message).toBe("Server Error");
    expect(titles).toEqual(effect ? ["in the rain"] : []);
  });

  it.each([true, false])("whose connection breaks may have had its effect: %s", async (effect) => {
    const { error, titles } = await tried({ kind: "timeout", effect });
    expect(error.status).toBe(500);
    expect(error.message).toMatch(/fetch failed|other side closed|socket hang up/);
    expect(titles).toEqual(effect ? ["in the rain"] : []);
  });

  it("that meets a secondary limit is told when to come back", async () => {
    const { error, titles } = await tried({ kind: "secondary-limit" });
    expect(error.status).toBe(403);
    expect(error.message).toContain("You have exceeded a secondary rate limit");
    expect(Number(error.response.headers["retry-after"])).toBeGreaterThan(0);
    expect(titles).toEqual([]);
  });
});

it("webhooks come late, out of order, twice or never, as the seed has it, and the log tells of each", async () => {
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
  sandbox.setWeather({ kind: "storm", seed });
  const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
  // Every new target is told with a ping.
  for (const number of numbers) sandbox.setWebhook(app, `http://127.0.0.1:${port}/${number}`, "s");
  await sandbox.idle();
  const fates = numbers.map((number) => letterFate("storm", seed, `ping null ${number}`));
  expect(fates.some(({ isLost }) => isLost) && fates.some(({ copies }) => copies === 2)).toBe(true);
  const times = (number: number) => received.filter(({ hook }) => hook === `/${number}`).length;
  expect(numbers.map(times)).toEqual(fates.map(({ isLost, copies }) => (isLost ? 0 : copies)));
  const order = received.map(({ hook }) => Number(hook.slice(1)));
  expect(order).not.toEqual([...order].sort((a, b) => a - b));
  const twice = fates.findIndex(({ isLost, copies }) => !isLost && copies === 2) + 1;
  expect(new Set(received.filter(({ hook }) => hook === `/${twice}`).map(({ guid }) => guid)).size).toBe(1);
  sandbox.setWeather({ kind: "calm", seed });
  const { data: log } = await asApp.rest.apps.listWebhookDeliveries({ per_page: 100 });
  const lost = log.filter(({ status_code: code }) => code === 0);
  expect(lost.length).toBe(fates.flatMap(({ isLost, copies }) => (isLost ? Array(copies).fill(0) : [])).length);
  // What was lost is sent again on request, with its own GUID.
  await asApp.rest.apps.redeliverWebhookDelivery({ delivery_id: lost[0]?.id ?? 0 });
  await sandbox.idle();
  expect(received.at(-1)?.guid).toBe(lost[0]?.guid);
});

describe("the weather's own address", () => {
  const send = (method: string, token: string, body?: object) =>
    fetch(`${fixture?.sandbox.url}/_sandbox/weather`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it("turns it for whoever has the admin token, and for nobody else", async () => {
    fixture = await startFixture([], { adminToken: "secret", weather: { kind: "calm", seed: 5 } });
    expect((await send("GET", "guess")).status).toBe(401);
    expect(await (await send("GET", "secret")).json()).toEqual({ weather: "calm", seed: 5 });
    const turned = await send("PUT", "secret", { weather: "storm", seed: 9 });
    expect([turned.status, await turned.json()]).toEqual([200, { weather: "storm", seed: 9 }]);
    expect((await send("PUT", "secret", { weather: "hail" })).status).toBe(422);
    expect((await send("PUT", "secret", { weather: "breezy" })).status).toBe(200);
    expect(await (await send("GET", "secret")).json()).toEqual({ weather: "breezy", seed: 9 });
  });

  it("is not there without one", async () => {
    fixture = await startFixture();
    expect((await send("GET", "")).status).toBe(404);
  });
});
