import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fixture, startFixture } from "./rest-fixture.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

async function open(title: string, more: object = {}): Promise<number> {
  const { data } = await fixture.owner.rest.issues.create({ ...fixture.at, title, ...more });
  return data.number;
}

const issue = (issue_number: number) => ({ ...fixture.at, issue_number });

describe("issues", () => {
  it("A new issue takes the next number and creates its missing labels", async () => {
    const first = await open("first", { body: "text", labels: ["brand-new"] });
    const second = await open("second");
    expect(second).toBe(first + 1);
    const { data } = await fixture.owner.rest.issues.get(issue(first));
    expect(data).toMatchObject({ title: "first", body: "text", state: "open", comments: 0, user: { login: "ada" } });
    expect(data.labels).toMatchObject([{ name: "brand-new", color: "ededed" }]);
    expect((await fixture.owner.rest.issues.getLabel({ ...fixture.at, name: "brand-new" })).data.default).toBe(false);
  });

  it("An issue is closed with a reason and reopened", async () => {
    const number = await open("to close");
    const closing = { ...issue(number), state: "closed", state_reason: "not_planned" } as const;
    const closed = await fixture.owner.rest.issues.update(closing);
    expect(closed.data).toMatchObject({ state: "closed", state_reason: "not_planned", closed_by: { login: "ada" } });
    const reopened = await fixture.owner.rest.issues.update({ ...issue(number), state: "open" });
    expect(reopened.data).toMatchObject({ state: "open", state_reason: "reopened", closed_at: null, closed_by: null });
  });

  it("An issue keeps its body when only the title changes, and loses it when set to null", async () => {
    const number = await open("titled", { body: "kept" });
    const retitled = await fixture.owner.rest.issues.update({ ...issue(number), title: "retitled" });
    expect(retitled.data).toMatchObject({ title: "retitled", body: "kept" });
    const emptied = await fixture.owner.request("PATCH /repos/{owner}/{repo}/issues/{issue_number}", {
      ...issue(number),
      body: null as unknown as string,
    });
    expect(emptied.data.body).toBeNull();
  });

  it("An issue without a title is refused with the field's name", async () => {
    const missing = fixture.owner.request("POST /repos/{owner}/{repo}/issues", fixture.at as never);
    await expect(missing).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('"title" wasn\'t supplied'),
    });
  });

  it("An unknown issue gets 404", async () => {
    await expect(fixture.owner.rest.issues.get(issue(9999))).rejects.toMatchObject({ status: 404 });
  });
});

describe("the list of issues", () => {
  it("Issues are filtered by state, labels and time, newest first, and paged with links", async () => {
    const mark = "listed";
    const first = await open("one", { labels: [mark, "Extra"] });
    const second = await open("two", { labels: [mark] });
    const third = await open("three", { labels: [mark] });
    await fixture.owner.rest.issues.update({ ...issue(second), state: "closed" });
    const numbers = async (more: object) => {
      const { data } = await fixture.owner.rest.issues.listForRepo({ ...fixture.at, labels: mark, ...more });
      return data.map((each) => each.number);
    };
    expect(await numbers({})).toEqual([third, first]);
    expect(await numbers({ state: "closed" })).toEqual([second]);
    expect(await numbers({ labels: `${mark},extra` })).toEqual([first]);
    expect(await numbers({ state: "all", since: "2999-01-01T00:00:00Z" })).toEqual([]);
    const every = await fixture.owner.paginate(fixture.owner.rest.issues.listForRepo, {
      ...fixture.at,
      labels: mark,
      state: "all",
      per_page: 1,
    });
    expect(every.map((each) => each.number)).toEqual([third, second, first]);
  });
});

describe("labels", () => {
  it("Labels are added, replaced and removed, whatever their case", async () => {
    const number = await open("labelled", { labels: ["a"] });
    const names = (data: { name: string }[]) => data.map((label) => label.name);
    const { rest } = fixture.owner;
    expect(names((await rest.issues.addLabels({ ...issue(number), labels: ["A", "b"] })).data)).toEqual(["a", "b"]);
    expect(names((await rest.issues.setLabels({ ...issue(number), labels: ["b", "c"] })).data)).toEqual(["b", "c"]);
    expect(names((await rest.issues.removeLabel({ ...issue(number), name: "C" })).data)).toEqual(["b"]);
    await expect(rest.issues.removeLabel({ ...issue(number), name: "c" })).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining("Label does not exist"),
    });
  });

  it("Issues follow a renamed label and lose a deleted one", async () => {
    const { rest } = fixture.owner;
    await rest.issues.createLabel({ ...fixture.at, name: "old/name", color: "00ff00" });
    const number = await open("renamed", { labels: ["old/name"] });
    await rest.issues.updateLabel({ ...fixture.at, name: "old/name", new_name: "new name" });
    expect((await rest.issues.listLabelsOnIssue(issue(number))).data).toMatchObject([{ name: "new name" }]);
    await rest.issues.deleteLabel({ ...fixture.at, name: "new name" });
    expect((await rest.issues.listLabelsOnIssue(issue(number))).data).toEqual([]);
  });

  it("A label cannot be created twice", async () => {
    const { rest } = fixture.owner;
    await rest.issues.createLabel({ ...fixture.at, name: "twice" });
    await expect(rest.issues.createLabel({ ...fixture.at, name: "Twice" })).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ resource: "Label", field: "name", code: "already_exists" }] } },
    });
  });
});

describe("comments", () => {
  it("A comment is created, edited, listed and deleted, and names the App that wrote it", async () => {
    const number = await open("discussed");
    const { data: first } = await fixture.owner.rest.issues.createComment({ ...issue(number), body: "one" });
    const { data: second } = await fixture.bot.rest.issues.createComment({ ...issue(number), body: "two" });
    expect(first.performed_via_github_app).toBeNull();
    expect(second.performed_via_github_app).toMatchObject({ slug: "gate" });
    expect(first.html_url).toMatch(new RegExp(`/ada/shop/issues/${number}#issuecomment-${first.id}$`));
    const edited = await fixture.bot.rest.issues.updateComment({ ...fixture.at, comment_id: second.id, body: "2" });
    expect(edited.data.body).toBe("2");
    await fixture.owner.rest.issues.deleteComment({ ...fixture.at, comment_id: first.id });
    expect((await fixture.owner.rest.issues.listComments(issue(number))).data.map((each) => each.body)).toEqual(["2"]);
    expect((await fixture.owner.rest.issues.get(issue(number))).data.comments).toBe(1);
  });

  it("A reader cannot edit the comments of others", async () => {
    const number = await open("guarded");
    const { data } = await fixture.owner.rest.issues.createComment({ ...issue(number), body: "mine" });
    const reader = fixture.octokit(fixture.sandbox.createUser("rita").token);
    const editing = reader.rest.issues.updateComment({ ...fixture.at, comment_id: data.id, body: "theirs" });
    await expect(editing).rejects.toMatchObject({ status: 403 });
  });

  it("A comment that exceeds GitHub's limit is refused", async () => {
    const number = await open("long");
    const body = "x".repeat(65_537);
    await expect(fixture.owner.rest.issues.createComment({ ...issue(number), body })).rejects.toMatchObject({
      status: 422,
    });
  });
});

describe("reactions", () => {
  it("A reaction is created once, counted and deleted", async () => {
    const number = await open("liked");
    const { data: comment } = await fixture.owner.rest.issues.createComment({ ...issue(number), body: "/order" });
    const react = () =>
      fixture.bot.rest.reactions.createForIssueComment({ ...fixture.at, comment_id: comment.id, content: "eyes" });
    const [made, again] = [await react(), await react()];
    expect([made.status, again.status]).toEqual([201, 200]);
    expect(again.data.id).toBe(made.data.id);
    const { data } = await fixture.owner.rest.issues.getComment({ ...fixture.at, comment_id: comment.id });
    expect(data.reactions).toMatchObject({ total_count: 1, eyes: 1 });
    await fixture.bot.rest.reactions.deleteForIssueComment({
      ...fixture.at,
      comment_id: comment.id,
      reaction_id: made.data.id,
    });
    const left = await fixture.owner.rest.reactions.listForIssueComment({ ...fixture.at, comment_id: comment.id });
    expect(left.data).toEqual([]);
  });

  it("An issue takes reactions too", async () => {
    const number = await open("watched");
    await fixture.owner.rest.reactions.createForIssue({ ...issue(number), content: "+1" });
    const { data } = await fixture.owner.rest.reactions.listForIssue({ ...issue(number), content: "+1" });
    expect(data).toMatchObject([{ content: "+1", user: { login: "ada" } }]);
  });
});

describe("the permission of a person", () => {
  it.each([
    ["admin", "admin", "admin"],
    ["maintain", "write", "maintain"],
    ["write", "write", "write"],
    ["triage", "read", "triage"],
    ["read", "read", "read"],
  ] as const)("The role %s has the permission %s and the name of its role", async (role, permission, name) => {
    const { user } = fixture.sandbox.createUser(`has-${role}`);
    fixture.sandbox.addCollaborator(fixture.repository, user, role);
    const { data } = await fixture.bot.rest.repos.getCollaboratorPermissionLevel({
      ...fixture.at,
      username: user.login,
    });
    expect(data).toMatchObject({ permission, role_name: name, user: { login: user.login } });
  });

  it("A person without a role has read on a public repository", async () => {
    fixture.sandbox.createUser("stranger");
    const { data } = await fixture.bot.rest.repos.getCollaboratorPermissionLevel({
      ...fixture.at,
      username: "stranger",
    });
    expect(data).toMatchObject({ permission: "read", role_name: "read" });
  });

  it("An unknown person gets 404", async () => {
    const asked = fixture.bot.rest.repos.getCollaboratorPermissionLevel({ ...fixture.at, username: "nobody" });
    await expect(asked).rejects.toMatchObject({ status: 404 });
  });
});
