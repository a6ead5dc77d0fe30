import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commitIn, type GitFixture, startGitFixture } from "./git-fixture.ts";

let fixture: GitFixture;
beforeEach(async () => {
  fixture = await startGitFixture();
});
afterEach(() => fixture.close());

async function issue(title: string, body = ""): Promise<{ id: number; number: number }> {
  const { data } = await fixture.ada.rest.issues.create({ ...fixture.at, title, body });
  return { id: data.id, number: data.number };
}
const numbers = (answer: { data: { number: number }[] }) => answer.data.map((each) => each.number);

describe("sub-issues", () => {
  it("A sub-issue is added, ordered, moved and removed, and both issues announce it", async () => {
    const { ada, at } = fixture;
    const parent = await issue("all");
    const [a, b, c] = [await issue("a"), await issue("b"), await issue("c")];
    const under = { ...at, issue_number: parent.number };
    fixture.announced.length = 0;
    for (const child of [a, b, c]) await ada.rest.issues.addSubIssue({ ...under, sub_issue_id: child.id });
    expect(fixture.announced[0]?.payload).toMatchObject({
      parent_issue_id: parent.id,
      sub_issue_id: a.id,
      parent_issue: { sub_issues_summary: { total: 1, completed: 0 } },
      sub_issue: { parent_issue_url: expect.stringMatching(new RegExp(`/issues/${parent.number}$`)) },
    });
    expect(fixture.heard().slice(0, 2)).toEqual(["sub_issues sub_issue_added", "sub_issues parent_issue_added"]);
    expect(numbers(await ada.rest.issues.listSubIssues(under))).toEqual([a.number, b.number, c.number]);
    await ada.rest.issues.reprioritizeSubIssue({ ...under, sub_issue_id: c.id, before_id: a.id });
    await ada.rest.issues.reprioritizeSubIssue({ ...under, sub_issue_id: a.id, after_id: b.id });
    expect(numbers(await ada.rest.issues.listSubIssues(under))).toEqual([c.number, b.number, a.number]);
    const child = { ...at, issue_number: b.number };
    expect((await ada.rest.issues.getParent(child)).data.number).toBe(parent.number);
    await ada.rest.issues.update({ ...at, issue_number: a.number, state: "closed" });
    const { data } = await ada.rest.issues.get(under);
    expect(data.sub_issues_summary).toEqual({ total: 3, completed: 1, percent_completed: 33 });
    fixture.announced.length = 0;
    await ada.rest.issues.removeSubIssue({ ...under, sub_issue_id: b.id });
    expect(fixture.heard()).toEqual(["sub_issues sub_issue_removed", "sub_issues parent_issue_removed"]);
    await expect(ada.rest.issues.getParent(child)).rejects.toMatchObject({ status: 404 });
  });

  it("A sub-issue has one parent unless it is replaced, and cycles are refused", async () => {
    const { ada, rea, at } = fixture;
    const [one, two, child] = [await issue("one"), await issue("two"), await issue("child")];
    const add = (parent: { number: number }, id: number, more = {}) =>
      ada.rest.issues.addSubIssue({ ...at, issue_number: parent.number, sub_issue_id: id, ...more });
    await add(one, child.id);
    const refused = (message: string) => ({ status: 422, message: expect.stringContaining(message) });
    await expect(add(one, child.id)).rejects.toMatchObject(
      refused("Issue may not contain duplicate sub-issues and Sub issue may only have one parent"),
    );
    await expect(add(two, child.id)).rejects.toMatchObject(refused("Sub issue may only have one parent"));
    await expect(add(child, one.id)).rejects.toMatchObject(refused("circular"));
    await add(two, child.id, { replace_parent: true });
    expect(numbers(await ada.rest.issues.listSubIssues({ ...at, issue_number: one.number }))).toEqual([]);
    await expect(add(one, 999_999)).rejects.toMatchObject({ status: 404 });
    const byReader = rea.rest.issues.addSubIssue({ ...at, issue_number: one.number, sub_issue_id: two.id });
    await expect(byReader).rejects.toMatchObject({ status: 403 });
  });
});

describe("dependencies between issues", () => {
  it("A dependency is added, listed from both sides, counted while open, and removed", async () => {
    const { ada, at } = fixture;
    const [blocked, blocking] = [await issue("late"), await issue("early")];
    const on = { ...at, issue_number: blocked.number };
    fixture.announced.length = 0;
    await ada.rest.issues.addBlockedByDependency({ ...on, issue_id: blocking.id });
    expect(fixture.announced[0]?.payload).toMatchObject({
      blocked_issue_id: blocked.id,
      blocking_issue_id: blocking.id,
    });
    expect(fixture.heard()).toEqual(["issue_dependencies blocked_by_added", "issue_dependencies blocking_added"]);
    expect(numbers(await ada.rest.issues.listDependenciesBlockedBy(on))).toEqual([blocking.number]);
    const other = { ...at, issue_number: blocking.number };
    expect(numbers(await ada.rest.issues.listDependenciesBlocking(other))).toEqual([blocked.number]);
    await ada.rest.issues.update({ ...other, state: "closed" });
    expect((await ada.rest.issues.get(on)).data.issue_dependencies_summary).toMatchObject({
      blocked_by: 0,
      total_blocked_by: 1,
    });
    fixture.announced.length = 0;
    await ada.rest.issues.removeDependencyBlockedBy({ ...on, issue_id: blocking.id });
    expect(fixture.heard()).toEqual(["issue_dependencies blocked_by_removed", "issue_dependencies blocking_removed"]);
    expect(numbers(await ada.rest.issues.listDependenciesBlockedBy(on))).toEqual([]);
  });

  it("A dependency is refused twice and in a cycle", async () => {
    const [a, b, c] = [await issue("a"), await issue("b"), await issue("c")];
    const block = (one: { number: number }, by: { id: number }) =>
      fixture.ada.rest.issues.addBlockedByDependency({ ...fixture.at, issue_number: one.number, issue_id: by.id });
    await block(a, b);
    await block(b, c);
    await expect(block(a, b)).rejects.toMatchObject({ status: 422 });
    await expect(block(c, a)).rejects.toMatchObject({ status: 422, message: expect.stringContaining("cycle") });
    await expect(block(a, a)).rejects.toMatchObject({ status: 422 });
  });
});

describe("the timeline", () => {
  it("The timeline lists an issue's events, mentions and commits", async () => {
    const { ada, at } = fixture;
    const mentioned = await issue("mentioned");
    const on = { ...at, issue_number: mentioned.number };
    await ada.rest.issues.addLabels({ ...on, labels: ["bug"] });
    await ada.rest.issues.createComment({ ...on, body: "hello" });
    const other = await issue("other", `see #${mentioned.number}, not me#${mentioned.number}`);
    await issue("unrelated", `see else/where#${mentioned.number}`);
    await ada.rest.issues.addBlockedByDependency({ ...on, issue_id: other.id });
    const clone = await fixture.clone(fixture.tokens.ada);
    const sha = await commitIn(fixture, clone, { "a.txt": "1\n" }, `Change for ada/shop#${mentioned.number}`);
    await fixture.git(clone, "push", "--quiet", "origin", "HEAD:main");
    await ada.rest.issues.removeLabel({ ...on, name: "bug" });
    await ada.rest.issues.update({ ...on, state: "closed" });
    await ada.rest.issues.update({ ...on, state: "open" });
    const { data } = await ada.rest.issues.listEventsForTimeline(on);
    const events = data.map(({ event }) => event);
    expect([...events].sort()).toEqual(
      [
        "labeled",
        "commented",
        "cross-referenced",
        "blocked_by_added",
        "referenced",
        "unlabeled",
        "closed",
        "reopened",
      ].sort(),
    );
    const named = (event: string) => data.find((each) => each.event === event);
    expect(named("referenced")).toMatchObject({ commit_id: sha });
    expect(named("commented")).toMatchObject({ body: "hello", actor: { login: "ada" } });
    expect(named("cross-referenced")).toMatchObject({ source: { type: "issue", issue: { number: other.number } } });
    expect(named("blocked_by_added")).toMatchObject({ blocked_by: { number: other.number, title: "other" } });
  });

  it("The timeline of a merged pull has its merge commit, then its closing", async () => {
    const { ada, at } = fixture;
    await fixture.commit("side", { "a.txt": "1\n" });
    const { data: pull } = await ada.rest.pulls.create({ ...at, title: "a", head: "side", base: "main" });
    const { data: merged } = await ada.rest.pulls.merge({ ...at, pull_number: pull.number });
    const { data } = await ada.rest.issues.listEventsForTimeline({ ...at, issue_number: pull.number });
    expect(data).toMatchObject([{ event: "merged", commit_id: merged.sha }, { event: "closed" }]);
  });
});
