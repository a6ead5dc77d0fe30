/** Pulls that change what their checks run, on the real App and the real sandbox: who lets them land, and for how long. */
import { describe, expect, it } from "vitest";
import type { Task } from "../../src/core/feature/task.ts";
import { AT } from "./world/onlooker.ts";
import { openWorld, tasks, type WorldOptions } from "./world/open.ts";
import type { Person, World } from "./world/world.ts";

const CI = ".github/workflows/ci.yml";
const manifest = (test: string, more = {}) => `${JSON.stringify({ name: "tool", scripts: { test }, ...more })}\n`;
const FILES = {
  "package.json": manifest("bash test.sh"),
  "a.test.js": 'it("a", () => expect(1).toBe(1));\n',
  ".npmrc": "audit=false\n",
};

/** A world whose agent changes the gate as the given commands say. */
function worldWhere(agent: string, more: WorldOptions = {}): Promise<World> {
  return openWorld({ ...more, agent, files: { ...FILES, ...more.files } });
}

async function taskOf(world: World, id = "one"): Promise<Task | null> {
  if ((await world.stage()) === null) return null;
  return (await world.feature()).tasks.find((task) => task.plan.id === id) ?? null;
}

async function waits(world: World, id = "one"): Promise<boolean> {
  const task = await taskOf(world, id);
  return task?.stage === "in-lane" && task.entry.standing?.kind === "approval";
}

/** Labels the issue, and resolves when the task's pull waits for an approval and nothing else happens. */
async function waiting(world: World): Promise<number> {
  await world.label();
  await world.until(() => waits(world));
  await world.settled();
  expect(await waits(world)).toBe(true);
  expect(await world.log()).toEqual(["first"]);
  return (await taskOf(world))?.pull ?? expect.fail("no pull");
}

async function approve(world: World, pull: number, by: Person = "maya"): Promise<void> {
  await world.as(by).rest.pulls.createReview({ ...AT, pull_number: pull, event: "APPROVE" });
}

async function firstLine(world: World, pull: number): Promise<string> {
  const { body } = (await world.as("maya").rest.pulls.get({ ...AT, pull_number: pull })).data;
  return body?.split("\n").slice(0, 2).join(" ") ?? "";
}

/** A person pushes a file to a branch. */
async function push(world: World, branch: string, path: string, text: string): Promise<void> {
  const { repos } = world.as("maya").rest;
  const found = await repos.getContent({ ...AT, path, ref: branch }).catch(() => null);
  const sha = found === null || Array.isArray(found.data) ? {} : { sha: found.data.sha };
  const content = Buffer.from(text).toString("base64");
  await repos.createOrUpdateFileContents({ ...AT, path, branch, message: `Change ${path}`, content, ...sha });
}

async function completed(world: World): Promise<void> {
  await world.completed();
  expect((await world.stages()).one).toBe("done");
}

describe("a pull that makes `scripts.test` true and deletes a test", () => {
  const agent = `echo '${manifest("true").trim()}' > package.json; rm a.test.js`;

  it("waits, says so in its first line, and lands with a writer's review, but not with a reader's", async () => {
    const world = await worldWhere(agent);
    const pull = await waiting(world);
    expect(await firstLine(world, pull)).toBe(
      "> [!IMPORTANT] > Waits for one approving review by somebody with write access, or for `/headgate approve one` on #1, because it changes what its required checks do: `a.test.js` (a deleted test), `package.json` (scripts).",
    );
    expect(await world.status()).toContain(`review and approve #${pull}`);

    await approve(world, pull, "sam");
    await world.settled();
    expect(await waits(world)).toBe(true);

    await approve(world, pull);
    await completed(world);
    expect(await world.file("package.json")).toBe(manifest("true"));
  });

  it("lands after `/headgate approve one` by a writer, and not by a stranger", async () => {
    const world = await worldWhere(agent);
    await waiting(world);
    await world.comment("sam", "/headgate approve one");
    await world.settled();
    expect(await waits(world)).toBe(true);

    await world.comment("maya", "/headgate approve one");
    await completed(world);
  });

  it("lands without a word where the policy ignores that", async () => {
    const world = await worldWhere(agent, { policy: { gateSurface: "ignore" } });
    await world.label();
    await completed(world);
    expect((await world.pulls())[0]?.body).toMatch(/^Part of #1/);
  });

  it("lands with a note where the policy only warns", async () => {
    const world = await worldWhere(agent, { policy: { gateSurface: "warn" } });
    await world.label();
    await completed(world);
    expect((await world.pulls())[0]?.body).toMatch(
      /^> \[!NOTE\]\n> This pull request changes what its required checks do: `a\.test\.js` \(a deleted test\)/,
    );
  });
});

describe("an approval", () => {
  it("is enough for each of three pulls in one lane, although later ones are brought up to date in between", async () => {
    const ids = ["one", "two", "six"];
    const world = await worldWhere("rm $HEADGATE_TASK_ID.test.js; echo made > $HEADGATE_TASK_ID.txt", {
      plan: tasks(...ids),
      files: Object.fromEntries(ids.map((id) => [`${id}.test.js`, `it("${id}", f);\n`])),
    });
    await world.label();
    await world.until(async () => {
      for (const id of ids) if (!(await waits(world, id))) return false;
      return true;
    });
    const heads = await Promise.all(ids.map(async (id) => (await taskOf(world, id))?.head));
    for (const pull of await world.pulls()) await approve(world, pull.number);
    await world.completed();
    const { merges } = await world.report();
    expect(merges).toHaveLength(3);
    for (const merge of merges) expect(merge.landedTree).toBe(merge.testedTree);
    // All but the first landed with another head than the one that was approved.
    expect(merges.filter((merge) => heads.includes(merge.headSha))).toHaveLength(1);
  });

  it("does not count for a gate that changes again", async () => {
    const world = await worldWhere(`echo '${manifest("true").trim()}' > package.json`, { test: "gate checked" });
    await world.label();
    await world.until(() => waits(world));
    const task = await taskOf(world);
    const pull = task?.pull ?? expect.fail("no pull");
    await approve(world, pull);
    await world.until(async () => !(await waits(world)));
    await push(world, "headgate/1/one", "package.json", manifest("exit 0"));
    await world.until(() => waits(world));
    await world.open("checked");
    await world.settled();
    expect(await waits(world)).toBe(true);
    expect(await world.log()).toEqual(["first"]);

    await approve(world, pull);
    await completed(world);
    expect(await world.file("package.json")).toBe(manifest("exit 0"));
  });

  it("does not count for what an agent repairs in the gate, and the first line follows the new head", async () => {
    const world = await worldWhere(
      `case $HEADGATE_ATTEMPT_KIND in
        build) rm a.test.js; echo broken > one.txt;;
        repair) echo 'all:' > Makefile; echo made > one.txt;;
      esac`,
      { test: "gate approved; ! grep -q broken one.txt" },
    );
    await world.label();
    await world.until(() => waits(world));
    const pull = (await taskOf(world))?.pull ?? expect.fail("no pull");
    await approve(world, pull);
    await world.until(async () => !(await waits(world)));
    await world.open("approved");
    await world.until(() => waits(world));
    await world.settled();
    expect(await firstLine(world, pull)).toContain("`Makefile` (scripts), `a.test.js` (a deleted test).");
    expect(await world.status()).toContain("Makefile (scripts)");
    expect(await world.log()).toEqual(["first"]);

    await approve(world, pull);
    await completed(world);
  });

  it("does not count when a job gives it with its own token", async () => {
    const approving = `
      const answer = await fetch(process.env.PULL + "/reviews", {
        method: "POST", headers: { authorization: "Bearer " + process.env.TOKEN }, body: JSON.stringify({ event: "APPROVE" }),
      });
      if (!answer.ok) throw new Error(await answer.text());`;
    const job = {
      "runs-on": "ubuntu-latest",
      permissions: { contents: "read", "pull-requests": "write" },
      env: { PULL: "${{ github.event.pull_request.url }}", TOKEN: "${{ github.token }}" },
      steps: [
        { uses: "actions/checkout@v7" },
        { run: `cat > approve.mjs <<'END'\n${approving}\nEND\nnode approve.mjs` },
      ],
    };
    const workflow = JSON.stringify({ name: "CI", on: "pull_request", jobs: { unit: job } });
    const world = await worldWhere("rm a.test.js", { files: { [CI]: workflow } });
    await world.as("maya").request("PUT /repos/{owner}/{repo}/actions/permissions/workflow", {
      ...AT,
      can_approve_pull_request_reviews: true,
    });
    const pull = await waiting(world);
    const { data } = await world.as("maya").rest.pulls.listReviews({ ...AT, pull_number: pull });
    expect(data.map(({ user, state }) => [user?.login, state])).toEqual([["github-actions[bot]", "APPROVED"]]);
    await approve(world, pull);
    await completed(world);
  });
});

describe("a pull waits for nobody", () => {
  it("when it adds tests, dependencies and a script that no required check names", async () => {
    const added = manifest("bash test.sh", { dependencies: { left: "1.0.0" } }).trim();
    const world = await worldWhere(
      `echo '${added}' > package.json; echo 'it("b", f);' > b.test.js; echo true > other.sh`,
    );
    await world.label();
    await completed(world);
    expect((await world.pulls())[0]?.body).toMatch(/^Part of #1/);
  });
});

describe("a pull waits", () => {
  it.each([".npmrc", ".gitattributes"])("when it changes %s", async (path) => {
    const world = await worldWhere(`echo '# changed' > ${path}`);
    const pull = await waiting(world);
    expect(await firstLine(world, pull)).toContain(`because it changes protected files: \`${path}\` (protected).`);
    await approve(world, pull);
    await completed(world);
  });

  it("when it changes the script that a required check runs", async () => {
    const world = await worldWhere("echo true > test.sh");
    const pull = await waiting(world);
    expect(await firstLine(world, pull)).toContain("`test.sh` (run by a required check)");
    await approve(world, pull);
    await completed(world);
  });

  it("when a person pushes a workflow onto its branch, and says so", async () => {
    const world = await worldWhere("echo made > one.txt", { test: "gate checked" });
    await world.label();
    await world.until(async () => (await taskOf(world))?.stage === "in-lane");
    const pull = (await taskOf(world))?.pull ?? expect.fail("no pull");
    const { data } = await world.as("maya").rest.repos.getContent({ ...AT, path: CI, mediaType: { format: "raw" } });
    await push(world, "headgate/1/one", CI, `${String(data)}# changed\n`);
    await world.until(() => waits(world));
    await world.open("checked");
    await world.settled();
    expect(await waits(world)).toBe(true);
    expect(await firstLine(world, pull)).toContain(`\`${CI}\` (GitHub settings)`);
    await approve(world, pull);
    await completed(world);
  });
});
