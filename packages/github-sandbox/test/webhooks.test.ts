import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createNodeMiddleware, Probot, ProbotOctokit } from "probot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Fixture, startFixture } from "./rest-fixture.ts";

let fixture: Fixture;
const endings: (() => Promise<void>)[] = [];

beforeEach(async () => {
  fixture = await startFixture(["issues", "issue_comment", "check_run", "check_suite", "status"]);
});
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
  await fixture.close();
});

interface Received {
  headers: IncomingMessage["headers"];
  event: string;
  payload: Record<string, unknown> & { action?: string };
}

/** Starts a target that answers with the status of `answer` and keeps what it receives. */
async function target(answer: (count: number) => number | "hang"): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const payload = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    received.push({ headers: request.headers, event: String(request.headers["x-github-event"]), payload });
    const status = answer(received.length);
    if (status !== "hang") response.writeHead(status).end("seen");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endings.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

const eventNames = (received: Received[]) =>
  received.map((each) => [each.event, each.payload.action].filter(Boolean).join("."));

describe("webhooks", () => {
  it("A rerequested check run is sent to the App that made it and to no other", async () => {
    const { url, received } = await target(() => 200);
    fixture.sandbox.setWebhook(fixture.app, url, "s3cret");
    const elsewhere = await target(() => 200);
    const { app: other } = await fixture.sandbox.createApp({
      slug: "other",
      name: "Other",
      permissions: { checks: "write" },
      events: ["check_suite"],
      webhookUrl: elsewhere.url,
    });
    fixture.sandbox.install(other, fixture.sandbox.createUser("ada").user, [fixture.repository]);
    const { data } = await fixture.bot.rest.checks.createSuite({ ...fixture.at, head_sha: fixture.sha });
    await fixture.owner.rest.checks.rerequestSuite({ ...fixture.at, check_suite_id: data.id });
    await fixture.sandbox.idle();
    expect(eventNames(received)).toContain("check_suite.rerequested");
    expect(eventNames(elsewhere.received)).not.toContain("check_suite.rerequested");
  });

  it("A webhook reaches a stock Probot app, which verifies it and answers", async () => {
    const probot = new Probot({
      appId: fixture.app.id,
      privateKey: fixture.privateKey,
      secret: "s3cret",
      baseUrl: fixture.sandbox.apiUrl,
      logLevel: "fatal",
      Octokit: ProbotOctokit.defaults((options: object) => ({
        ...options,
        retry: { enabled: false },
        throttle: { enabled: false },
      })),
    });
    const middleware = await createNodeMiddleware(
      (app) => {
        app.on("issues.opened", async (context) => {
          await context.octokit.rest.issues.createComment(
            context.issue({ body: `hello ${context.payload.sender.login}` }),
          );
        });
      },
      { probot },
    );
    const server = createServer((request, response) => void middleware(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endings.push(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    fixture.sandbox.setWebhook(fixture.app, `http://127.0.0.1:${port}/api/github/webhooks`, "s3cret");

    const { data: issue } = await fixture.owner.rest.issues.create({ ...fixture.at, title: "greet me" });
    await fixture.sandbox.idle();

    const { data } = await fixture.owner.rest.issues.listComments({ ...fixture.at, issue_number: issue.number });
    expect(data).toMatchObject([{ body: "hello ada", user: { login: "gate[bot]" } }]);
    const { data: log } = await fixture.asApp.rest.apps.listWebhookDeliveries();
    expect(log.map((each) => [each.event, each.status_code])).toContainEqual(["issues", 200]);
  });

  it("A webhook with another secret is refused by the app, and the log shows it", async () => {
    const { url, received } = await target(() => 401);
    fixture.sandbox.setWebhook(fixture.app, url, "s3cret");
    await fixture.sandbox.idle();
    expect(eventNames(received)).toEqual(["ping"]);
    const { data } = await fixture.asApp.rest.apps.listWebhookDeliveries();
    expect(data).toMatchObject([{ event: "ping", status_code: 401, status: "Invalid HTTP Response: 401" }]);
  });

  it("Webhooks of an issue name the change, the sender and the repository", async () => {
    const { url, received } = await target(() => 200);
    fixture.sandbox.setWebhook(fixture.app, url, "s3cret");
    await fixture.sandbox.idle();
    const { rest } = fixture.owner;
    const steps = [
      () => rest.issues.create({ ...fixture.at, title: "t", labels: ["l"] }),
      () => rest.issues.update({ ...fixture.at, issue_number: 1, title: "u" }),
      () => rest.issues.createComment({ ...fixture.at, issue_number: 1, body: "c" }),
      () => rest.issues.removeLabel({ ...fixture.at, issue_number: 1, name: "l" }),
      () => rest.issues.update({ ...fixture.at, issue_number: 1, state: "closed" }),
      () => rest.issues.update({ ...fixture.at, issue_number: 1, state: "open" }),
    ];
    for (const step of steps) {
      await step();
      await fixture.sandbox.idle();
    }
    expect(
      eventNames(received)
        .filter((name) => name !== "ping")
        .sort(),
    ).toEqual(
      [
        "issues.opened",
        "issues.labeled",
        "issues.edited",
        "issue_comment.created",
        "issues.unlabeled",
        "issues.closed",
        "issues.reopened",
      ].sort(),
    );
    const edited = received.find((each) => each.payload.action === "edited");
    expect(edited?.payload).toMatchObject({
      changes: { title: { from: "t" } },
      issue: { number: 1, title: "u", labels: [{ name: "l" }] },
      repository: { full_name: "ada/shop", default_branch: "main" },
      sender: { login: "ada" },
      installation: { id: fixture.installationId },
    });
    expect(edited?.headers).toMatchObject({
      "x-github-delivery": expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-/),
      "x-github-hook-installation-target-type": "integration",
      "x-hub-signature-256": expect.stringMatching(/^sha256=[0-9a-f]{64}$/),
    });
  });

  it("Webhooks announce check runs, their completed suite and statuses", async () => {
    const { url, received } = await target(() => 200);
    fixture.sandbox.setWebhook(fixture.app, url, "s3cret");
    await fixture.sandbox.idle();
    received.length = 0;
    const at = { ...fixture.at, head_sha: fixture.sha };
    const { data: one } = await fixture.bot.rest.checks.create({ ...at, name: "one" });
    await fixture.bot.rest.checks.create({ ...at, name: "two", conclusion: "failure" });
    await fixture.sandbox.idle();
    expect(eventNames(received).sort()).toEqual(["check_run.completed", "check_run.created", "check_run.created"]);
    await fixture.bot.rest.checks.update({ ...fixture.at, check_run_id: one.id, conclusion: "success" });
    await fixture.bot.rest.repos.createCommitStatus({ ...fixture.at, sha: fixture.sha, state: "success" });
    await fixture.sandbox.idle();
    const suite = received.find((each) => each.event === "check_suite");
    expect(suite?.payload).toMatchObject({
      action: "completed",
      check_suite: { conclusion: "failure", head_sha: fixture.sha },
    });
    const status = received.find((each) => each.event === "status");
    expect(status?.payload).toMatchObject({
      state: "success",
      branches: [{ name: "main" }],
      commit: { sha: fixture.sha },
    });
  });

  it("A failed webhook is sent again only through the API, with the same GUID", async () => {
    const { url, received } = await target((count) => (count === 1 ? 200 : count === 2 ? 500 : 200));
    fixture.sandbox.setWebhook(fixture.app, url, "s3cret");
    await fixture.sandbox.idle();
    await fixture.owner.rest.issues.create({ ...fixture.at, title: "lost" });
    await fixture.sandbox.idle();
    expect(received.length).toBe(2);
    const { data: log } = await fixture.asApp.rest.apps.listWebhookDeliveries({ per_page: 1 });
    const [failed] = log;
    expect(failed).toMatchObject({ event: "issues", action: "opened", status_code: 500, redelivery: false });
    const at = { delivery_id: failed?.id ?? 0 };
    expect((await fixture.asApp.rest.apps.redeliverWebhookDelivery(at)).status).toBe(202);
    await fixture.sandbox.idle();
    expect(received[2]?.headers["x-github-delivery"]).toBe(received[1]?.headers["x-github-delivery"]);
    expect(received[2]?.payload).toEqual(received[1]?.payload);
    const { data } = await fixture.asApp.rest.apps.listWebhookDeliveries({ per_page: 1 });
    expect(data).toMatchObject([{ guid: failed?.guid, redelivery: true, status_code: 200, status: "OK" }]);
    const whole = await fixture.asApp.rest.apps.getWebhookDelivery({ delivery_id: data[0]?.id ?? 0 });
    expect(whole.data.response.payload).toBe("seen");
    expect(whole.data.request.headers).toMatchObject({ "x-github-event": "issues" });
  });

  it("A webhook is not sent to an App that did not subscribe", async () => {
    const { url, received } = await target(() => 200);
    fixture.sandbox.setWebhook(fixture.app, url, "s3cret");
    await fixture.owner.rest.issues.createLabel({ ...fixture.at, name: "quiet" });
    await fixture.sandbox.idle();
    expect(eventNames(received)).toEqual(["ping"]);
  });

  it("A webhook to a target that is down is logged, not retried, and delays nothing", async () => {
    const { sandbox, app, asApp, owner, at } = fixture;
    // The port `discard`: nobody listens there.
    sandbox.setWebhook(app, "http://127.0.0.1:9/hook", "s3cret");
    await owner.rest.issues.create({ ...at, title: "unheard" });
    await sandbox.idle();
    const log = async () => (await asApp.rest.apps.listWebhookDeliveries()).data;
    const lost = { status_code: 0, status: "failed to connect to host", redelivery: false };
    const events = ["issues", "ping"];
    expect((await log()).sort((a, b) => a.event.localeCompare(b.event))).toMatchObject(
      events.map((event) => ({ event, ...lost })),
    );
    fixture.advance(3600);
    await sandbox.idle();
    expect(await log()).toHaveLength(2);
    const { url, received } = await target(() => 200);
    sandbox.setWebhook(app, url, "s3cret");
    const [missed] = (await log()).filter(({ event }) => event === "issues");
    await asApp.rest.apps.redeliverWebhookDelivery({ delivery_id: missed?.id ?? 0 });
    await sandbox.idle();
    const found = received.find(({ event }) => event === "issues");
    expect(found?.headers["x-github-delivery"]).toBe(missed?.guid);
  });

  it("A webhook to a target that hangs delays nothing and is aborted when the sandbox closes", async () => {
    const { url, received } = await target(() => "hang");
    const { sandbox, app, asApp } = fixture;
    sandbox.setWebhook(app, url, "s3cret");
    const before = performance.now();
    await fixture.owner.rest.issues.create({ ...fixture.at, title: "meanwhile" });
    expect(performance.now() - before).toBeLessThan(20_000);
    expect((await asApp.rest.apps.listWebhookDeliveries()).data).toEqual([]);
    expect(received.length).toBeGreaterThan(0);
  });
});
