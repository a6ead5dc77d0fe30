import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { BodyLimits } from "../../src/webhook/body.ts";
import { Door, sign } from "./door.ts";
import { issues, push } from "./payloads.ts";

/** For a busy machine. */
const PATIENT = { timeout: 60_000 };

const doors: Door[] = [];

afterEach(() => {
  for (const door of doors.splice(0)) door.close();
});

async function open(limits: Partial<BodyLimits> = {}, store?: () => Promise<void>): Promise<Door> {
  const door = await new Door(limits, store).listen();
  doors.push(door);
  return door;
}

/** A payload of at least that many bytes, most of it in a field that nobody reads. */
const large = (bytes: number) => JSON.stringify({ ...issues("edited"), filler: "x".repeat(bytes) });

const spooled = () => readdirSync(tmpdir()).filter((name) => name.startsWith("headgate-body-"));

describe("the webhook's door", () => {
  it("hands every signed delivery on as it came", async () => {
    const door = await open();
    expect(await door.deliver("issues", JSON.stringify(issues("edited")))).toBe(200);
    expect(await door.deliver("push", JSON.stringify(push("refs/heads/main")))).toBe(200);
    expect(door.handed.map(({ headers, payload }) => [headers, payload.action, payload.ref])).toEqual([
      [{ event: "issues", delivery: "guid-1" }, "edited", undefined],
      [{ event: "push", delivery: "guid-1" }, undefined, "refs/heads/main"],
    ]);
    expect(door.log).toEqual([]);
  });

  it("accepts an event that Headgate does not read, without parsing it", async () => {
    const door = await open();
    expect(await door.deliver("ping", "{not JSON")).toBe(200);
    expect(door.handed).toEqual([]);
  });

  it("lets nothing in that is not signed with the secret, and parses none of it", async () => {
    const door = await open();
    const body = "{not JSON";
    expect(await door.deliver("issues", body, { "x-hub-signature-256": sign(body, "wrong") })).toBe(401);
    expect(await door.deliver("issues", body, { "x-hub-signature-256": "" })).toBe(401);
    expect(await door.deliver("issues", body, { "x-hub-signature-256": "sha256=short" })).toBe(401);
    expect(await door.deliver("issues", body)).toBe(400);
    expect(door.handed).toEqual([]);
  });

  it.each(["__proto__", "constructor.name", "Issues", "a".repeat(65), ""])(
    "answers the odd event name %j with 400",
    async (event) => {
      const door = await open();
      expect(await door.deliver(event, "{}")).toBe(400);
    },
  );

  it("answers an odd delivery id with 400, and another content type with 415", async () => {
    const door = await open();
    expect(await door.deliver("issues", "{}", { "x-github-delivery": "../../etc" })).toBe(400);
    expect(await door.deliver("issues", "{}", { "content-type": "application/x-www-form-urlencoded" })).toBe(415);
  });

  it("answers a signed body that is not as GitHub documents it with 400, and names the field alone", async () => {
    const door = await open();
    expect(
      await door.deliver("issues", JSON.stringify({ ...issues("labeled"), issue: { number: "hidden words" } })),
    ).toBe(400);
    expect(door.log).toHaveLength(1);
    expect(door.log[0]?.fields).toMatchObject({ event: "issues", delivery: "guid-1", reason: "unreadable" });
    expect(JSON.stringify(door.log)).not.toContain("hidden words");
  });

  it("answers GitHub with an error when a delivery could not be stored", async () => {
    const door = await open({}, () => Promise.reject(new Error("the store is away")));
    expect(await door.deliver("issues", JSON.stringify(issues("edited")))).toBe(500);
    expect(door.log[0]?.fields).toMatchObject({ reason: "not-stored", detail: "the store is away" });
  });
});

describe("a body at the webhook's door", () => {
  it("is refused by its announced length, before any of it arrives", async () => {
    const door = await open();
    const sender = door.open({ "content-length": String(25 * 1024 * 1024 + 1) });
    expect(await sender.status).toBe(413);
  });

  it("is refused while it arrives, where it announces no length", async () => {
    const door = await open({ bytes: 1_000 });
    const sender = door.open({ "transfer-encoding": "chunked" });
    sender.chunk("x".repeat(600));
    sender.chunk("x".repeat(600));
    expect(await sender.status).toBe(413);
    expect(door.log[0]?.fields).toMatchObject({ reason: "too-large" });
  });

  it("is refused when it does not arrive in time", async () => {
    const door = await open({ ms: 30 });
    const sender = door.open({ "content-length": "10" });
    sender.send("x");
    expect(await sender.status).toBe(408);
  });

  it("may break off without harm", async () => {
    const door = await open();
    const sender = door.open({ "content-length": "10" });
    sender.send("x");
    sender.leave();
    await expect.poll(() => door.log[0]?.fields).toMatchObject({ reason: "broken-off", bytes: 1 });
  });

  it("of several megabytes is read from a temporary file that leaves nothing behind", async () => {
    const before = spooled();
    const door = await open();
    expect(await door.deliver("issues", large(3_000_000))).toBe(200);
    expect(door.handed).toHaveLength(1);
    expect(await door.deliver("issues", large(3_000_000), { "x-hub-signature-256": sign("other") })).toBe(401);
    expect(spooled()).toEqual(before);
  });

  it("waits outside, with a time to come back, while younger bodies take all places", async () => {
    const door = await open({ bodies: 1, protectedMs: 60_000 });
    const first = door.open({ "content-length": "10" });
    first.send("x");
    await vi.waitFor(async () => {
      const second = door.open({ "content-length": "2", connection: "close" });
      second.send("{}");
      expect(await second.head).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: \d+/i);
    }, PATIENT);
  });

  it("takes the place of a slow one", async () => {
    const door = await open({ bodies: 1, protectedMs: 0 });
    const slow = door.open({ "content-length": "10" });
    slow.send("x");
    await vi.waitFor(async () => {
      expect(await door.deliver("issues", JSON.stringify(issues("edited")))).toBe(200);
      expect(door.log.map(({ fields }) => fields.reason)).toEqual(["busy"]);
    }, PATIENT);
    expect(await slow.status).toBe(503);
  });

  it("that is large and signed is accepted while strangers' bodies fill the disk's share", async () => {
    const door = await open({ disk: 3_000_000, protectedMs: 0 });
    const strangers = [1, 2].map(() => door.open({ "content-length": "20000000" }));
    for (const stranger of strangers) stranger.send(Buffer.alloc(1_200_000));
    expect(await door.deliver("issues", large(2_000_000))).toBe(200);
  });
});

describe("the log of refusals", () => {
  it("counts a flood in one line and holds nothing of a body", async () => {
    const door = await open();
    for (let count = 0; count < 50; count += 1) {
      await door.deliver("issues", `"private words ${count}"`, { "x-hub-signature-256": sign("other") });
    }
    door.summarise();
    expect(door.log.map(({ message }) => message)).toEqual([
      "a webhook delivery was refused",
      "more webhook deliveries were refused",
    ]);
    expect(door.log[1]?.fields).toMatchObject({ reason: "wrong-signature", count: 49 });
    expect(JSON.stringify(door.log)).not.toContain("private");
  });
});
