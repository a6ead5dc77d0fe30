import { expect, it } from "vitest";
import { linkedTaskList } from "../../src/planner/written/link.ts";
import { request } from "./fixture.ts";

const linked = (body: string, branch = "main") =>
  linkedTaskList({ ...request, issue: { ...request.issue, body }, base: { ...request.base, branch } });

it.each([
  ["from the root", "See [the tasks](specs/001/tasks.md).", "specs/001/tasks.md"],
  ["from the root with a slash", "[t](/specs/tasks.md)", "specs/tasks.md"],
  ["from here", "[t](./tasks.md)", "tasks.md"],
  ["as GitHub shows it", "https://github.com/octo/shop/blob/main/specs/tasks.md", "specs/tasks.md"],
  ["with a line", "[t](https://github.com/Octo/Shop/blob/main/specs/tasks.md#L3)", "specs/tasks.md"],
  ["on another branch, of which the base's is read", "[t](https://ghe.test/octo/shop/blob/wip/tasks.md)", "tasks.md"],
  ["relative to the issue", "[t](../blob/main/a%20b/Tasks.md?plain=1)", "a b/Tasks.md"],
  ["in a list, in bold", "- **[t](tasks.md)**", "tasks.md"],
  ["the second of two files", "[a](notes.md) [b](tasks.md)", "tasks.md"],
])("a tasks.md is found %s", (_, body, path) => {
  expect(linked(body)).toBe(path);
});

it("a tasks.md is found on a branch with slashes in its name", () => {
  expect(linked("[t](../blob/release/2.0/docs/tasks.md)", "release/2.0")).toBe("docs/tasks.md");
});

it.each([
  ["another repository", "https://github.com/octo/other/blob/main/tasks.md"],
  ["another site", "https://evil.test/tasks.md"],
  ["another file", "[t](my-tasks.md.txt) [u](todo/subtasks.md)"],
  ["no link", "Read tasks.md."],
  ["code", "`[t](tasks.md)`\n\n```\n[t](tasks.md)\n```"],
  ["a quote", "> [t](tasks.md)"],
  ["a comment", "<!-- [t](tasks.md) -->"],
  ["a broken URL", "[t](http://[/tasks.md) [u](%ff/tasks.md)"],
])("%s is not the repository's", (_, body) => {
  expect(linked(body)).toBeNull();
});

it("never leads out of the repository", () => {
  expect(linked("[t](../../../../../tasks.md)")).toBe("tasks.md");
});
