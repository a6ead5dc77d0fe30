/** What people, models and strangers get wrong before anything has started: it is said once, and nothing comes of it. */
import { describe, expect, it } from "vitest";
import { payloadOf } from "../../src/webhook/payloads.ts";
import { AT } from "./world/onlooker.ts";
import { openWorld, tasks } from "./world/open.ts";
import type { World } from "./world/world.ts";
import { SECRET } from "./world/world.ts";

describe("a plan that cannot be used", () => {
  it("is answered by one comment with every error and makes no branch; a better one is taken after a command to resume", async () => {
    const world = await openWorld({
      plan: {
        tasks: [
          { id: "egg", title: "Egg", dependsOn: ["hen"] },
          { id: "hen", title: "Hen", dependsOn: ["egg"] },
          { id: "mirror", title: "Mirror", dependsOn: ["mirror"] },
          { id: "lost", title: "Lost", dependsOn: ["nowhere"] },
          { id: "twin", title: "Twin" },
          { id: "twin", title: "Twin" },
          { id: "No Id", title: "Ill-formed" },
          { id: "outside", title: "Outside", files: ["../elsewhere/**"] },
          { id: "rooted", title: "Rooted", files: ["/etc/passwd"] },
        ],
      },
    });
    await world.label();
    await world.settled();

    const answers = await world.said();
    expect(answers).toEqual([expect.stringContaining("The plan cannot be used, and nothing was started:")]);
    for (const error of [
      /depend on each other in a cycle: egg, hen/,
      /'mirror' depends on itself/,
      /'lost' depends on 'nowhere', which is not in the plan/,
      /'twin' is listed more than once/,
      /'No Id': an id is/,
      /'outside', files.0: a path must stay inside/,
      /'rooted', files.0: a path must stay inside/,
    ]) {
      expect(answers[0]).toMatch(error);
    }
    expect(await world.status()).toContain("The plan has errors");
    expect(await world.branches()).toEqual(["main"]);
    expect(await world.runs()).toEqual([]);

    world.plan = tasks("one");
    await world.comment("maya", "/headgate resume");
    await world.completed();
    expect(await world.file("one.txt")).toBe("made\n");
  });

  it.each([
    ["no task", tasks(), "a plan has at least one task"],
    ["over 50 tasks", tasks(...Array.from({ length: 51 }, (_, index) => `t${index}`)), "at most 50 tasks"],
    ["no plan at all", "three tasks, please", "plan: "],
  ])("with %s is refused", async (_name, plan, error) => {
    const world = await openWorld({ plan });
    await world.label();
    await world.settled();
    expect(await world.said()).toEqual([expect.stringContaining(error)]);
    expect(await world.branches()).toEqual(["main"]);
  });
});

describe("a repository whose configuration Headgate cannot use", () => {
  it("gets one comment that says so, and nothing runs", async () => {
    const world = await openWorld({ files: { ".github/headgate.yml": "max-paralel: 3\n" } });
    await world.label();
    await world.settled();
    expect(await world.said()).toEqual([
      expect.stringMatching(
        /cannot start here yet. Fix this:\n\n- `\.github\/headgate\.yml`, line 1: unknown key 'max-paralel'/,
      ),
    ]);
    expect(await world.runs()).toEqual([]);
  });
});

describe("a repository whose checks would not come to pulls", () => {
  it("gets a comment with what to do, and the feature starts once that is fixed", async () => {
    const ci = (on: string) =>
      `name: CI\non:\n  ${on}\njobs:\n  unit:\n    runs-on: ubuntu-latest\n    steps:\n      - run: 'true'\n`;
    const path = ".github/workflows/ci.yml";
    const world = await openWorld({ files: { [path]: ci("push: { branches: [main] }") } });
    await world.label();
    await world.settled();
    expect(await world.said()).toEqual([
      expect.stringMatching(/required check `unit` comes from `\.github\/workflows\/ci\.yml`, which runs neither/),
    ]);
    expect(await world.runs()).toEqual([]);

    const maya = world.as("maya");
    const { data } = await maya.rest.repos.getContent({ ...AT, path });
    const content = Buffer.from(ci("pull_request: {}")).toString("base64");
    const sha = Array.isArray(data) ? "" : data.sha;
    await maya.rest.repos.createOrUpdateFileContents({ ...AT, path, sha, message: "Check pulls", content });
    await world.comment("maya", "/headgate resume");
    await world.completed();
  });
});

describe("a person without write access", () => {
  it("who labels starts nothing and gets one comment with the reason, however often", async () => {
    const world = await openWorld();
    await world.label("sam");
    await world.settled();
    await world.unlabel("sam");
    // GitHub's times are in seconds: within one, nothing distinguishes two labellings.
    world.later(2_000);
    await world.label("sam");
    await world.settled();

    expect(await world.said()).toEqual([expect.stringMatching(/^@sam added the label, but .* write access/)]);
    expect(await world.runs()).toEqual([]);
    expect(await world.branches()).toEqual(["main"]);

    world.later(2_000);
    await world.unlabel();
    await world.label("maya");
    await world.completed();
    expect(await world.log()).toEqual(["Make one (#2)", "first"]);
  });

  it("who gives commands gets one comment with the reason, and nothing is done", async () => {
    const world = await openWorld({ agent: "gate go; echo made > $HEADGATE_TASK_ID.txt" });
    await world.label();
    await world.until(async () => (await world.stages()).one === "working");
    const command = await world.comment("sam", "/headgate cancel");
    await world.comment("sam", "/headgate hold");
    await world.until(async () => (await world.said()).some((text) => text.includes("@sam")));
    await world.open("go");
    await world.completed();

    const answers = (await world.said()).filter((text) => text.includes("@sam"));
    expect(answers).toEqual([
      expect.stringContaining("only people with write access to this repository can give commands. Nothing was done."),
    ]);
    expect(await world.reactions(command)).toEqual([]);
    expect((await world.feature()).hold).toBeNull();
  });
});

describe("a webhook", () => {
  const labelled = (id: number) => ({
    action: "labeled",
    label: { name: "headgate" },
    issue: { number: 1, title: "Make files", body: "", state: "open", updated_at: "2026-01-01T00:00:00Z" },
    repository: { id, name: "tool", owner: { login: "maya" } },
    sender: { login: "maya", type: "User" },
  });

  it("that is not signed by GitHub is answered 401, and nothing of it is kept", async () => {
    const world = await openWorld();
    const guid = "00000000-0000-4000-8000-000000000001";
    for (const secret of ["a guess", "", null]) {
      expect((await world.deliver("issues", labelled(world.repositoryId), secret, guid)).status).toBe(401);
    }
    await world.settled();
    expect(await world.store.aggregates("")).toEqual([]);
    expect(await world.runs()).toEqual([]);
    const at = new Date(world.now()).toISOString();
    expect(await world.store.recordDelivery({ guid, event: "issues", action: "labeled", at })).toBe(true);

    expect((await world.deliver("issues", labelled(world.repositoryId), SECRET, guid)).status).toBe(200);
    await world.until(async () => (await world.runs()).length === 1);
  });

  it("that GitHub delivers again has no second effect", async () => {
    const world = await openWorld({ agent: "gate go; echo made > $HEADGATE_TASK_ID.txt" });
    await world.label();
    await command(world, "/headgate hold");
    expect(await redeliver(world)).toEqual(expect.arrayContaining(["issues", "issue_comment", "workflow_run"]));
    expect((await world.feature()).hold).not.toBeNull();
    await command(world, "/headgate resume");
    await redeliver(world);
    expect((await world.feature()).hold).toBeNull();

    await world.open("go");
    await world.completed();
    const before = [await world.comments(), await world.pulls(), await world.runs(), await world.log()];
    expect(before.map((list) => list.length)).toEqual([4, 1, 1, 2]);
    await redeliver(world);
    await world.settled();
    expect([await world.comments(), await world.pulls(), await world.runs(), await world.log()]).toEqual(before);
  });

  async function command(world: World, text: string): Promise<void> {
    await world.until(async () => (await world.stages()).one === "working");
    const comment = await world.comment("maya", text);
    await world.until(async () => (await world.reactions(comment)).includes("+1"));
  }

  /** Delivers again all that Headgate reads. Returns the names of the events. */
  async function redeliver(world: World): Promise<string[]> {
    const app = world.asApp();
    const { data } = await app.rest.apps.listWebhookDeliveries({ per_page: 100 });
    const known = data.filter(({ redelivery, event }) => !redelivery && payloadOf(event) !== undefined);
    const taken = world.store.deliveries + known.length;
    for (const { id } of known) await app.rest.apps.redeliverWebhookDelivery({ delivery_id: id });
    await world.until(() => world.store.deliveries >= taken);
    await world.until(() => world.store.quiet());
    return known.map((delivery) => delivery.event);
  }
});
