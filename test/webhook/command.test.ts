import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Command, CommandFault, Verb } from "../../src/core/command.ts";
import { commandFaultText } from "../../src/messages/commands.ts";
import { readCommand } from "../../src/webhook/command.ts";
import { hostile } from "../messages/hostile.ts";

describe("a command", () => {
  it.each([
    ["alone", "/headgate status", { verb: "status" }],
    ["in any case", "/Headgate HOLD", { verb: "hold" }],
    ["with spaces around", "/headgate   resume  ", { verb: "resume" }],
    ["after a tab", "/headgate\tcancel", { verb: "cancel" }],
    ["with a task", "/headgate retry csv-parser", { verb: "retry", task: "csv-parser" }],
    ["with all tasks", "/headgate retry `All`.", { verb: "retry-all" }],
    ["with a plan's version", "/headgate approve v2", { verb: "approve", version: 2 }],
    ["with a task to approve", "/headgate approve csv-parser", { verb: "approve-task", task: "csv-parser" }],
    [
      "with a task to approve that only begins like a version",
      "/headgate approve v2-api",
      { verb: "approve-task", task: "v2-api" },
    ],
    ["after other paragraphs", "I looked.\n\n/headgate help", { verb: "help" }],
    ["after another line of its paragraph", "I looked.\n/headgate help\nThanks!", { verb: "help" }],
    ["with Windows line ends", "I looked.\r\n/headgate help\r\n", { verb: "help" }],
    ["before a signature", "/headgate hold\n--\nAda", { verb: "hold" }],
    ["before a hidden note", "/headgate hold <!-- later -->", { verb: "hold" }],
    ["before another, which does not count", "/headgate hold\n/headgate cancel", { verb: "hold" }],
    ["after one in code, which does not count", "```\n/headgate cancel\n```\n/headgate hold", { verb: "hold" }],
    ["after a quotation and a blank line", "> /headgate cancel\n\n/headgate hold", { verb: "hold" }],
  ])("is read %s", (_, body, command) => {
    expect(readCommand(body)).toEqual(command);
  });

  it.each([
    ["in the middle of a line", "Try /headgate hold"],
    ["indented by a space", " /headgate hold"],
    ["indented as code", "    /headgate hold"],
    ["in a fence", "```\n/headgate hold\n```"],
    ["in a fence that never ends", "~~~\n/headgate hold"],
    ["in a code span", "`/headgate hold`"],
    ["in a code span over lines", "`a\n/headgate hold\nb`"],
    ["quoted", "> /headgate hold"],
    ["quoted by laziness", "> ada wrote:\n/headgate hold"],
    ["in a list", "- /headgate hold"],
    ["in a list by laziness", "- ada wrote:\n/headgate hold"],
    ["in a comment", "<!--\n/headgate hold\n-->"],
    ["in a comment within a paragraph", "a <!--\n/headgate hold\n-->"],
    ["in a link", "[a\n/headgate hold](http://x)"],
    ["a path", "/headgate/foo"],
    ["another word", "/headgates hold"],
    ["indented, whatever code before it says", "```\n/headgate cancel\n```\n\n /headgate hold"],
    ["right after other text, whatever code before it says", "```\n/headgate cancel\n```\n\n**b**/headgate hold"],
    ["nothing", ""],
  ])("is not %s", (_, body) => {
    expect(readCommand(body)).toBeNull();
  });

  it.each([
    ["/headgate", { kind: "no-verb" }, "no command follows."],
    [
      "/headgate retyr parser",
      { kind: "unknown-verb", typed: "retyr", near: "retry" },
      "there is no command 'retyr'. Did you mean 'retry'?",
    ],
    [
      "/headgate stauts",
      { kind: "unknown-verb", typed: "stauts", near: "status" },
      "there is no command 'stauts'. Did you mean 'status'?",
    ],
    [
      "/headgate old",
      { kind: "unknown-verb", typed: "old", near: "hold" },
      "there is no command 'old'. Did you mean 'hold'?",
    ],
    [
      "/headgate ignore parser",
      { kind: "unknown-verb", typed: "ignore", near: "skip" },
      "there is no command 'ignore'. Did you mean 'skip'?",
    ],
    ["/headgate deploy", { kind: "unknown-verb", typed: "deploy", near: null }, "there is no command 'deploy'."],
    ["/headgate drop 4", { kind: "unknown-verb", typed: "drop", near: null }, "there is no command 'drop'."],
    [
      "/headgate malformed",
      { kind: "unknown-verb", typed: "malformed", near: null },
      "there is no command 'malformed'.",
    ],
    [
      "/headgate retry",
      { kind: "wrong-arguments", verb: "retry" },
      "'retry' takes one task's id, or all, such as '/headgate retry parser'.",
    ],
    [
      "/headgate retry a b",
      { kind: "wrong-arguments", verb: "retry" },
      "'retry' takes one task's id, or all, such as '/headgate retry parser'.",
    ],
    [
      "/headgate retry `Parser`",
      { kind: "not-a-task-id", typed: "`Parser`", near: "parser" },
      "'`Parser`' is not a task's id. Did you mean 'parser'?",
    ],
    ["/headgate retry ???", { kind: "not-a-task-id", typed: "???", near: null }, "'???' is not a task's id."],
    [
      "/headgate approve `Parser`",
      { kind: "not-a-task-id", typed: "`Parser`", near: "parser" },
      "'`Parser`' is not a task's id. Did you mean 'parser'?",
    ],
    [
      "/headgate approve a b",
      { kind: "wrong-arguments", verb: "approve-task" },
      "'approve' takes a plan's version, one task's id or nothing, such as '/headgate approve parser'.",
    ],
    [
      "/headgate plan drop",
      { kind: "wrong-arguments", verb: "drop" },
      "'plan drop' takes one task, such as '/headgate plan drop 4'.",
    ],
    ["/headgate cancel the retry", { kind: "wrong-arguments", verb: "cancel" }, "'cancel' takes nothing after it."],
  ])("that is not understood says why: %s", (text, fault, words) => {
    expect(readCommand(text)).toEqual({ verb: "malformed", text, fault });
    expect(commandFaultText(CommandFault.parse(fault))).toBe(words);
  });

  it.each(Verb.options)("shown as an example of '%s' is one", (verb) => {
    const example = /'(\/headgate [^']+)'/.exec(commandFaultText({ kind: "wrong-arguments", verb }))?.[1];
    if (example !== undefined) expect(readCommand(example)).toMatchObject({ verb });
  });

  it("never throws, and is always one that the core reads", () => {
    const orderly = fc.oneof(hostile(), fc.string(), fc.constantFrom("/headgate ", "\n/headgate retry ", "hold", "\n"));
    fc.assert(
      fc.property(fc.array(orderly, { maxLength: 8 }), (parts) => {
        const command = readCommand(parts.join(""));
        if (command !== null) expect(Command.parse(command)).toEqual(command);
      }),
    );
  });

  it.each([
    ["quotations in quotations", ">".repeat(65_000)],
    ["emphasis without end", "**a*_b__".repeat(8_000)],
    ["underlines and brackets", "=\n[\n".repeat(16_000)],
    ["lists of nothing", "a\n-\n".repeat(16_000)],
  ])("is searched for in bounded time: %s", (_, body) => {
    const start = performance.now();
    expect(readCommand(`/headgate hold\n\n${body}`)).toEqual({ verb: "hold" });
    // Without bounds each of these takes 10 s and more.
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it("is not searched for beyond the beginning of a comment", () => {
    expect(readCommand(`${"word ".repeat(700)}\n\n/headgate hold`)).toEqual({ verb: "hold" });
    expect(readCommand(`${"word ".repeat(800)}\n\n/headgate hold`)).toBeNull();
    expect(readCommand(`${"a\n".repeat(199)}/headgate hold`)).toEqual({ verb: "hold" });
    expect(readCommand(`${"a\n".repeat(200)}/headgate hold`)).toBeNull();
  });
});
