import { describe, expect, it } from "vitest";
import { descriptionText, titleText } from "../../src/messages/task.ts";
import { sha } from "../core/world.ts";

describe("the title and description of a task", () => {
  it("are those of the plan", () => {
    expect(titleText("Read quoted fields")).toBe("Read quoted fields");
    expect(descriptionText("Fields may be quoted.")).toBe("Fields may be quoted.");
  });

  it("name the issue and every task where the task merges the whole feature", () => {
    expect(titleText({ kind: "whole-feature", issueTitle: "Read CSV" })).toBe("Read CSV");
    const tasks = [
      { id: "quote", title: "Read quoted fields" },
      { id: "tabs", title: "Read tabs" },
    ];
    expect(descriptionText({ kind: "whole-feature", tasks })).toBe(
      "Merge the feature's tasks into the base branch together: quote (Read quoted fields), tabs (Read tabs).",
    );
  });

  it("name the task and its merge where the task reverts another", () => {
    expect(titleText({ kind: "undo", task: "quote" })).toBe("Revert task quote");
    expect(descriptionText({ kind: "undo", task: "quote", merge: sha("merge") })).toBe(
      `The feature was cancelled. Revert ${sha("merge")}, the merge of its task quote.`,
    );
  });
});
